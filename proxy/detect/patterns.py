"""The table of patterns: every row of the house in one tuple. `detector` runs it, the tests prove every row's cases.

Rows stand by idea in the files beside this one; this file adds none of its own.
"""

from __future__ import annotations

from proxy.detect import address, assigned, contact, context, credentials, finance, national, network, phone, tokens
from proxy.detect.row import Row

__all__ = ["ROWS"]

ROWS: tuple[Row, ...] = (
    *contact.ROWS,
    *phone.ROWS,
    *network.ROWS,
    *finance.ROWS,
    *national.ROWS,
    *credentials.ROWS,
    *tokens.ROWS,
    *address.ROWS,
    *assigned.ROWS,
    *context.ROWS,
)
