"""Rows for what opens doors: tokens, keys, passwords and credentials in URLs.

`patterns` puts these rows into the one table. Prefixes are the vendors' own; where a value has no prefix, a telling
word must stand before it.
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
    """Say whether a value looks drawn, not written: letters and digits, 3 bits a character (gitleaks' generic rule uses 3.5)."""
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and entropy(value) > 3.0


def _assigned(candidate: Candidate) -> Iterable[Found]:
    """Take what a telling word assigns, unless it is a word about it: `password: required`."""
    value = candidate.value.strip("\"'")
    if value.casefold() in _PLACEHOLDERS or len(set(value)) < 3 or value.startswith(("[", "<", "{", "$", "*", "p1_")):
        return
    yield Found(candidate.start, candidate.end)


def _prefixed(prefix: str, body: str, rule: str, source: str, example: str, entity: str = "SECRET") -> Row:
    """Make a row for a key that its issuer marks by a prefix. Examples are cut in two: scanners read this file, too."""
    return Row(
        id=rule,
        entity=entity,
        expression=rf"(?:^|[^A-Za-z0-9])((?:{prefix}){body})",
        source=source,
        examples=((f"key={example}", example),),
        counters=(example[:6],),
        strength=92,
    )


_KEYS = (
    _prefixed(
        "(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)",
        "[A-Z2-7]{16}",
        "aws-access-key",
        "AWS IAM identifiers",
        "AKIA" + "IOSFODNN7EXAMPLE",
    ),
    _prefixed(
        "gh[pousr]_", "[A-Za-z0-9]{36,255}", "github-token", "GitHub token formats 2021", "ghp" + "_" + "a1B2" * 9
    ),
    _prefixed(
        "github_pat_",
        "[A-Za-z0-9_]{40,255}",
        "github-pat",
        "GitHub fine-grained tokens",
        "github" + "_pat_" + "a1B2" * 12,
    ),
    _prefixed(
        "gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-",
        r"[\w\-]{20,64}",
        "gitlab-token",
        "GitLab token prefixes",
        "glpat" + "-" + "a1B2" * 5,
    ),
    _prefixed(
        "xox[abeoprs]-",
        r"[A-Za-z0-9\-]{10,250}",
        "slack-token",
        "Slack token types",
        "xoxb" + "-123456789012-abcdefABCDEF",
    ),
    _prefixed(
        "xapp-", r"\d-[A-Za-z0-9\-]{10,250}", "slack-app-token", "Slack token types", "xapp" + "-1-A0123456-abcdef"
    ),
    _prefixed(
        "(?:sk|rk|pk)_(?:live|test)_",
        "[A-Za-z0-9]{10,247}",
        "stripe-key",
        "Stripe API keys",
        "sk" + "_live_" + "a1B2" * 6,
    ),
    _prefixed("whsec_", "[A-Za-z0-9+/=]{24,88}", "webhook-secret", "Stripe, Svix webhooks", "whsec" + "_" + "a1B2" * 8),
    _prefixed(
        "sk-",
        r"(?:ant-|proj-|svcacct-|or-v1-|admin-)?[A-Za-z0-9_\-]{20,250}",
        "ai-key",
        "OpenAI, Anthropic keys",
        "sk" + "-proj-" + "a1B2" * 10,
    ),
    _prefixed("AIza", r"[\w\-]{35}", "google-api-key", "Google Cloud API keys", "AIza" + "a1B2_" * 7),
    _prefixed(r"ya29\.", r"[\w\-.]{20,512}", "google-oauth", "Google OAuth 2 access tokens", "ya29" + "." + "a1B2" * 6),
    _prefixed(
        "GOCSPX-", r"[\w\-]{28}", "google-client-secret", "Google OAuth 2 client secrets", "GOCSPX" + "-" + "a1B2" * 7
    ),
    _prefixed(
        r"SG\.",
        r"[\w\-]{16,32}\.[\w\-]{16,64}",
        "sendgrid-key",
        "SendGrid API keys",
        "SG" + "." + "a1B2" * 5 + "." + "a1B2" * 10,
    ),
    _prefixed("key-", "[0-9a-f]{32}", "mailgun-key", "Mailgun API keys", "key" + "-" + "a1b2" * 8),
    _prefixed("(?:AC|SK)", "[0-9a-f]{32}", "twilio-id", "Twilio SIDs", "SK" + "a1b2" * 8),
    _prefixed("npm_", "[A-Za-z0-9]{36}", "npm-token", "npm granular tokens", "npm" + "_" + "a1B2" * 9),
    _prefixed("pypi-", r"[\w\-]{50,255}", "pypi-token", "PyPI API tokens (macaroons)", "pypi" + "-" + "a1B2" * 15),
    _prefixed(
        "dop_v1_|doo_v1_|dor_v1_",
        "[0-9a-f]{64}",
        "digitalocean-token",
        "DigitalOcean tokens",
        "dop" + "_v1_" + "a1b2" * 16,
    ),
    _prefixed(
        "shp(?:at|ca|pa|ss)_", "[0-9a-fA-F]{32}", "shopify-token", "Shopify access tokens", "shpat" + "_" + "a1b2" * 8
    ),
    _prefixed("hv[sbr]\\.", r"[\w\-]{20,300}", "vault-token", "HashiCorp Vault tokens", "hvs" + "." + "a1B2" * 8),
    _prefixed(
        "(?:lin_api_|figd_|secret_|ntn_|phx_|phc_|pat-na1-|EAAC|dapi|rubygems_|sq0[a-z]{3}-|NRAK-|sbp_|"
        "lsv2_pt_|r8_|hf_|glsa_|pul-|CCIPAT_)",
        r"[A-Za-z0-9_\-]{20,250}",
        "vendor-key",
        "token prefixes as the vendors publish them",
        "hf" + "_" + "a1B2" * 8,
    ),
    _prefixed(r"\d{8,10}:AA", r"[\w\-]{33}", "telegram-bot", "Telegram Bot API", "123456789" + ":AA" + "a1B" * 11),
    _prefixed(
        r"[MNO][A-Za-z\d]{23,27}\.[\w\-]{6}\.",
        r"[\w\-]{27,38}",
        "discord-bot",
        "Discord bot tokens",
        "M" + "a1B2" * 6 + "." + "a1B2c3" + "." + "a1B2" * 7,
    ),
    _prefixed(
        r"https://hooks\.slack\.com/(?:services|workflows)/",
        r"[A-Za-z0-9+/]{20,90}",
        "slack-webhook",
        "Slack incoming webhooks",
        "https://hooks.slack.com" + "/services/T00000000/B00000000/XXXXXXXXXXXX",
    ),
    _prefixed(
        "pylf_v\\d+_",
        r"[A-Za-z0-9_]{20,80}",
        "logfire-token",
        "Pydantic Logfire tokens",
        "pylf" + "_v1_us_" + "a1B2" * 8,
    ),
)

ROWS = (
    *_KEYS,
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
            r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^\x00]*?(?:-----END [A-Z0-9 "
            r"]{0,40}PRIVATE KEY(?: BLOCK)?-----|\z|\x00))"
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
        trigger=r"(?i)\b(?:bearer|basic|token)[ :]",
        source="RFC 6750 section 2.1, RFC 7617",
        examples=(
            ("Authorization: Bearer mF_9.B5f-4.1JqM9aZ0", "mF_9.B5f-4.1JqM9aZ0"),
            ("basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ),
        counters=("basic features", "token expired"),
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
