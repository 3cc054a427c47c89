# ruff: noqa: RUF001 - telephone words and digits of many scripts
"""Which runs of digits are telephone numbers: by numbering plan, region, grouping and the words around.

`phone` confirms its candidates here. `phonenumbers` (Google's numbering plan data) decides what is a number; this file
decides which runs are worth asking about, since order numbers, dates, prices and pieces of IBANs look alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import phonenumbers

from proxy.detect.checksums import digits
from proxy.detect.row import Candidate, Found, near

__all__ = ["confirmed"]

_PHONE_WORDS = (
    "phone",
    "tel",
    "mobile",
    "mobil",
    "cell",
    "call",
    "fax",
    "whatsapp",
    "sms",
    "handy",
    "movil",
    "móvil",
    "celular",
    "portable",
    "cellulare",
    "teléfono",
    "rufnummer",
    "dial",
    "ring",
    "text me",
    "reach me",
    "電話",
    "电话",
    "手机",
    "携帯",
    "тел",
    "звон",
    "هاتف",
    "جوال",
    "फ़ोन",
    "फोन",
    "전화",
)
_NUMBER_WORDS = ("my number", "number is", "number-", "numéro", "número", "nummer ist")
"""They tell a telephone number only where nothing tells another kind of number."""
_OTHER_WORDS = (
    "order",
    "invoice",
    "tracking",
    "ticket",
    "sku",
    "isbn",
    "ean",
    "upc",
    "serial",
    "part no",
    "model",
    "build",
    "version",
    "ref",
    "case",
    "flight",
    "batch",
    "account",
    "receipt",
    "bestell",
    "rechnung",
    "commande",
    "pedido",
    "facture",
    "factura",
    "patent",
    "article",
    "id:",
    "id=",
    "ssn",
    "social",
    "tax",
    "timestamp",
    "passport",
    "pin",
    "routing",
    "license",
    "card",
    "iban",
    "npi",
    "imei",
    "zip",
    "postal",
    "insurance",
    "fiscal",
    "abn",
    "acn",
    "vat",
)
_DATE = re.compile(
    r"(?:(?:19|20)\d\d([-./ \\])\d{1,2}\1\d{1,2}|\d{1,2}([-./\\])\d{1,2}\2(?:19|20)?\d\d)(?:\D|$)"
    r"|(?:19|20)\d\d[01]\d[0-3]\d(?: \d\d)?$|(?:19|20)\d\d ?[-\u2013] ?(?:19|20)\d\d(?:\D|$)|\d{1,3}(?:\.\d{1,3}){3}$"
)
_TAIL = re.compile(r"[ ,;]*(?:[xX#]|ext|int).*$")
_MONEY = frozenset("$€£¥₹₽₩฿¢%#°№")
_MANY_REGIONS = 6
"""With more regions than these nobody said where the people are, and short local formats are not read."""


def _shaped_otherwise(text: str, start: int, end: int) -> bool:
    """Say whether the run is a date, a decimal, a price, a percentage, or a piece of something longer."""
    value = text[start:end]
    before, behind = text[max(0, start - 1) : start], text[end : end + 1]
    if _DATE.match(value) or before in _MONEY or (behind and (behind in _MONEY or behind.isdigit())):
        return True
    earlier, later = text[max(0, start - 2) : start - 1], text[end + 1 : end + 2]
    if before in {".", ",", ":", "-", "/", "_", "="} and earlier.isdigit():
        return True
    if (before == "-" and earlier.isalnum()) or (behind in {"-", ":", "/"} and later.isalnum()):
        return True
    if behind in {".", ","} and later.isdigit():
        return True
    gaps = [char for char in value if not char.isdecimal()]
    return gaps in (["."], ["/"]) or text[max(0, start - 2) : start] in {"$ ", "€ ", "£ "}


def _inside_code(text: str, start: int, end: int) -> bool:
    """Say whether groups of letters and digits go on before or behind: a piece of an IBAN or a licence key."""
    before = text[max(0, start - 12) : start].split(" ")
    behind = text[end : end + 12].split(" ")
    last = before[-2] if len(before) > 1 and not before[-1] else ""
    following = behind[1] if len(behind) > 1 and not behind[0] else ""
    return any(part.isalnum() and any(map(str.isdigit, part)) and len(part) > 2 for part in (last, following))


def _international(value: str, regions: tuple[str | None, ...]) -> bool:
    """Say whether a number with `+`, or with the international prefix of one of the regions, can exist."""
    written = digits(value)
    if len(written) <= _TOO_SHORT:
        return False
    if value[0] == "+" and any(len(written) - size in _lengths(written[:size]) for size in _CALLING_CODE_DIGITS):
        return True
    for region in regions:
        try:
            number = phonenumbers.parse(value, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return True
    return False


_GROUP = re.compile(r"\(\\d(?:\{(\d+)(?:,(\d+))?\})?\)")
_FIRST = re.compile(r"(\\\d)")
_PARTS = re.compile(r"\\\d|\d|\D")
"""The library's formats: `(\\d{3})(\\d{3,4})` is shown as `\\1-\\2`, and a rule may put `0` before the first group."""
_EXTENSION = "~"
"""To the library an extension stands behind it; the number is grouped without it."""
_TOO_SHORT = 7
_CALLING_CODE_DIGITS = (1, 2, 3)
"""Source: ITU-T E.164 section 6.2.1."""


@cache
def _lengths(code: str) -> frozenset[int]:
    """Give how many digits may follow a calling code; none when nobody has it. Spares most numbers a parse of 40 µs."""
    region = phonenumbers.region_code_for_country_code(int(code))
    plan = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    if plan is None or plan.general_desc is None or code[0] == "0":
        return frozenset()
    return frozenset(plan.general_desc.possible_length)


def _breaks(text: str) -> set[int]:
    """Return where groups of digits end, counted in digits from the right."""
    found, count = {0}, 0
    for char in reversed(text):
        if char.isdecimal():
            count += 1
        else:
            found.add(count)
    return found - {0, count}


def _national(value: str, region: str, *, told: bool) -> bool:
    """Say whether the run is valid in `region` and grouped as people there write it; told by a word, any grouping."""
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return False
    if not phonenumbers.is_valid_number_for_region(number, region):
        return told and phonenumbers.is_possible_number(number) and len(digits(value)) >= 9
    breaks = _breaks(value)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return told or (bool(breaks) and breaks <= _breaks(written) | {len(digits(value)) - 1})


def _grouping(value: str, regions: tuple[str, ...]) -> Iterable[str]:
    """Give the regions where anybody groups digits like that: it spares the others a parse of 40 µs each."""
    breaks = _breaks(value) - {len(digits(value)) - 1}
    return [region for region in regions if any(map(breaks.issubset, _groupings(region)))]


@cache
def _groupings(region: str) -> frozenset[frozenset[int]]:
    """Give where groups end in each national format of a region, counted in digits from the right."""
    code = phonenumbers.country_code_for_region(region)
    main = phonenumbers.region_code_for_country_code(code)
    plan = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, main)
    found = {frozenset[int]()}
    for format_ in plan.number_format if plan is not None else ():
        widths = [
            range(int(least or 1), int(most or least or 1) + 1) for least, most in _GROUP.findall(format_.pattern or "")
        ]
        shape = _FIRST.sub(format_.national_prefix_formatting_rule or r"\1", format_.format or "", count=1)
        written = {(0, frozenset[int]())}
        for part in reversed(_PARTS.findall(shape)):
            if part[0] == "\\":
                written = {(end + width, ends) for end, ends in written for width in widths[int(part[1]) - 1]}
            elif part.isdecimal():
                written = {(end + 1, ends) for end, ends in written}
            else:
                written = {(end, ends | {end}) for end, ends in written}
        found |= {ends for _, ends in written}
    return frozenset(ends for ends in found if not any(map(ends.__lt__, found)))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Take off an opening parenthesis that nothing closes."""
    if text[start] == "(" and ")" not in text[start:end]:
        start += 1
    return start, end


def confirmed(candidate: Candidate) -> Iterable[Found]:
    """Confirm one run of digits; trims gaps and parentheses that are not its own."""
    text, regions = candidate.text, candidate.regions
    start, end = _trimmed(text, candidate.start, candidate.end)
    value = _TAIL.sub("", text[start:end])
    if value[0] in "+＋":
        while value and not _international(value.replace("++", "+"), (None,)):
            value = value.rpartition(" ")[0]  # another number may stand behind: of a house, of an invoice
            end = start + len(value)
        if value:
            yield Found(start, end)
        return
    if _shaped_otherwise(text, start, end) or len(set(digits(value))) < 2:
        return
    window = text[max(0, start - 32) : start].casefold()
    word, other = (max(map(window.rfind, words)) for words in (_PHONE_WORDS, _OTHER_WORDS))
    told = word > other or (other < 0 and near(text, end, end, _PHONE_WORDS, 12))
    if not told and ((other >= 0 and len(window) - other < 22) or _inside_code(text, start, end)):
        return
    told = told or near(text, start, start, _NUMBER_WORDS, 24)
    if not told and not _plausible(value, regions):
        return
    abroad = value.startswith(("00", "011")) and _international(value, regions[:3])
    told = told or value.isdecimal()
    likely = regions if told or _EXTENSION in value else _grouping(value, regions)
    if abroad or any(_national(value, region, told=told) for region in likely):
        yield Found(start, end)


def _plausible(value: str, regions: tuple[str, ...]) -> bool:
    """Say whether a run that no word calls a telephone number may be one by its shape alone."""
    many = len(regions) > _MANY_REGIONS
    if value.isdecimal():
        return value[0] == "0" and value[1] != "0" and not many
    return not many or len(digits(value)) >= 9
