# ruff: noqa: RUF001 - digits of many scripts
"""The row for telephone numbers: international ones by their `+`, national ones by region, grouping and telling words.

`patterns` puts it into the one table; `numbering` confirms.
"""

from __future__ import annotations

from proxy.detect.numbering import confirmed
from proxy.detect.row import Row

__all__ = ["ROWS"]

_DIGIT = r"[0-9]"
_WIDE = r"[0-9\x{660}-\x{669}\x{6f0}-\x{6f9}\x{966}-\x{96f}\x{ff10}-\x{ff19}]"
_GAP = r"[ \t\x{a0}\x{2002}-\x{200b}\x{202f}().\-\x{2010}-\x{2015}\x{2212}\x{ff08}\x{ff09}\x{ff0d}/~]"
_NO_DOT = _GAP.replace("().", "()")
_PLUS = r"(?:[+\x{ff0b}]{1,2} ?)"
_EXTENSION = r"(?:[ ,;]{0,4}(?:x|X|ext\.?|extension|int\.?|#)[ :.]{0,4}\d{1,7}\b)"

ROWS = (
    Row(
        id="phone",
        entity="PHONE_NUMBER",
        expression=(
            rf"(?:^|[^\w+./\-]|[^\w][/.\-])((?:{_PLUS}\(?{_DIGIT}(?:{_GAP}{{0,3}}{_DIGIT}){{6,16}}|"
            rf"\(?{_DIGIT}{{1,9}}{_GAP}{{1,3}}{_DIGIT}(?:{_GAP}{{0,3}}{_DIGIT}){{4,15}}"
            rf"|0\d{{6,11}}|[2-9]\d{{6,11}}|1\d{{10}}|1[0-4]\d{{5,8}})(?:{_EXTENSION}|\b)"
            rf"|{_PLUS}?\(?{_WIDE}(?:{_GAP}{{0,3}}{_WIDE}){{6,16}})"
        ),
        trigger=(
            rf"(?:^|[^\w+./\-]|[^\w][/.\-])(?:{_PLUS}\(?\d|\(\d+\)|\d+{_NO_DOT}{{1,3}}\d{{4,8}}\b|"
            rf"\d+{_GAP}{{1,3}}\d+{_GAP}{{1,3}}\d{{2,8}}\b"
            rf"|\d{_GAP}{{1,3}}\d{_GAP}|\d+\)?{_GAP}{{1,3}}\d+[ ,;]{{0,4}}[xXe#]|(?:0\d{{6}}|"
            rf"[2-9]\d{{6}})\d{{0,5}}\b|1\d{{10}}\b|1[0-4]\d{{5,8}}\b)"
            r"|[\x{660}-\x{669}\x{6f0}-\x{6f9}\x{966}-\x{96f}\x{ff10}-\x{ff19}]|\x{ff0b}\d"
        ),
        source="ITU-T E.164, E.123; national plans through phonenumbers",
        examples=(
            ("call +33 6 39 98 12 34", "+33 6 39 98 12 34"),
            ("US: 415-555-0132", "415-555-0132"),
            ("(415)555-0132", "(415)555-0132"),
            ("ring 020 7946 0958", "020 7946 0958"),
            ("the number is (800) 123-4567 x532 and", "(800) 123-4567 x532"),
            ("my phone number is 4258829090", "4258829090"),
            ("My Japanese number is 090-1234-5678", "090-1234-5678"),
            ("+1-202-555-0143", "+1-202-555-0143"),
            ("Tel. ０３-1234-5678", "０３-1234-5678"),
        ),
        counters=(
            "2026-01-30",
            "31/8/2011",
            "2012-01-02 08:00",
            "1795286634029",
            "order 415-555-0132",
            "4155550132",
            "$1234567.89",
            "1979-2011 100",
            "54.890812,10.411433",
            "10.12.2024",
            "v6-1795286177070-5212129101857",
            "120.0.6099.129",
            "1234567",
        ),
        confirm=confirmed,
        strength=55,
    ),
    Row(
        id="phone-in-path",
        entity="PHONE_NUMBER",
        expression=rf"/({_PLUS}\d{{7,15}})\b",
        source="ITU-T E.164; a segment of a URL's path",
        examples=(
            ("https://shop.example/u/+442079460958/x", "+442079460958"),
            ("/members/+12025550143", "+12025550143"),
        ),
        counters=("/a+b/c", "/v/+1234567", "/sum/12+4420794609"),
        confirm=confirmed,
        strength=54,
    ),
)
