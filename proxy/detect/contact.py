# ruff: noqa: RUF001 - full-width at signs are what people type
"""Rows for what reaches a person: email addresses. Telephone numbers stand in `phone`, postal addresses in `address`.

`patterns` puts these rows into the one table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from proxy.detect.row import Candidate, Found, Row, near
from proxy.detect.tlds import TLDS

__all__ = ["ROWS"]

_ATOM = r"[\p{L}\p{N}\p{M}.!#$%&'*+/=?^_`{|}~\-]"
_LABEL = r"[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}\-]{0,61}[\p{L}\p{N}\p{M}])?"
_DOMAIN = rf"(?:{_LABEL}[.。])+(?:xn--[a-z0-9\-]{{2,59}}|[\p{{L}}\p{{M}}]{{2,24}})"
_AT = r"(?:@|＠|%40|%2540|&#64;|&#x40;|&commat;|\\u0040)"
_MARK = re.compile(r"@|＠|%(?:25)?40|&#|&commat;|\\u0040")
_PICTURE = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".ico", ".css", ".js")
_MAIL_WORDS = ("mail", "contact", "reach", "write", "correo", "courriel", "メール", "邮", "почт")
_GLUE = "_-"
_STOPS = frozenset(("me", "us", "you", "them", "him", "her", "it", "is", "be", "look", "looking", "buy", "sale", "now"))
_PUT_BEFORE = re.compile(r".*(?:[=?/&{|]|%(?:3[AaCcDd]|2[0Ff26]))", re.DOTALL)
"""All up to the last sign, plain or escaped, that ends what a URL or a template has in front of an address."""
_LEADING = "!#$%&'*/=?^`{|}~.-"


def _address(candidate: Candidate) -> Iterable[Found]:
    """Trim what a URL or a sentence put in front, refuse names of image files (`logo@2x.png`)."""
    text, start, end = candidate.text, candidate.start, candidate.end
    value = text[start:end]
    if value.lower().endswith(_PICTURE):
        return
    at = [mark.start() for mark in _MARK.finditer(value)][-1]
    local = value[:at]
    put_before = _PUT_BEFORE.match(local)
    if put_before is not None:
        start, local = start + put_before.end(), local[put_before.end() :]
    kept = len(local.lstrip(_LEADING))
    if kept:
        end = _trimmed(text, candidate.start + at, end)
        if end:
            yield Found(start + len(local) - kept, end)


def _trimmed(text: str, at: int, end: int) -> int:
    """Cut the domain behind `at` back to a top-level one that exists (`example.com.Thanks`); 0 when there is none."""
    if text[end : end + 1] in _GLUE and text[end : end + 1]:
        return 0
    domain = text[at:end].replace("。", ".")
    size = len(domain)
    while (dot := domain.rfind(".", 0, size)) >= 0:
        label = domain[dot + 1 : size]
        if len(label) == 2 or not label.isascii() or label.lower().startswith("xn--") or label.lower() in TLDS:
            return at + size
        if not (label[0].isupper() or text[at + size : at + size + 2].strip(" .,;").isalpha()):
            return 0  # `none@none.com.dmf` is no address, `ada@example.com.Thanks` a sentence that goes on
        size = dot
    return 0


def _spelled(candidate: Candidate) -> Iterable[Found]:
    """Take `ada at example dot org` always, `ada at example.org` only where something tells an address."""
    value = candidate.value.casefold()
    local = value.split()[0].split("(")[0].split("[")[0]
    if local in _STOPS:
        return
    told = " dot " in value or "(" in value or "[" in value or "{" in value or any(mark in local for mark in "._+")
    if (
        told
        or any(char.isdigit() for char in local)
        or near(candidate.text, candidate.start, candidate.end, _MAIL_WORDS)
    ):
        yield Found(candidate.start, candidate.end)


ROWS = (
    Row(
        id="email",
        entity="EMAIL_ADDRESS",
        expression=rf"{_ATOM}+{_AT}{_DOMAIN}",
        trigger=r"[\pL\pN\pM_]@|＠|%40|%2540|&#64;|&#x40;|&commat;|\\u0040",
        source="RFC 5322 section 3.4.1, RFC 6531 (unicode), RFC 3986 section 2.1 (percent-encoding)",
        examples=(
            ("mail ada@example.org now", "ada@example.org"),
            ("ada%40example.org", "ada%40example.org"),
            ("/u/zoe.o'hannigan%40example.com?x=1", "zoe.o'hannigan%40example.com"),
            ("q=søren@post.example.net", "søren@post.example.net"),
            ("user@xn--80ak6aa92e.com", "user@xn--80ak6aa92e.com"),
            ("a@xn--d1acufc.xn--p1ai", "a@xn--d1acufc.xn--p1ai"),
            ("hello+world+ada@example.com", "hello+world+ada@example.com"),
            ("ada@example.org.", "ada@example.org"),
            ("write ada@example.com.Thanks", "ada@example.com"),
            ("почта: иван@пример.рф", "иван@пример.рф"),
        ),
        counters=(
            "info@presidio.",
            "none@none.codfm",
            "none@lb.co_m",
            "react@18.2.0",
            "logo@2x.png",
            "@media screen",
            "hello-world here",
            "a @ b.com",
        ),
        confirm=_address,
        strength=80,
    ),
    Row(
        id="email-quoted",
        entity="EMAIL_ADDRESS",
        expression=rf'"[^"\x00\r\n@]{{1,64}}"@{_DOMAIN}|{_ATOM}+@\[[0-9A-Fa-f:.]+\]',
        trigger=r"\"@|@\[",
        source="RFC 5321 section 4.1.2 (quoted-string), 4.1.3 (address-literal)",
        examples=(
            ('to "ada l"@example.org', '"ada l"@example.org'),
            ("ada@[192.0.2.1]", "ada@[192.0.2.1]"),
        ),
        strength=85,
    ),
    Row(
        id="email-spelled",
        entity="EMAIL_ADDRESS",
        expression=(
            r"(?i)(?:^|[^\w.+\-])([\w.+\-]+(?:\s?[(\[{]\s?at\s?[)\]}]\s?| at )[\w\-]+"
            r"(?:(?:\s?[(\[{]\s?dot\s?[)\]}]\s?| dot |\.)[\w\-]+)*"
            r"(?:\s?[(\[{]\s?dot\s?[)\]}]\s?| dot |\.)[a-z]{2,18})\b"
        ),
        trigger=r"(?i)(?: at |[(\[{] ?at ?[)\]}] ?)[\w\-]+(?: dot |\.| ?[(\[{])",
        source="RFC 2822 addresses as people write them against harvesters",
        examples=(
            ("ada at example dot org", "ada at example dot org"),
            ("ada [at] example [dot] org", "ada [at] example [dot] org"),
            ("write to ada at example.org", "ada at example.org"),
            ("ada.lovelace at example.org", "ada.lovelace at example.org"),
        ),
        counters=("meet me at example.org", "shoes at example.com", "at 10.30"),
        confirm=_spelled,
        strength=70,
    ),
)
