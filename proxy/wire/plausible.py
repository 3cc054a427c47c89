"""Plausible: the script, plausible-tracker and @plausible-analytics/tracker.

    POST /api/event  {"n": "Signup", "u": "https://…", "d": "example.org", "r": null, "p": {"plan": "team"}}  text/plain

There is no id in an event. Plausible counts visitors by a hash of address, User-Agent, domain and a salt of the day, so
the address must differ between visitors: it gets a pseudonymous one.

Source: captures of plausible-tracker 0.3.9 and @plausible-analytics/tracker 0.4.6; Plausible "Events API reference",
"Proxying Plausible".
"""

from __future__ import annotations

from proxy.model import WireRequest
from proxy.wire.dialect import Access, Ack, Dialect, Field, Form, Route
from proxy.wire.parts import RESERVED, every, nobody

__all__ = ["PLAUSIBLE"]

_PROPERTIES = ("p", "props", "m", "meta")
"""Custom properties, an object or JSON in a string; `m` and `meta` are their older names."""


def _ack(_route: Route, _request: WireRequest) -> Ack:
    return Ack(202, "text/plain", b"ok")


PLAUSIBLE = Dialect(
    name="plausible",
    routes=(
        Route("event", "/api/event"),
        Route("library", "/js/{file}.js", frozenset({"GET"}), Access.PASS),
    ),
    catalogue={
        "event": {
            **every("n name", Field(form=Form.TEXT)),
            **every("d domain", RESERVED),
            **every("u url r referrer", Field("URL")),
            **dict.fromkeys((*_PROPERTIES, "$", "revenue"), Field(form=Form.JSON)),
            **nobody("h hash w screen_width v e sd i interactive $.amount $.currency revenue.amount revenue.currency"),
        },
    },
    scopes={"event": {"event": _PROPERTIES}},
    ack=_ack,
    counts_by_address=True,
)
