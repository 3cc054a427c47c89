"""Checksums of numbers that name people or their money, as pure functions on a string.

The pattern tables call them on candidates that an expression has already bounded. None of them searches.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence

__all__ = [
    "IBAN_LENGTHS",
    "base58check",
    "digits",
    "entropy",
    "iban",
    "luhn",
    "weighted",
]

IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}
"""Length by country. Source: SWIFT IBAN registry, release 99 (ISO 13616-1:2020)."""

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def digits(value: str) -> str:
    """Return the decimal digits of `value` in ASCII, whatever script they are in."""
    return "".join(str(int(char)) for char in value if char.isdecimal())


def luhn(number: str) -> bool:
    """Say whether ASCII digits pass the Luhn test. Source: ISO/IEC 7812-1 annex B."""
    total = 0
    for index, char in enumerate(reversed(number)):
        digit = ord(char) - 48
        total += digit if index % 2 == 0 else (digit * 2 - 9 if digit > 4 else digit * 2)
    return total % 10 == 0 and number.strip("0") != ""


def iban(value: str) -> bool:
    """Say whether `value` (letters and digits only) has its country's length and mod 97 = 1. Source: ISO 13616-1."""
    value = value.upper()
    if IBAN_LENGTHS.get(value[:2]) != len(value):
        return False
    return int("".join(str(int(char, 36)) for char in value[4:] + value[:4])) % 97 == 1


def weighted(number: str, weights: Sequence[int]) -> int:
    """Return the sum of digit times weight, as most national identifiers use it."""
    return sum(int(char) * weight for char, weight in zip(number, weights, strict=False))


def base58check(value: str) -> bool:
    """Say whether `value` is Base58Check (Bitcoin addresses). Source: Bitcoin wiki, Base58Check encoding."""
    number = 0
    for char in value:
        at = _BASE58.find(char)
        if at < 0:
            return False
        number = number * 58 + at
    if number >> 200:
        return False
    raw = number.to_bytes(25, "big")
    return hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def entropy(value: str) -> float:
    """Return Shannon's entropy of the characters of `value`, in bits a character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values())
