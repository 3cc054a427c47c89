# ruff: noqa: RUF001 - quotation marks and colons of many scripts
"""Rows that live from the words around them: names behind a title or a cue, dates of birth, coordinates.

`patterns` puts these rows into the one table. What a cue calls a person must still look like a name.
"""

from __future__ import annotations

from collections.abc import Iterable

from proxy.detect.row import Candidate, Found, Row

__all__ = ["ROWS"]

_NAME = r"\p{Lu}[\p{L}\p{M}'’\-]+"
_NAMES = rf"({_NAME}(?: (?:{_NAME}|\p{{Lu}}\.|(?:van|von|della|del|de|di|da|dos|al|el|bin|der|den|la|le)\b)){{0,4}})"
_MAILBOX = _NAMES.replace(" ", ",? ", 1)
"""The family name may come first: `Lovelace, Ada <…>`."""
_CUES = (
    r"my name is|name is|i am called|welcome back,?|welcome,?|signed in as|logged in as|login as|"
    r"assigned to|invited by|invitation from|invite from|on behalf of|message from|message to|"
    r"call from|created by|posted by|written by|uploaded by|shared by|shared with|requested by|"
    r"approved by|submitted by|receipt for|invoice for|profile of|contact:|attn:?|attention:|regards,|"
    r"sincerely,|cheers,|dear|hello|hi|hey|ich heiße|mein name ist|je m'appelle|me llamo|mi chiamo|"
    r"meu nome é|hallo|bonjour|hola|ciao|liebe|lieber|querido|querida|cher|chère"
)
_STOP = frozenset(
    (
        "the a an this that your our their my all new team customer customers user users member sir madam friend "
        "friends everyone guest admin administrator there subscriber client support sales manager hiring you "
        "valued back to home dashboard account settings world january february march april may june july august "
        "september october november december monday tuesday wednesday thursday friday saturday sunday english "
        "spanish french german premium pro free basic enterprise beta plus standard google facebook apple "
        "microsoft github slack twitter linkedin amazon email sso saml okta azure not null none undefined unknown "
        "anonymous"
    ).split()
)


def _named(candidate: Candidate) -> Iterable[Found]:
    """Take what a cue introduces, unless its first word is a role, a month, a product."""
    first = candidate.value.split()[0].casefold()
    if first not in _STOP and len(candidate.value) > 2 and not candidate.value.isupper():
        yield Found(candidate.start, candidate.end)


def _position(candidate: Candidate) -> Iterable[Found]:
    """Take two decimals in the ranges of latitude and longitude."""
    parts = candidate.value.replace("%2C", ",").replace("%2c", ",").replace(";", ",").replace(" ", ",").split(",")
    numbers = [float(part) for part in parts if part]
    if len(numbers) >= 2 and abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 and numbers[0] != numbers[1]:
        yield Found(candidate.start, candidate.end)


_DATE = (
    r"(?:\d{1,2}[./\- ]\d{1,2}[./\- ](?:19|20)?\d{2}|(?:19|20)\d{2}[./\-]\d{1,2}[./\-]\d{1,2}|"
    r"\d{1,2}(?:st|nd|rd|th|\.)? (?:of )?\p{L}{3,10}\.?,? (?:19|20)\d{2}|\p{Lu}\p{L}{2,9}\.? \d{1,2}(?:st|nd|"
    r"rd|th)?,? (?:19|20)\d{2})"
)
_DECIMAL = r"-?\d{1,3}\.\d{4,}"

ROWS = (
    Row(
        id="person-titled",
        entity="PERSON",
        expression=(
            rf"(?:^|[^\w])(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Herr|Frau|Monsieur|Madame|Mme|Mlle|Sr|Sra|Srta|"
            rf"Señor|Señora|Sig|Signor|Signora|Dott|Dhr|Mevr|Pan|Pani)\.? {_NAMES}"
        ),
        trigger=(
            r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Herr|Frau|Monsieur|Madame|Mme|Mlle|Sr|Sra|Srta|Señor|Señora|Sig|Signor|"
            r"Signora|Dott|Dhr|Mevr|Pan|Pani)\.? \p{Lu}"
        ),
        source="forms of address, CLDR person names",
        examples=(
            ("They call me Mr. Mayers", "Mayers"),
            ("Frau Müller-Lüdenscheidt rief an", "Müller-Lüdenscheidt"),
            ("ask Dr. Ada B. Lovelace", "Ada B. Lovelace"),
        ),
        counters=("Dear Sir or Madam", "Dr. who"),
        confirm=_named,
        strength=45,
    ),
    Row(
        id="person-cued",
        entity="PERSON",
        expression=rf"(?:^|[^\w])(?i:{_CUES}) {_NAMES}",
        trigger=rf"\b(?i:{_CUES}) \p{{Lu}}",
        source="cues of letters, invitations and greetings",
        examples=(
            ("my name is Dan", "Dan"),
            ("Invited by Zoë O'Hannigan-Smythe", "Zoë O'Hannigan-Smythe"),
            ("Hi Ada,", "Ada"),
            ("Receipt for Søren Ærøskøbing", "Søren Ærøskøbing"),
        ),
        counters=("Welcome back", "Dear Customer", "Hello World", "assigned to Team", "Welcome Home"),
        confirm=_named,
        strength=44,
    ),
    Row(
        id="person-mailbox",
        entity="PERSON",
        expression=rf"(?:^|[^\w]){_MAILBOX}[\"']? ?<[^<>@\s\x00]+@",
        trigger=r"\pL[\"']? ?<[^<>@\s\x00]+@",
        source="RFC 5322 section 3.4 (display name before an address in angle brackets)",
        examples=(
            ("sent to Ada Lovelace <countess@example.org>", "Ada Lovelace"),
            ('"Lovelace, Ada" <countess@example.org>', "Lovelace, Ada"),
            ("Søren Ærøskøbing <s@example.org>", "Søren Ærøskøbing"),
        ),
        counters=("Support <help@example.org>", "mail <ada@example.org>", "Ada <b>"),
        confirm=_named,
        strength=44,
    ),
    Row(
        id="birth-date",
        entity="BIRTH_DATE",
        expression=(
            r"(?i)\b(?:born(?: on)?|dob|d\.o\.b\.?|date of birth|birth ?date|birthday|geboren(?: am)?|"
            r"geburtsdatum|né(?:e)? le|date de naissance|nacid[oa](?: el)?|"
            rf"fecha de nacimiento|nat[oa](?: il)?|data di nascita|data de nascimento|geboortedatum|født|född|"
            rf"生年月日)[ \t]{{0,2}}(?:is|:|=|was|：)?[ \t]{{0,2}}({_DATE})"
        ),
        trigger=(
            r"(?i)\b(?:born|dob|d\.o\.b|date of birth|birth ?date|birthday|geboren|geburtsdatum|née? le|naissance|"
            r"nacid[oa]|nacimiento|nat[oa]|nascita|nascimento|geboortedatum|født|född)|生年月日"
        ),
        source="words of forms, HTML autocomplete token `bday`",
        examples=(
            ("DOB: 14/03/1988", "14/03/1988"),
            ("born on March 14, 1988", "March 14, 1988"),
            ("geboren am 14.3.1988", "14.3.1988"),
        ),
        counters=("built on 2024-01-02", "14/03/1988"),
        strength=64,
    ),
    Row(
        id="coordinates",
        entity="LOCATION_PRECISE",
        expression=rf"(?:^|[^\w.\-])({_DECIMAL}(?:, ?|%2[Cc](?:%20)?|; ?| ){_DECIMAL})\b",
        trigger=r"\.\d{4}\d*(?:,|;| |%2[Cc])",
        source="ISO 6709 annex H (decimal degrees); four decimals are eleven metres",
        examples=(
            ("at 54.890812,10.411433 now", "54.890812,10.411433"),
            ("?ll=48.8584,2.2945", "48.8584,2.2945"),
            ("-33.8688, 151.2093", "-33.8688, 151.2093"),
        ),
        counters=("1234.5678,10.1234", "0.1234", "95.1234,10.1234", "1.25,3.50"),
        confirm=_position,
        strength=66,
    ),
    Row(
        id="geo-uri",
        entity="LOCATION_PRECISE",
        expression=r"(?i)(?:^|[^\w])(geo:-?\d{1,2}(?:\.\d+)?,-?\d{1,3}(?:\.\d+)?(?:,-?\d+(?:\.\d+)?)?(?:;[\w=.\-;]+)?)",
        trigger=r"(?i)geo:-?\d",
        source="RFC 5870",
        examples=(("geo:37.786971,-122.399677;u=35", "geo:37.786971,-122.399677;u=35"),),
        counters=("geo: here",),
        strength=67,
    ),
    Row(
        id="coordinates-dms",
        entity="LOCATION_PRECISE",
        expression=(
            r"(\d{1,2}[°º] ?\d{1,2}['′’] ?(?:\d{1,2}(?:\.\d+)?(?:\"|″|”|''))? ?[NS][, ]{0,3}\d{1,3}[°º] "
            r"?\d{1,2}['′’] ?(?:\d{1,2}(?:\.\d+)?(?:\"|″|”|''))? ?[EWO])"
        ),
        trigger=r"[°º]",
        source="ISO 6709 annex D",
        examples=(("40°26′46″N 79°58′56″W", "40°26′46″N 79°58′56″W"),),
        counters=("20° C",),
        strength=66,
    ),
    Row(
        id="plus-code",
        entity="LOCATION_PRECISE",
        expression=r"(?:^|[^\w+])([23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,3})\b",
        trigger=r"[23456789CFGHJMPQRVWX]{4}\+[23456789CFGHJMPQRVWX]{2}",
        source="Open Location Code specification 1.0 (full codes)",
        examples=(("meet at 8FVC9G8F+6X", "8FVC9G8F+6X"),),
        counters=("ABCDEFGH+12",),
        strength=66,
    ),
)
