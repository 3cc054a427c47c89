"""A query string or form text as a live dictionary that renders back exactly where nobody changed it.

`dialect` opens the query of every request with it, `framing` the form fields beside the document. It knows no vendor,
decides nothing, and refuses nothing: any text parses, and what was not touched leaves as it came.

How it stays cheap: the values are decoded once, a copy of them is kept, and `render` compares the two. Equal, which is
the rule for `verbose=1&ip=1&_=…`, gives the original text; only otherwise is it taken apart a second time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from urllib.parse import unquote_plus

from proxy.wire.percent import quoted, unquoted

__all__ = ["Params"]

Values = dict[str, str | list[str]]


class Params:
    """Name and value pairs in wire order.

    `values` is live: change, remove or add entries, then `render`. A name that came more than once holds a list.
    """

    __slots__ = ("_before", "_raw", "values")

    def __init__(self, raw: str, values: Values) -> None:
        self._raw = raw
        self.values = values
        self._before: Values = {**values}
        if _listed(values):
            self._before = {name: [*value] if isinstance(value, list) else value for name, value in values.items()}

    @classmethod
    def parse(cls, raw: str) -> Params:
        """Take a query string or a form apart.

        Args:
            raw: the text without `?`. Values are percent-decoded as UTF-8, `+` as a space; bytes that are no UTF-8
                become surrogate escapes.

        Source: WHATWG URL, 5.1 "application/x-www-form-urlencoded parsing".
        """
        return cls(raw, _values(raw)) if raw else cls("", {})

    def render(self, raw_values: Mapping[str, str] | None = None) -> str:
        """Write the pairs in their original order.

        A pair whose value did not change is written as it came; a changed value is percent-encoded; a removed name is
        left out; an added one goes to the end.

        Args:
            raw_values: values that are encoded already, written as they are; they win over `values`.
        """
        if raw_values is None:
            if self.values == self._before:
                return self._raw
            pieces, now = self._raw.split("&"), self.values
            if len(pieces) == len(self._before) and now.keys() <= self._before.keys() and not _listed(now):
                pairs = zip(pieces, self._before.items(), strict=True)
                left = [(piece, was, now[name]) for piece, (name, was) in pairs if name in now]
                return "&".join([piece if value == was else _piece(piece, value) for piece, was, value in left])
        return self._rewrite(raw_values or {})

    def _rewrite(self, raw_values: Mapping[str, str]) -> str:
        left = {name: deque(value if isinstance(value, list) else [value]) for name, value in self.values.items()}
        left.update({name: deque([""]) for name in raw_values})
        pieces: list[str] = []
        for piece in self._raw.split("&") if self._raw else ():
            raw_name, _, raw_value = piece.partition("=")
            name = _decoded(raw_name)
            if not piece:
                pieces.append(piece)
            elif name in raw_values and name in left:
                del left[name]
                pieces.append(f"{raw_name}={raw_values[name]}")
            elif left.get(name):
                now = left[name].popleft()
                pieces.append(piece if now == _decoded(raw_value) else f"{raw_name}={_quoted(now)}")
        for name, added in left.items():
            pieces.extend(f"{_quoted(name)}={raw_values.get(name) or _quoted(value)}" for value in added)
        return "&".join(pieces)


def _listed(values: Values) -> bool:
    """Tell whether a name came more than once."""
    return list in map(type, values.values())


def _piece(piece: str, now: object) -> str:
    """Write a pair with another value."""
    return f"{piece.partition('=')[0]}={_quoted(now)}"


def _values(raw: str) -> Values:
    values: Values = {}
    for piece in raw.split("&"):
        if not piece:
            continue
        name, _, value = piece.partition("=")
        if "%" in piece or "+" in piece:
            name, value = _decoded(name), _decoded(value)
        known = values.get(name)
        if isinstance(known, list):
            known.append(value)
        else:
            values[name] = value if known is None else [known, value]
    return values


def _decoded(text: str) -> str:
    if "%" not in text and "+" not in text:
        return text
    try:
        return unquoted(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half an emoji, in pairs that stood in a JSON string
        return unquote_plus(text, errors="surrogateescape")


def _quoted(value: object) -> str:
    text = str(value)
    try:
        return quoted(text.encode("utf-8", "surrogateescape")).decode()
    except UnicodeEncodeError:
        return quoted(text.encode("utf-8", "surrogatepass")).decode()
