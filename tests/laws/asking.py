"""Requests on the routes that carry no events, with people planted in them. The laws draw from here.

Libraries, settings and flags are asked of the vendor too, and what a page or an SDK puts beside the question travels.
"""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from proxy.model import Headers, WireRequest
from proxy.wire.dialect import Access, Contract, Route
from proxy.wire.registry import DIALECTS
from tests.laws.generating import DETECTED, HARMLESS, PEOPLE, TELLING, Sample

__all__ = ["asked", "questions"]


def asked(name: str) -> list[Route]:
    """Give the routes of a dialect that are passed on without records."""
    return [route for route in DIALECTS[name].routes if route.access in (Access.PASS, Access.ASK)]


@st.composite
def questions(draw: DrawFn, name: str) -> Sample:
    """Draw a request on such a route: a value stands in its query, its header fields or its document."""
    route = draw(st.sampled_from(asked(name)))
    path = re.sub(r"\{[^}]*\}", "x1", route.path)
    entity, value = _planted(draw)
    field = draw(st.sampled_from(TELLING)) if entity == "PERSON" else draw(st.sampled_from(HARMLESS))
    text = value if entity == "PERSON" else draw(st.sampled_from((value, f"see {value}", json.dumps({"a": value}))))
    if "POST" in route.methods and draw(st.booleans()):
        return Sample(WireRequest("POST", path, "", (), json.dumps({field: text}).encode()), ((entity, value),))
    headers: Headers = ()
    if entity != "PERSON" and draw(st.booleans()):
        headers = ((draw(st.sampled_from(_open_headers(name))), value.encode("ascii", "ignore").decode()),)
    query = f"v=1&{field}={quote(text, safe='')}&{quote(value, safe='') if entity != 'PERSON' else 'w'}=1"
    return Sample(WireRequest(min(route.methods), path, query, headers, b""), ((entity, value),))


def _planted(draw: DrawFn) -> tuple[str, str]:
    entity = draw(st.sampled_from(("PERSON", *sorted(DETECTED))))
    return entity, draw(st.sampled_from(PEOPLE if entity == "PERSON" else DETECTED[entity]))


def _open_headers(name: str) -> list[str]:
    """Give the fields that travel on every route and that the vendor does not need as they are."""
    dialect = DIALECTS[name]
    known = dialect.catalogue.get("header", {})
    needed = {field for field in known if known[field].contract is Contract.RESERVED}
    return sorted({"accept", "content-type", "user-agent", "cookie", "referer", *dialect.headers} - needed)
