"""URLs cut down to what a policy keeps of them: named query parameters, perhaps the fragment, never the credentials.

`policy.actions` makes one cleaner per policy. What is left is scanned afterwards like any text, so an address in a path
or in a kept parameter is still found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote_plus

from proxy.detect.lexicon import classify

__all__ = ["UrlParts", "cleaner", "personal"]

_TELLING = frozenset({"EMAIL_ADDRESS", "PERSON", "PHONE_NUMBER", "SECRET", "USER_ID"})
"""What a parameter may hold that page titles and texts of the same request repeat."""

LONGEST_WORD = 32
"""A longer parameter's name is data, and is not remembered."""


@dataclass(frozen=True, slots=True)
class UrlParts:
    """What stays of a URL.

    Args:
        query: names of the parameters that stay; None keeps all.
        fragment: whether what follows `#` stays.
        path: `keep`, or `drop` to leave the origin alone.
    """

    query: frozenset[str] | None = frozenset()
    fragment: bool = False
    path: Literal["keep", "drop"] = "keep"

    def keeps(self, parameter: str) -> bool:
        """Tell whether a query parameter stays."""
        return self.query is None or parameter in self.query


def cleaner(parts: UrlParts) -> Callable[[str], str]:
    """Make the function that cuts a URL down.

    It takes whole URLs, paths, `?search` strings, bare `a=b&c=d` queries and `#fragments`, since SDKs split URLs into
    all of these; what is no URL at all (`$direct`) has nothing to cut.
    """
    whole = parts.path == "keep"

    def clean(text: str) -> str:
        if "%" in text and parts.query is not None:
            text = _without_hidden(text)
        if whole and not ("?" in text or "#" in text or "=" in text or "@" in text):
            return text
        if whole and "#" in text and _NO_FRAGMENT(text):
            return text
        rest, mark, fragment = text.partition("#")
        if _is_query(rest):
            return _kept(rest, parts)
        base, _, query = rest.partition("?")
        kept = _kept(query, parts)
        tail = ("?" + kept if kept else "") + ("#" + fragment if mark and parts.fragment else "")
        return _without_credentials(base, parts) + tail

    return clean


_NO_FRAGMENT = re.compile(r"(?:[A-Z]\w*::)*[A-Z]\w*#[a-z_]\w*[?!]?|[^/?#=&@]* #\d+(?: [^/?#=&@]*)?", re.ASCII).fullmatch
"""What SDKs write where a page's address may stand, too: `Admin::PostsController#index`, `Order #123`."""


def _without_hidden(text: str) -> str:
    """Cut what stands behind a `?` or `#` that is percent-encoded: in a URL that was encoded whole, or in a path."""
    found = _HIDDEN(text)
    return found[1] if found else text


_HIDDEN = re.compile(r"([^?#=]*?)%(?:25)*(?:3[Ff]|23)").match
"""What stands before any query (of an encoded URL all of it), up to an encoded `?` or `#`, however often encoded."""


def _is_query(text: str) -> bool:
    """Tell a bare query by what stands before its first `=`: a name, no part of a URL, and no words (`WHERE id=7`)."""
    if "=" not in text:
        return False
    name = text.partition("=")[0]
    return not ("/" in name or ":" in name or "?" in name or " " in name)


def _kept(query: str, parts: UrlParts) -> str:
    if parts.query is None or not query:
        return query
    return "&".join(pair for pair in query.split("&") if pair.partition("=")[0] in parts.query)


def _without_credentials(base: str, parts: UrlParts) -> str:
    scheme, slashes, rest = base.partition("//")
    if not slashes or (scheme and not scheme.endswith(":")):
        return "" if parts.path == "drop" else base
    authority, slash, path = rest.partition("/")
    host = authority.rpartition("@")[2]
    return f"{scheme}//{host}{slash}{'' if parts.path == 'drop' else path}"


def personal(text: str, clean: str, told: set[str]) -> Iterator[tuple[str, str]]:
    """Give what was cut from a URL and is a person's, by the name of its parameter or as an address.

    Args:
        clean: what is left of the URL.
        told: parameters that the same request has cut before, which are not given again; added to.

    Returns:
        (value, entity), percent-decoded; pages repeat such values in their titles.
    """
    kept = frozenset(_pairs(clean)) if "=" in clean else ()
    for pair in _pairs(text):
        name, _, value = pair.partition("=")
        if value and pair not in told and pair not in kept:
            told.add(pair)
            entity = "EMAIL_ADDRESS" if "@" in value or "%40" in value else _promised(name)
            if entity in _TELLING:
                yield unquote_plus(value), str(entity)


def _pairs(url: str) -> list[str]:
    return url.partition("#")[0].rpartition("?")[2].split("&")


def _promised(name: str) -> str | None:
    """Say what a parameter's name promises; plain words are remembered, since every page has the same few."""
    return _word(name) if name.isidentifier() and len(name) <= LONGEST_WORD else classify(unquote_plus(name))


_word = lru_cache(maxsize=4096)(classify)
