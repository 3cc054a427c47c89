"""A backtracking regular expression made into one that RE2 reads and that matches at least as much.

`presidio` prefilters with the result; the original expression then confirms on a few characters around the hit. So a
look-around may go and a back-reference may repeat its group: what matched before still matches.
"""

from __future__ import annotations

import re

import re2

from proxy.errors import SettingsError

__all__ = ["relaxed"]

_GROUP = re.compile(r"\((?!\?)|\(\?P<\w+>")


def relaxed(expression: str) -> str:
    """Return an RE2 expression that matches wherever `expression` (Python's `re` or `regex`) does.

    Raises:
        SettingsError: it still uses what RE2 has not; a row that never fires would be a hole that nobody sees.
    """
    body = _unreferenced(_flattened(expression))
    if not body.isascii():
        body = body.replace(r"\b", "")  # RE2's word boundary knows ASCII letters only
    result = f"(?ims:{body})"
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(result, options)
    except re2.error:
        raise SettingsError(
            expected="an expression that RE2 reads",
            got=f"an expression of {len(expression)} characters",
            where="recognizer",
        ) from None
    return result


def _flattened(expression: str) -> str:
    """Take look-arounds out, open atomic groups, and keep dots and negated classes off the separator of texts."""
    out: list[str] = []
    at = 0
    while at < len(expression):
        if expression.startswith(("(?=", "(?!", "(?<=", "(?<!"), at):
            at = _closed(expression, at)
            continue
        piece = _piece(expression, at)
        at += len(piece)
        if piece.startswith("[^"):
            piece = piece[:-1] + r"\x00]"
        out.append({".": r"[^\x00]", "(?>": "(?:", r"\Z": r"\z"}.get(piece, piece))
    return "".join(out)


def _piece(expression: str, at: int) -> str:
    """Return the token at `at`: an escape, a character class, an atomic group's head, or one character."""
    if expression[at] == "\\":
        return expression[at : at + 2]
    if expression[at] == "[":
        end = at + 1 + (expression[at + 1 : at + 2] == "^")
        end += expression[end : end + 1] == "]"
        while end < len(expression) and expression[end] != "]":
            end += 2 if expression[end] == "\\" else 1
        return expression[at : end + 1]
    return "(?>" if expression.startswith("(?>", at) else expression[at]


def _closed(expression: str, at: int) -> int:
    """Return the position behind the group that opens at `at`."""
    depth = 0
    while at < len(expression):
        piece = _piece(expression, at)
        depth += (piece[0] == "(") - (piece == ")")
        at += len(piece)
        if not depth:
            break
    return at


def _unreferenced(expression: str) -> str:
    """Replace back-references by the groups they refer to."""
    if not re.search(r"\\[1-9]", expression):
        return expression
    groups = [expression[m.start() : _closed(expression, m.start())] for m in _GROUP.finditer(expression)]
    plain = [_GROUP.sub("(?:", group) for group in groups]
    return re.sub(r"\\([1-9])", lambda m: plain[int(m[1]) - 1], expression)
