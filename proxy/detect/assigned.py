# ruff: noqa: RUF001 - apostrophes that people type
"""Rows for what a telling word assigns in a text: `first_name=Zoe&lat=54.890812`, `{"lastName": "Quist"}` in a message.

Forms, queries in fields that are no URL, and objects that a program printed. `patterns` puts these rows into the one
table; secrets that are assigned stand in `credentials`.
"""

from __future__ import annotations

from collections.abc import Iterable

from proxy.detect.row import Candidate, Found, Row

__all__ = ["ROWS"]

_MARK = r"\\?[\"']?"
_SIGN = rf"(?:\]|%5[dD])?{_MARK}[ ]?(?:=|:|%3[dD])"
"""Between word and value, behind a bracket (`user[first_name]=`) or a quotation mark."""
_NAMES = (
    r"(?:first|last|full|given|family|middle|maiden|sur)[_ \-]?name|vorname|nachname|pr[eé]nom|apellidos?|cognome|"
    r"voornaam|achternaam"
)
_PLACES = r"lat|latitude|lng|lon|long|longitude"
_NO_NAMES = frozenset(
    "required optional missing invalid empty blank null none nil undefined unknown true false string text value label "
    "field input error must is not the your please enter pseudonym asc desc".split()
)
_TOKENS = ("p1_", "e1_")
"""What stands in place of a name already."""


def _named(candidate: Candidate) -> Iterable[Found]:
    """Take the value, unless it is a word about names: `first name: required`."""
    name = candidate.value.rstrip("'’.-")
    if name.split()[0].casefold() not in _NO_NAMES and not name.startswith(_TOKENS):
        yield Found(candidate.start, candidate.start + len(name))


def _degrees(value: str) -> bool:
    """Say whether a decimal is one of a latitude or longitude."""
    return abs(float(value)) <= 180


ROWS = (
    Row(
        id="person-assigned",
        entity="PERSON",
        expression=(
            rf"(?i:{_NAMES}){_SIGN}[ ]?{_MARK}"
            r"(\p{L}[\p{L}\p{M}\p{N}_'’.\-]+(?:(?: \p{Lu}|\+\p{L})[\p{L}\p{M}'’.\-]*){0,3})"
        ),
        trigger=rf"(?i:{_NAMES}){_SIGN}",
        source="HTML autocomplete tokens `given-name`, `family-name`, as programs and forms write them",
        examples=(
            ("first_name=Zoe&plan=team", "Zoe"),
            ("user[last_name]=quist", "quist"),
            ("saved {'fullName': 'Zoe Quist', 'plan': 1}", "Zoe Quist"),
            ("full_name=Zoe+Quist&x=1", "Zoe+Quist"),
            ("u%5Bsurname%5D=O%27Hara", "O%27Hara"),
            ("Vorname: Zoë", "Zoë"),
        ),
        counters=(
            "first name: required",
            "sort=last_name:asc",
            "file_name=report",
            "lastname=null",
            "first_name=",
            "first name is Zoe",
        ),
        confirm=_named,
        strength=46,
    ),
    Row(
        id="coordinate-assigned",
        entity="LOCATION_PRECISE",
        expression=rf"(?:^|[^\pL\pN])(?i:{_PLACES}){_SIGN}[ ]?{_MARK}(-?\d{{1,3}}\.\d{{3,18}})\b",
        trigger=rf"(?i:{_PLACES}){_SIGN}[ ]?{_MARK}-?\d",
        source="ISO 6709 annex H; three decimals are a hundred metres",
        examples=(
            ("?lat=54.890812&lng=10.411433", "54.890812"),
            ('at {"latitude": -33.8688, "longitude": 151.2093}', "-33.8688"),
            ("map_lon: 10.411433", "10.411433"),
        ),
        counters=("flat=1.2345", "lat=54.8", "long=1234.5678", "lon=190.1234"),
        check=_degrees,
        strength=66,
    ),
)
