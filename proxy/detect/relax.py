r"""A backtracking regular expression made into one that RE2 reads and that matches at least as much.

`presidio` prefilters with the result; the original expression then confirms on a few characters around the hit. So a
look-around or an anchor may go and a back-reference may repeat its group: what matched before still matches. Texts are
searched joined by NUL, where `^` would hold for the first alone and `\W` take in the sign between two: nothing in the
result matches NUL.
"""

from __future__ import annotations

import re

import re2

from proxy.errors import SettingsError

__all__ = ["relaxed"]

_PIECE = re.compile(
    r"\\(?:0[0-7]{0,2}|x[0-9A-Fa-f]{2}|x\{\w+\}|[pP]\{\^?\w+\}|[pP]\w|.)"  # an escape
    r"|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]"  # a character class
    r"|\(\?(?:>|=|!|<=|<!|P?<\w+>)|.",  # the head of an atomic group, a look-around or a named group; one character
    re.DOTALL,
)
_LOOK_AROUNDS = frozenset(("(?=", "(?!", "(?<=", "(?<!"))
_NAMED = re.compile(r"\(\?P?<\w+>")
_REFERENCE = re.compile(r"\\[1-9]")
_WITHOUT_NUL = {
    r"\D": r"\x01-/:-\x{10FFFF}",
    r"\S": r"\x01-\x08\x0B\x0E-\x1F!-\x{10FFFF}",
    r"\W": r"\x01-/:-@\[-\^`{-\x{10FFFF}",
}
"""What RE2's negated classes hold besides NUL, as ranges: a class cannot take a sign out of another."""
_RELAXED = {
    ".": r"[^\x00]",
    "(?>": "(?:",
    **dict.fromkeys(("^", "$", r"\A", r"\Z", r"\z"), "(?:)"),  # empty, since `^?` may be repeated
    **{escape: f"[{ranges}]" for escape, ranges in _WITHOUT_NUL.items()},
}
_QUIET = re2.Options()
_QUIET.log_errors = False


def relaxed(expression: str, where: str = "recognizer") -> str:
    """Return an RE2 expression that matches wherever `expression` (Python's `re` or `regex`) does.

    Args:
        expression: what to relax.
        where: whose it is, for the error.

    Returns:
        One group around all of it, since `Search` takes the first.

    Raises:
        SettingsError: it still uses what RE2 has not, or it can match no character or the sign between texts; a row
            that never fires would be a hole that nobody sees.
    """
    pieces = _flattened(_PIECE.findall(expression))
    body = "".join(_unreferenced(pieces))
    result = f"((?ims:{body}))"
    got = f"an expression of {len(expression)} characters"
    try:
        compiled = re2.compile(result, _QUIET)
        takes_nul = any(piece[0] in "[\\\0" and _takes_nul(piece) for piece in pieces)
    except re2.error:
        raise SettingsError(expected="an expression that RE2 reads", got=got, where=where) from None
    if takes_nul:
        raise SettingsError(expected="an expression that cannot match NUL", got=got, where=where)
    if any(not found.group() for sample in ("", "a", "-") for found in compiled.finditer(sample)):
        raise SettingsError(expected="an expression that takes a character", got="one that can match none", where=where)
    return result


def _takes_nul(piece: str) -> bool:
    """Tell whether a class or an escape matches the separator of texts."""
    if _REFERENCE.fullmatch(piece):  # it repeats what is looked at where it stands
        return False
    return re2.compile(piece, _QUIET).fullmatch("\x00") is not None


def _flattened(pieces: list[str]) -> list[str]:
    """Take look-arounds and anchors out, open atomic groups, and keep classes off the separator of texts."""
    out: list[str] = []
    ascii_only = all(map(str.isascii, pieces))
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        if piece in _LOOK_AROUNDS:
            at = _closed(pieces, at)
            out.append("(?:)")
            continue
        at += 1
        if piece == r"\b" and not ascii_only:  # RE2's word boundary knows ASCII letters only
            continue
        if piece[0] == "[" and len(piece) > 1:
            out.append(_class(piece))
        else:
            out.append("(" if _NAMED.match(piece) else _RELAXED.get(piece, piece))
    return out


def _class(piece: str) -> str:
    """Write a character class so that it leaves NUL out where it holds it by negation."""
    if piece.startswith("[^"):
        return re.sub(r"(?<!\\)-\]$", r"\-]", piece)[:-1] + r"\x00]"  # a hyphen at the end would begin a range
    return re.sub(r"\\.", lambda escape: _WITHOUT_NUL.get(escape[0], escape[0]), piece, flags=re.DOTALL)


def _closed(pieces: list[str], at: int) -> int:
    """Return the position behind the group that opens at `at`."""
    depth = 0
    while at < len(pieces):
        depth += (pieces[at][0] == "(") - (pieces[at] == ")")
        at += 1
        if not depth:
            break
    return at


def _unreferenced(pieces: list[str]) -> list[str]:
    """Replace back-references by the groups they refer to."""
    if not any(map(_REFERENCE.fullmatch, pieces)):
        return pieces
    opened = [at for at, piece in enumerate(pieces) if piece == "(" and pieces[at + 1 : at + 2] != ["?"]]
    groups = ["".join(pieces[at : _closed(pieces, at)]) for at in opened]
    return [groups[int(piece[1]) - 1] if _REFERENCE.fullmatch(piece) else piece for piece in pieces]
