import re

import pytest

from proxy.detect.knowledge import Known
from proxy.detect.stopwords import COMMON, NO_NEEDLES
from proxy.wire.segment_shape import CALLS


def test_a_word_is_common_or_no_needle():
    """What is never searched for needs no rule about its capital."""
    assert frozenset() == COMMON & NO_NEEDLES


def test_stop_words_are_folded():
    """Stop words are compared with folded words."""
    assert [] == [word for word in COMMON | NO_NEEDLES if word != word.casefold()]


@pytest.mark.parametrize(
    "value",
    [
        *CALLS,
        *("application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"),
        *("gzip", "x-gzip", "deflate", "br", "zstd", "identity", "Basic", "Bearer"),
        *("event", "transaction", "session", "attachment", "client_report", "check_in", "feedback", "replay_recording"),
        *("profile_chunk", "span", "log", "statsd", "Sentry sentry_version=7, sentry_client=sentry.javascript.browser"),
        *("view", "action", "resource", "error", "long_task", "vital", "telemetry"),
        *("$pageview", "$pageleave", "$autocapture", "$exception", "$rageclick", "$web_vitals", "pageview"),
        *("iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4", "struct", "ENFORCE_RECOMMENDATIONS"),
    ],
)
def test_no_mailbox_hits_what_a_protocol_says(value):
    """An address whose local part is a word of the vendor's own destroys no type, coding or schema."""
    words = re.findall("[A-Za-z]+", value)
    known = Known((f"{word}@acme.example", "EMAIL_ADDRESS") for word in words)
    assert {} == known.find([value, *words])
