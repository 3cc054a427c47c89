"""Rows for national identifiers that Presidio has no recognizer for, or reads more narrowly than people write them.

`patterns` puts these rows into the one table; the identifiers of other countries come through `presidio`.
"""

from __future__ import annotations

from collections.abc import Iterable

from proxy.detect.checksums import digits, weighted
from proxy.detect.row import Candidate, Found, Row, near

__all__ = ["ROWS"]

_SSN_WORDS = ("ssn", "social security", "socialsecurity", "ssid", "soc sec", "ss#", "ss #", "tin", "taxpayer")
_NOT_SSN = ("itin", "routing", "passport", "order", "invoice", "bank", "zip", "phone", "npi", "license", "tracking")


_CPR_WORDS, _CPR_WEIGHTS = ("cpr", "personnummer"), (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


def _ssn(candidate: Candidate) -> Iterable[Found]:
    """Take nine digits in an issuable range: grouped 3-2-4 always, otherwise told by a word or a leading zero."""
    text, start, end = candidate.text, candidate.start, candidate.end
    value = text[start:end]
    number = digits(value)
    told = near(text, start, end, _SSN_WORDS)
    if text[end : end + 1] in {"-", ".", "/"} and text[end + 1 : end + 2].isalnum():
        return
    if not told and near(text, start, start, _NOT_SSN, 24):
        return
    if number[:3] in {"000", "666"} or number[0] == "9" or number[3:5] == "00" or number[5:] == "0000":
        return
    if value[2] == "-" and not told:
        return
    if told or (value != number and len(set(value) - set(number)) == 1) or (number[0] == "0" and _issued(number)):
        yield Found(start, end)


def _issued(number: str) -> bool:
    """Refuse the numbers that advertisements made famous (SSA, POMS RM 10201.035) and plain sequences."""
    return number not in {"078051120", "012345678"} and len(set(number)) > 3


def _nir(value: str) -> bool:
    """Verify the key of a French NIR: 97 - (number mod 97), Corsica's 2A and 2B as 19 and 18."""
    compact = "".join(char for char in value if char.isalnum()).upper()
    body = compact[:13].replace("2A", "19").replace("2B", "18")
    return len(compact) == 15 and body.isdigit() and 97 - int(body) % 97 == int(compact[13:])


def _cpf(value: str) -> bool:
    """Verify both check digits of a Brazilian CPF."""
    number = digits(value)
    if len(number) != 11 or len(set(number)) == 1:
        return False
    first = weighted(number, range(10, 1, -1)) * 10 % 11 % 10
    second = weighted(number, range(11, 1, -1)) * 10 % 11 % 10
    return number[9:] == f"{first}{second}"


def _cpr(candidate: Candidate) -> Iterable[Found]:
    """Take a date and four digits that keep the checksum or stand by a telling word: order numbers have a date, too.

    Since 2007 numbers of some days are given out without the checksum, where those with it have run out.
    """
    number = digits(candidate.value)
    if not (1 <= int(number[:2]) <= 31 and 1 <= int(number[2:4]) <= 12):
        return
    if not weighted(number, _CPR_WEIGHTS) % 11 or near(candidate.text, candidate.start, candidate.end, _CPR_WORDS):
        yield Found(candidate.start, candidate.end)


ROWS = (
    Row(
        id="us-ssn",
        entity="US_SSN",
        expression=(
            r"(?:^|[^\w.\-/+]|\W-)(\d{3}(?:-\d{2}-|\.\d{2}\.|\s\d{2}\s)\d{4}|\d{3}-\d{6}|\d{5}-\d{4}|"
            r"\d{2}-\d{7}|\d{9})\b"
        ),
        source="SSA, Program Operations Manual RM 10201.030 (ranges since 2011)",
        examples=(
            ("078-05-1123", "078-05-1123"),
            ("ssn: 123456788", "123456788"),
            ("078.05.1123", "078.05.1123"),
            ("the ssn is 123 45 6789.", "123 45 6789"),
        ),
        counters=("000-12-3456", "666-12-3456", "978-05-1123", "078-00-1123", "order 123456788", "123456788"),
        confirm=_ssn,
        strength=62,
    ),
    Row(
        id="fr-nir",
        entity="FR_NIR",
        expression=r"(?:^|[^\w.])([12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2})\b",
        source="INSEE, numéro d'inscription au répertoire (décret 82-103)",
        examples=(("2 55 08 14 168 025 38", "2 55 08 14 168 025 38"),),
        counters=("2 55 08 14 168 025 39", "1795286634029123"),
        check=_nir,
        strength=74,
    ),
    Row(
        id="br-cpf",
        entity="BR_CPF",
        expression=r"(?:^|[^\w.\-])(\d{3}\.\d{3}\.\d{3}-\d{2})\b",
        source="Receita Federal, CPF check digits",
        examples=(("CPF 529.982.247-25", "529.982.247-25"),),
        counters=("529.982.247-26", "111.111.111-11"),
        check=_cpf,
        strength=80,
    ),
    Row(
        id="dk-cpr",
        entity="NATIONAL_ID",
        expression=r"(?:^|[^\w.\-])(\d{6}-\d{4})\b",
        source="CPR-kontoret, Personnummeret i CPR (mod 11, and its end for some days in 2007)",
        examples=(("cpr 010180-9995", "010180-9995"), ("070761-4285", "070761-4285")),
        counters=("991380-9995", "order 261121-1234", "261121-1234"),
        confirm=_cpr,
        strength=60,
    ),
)
