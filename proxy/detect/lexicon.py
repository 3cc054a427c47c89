"""What a field's NAME tells about its value: `primaryEmail` an email address, `Nachname` a name, `ip_version` none.

`policy` asks once for each name and place it meets and remembers the answer in a bounded table of its own. Names are
compared insensitive to case, separators, camel humps, accents and language. This file never sees a value.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from proxy.detect import roles, words

__all__ = ["Around", "around", "classify", "classify_words", "free_text", "free_words", "tokens"]

_SPLIT = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z]{2})(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MAX_NAME = 96
"""Longer names are prose or data, not names; only their end is read."""
_MAX_TERM = 5
"""No term of the tables has more words."""
_GENERIC = frozenset(
    (
        "value",
        "values",
        "v",
        "raw",
        "text",
        "data",
        "current",
        "default",
        "item",
        "items",
        "primary",
        "new",
        "old",
        "previous",
        "first",
        "last",
        "latest",
        "initial",
    )
)
_CONTAINERS = frozenset(
    (
        "properties",
        "context",
        "data",
        "payload",
        "attributes",
        "event",
        "events",
        "fields",
        "props",
        "params",
        "meta",
        "metadata",
        "customproperties",
    )
)
_PROFILE = frozenset(("traits", "set", "setonce", "up", "unset", "userdata", "userinfo"))
"""Vendors' names for the person's own record."""
_STRUCTURE = frozenset(("parent", "child", "target", "self", "partner", "profile", "feedback", "associate"))
"""Before `id` these point at any kind of thing."""
_PLACES = frozenset(("address", "location", "geo", "billing", "shipping", "home", "mailing", "place"))
_CLOUD = frozenset(
    (
        "aws",
        "gcp",
        "faas",
        "vercel",
        "lambda",
        "execution",
        "azure",
        "cluster",
        "datacenter",
        "cloud",
        "k8s",
        "db",
        "jvm",
    )
)
"""Words of machines: `aws_region`, `db.driver.name`, `cloud.account.id` tell of no person."""
_PEERS = frozenset(("ip", "client", "remote", "peer", "network", "socket", "sock"))
_DEVICES = frozenset(("device", "anonymous", "visitor", "browser", "installation"))
_IDS = frozenset(("id", "ids", "uuid", "guid", "key", "no", "number", "nr", "ref", "hash"))
_AMBIGUOUS = _IDS | {"state", "name", "names", "address", "addr"}
"""Heads that tell nothing without what they belong to."""
_NUMBERED = {
    **{
        (kind, head): "PHONE_NUMBER"
        for kind in ("mobile", "tel", "cell", "fax", "contact", "phone")
        for head in ("no", "number", "nr")
    },
    **{(kind, head): "CREDIT_CARD" for kind in ("card", "cc") for head in ("no", "number", "nr")},
}
_MACHINES = frozenset(("mobile", "model", "platform"))
_CLIENT_HINTS = frozenset(("ua", "agent", "uadata", "uach", "hints", "browser", "device"))
"""`userAgentData.mobile` is a boolean about a browser (W3C User-Agent Client Hints)."""
_PLURALS = frozenset(("logins", "tokens", "pages", "links", "photos", "paths", "sessions", "cards", "ages", "passes"))
"""Plurals that count or list things, unlike `emails` and `phones`."""
_WEAK = frozenset(("LOCATION_COARSE", "PERSON", "ORGANIZATION", "ORG_ID"))


def _terms(table: dict[str, str]) -> dict[str, str]:
    """Turn entity → terms into term → entity."""
    return {_fold(term): entity for entity, listed in table.items() for term in listed.split()}


def _fold(name: str) -> str:
    """Fold case and take accents off Latin letters only: other scripts tell words apart by their marks."""
    if name.isascii():
        return name.lower()
    folded = []
    for char in unicodedata.normalize("NFKC", name).casefold():
        base = unicodedata.normalize("NFD", char)[0]
        folded.append(
            base if base.isascii() else {"ø": "o", "æ": "ae", "ł": "l", "\u0131": "i", "đ": "d"}.get(char, char)
        )
    return "".join(folded)


_STRONG = _terms(words.STRONG)
_LAST = _terms(words.LAST)
_ALONE = _terms(words.ALONE)
_TABLES = (_STRONG, _LAST, _ALONE)
_WHOLE = _ALONE | _LAST | _STRONG
"""What a name tells when it is a term of a table; the first of them decides."""


def tokens(name: str) -> tuple[str, ...]:
    """Split a name into folded words at separators and camel humps: `$initialReferrer_URL` → initial, referrer, url."""
    name = name[-_MAX_NAME:]
    if not name.islower() and not name.isupper():
        name = _HUMP.sub(" ", name)
    if name.isascii():
        return tuple(_SPLIT.findall(name.lower()))
    folded = _fold(name).replace("\u200c", "")
    return tuple(
        "".join(char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in folded).split()
    )


def classify(name: str, parents: tuple[str, ...] = ()) -> str | None:
    """Name the entity that a field's name promises.

    Args:
        name: as it stands in the document.
        parents: names of the enclosing objects, nearest last; `("traits",)`, `("profile",)` and `("group",)` stand for
            the record's own kind.

    Returns:
        An entity, or None when the name does not tell.
    """
    return classify_words(tokens(name), around(parents))


class Around(NamedTuple):
    """What is around a name.

    Args:
        parents: names of the enclosing objects, nearest last.
        words: those of the nearest one that says something.
    """

    parents: tuple[str, ...]
    words: tuple[str, ...]


def around(parents: tuple[str, ...]) -> Around:
    """Read the names of the enclosing objects, once for all names in them."""
    return Around(parents, _nearest(parents))


def classify_words(parts: tuple[str, ...], about: Around) -> str | None:
    """Name the entity that a field's name promises, by its `tokens`."""
    glued = "".join(parts)
    if not glued or glued.isdigit() or (len(parts) == 1 and glued in _GENERIC):
        return _inherited(about.parents)
    while len(parts) > 1 and parts[-1].isdigit():
        parts = parts[:-1]
    glued = "".join(parts)
    entity = _STRONG.get(glued)
    if entity:
        return entity
    if len(parts) > 1 and (parts[0] in roles.VETO_FIRST or parts[-1] in roles.VETO_LAST):
        return None
    entity = _told(parts, glued, about.words)
    if entity is None and parts[-1][-1].isdigit():
        return classify_words((*parts[:-1], _without_number(parts[-1])), about)
    return None if entity in _WEAK and _CLOUD.intersection(parts) else entity


def _without_number(part: str) -> str:
    """Take the digits off the end, of any script."""
    part = part.rstrip("0123456789")
    while part[-1:].isdigit():
        part = part[:-1]
    return part


def free_text(name: str) -> bool:
    """Say whether people or queries write into a field of this name (`comment`, `db.statement`, `search_term`)."""
    return free_words(tokens(name))


def free_words(parts: tuple[str, ...]) -> bool:
    """Say the same by the name's `tokens`."""
    return not roles.TEXT.isdisjoint(parts[-2:])


def _nearest(parents: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of the nearest parent that says something."""
    for parent in reversed(parents):
        parts = tokens(parent)
        if (
            parts
            and not all(part.isdigit() or part in _GENERIC for part in parts)
            and "".join(parts) not in _CONTAINERS
        ):
            return parts
    return ()


def _inherited(parents: tuple[str, ...]) -> str | None:
    """Let `email.value` and `emails[0]` be what `email` and `emails` are; containers pass nothing on."""
    if not parents or "".join(tokens(parents[-1])) in _CONTAINERS | _PROFILE:
        return None
    return classify(parents[-1], parents[:-1])


def _told(parts: tuple[str, ...], glued: str, parent: tuple[str, ...]) -> str | None:
    """Try the tables in order: the whole name, its end, anything in it, and what its parent makes of it."""
    if glued in _MACHINES and _CLIENT_HINTS.intersection(parent):
        return None
    entity = _WHOLE.get(glued)
    if glued[-1] == "s" and glued not in _PLURALS and len(glued) > 4:
        single = glued[:-1]
        entity = next(filter(None, (table.get(glued) or table.get(single) for table in _TABLES)), None)
    if entity:
        return entity
    entity = _by_parent(parts, parent)
    if entity or len(parts) == 1:
        return entity
    if all(part in roles.OF_PEOPLE or part in roles.OF_ORGANIZATIONS for part in parts[:-1]) and parts[-1] in _ALONE:
        return _ALONE[parts[-1]]
    return _within(parts)


def _within(parts: tuple[str, ...]) -> str | None:
    """Find the longest, then the last term in a name of several words."""
    size = len(parts)
    for width in range(min(_MAX_TERM, size - 1), 0, -1):
        for start in range(size - width, -1, -1):
            term = "".join(parts[start : start + width])
            short = term[:-1] if term.endswith("s") and len(term) > 4 else term
            entity = _STRONG.get(term) or _STRONG.get(short)
            if not entity and start + width == size:
                entity = _LAST.get(term) or _LAST.get(short)
            if entity:
                return entity
    return None


def _by_parent(parts: tuple[str, ...], parent: tuple[str, ...]) -> str | None:
    """Decide the ambiguous heads, `name id number address state`, by the word before or the enclosing object."""
    head = parts[-1]
    if head not in _AMBIGUOUS:
        return None
    before = parts[-2] if len(parts) > 1 else (parent[-1] if parent else "")
    joined = "".join(parent) if len(parts) == 1 else ""
    organization = joined in roles.OF_ORGANIZATIONS or before in roles.OF_ORGANIZATIONS
    person = not organization and (joined in _PROFILE or joined in roles.OF_PEOPLE or before in roles.OF_PEOPLE)
    if head == "state" and before in _PLACES | roles.OF_PEOPLE:
        return "LOCATION_COARSE"
    if head in {"name", "names"}:
        return "PERSON" if person else "ORGANIZATION" if organization else None
    if head in {"address", "addr"} and before in _PEERS:
        return "IP_ADDRESS"
    if head not in _IDS or (before, head) in _NUMBERED or before in _DEVICES:
        return None if head not in _IDS else _NUMBERED.get((before, head), "DEVICE_ID")
    return "ORG_ID" if organization else "USER_ID" if person and (joined or before not in _STRUCTURE) else None
