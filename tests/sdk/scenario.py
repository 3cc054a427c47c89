"""Who visits, and what the browser is led through: the one place of every planted string. `house` serves it."""

from __future__ import annotations

import html
import json
from typing import Any
from urllib.parse import quote

__all__ = ["ADDRESS", "COOKIES", "PAGES", "PERSON", "PLANTED", "REFERER", "page"]

NAME = "Marisol Quintanilla"
EMAIL = "marisol.quintanilla@mail.example"
PHONE = "+44 7700 900142"  # Ofcom keeps 07700 900000 to 900999 for fiction
STREET = "17 Wisteria Walk"
TOKEN = "tok_9f2c41d7be0a4c55"
FRAGMENT = "invite-7QX2-marisol"
PASSWORD = "hunter2-wisteria"
ADDRESS = "203.0.113.77"  # RFC 5737
"""What the site's own reverse proxy knows of the visitor."""

PERSON = {
    "id": "user-48213-mq",
    "org": "org-quillfeather-77",
    "name": NAME,
    "email": EMAIL,
    "phone": PHONE,
    "street": STREET,
    "billing": "marisol.billing@mail.example",
    "note": f"{NAME} <{EMAIL}> called from {PHONE} about invoice 17",
    "message": f"Please call me, {PHONE}. Regards, {NAME}",
    "failure": f"cannot render the profile of {NAME} <{EMAIL}>",
    "password": PASSWORD,
}

COOKIES = {"session": "sess-41c7e9b2d8f04a", "last_login": EMAIL}

REFERER = f"http://www.search.example/find?q={quote(NAME)}"

PAGES = {
    "account": f"/account/{quote(EMAIL)}/welcome?token={TOKEN}&name={quote(NAME)}&utm_source=newsletter#{FRAGMENT}",
    "thanks": f"/thanks?email={quote(EMAIL)}&name={quote(NAME)}",
    "bye": f"/bye?email={quote(EMAIL)}",
}

PLANTED = (
    *(PERSON[name] for name in ("id", "org", "name", "email", "phone", "street", "billing", "password")),
    *COOKIES.values(),
    *NAME.split(),
    EMAIL.partition("@")[0],
    TOKEN,
    FRAGMENT,
    ADDRESS,
)
"""What the vendor may not get in any form."""

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{name} · account</title></head><body>
<h1>Hello {name}</h1>
<a id="profile" href="/people/{email}" title="{email}">{name}</a>
<form method="post" action="{thanks}">
  <input name="name"> <input name="email" type="email"> <input name="phone" type="tel">
  <textarea name="message"></textarea> <input name="password" type="password">
  <button>Send</button>
</form>
<script>window.SCENARIO = {scenario};</script>
<script src="{script}"></script>
</body></html>
"""


def page(script: str, proxy: str) -> str:
    """Write the page: the same for every path of the site.

    Args:
        script: address of the SDK's bundle.
        proxy: where eventveil is, as the SDK is told.
    """
    scenario: dict[str, Any] = {"proxy": proxy, "host": proxy.partition("://")[2], "person": PERSON}
    known = {name: html.escape(text) for name, text in (("name", NAME), ("email", EMAIL), ("thanks", PAGES["thanks"]))}
    return PAGE.format(**known, scenario=json.dumps(scenario).replace("<", "\\u003c"), script=script)
