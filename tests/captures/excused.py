"""Planted strings that still survive in captured traffic under `balanced`: where, which, and why.

`test_captures` holds them against the code: a string that survives anywhere else fails, and so does an excuse that is
not needed any more. They are names of people and villages that no field, no pattern and nothing else in the request
tells, and one Irish personal number (`1234567FA`) for which there is no pattern yet; to
know names in sentences takes a model of language (Presidio with one, which a policy can ask for).
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["EXCUSED", "Excuse"]

ADDRESS = "a name in a URL's path, which pages are counted by"
SEARCH = "what somebody looked for"
TITLE = "a name in the title of a page"
WRITTEN = "what somebody wrote"


class Excuse(NamedTuple):
    """What still survives, and why.

    Args:
        place: names from the record's root, or from that of a part around the records; items of an array have the
            place of the array.
        strings: these, or parts of them, and nothing else.
    """

    place: tuple[str, ...]
    reason: str
    strings: tuple[str, ...]


EXCUSED: dict[str, tuple[Excuse, ...]] = {
    "amplitude": (
        Excuse(("event_properties", "body"), WRITTEN, ("Knockfoyle",)),
        Excuse(("event_properties", "prompt"), WRITTEN, ("1234567FA", "Knockfoyle")),
        Excuse(("event_properties", "query"), SEARCH, ("Villaseca del Río",)),
    ),
    "datadog": (
        Excuse(("body",), WRITTEN, ("Knockfoyle",)),
        Excuse(("context", "body"), WRITTEN, ("Knockfoyle",)),
        Excuse(("context", "prompt"), WRITTEN, ("1234567FA", "Knockfoyle")),
        Excuse(("context", "query"), SEARCH, ("Villaseca del Río",)),
        Excuse(("prompt",), WRITTEN, ("1234567FA", "Knockfoyle")),
        Excuse(("query",), SEARCH, ("Villaseca del Río",)),
        Excuse(("resource", "url"), ADDRESS, ("adaeze_ob", "saeroe")),
    ),
    "ga4": (
        Excuse(("dl",), ADDRESS, ("José María",)),
        Excuse(("dr",), ADDRESS, ("José María Ñúñez Albarracín",)),
        Excuse(("dt",), TITLE, ("José María", "Zoë", "محمد العربي الفاسي", "株式会社みらい図書")),
        Excuse(("ep", "body"), WRITTEN, ("Knockfoyle",)),
        Excuse(("ep", "description"), WRITTEN, ("zoë.fox",)),
        Excuse(("ep", "message"), WRITTEN, ("José María",)),
        Excuse(("ep", "prompt"), WRITTEN, ("1234567FA", "Knockfoyle")),
        Excuse(("ep", "query"), SEARCH, ("José María", "Villaseca del Río")),
        Excuse(("params", "body"), WRITTEN, ("Knockfoyle",)),
        Excuse(("params", "message"), WRITTEN, ("José María", "渡辺 さくら")),
        Excuse(("params", "page_location"), ADDRESS, ("José María Ñúñez Albarracín",)),
        Excuse(("params", "page_title"), TITLE, ("José María Ñúñez Albarracín", "Zoë", "株式会社みらい図書")),
        Excuse(("params", "prompt"), WRITTEN, ("1234567FA", "Knockfoyle", "Zoë")),
        Excuse(("params", "query"), SEARCH, ("José María", "Villaseca del Río")),
    ),
    "jitsu": (
        Excuse(("properties", "body"), WRITTEN, ("Knockfoyle",)),
        Excuse(("properties", "query"), SEARCH, ("Villaseca del Río",)),
    ),
    "matomo": (
        Excuse(
            ("action_name",), TITLE, ("José María Ñúñez Albarracín", "Zoë", "محمد العربي الفاسي", "株式会社みらい図書")
        ),
        Excuse(("dimension1",), WRITTEN, ("José María", "Ærøskøbing", "محمد العربي الفاسي")),
        Excuse(
            ("dimension3",), WRITTEN, ("1234567FA", "José María Ñúñez Albarracín", "Knockfoyle", "Villaseca del Río")
        ),
        Excuse(
            ("e_n",),
            WRITTEN,
            (
                "1234567FA",
                "José María Ñúñez Albarracín",
                "Knockfoyle",
                "Villaseca del Río",
                "Zoë 🦊 O'Hannigan-Smythe",
                "渡辺 さくら",
            ),
        ),
        Excuse(("search",), SEARCH, ("José María Ñúñez Albarracín", "Villaseca del Río")),
        Excuse(("url",), ADDRESS, ("José María Ñúñez Albarracín",)),
    ),
    "mixpanel": (
        Excuse(("properties", "$current_url"), ADDRESS, ("José María Ñúñez Albarracín",)),
        Excuse(("properties", "body"), WRITTEN, ("Knockfoyle",)),
        Excuse(("properties", "current_page_title"), TITLE, ("محمد العربي الفاسي", "株式会社みらい図書")),
        Excuse(("properties", "filters", "name"), SEARCH, ("Ñúñez Albarracín",)),
        Excuse(("properties", "message"), WRITTEN, ("渡辺 さくら",)),
        Excuse(("properties", "prompt"), WRITTEN, ("1234567FA", "Knockfoyle", "Zoë 🦊 O'Hannigan-Smythe")),
        Excuse(("properties", "query"), SEARCH, ("José María Ñúñez Albarracín", "Villaseca del Río")),
    ),
    "plausible": (
        Excuse(("p",), WRITTEN, ("1234567FA", "José María", "Knockfoyle", "Villaseca del Río", "Zoë", "渡辺 さくら")),
        Excuse(("u",), ADDRESS, ("José María Ñúñez Albarracín",)),
    ),
    "posthog": (
        Excuse(("$set_once", "$current_url"), ADDRESS, ("José María Ñúñez Albarracín",)),
        Excuse(("$set_once", "$initial_current_url"), ADDRESS, ("José María Ñúñez Albarracín",)),
        Excuse(("$set_once", "$initial_pathname"), ADDRESS, ("José María Ñúñez Albarracín",)),
        Excuse(("$set_once", "$pathname"), ADDRESS, ("José María Ñúñez Albarracín",)),
        Excuse(("properties", "$session_entry_pathname"), ADDRESS, ("José María Ñúñez Albarracín",)),
        Excuse(("properties", "$session_entry_url"), ADDRESS, ("José María Ñúñez Albarracín",)),
        Excuse(("properties", "body"), WRITTEN, ("Knockfoyle",)),
        Excuse(("properties", "prompt"), WRITTEN, ("1234567FA", "Knockfoyle")),
        Excuse(("properties", "query"), SEARCH, ("Villaseca del Río",)),
        Excuse(("properties", "title"), TITLE, ("Zoë", "محمد العربي الفاسي", "株式会社みらい図書")),
    ),
    "rudderstack": (
        Excuse(("properties", "body"), WRITTEN, ("Knockfoyle",)),
        Excuse(("properties", "message"), WRITTEN, ("渡辺 さくら",)),
        Excuse(("properties", "prompt"), WRITTEN, ("1234567FA", "Knockfoyle")),
        Excuse(("properties", "query"), SEARCH, ("José María", "Villaseca del Río")),
    ),
    "segment": (
        Excuse(("context", "page", "path"), ADDRESS, ("José María Ñúñez Albarracín",)),
        Excuse(
            ("context", "page", "title"),
            TITLE,
            ("José María Ñúñez Albarracín", "Zoë", "محمد العربي الفاسي", "株式会社みらい図書"),
        ),
        Excuse(("context", "page", "url"), ADDRESS, ("José María Ñúñez Albarracín",)),
        Excuse(("properties", "body"), WRITTEN, ("Knockfoyle",)),
        Excuse(("properties", "message"), WRITTEN, ("渡辺 さくら",)),
        Excuse(("properties", "prompt"), WRITTEN, ("1234567FA", "Knockfoyle", "Zoë")),
        Excuse(("properties", "query"), SEARCH, ("José María", "Villaseca del Río")),
        Excuse(("properties", "title"), TITLE, ("Zoë", "محمد العربي الفاسي", "株式会社みらい図書")),
    ),
    "sentry": (
        Excuse(("attributes", "body", "value"), WRITTEN, ("Knockfoyle",)),
        Excuse(("attributes", "prompt", "value"), WRITTEN, ("1234567FA", "Knockfoyle")),
        Excuse(("attributes", "query", "value"), SEARCH, ("Villaseca del Río",)),
        Excuse(("attributes", "url.full", "value"), ADDRESS, ("José María", "saeroe")),
        Excuse(("attributes", "url.path", "value"), ADDRESS, ("José María",)),
        Excuse(("breadcrumbs", "data", "body"), WRITTEN, ("Knockfoyle",)),
        Excuse(("breadcrumbs", "data", "prompt"), WRITTEN, ("1234567FA", "Knockfoyle")),
        Excuse(("breadcrumbs", "data", "query"), SEARCH, ("Villaseca del Río",)),
        Excuse(("extra", "body"), WRITTEN, ("Knockfoyle",)),
        Excuse(("extra", "prompt"), WRITTEN, ("1234567FA", "Knockfoyle")),
        Excuse(("extra", "query"), SEARCH, ("Villaseca del Río",)),
    ),
    "snowplow": (
        Excuse(("page",), TITLE, ("Zoë", "محمد العربي الفاسي", "株式会社みらい図書")),
        Excuse(("se_la",), WRITTEN, ("1234567FA", "José María", "Knockfoyle", "Villaseca del Río")),
        Excuse(("se_pr",), WRITTEN, ("Knockfoyle",)),
        Excuse(("ue_pr", "event", "body"), WRITTEN, ("Knockfoyle",)),
        Excuse(("ue_pr", "event", "prompt"), WRITTEN, ("1234567FA", "Knockfoyle", "Zoë 🦊 O'Hannigan-Smythe")),
        Excuse(("ue_pr", "event", "query"), SEARCH, ("José María", "Villaseca del Río")),
    ),
}
"""By dialect."""
