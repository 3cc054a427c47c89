"""Words that make bad needles: common words that are names, too, and words that name roles or nothing.

`knowledge` searches a request for the words of its people's names. `COMMON` words count only as they were written,
with their capital; `NO_NEEDLES` never do. Words of the protocols are among them, since they stand in fields that a
record cannot do without: a person who is named like one (Page, Group, Session) is removed where the name stands, and
not looked for elsewhere.
"""

from __future__ import annotations

__all__ = ["COMMON", "NO_NEEDLES"]

_PROTOCOL = frozenset(
    (
        # Media types, charsets, content codings, schemes of credentials: IANA's registries.
        "application text json xml html plain form urlencoded multipart data stream octet charset utf ascii boundary "
        "javascript jsonschema gzip deflate brotli zstd identity compress basic bearer token "
        # Kinds of calls: Segment, RudderStack, Jitsu. The vendors' own lists, as `proxy.wire` reads them.
        "track identify screen group alias batch merge "
        # Sentry: items, states of sessions and check-ins, the key's header and its address.
        "event events transaction transactions session sessions attachment attachments profile chunk replay recording "
        "span spans log logs metric metrics statsd feedback report reports crash error errors fatal warning debug "
        "exited crashed abnormal errored progress sentry version ingest check "
        # Datadog, Mixpanel, PostHog, Amplitude, Plausible, Snowplow, GA4.
        "action resource task vital vitals telemetry click custom engage import pageview pageleave autocapture "
        "exception rageclick survey flag element heatmap engagement scroll outbound payload snowplow "
        "snowplowanalytics iglu struct unstruct enforce relaxed recommendations browser server mobile node python sdk"
    ).split()
)
"""What SDKs write where a record needs it as it is: one mailbox `group@` would else drop each call of that kind."""

_DEVICES = frozenset(
    (
        "iphone ipad ipod imac macbook android galaxy pixel chromebook phone tablet laptop desktop computer watch "
        "windows linux apple google microsoft samsung huawei xiaomi motorola nokia"
    ).split()
)
"""What devices are called, by themselves (`iPhone`, from iOS 16 on) and by their owners (`Zoe's iPhone`)."""

NO_NEEDLES = (
    _PROTOCOL
    | _DEVICES
    | frozenset(
        (
            "admin administrator root user users guest test tester testing demo example sample info hello hi mail "
            "email contact support help sales team office service noreply reply postmaster webmaster billing account "
            "accounts news newsletter marketing hr jobs press legal security null none undefined unknown anonymous "
            "anon true false yes no nan name first last full default system bot api web app dev prod the and for von "
            "van der den del della de la le les das dos da di du el al bin ibn abu mac san st mr mrs ms miss dr prof "
            "sir herr frau jr sr ii iii phd md esq inc ltd llc gmbh corp co com org net www http https mailto console "
            "home index page plus tag work private me customer client owner member staff employee manager director"
        ).split()
    )
)
"""Roles, mail boxes, particles, titles: needles that would hit everywhere and tell nobody."""

COMMON = frozenset(
    (
        "will may mark grant rose max art bill chase drew grace hope joy june april august summer autumn dawn eve "
        "faith ivy jack jade lily olive pearl ruby sky star sunny violet daisy iris amber crystal dean dale glen "
        "cliff forest ford hunter cook baker miller smith king knight bishop pope price rich young long short "
        "small white black green brown gray grey gold silver stone wood woods field fields hill lake rivers banks "
        "street lane park parks west north south east winter snow rain storm day week friday monday sunday march "
        "case cash chance christian cole colt dash echo frank gene guy happy harmony heath honor jay jean jewel "
        "justice kit lance love major melody mercy miles nick norm pat patience paris penny peter pierce porter "
        "prince ray reed rob robin roman rusty sage sandy savannah scout shade skip sterling steel tab teal "
        "temple terry tony trace trip tucker victor wade ward warren wolf bright best brand bond book boss box "
        "branch bridge bush carpenter carter castle church clay cross curry duke fish flowers fox french gates "
        "german good hall hand hart head holiday hood house judge key law lord lucky mason mast merchant mills "
        "moon moss new noble paine paint pay peck pool post power quick read rush sharp shepherd sing song spring "
        "start stock swift tailor taylor turner view walker wall walls waters weaver wells wise world wright"
    ).split()
)
"""English words that are given or family names as well."""
