"""Bytes to records and back: framing, query and headers for all, one file of tables for each vendor. No I/O.

`framing` peels what is around a document, `dialect` finds the records in it and keeps the vendor's routes, `params`
and `headers` are the document's other half: the query string and the fields around the body. A vendor's words stay in
the vendor's file, and vendor files do not import each other.
"""

__all__: list[str] = []
