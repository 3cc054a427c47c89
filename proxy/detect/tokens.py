"""Rows for keys and tokens that their issuers mark by a prefix.

`patterns` puts these rows into the one table. Secrets without a prefix stand in `credentials`.
"""

from __future__ import annotations

from proxy.detect.row import Row

__all__ = ["ROWS"]


def _prefixed(prefix: str, body: str, rule: str, source: str, example: str, trigger: str = "") -> Row:
    """Make a row for a key that its issuer marks by a prefix. Examples are cut in two: scanners read this file, too."""
    return Row(
        id=rule,
        entity="SECRET",
        expression=rf"(?:^|[^A-Za-z0-9])((?:{prefix}){body})",
        trigger=trigger or rf"(?:{prefix})[\w\-]",
        source=source,
        examples=((f"key={example}", example),),
        counters=(example[:6],),
        strength=92,
    )


ROWS = (
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
        r"\bsk-\w",
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
    _prefixed(
        "key-", "[0-9a-f]{32}", "mailgun-key", "Mailgun API keys", "key" + "-" + "a1b2" * 8, r"\bkey-[0-9a-f]{6}"
    ),
    _prefixed("(?:AC|SK)", "[0-9a-f]{32}", "twilio-id", "Twilio SIDs", "SK" + "a1b2" * 8, r"(?:AC|SK)[0-9a-f]{8}"),
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
    _prefixed(
        r"\d{8,10}:AA", r"[\w\-]{33}", "telegram-bot", "Telegram Bot API", "123456789" + ":AA" + "a1B" * 11, r"\d:AA"
    ),
    _prefixed(
        r"[MNO][A-Za-z\d]{23,27}\.[\w\-]{6}\.",
        r"[\w\-]{27,38}",
        "discord-bot",
        "Discord bot tokens",
        "M" + "a1B2" * 6 + "." + "a1B2c3" + "." + "a1B2" * 7,
        r"\.[\w\-]{6}\.[\w\-]",
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
