"""Generic: any JSON object, array or newline-delimited JSON, to any path. For in-house collectors and webhooks.

Nothing is known of such documents but what names and values tell, so everything is classified by the field lexicon and
the detectors.
"""

from __future__ import annotations

from proxy.wire.dialect import Dialect, Field, Form, Route

__all__ = ["GENERIC"]

_METHODS = frozenset({"POST", "PUT", "PATCH"})

GENERIC = Dialect(
    name="generic",
    routes=(Route("any", "/", _METHODS, auth=True), Route("any", "/{path...}", _METHODS, auth=True)),
    catalogue={"event": {"event": Field(form=Form.TEXT)}},
    scopes={"event": {"event": ("", "properties"), "profile": ("traits", "user")}},
)
