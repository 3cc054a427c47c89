"""Where vendors read the place of a visitor, for places that eventveil looks up itself.

A dialect's `place` is made here from names of fields. What the client says of itself wins; what is written stands
before the policy like anything else, so a policy that drops countries drops this one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from proxy.model import Batch

__all__ = ["placed"]


def placed(kinds: str, country: str, region: str = "") -> Callable[[Batch, str, str], None]:
    """Make the function that writes a place into a batch.

    Args:
        kinds: of records, or of what stands around them, separated by blanks.
        country: the field of an ISO 3166-1 code, dotted from the record's root.
        region: the field of an ISO 3166-2 code; empty when the vendor has none.
    """

    def place(batch: Batch, country_code: str, region_code: str) -> None:
        parts = [*zip(batch.kinds, batch.records, strict=True), *batch.around]
        for node in (node for kind, node in parts if kind in kinds.split()):
            for path, code in ((country, country_code), (region, region_code)):
                if path and code:
                    _write(node, path.split("."), code)

    return place


def _write(node: Any, path: list[str], code: str) -> None:
    for name in path[:-1]:
        node = node.setdefault(name, {}) if isinstance(node, dict) else None
    if isinstance(node, dict):
        node.setdefault(path[-1], code)
