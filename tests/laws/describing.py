"""A record as its client sends it, where the dialect shows it in another form. `generating` builds requests with it.

Snowplow's trackers put self-describing JSON into four fields, and a record shows that by the names of its schemas.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

__all__ = ["sent"]

_Record = dict[str, Any]


def sent(name: str, record: _Record) -> _Record:
    """Write a record of a dialect the way in which its clients send it."""
    return _WAYS.get(name, dict)(record)


def _described(schema: str, data: Any) -> dict[str, Any]:
    return {"schema": f"iglu:com.acme/{schema}/jsonschema/1-0-0", "data": data}


def _event(view: dict[str, Any]) -> str:
    """Write what happened; trackers send one thing, and what takes a list takes one."""
    items = [_described(schema, data) for schema, data in view.items()]
    return json.dumps(_described("unstruct_event", items[0] if len(items) == 1 else items))


def _contexts(view: dict[str, Any]) -> str:
    return json.dumps(_described("contexts", [_described(schema, data) for schema, data in view.items()]))


def _base64(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


_PACKED: dict[str, Callable[[dict[str, Any]], str]] = {
    "ue_pr": _event,
    "ue_px": lambda view: _base64(_event(view)),
    "co": _contexts,
    "cx": lambda view: _base64(_contexts(view)),
}


def _snowplow(record: _Record) -> _Record:
    return record | {name: pack(record[name]) for name, pack in _PACKED.items() if name in record}


_WAYS: dict[str, Callable[[_Record], _Record]] = {"snowplow": _snowplow}
