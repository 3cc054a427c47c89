"""Checksums of numbers that name people or their money, as pure functions on a string.

The pattern tables call them on candidates that an expression has already bounded. None of them searches.
"""

from __future__ import annotations

import hashlib

__all__ = [
    "base58check",
    "digits",
    "entropy",
    "iban",
    "luhn",
    "mod11_10",
    "verhoeff",
    "weighted",
]

import math
from collections import Counter
from collections.abc import Sequence

IBAN_LENGTHS = {
    **{"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29},
    **{"BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29},
    **{"ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28},
    **{"HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20},
    **{"LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19},
    **{"MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29},
    **{"PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24},
    **{"SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20},
    **{"YE": 30},
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
    """Return the sum of digit × weight, as most national identifiers use it."""
    return sum(int(char) * weight for char, weight in zip(number, weights, strict=False))


def mod11_10(number: str) -> bool:
    """Say whether digits pass ISO 7064 mod 11,10 (German tax id, Croatian OIB)."""
    rest = 10
    for char in number[:-1]:
        rest = (rest + int(char)) % 10 or 10
        rest = rest * 2 % 11
    return (11 - rest) % 10 == int(number[-1])


def verhoeff(number: str) -> bool:
    """Say whether digits pass the Verhoeff test (Aadhaar). Source: J. Verhoeff, Error Detecting Decimal Codes, 1969."""
    check = 0
    for index, char in enumerate(reversed(number)):
        check = _dihedral(check, _permute(int(char), index % 8))
    return check == 0


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


def _dihedral(left: int, right: int) -> int:
    """Multiply in the dihedral group D5."""
    if left < 5:
        return (left + right) % 5 if right < 5 else (left + right - 5) % 5 + 5
    return (left - right) % 5 + 5 if right < 5 else (left - right) % 5


def _permute(digit: int, times: int) -> int:
    """Apply Verhoeff's permutation `times` times."""
    for _ in range(times):
        digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
    return digit
