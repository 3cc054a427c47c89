# ruff: noqa: RUF001 - colons of many scripts
"""Rows for what opens doors and has a form or a telling word: JWT, PEM, bearer, URL credentials, passwords.

`patterns` puts these rows into the one table. Keys that a vendor marks by a prefix stand in `tokens`.
"""

from __future__ import annotations

from collections.abc import Iterable

from proxy.detect.checksums import entropy
from proxy.detect.row import Candidate, Found, Row

__all__ = ["ROWS"]

_PLACEHOLDERS = frozenset(
    "true false null none undefined yes no required optional string xxx xxxx changeme redacted hidden masked "
    "filtered secret password token".split()
)


def _random(value: str) -> bool:
    """Say whether a value looks drawn, not written: letters, digits, 3 bits a character (gitleaks: 3.5)."""
    mixed = value != value.lower() and value != value.upper()
    return any(map(str.isdigit, value)) and (mixed or len(value) > 15) and entropy(value) > 3.0


def _assigned(candidate: Candidate) -> Iterable[Found]:
    """Take what a telling word assigns, unless it is a word about it: `password: required`."""
    value = candidate.value.strip("\"'")
    if value.casefold() in _PLACEHOLDERS or len(set(value)) < 3 or value.startswith(("[", "<", "{", "$", "*", "p1_")):
        return
    yield Found(candidate.start, candidate.end)


ROWS = (
    Row(
        id="jwt",
        entity="SECRET",
        expression=r"(?:^|[^\w\-])(eyJ[\w\-]{5,}\.(?:eyJ|[\w\-])[\w\-]{4,}\.?[\w\-.]*=*)",
        trigger=r"eyJ[\w\-]+\.",
        source="RFC 7519 section 3, RFC 7516 (five parts)",
        examples=(
            (
                "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3",
            ),
        ),
        counters=("eyJhbGciOiJIUzI1NiJ9", "eyJ.x"),
        strength=95,
    ),
    Row(
        id="pem",
        entity="SECRET",
        expression=(
            r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^\x00]*?-----END [A-Z0-9 "
            r"]{0,40}PRIVATE KEY(?: BLOCK)?-----|[^\x00]*))"
        ),
        trigger=r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY",
        source="RFC 7468",
        examples=(
            (
                "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
            ),
        ),
        counters=("-----BEGIN CERTIFICATE-----",),
        strength=96,
    ),
    Row(
        id="bearer",
        entity="SECRET",
        expression=r"(?i)\b(?:bearer|basic|token)[ :]{1,2}([A-Za-z0-9\-._~+/]{8,}=*)",
        trigger=r"(?i)\b(?:bearer|basic|token)[ :]{1,2}(?:[a-z\-._~+/]+[0-9]|[0-9]+[a-z\-._~+/]|[0-9]{8})",
        source="RFC 6750 section 2.1, RFC 7617",
        examples=(
            ("Authorization: Bearer mF_9.B5f-4.1JqM9aZ0", "mF_9.B5f-4.1JqM9aZ0"),
            ("basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ),
        counters=("basic features", "token expired", "token 184", "bearer of news 2"),
        check=_random,
        strength=88,
    ),
    Row(
        id="url-credentials",
        entity="SECRET",
        expression=r"[A-Za-z][A-Za-z0-9+.\-]{1,20}:(?://|%2[fF]%2[fF])([^\s\x00/?#@:\"'<>]*:[^\s\x00/?#\"'<>]*)@[\w\[]",
        trigger=r"[A-Za-z0-9]:(?://|%2[fF]%2[fF])[^\s\x00/?#@:\"'<>]*:[^\s\x00/?#@\"'<>]*@",
        source="RFC 3986 section 3.2.1",
        examples=(
            ("https://ada:pa55w@example.org/x", "ada:pa55w"),
            ("postgres://app:s3cr%40t@db:5432/x", "app:s3cr%40t"),
            ("redis://:hunter2@cache:6379", ":hunter2"),
        ),
        counters=("https://example.org:8080/@ada", "mailto:ada", "https://medium.com/@ada", "http://a.b/c:d@e"),
        strength=94,
    ),
    Row(
        id="secret-parameter",
        entity="SECRET",
        expression=(
            r"(?i)(?:[?&;#]|%3f|%26)(?:[\w.\[\]\-]{0,40}(?:password|passwd|pwd|passphrase|secret|token|"
            r"api_?-?key|access_?-?key|session_?id|credential)|"
            r"(?:[\w.\[\]\-]{0,40}[_.\[\-])?(?:signature|sig|otp|auth|jwt|hash|code|state|nonce|ticket|invite|"
            r"reset|unlock|magic|key))"
            r"(?:\[\]|\]|%5b%5d)?(?:=|%3d)"
            r"([^&#\s\x00\"'<>;%]{6,})"
        ),
        trigger=(
            r"(?i)(?:passw(?:or)?d|pwd|passphrase|secret|token|key|session_?id|credential|signature|sig|otp|"
            r"auth|jwt|hash|code|state|nonce|ticket|invite|reset|unlock|magic)(?:\[\]|\]|%5b%5d)?(?:=|%3d)"
        ),
        source="OWASP, Information exposure through query strings in URL; RFC 6749 section 4.1.2 (code, state)",
        examples=(
            ("/new?reset_password_token=4be6f4db-f32a&x=1", "4be6f4db-f32a"),
            ("https://x.io/cb?code=SplxlOBeZQQYbYS6WxSbIA", "SplxlOBeZQQYbYS6WxSbIA"),
        ),
        counters=("?keyword=shoes", "?code=US", "?monkey=bananas-1"),
        confirm=_assigned,
        strength=86,
    ),
    Row(
        id="secret-assigned",
        entity="SECRET",
        expression=(
            r"(?i)\b(?:[\w\-]{0,24}?(?:password|passwd|pwd|passphrase|passcode|secret|api[ _\-]?key|access[ "
            r"_\-]?key|private[ _\-]?key|auth[ _\-]?token|"
            r"access[ _\-]?token|refresh[ _\-]?token|client[ _\-]?secret|passwort|contraseña|mot de passe|"
            r"senha|пароль))"
            r"[\"']?(?: is| ist|:|=|：){1,2}[ ]?([\"']?[^\s\x00\"'<>,;]{4,})"
        ),
        trigger=(
            r"(?i)(?:passw(?:or)?d|pwd|passphrase|passcode|secret|key|token|passwort|contraseña|mot de passe|"
            r"senha|пароль)[\"']?(?: is|:|=|：)"
        ),
        source="gitleaks' generic-api-key idea: a telling word, an assignment, a value",
        examples=(
            ("password: hunter2x", "hunter2x"),
            ("my password is Tr0ub4dor", "Tr0ub4dor"),
            ('{"api_key":"a1B2c3D4"}', '"a1B2c3D4'),
        ),
        counters=("password: required", "password reset", "secret: [redacted]"),
        confirm=_assigned,
        strength=84,
    ),
)
