"""The README's table of SDKs: the one line that points each at eventveil, cut from the pages that the tests run.

`python -m tests.sdk.table` writes it between the markers of README.md; `test_table` holds the two together. In a page,
`// <sdk-table NAME>` and `// </sdk-table>` stand around the line; what the comment "Not for the table" stands above is
left out of it: `...test`, and in gtag's line `...known`.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

__all__ = ["ROWS", "filled", "table"]

HERE = Path(__file__).resolve().parent
README = HERE.parent.parent / "README.md"
SITE = "https://events.example.com"
PREFIXES = {
    "amplitude": "/amp",
    "ga4": "/ga",
    "matomo": "/matomo",
    "mixpanel-browser": "/mp",
    "plausible": "/plausible",
    "plausible-tracker": "/plausible",
    "posthog": "/ph",
    "rudderstack": "/rudder",
    "segment": "/seg",
    "snowplow": "/sp",
}
"""Page → the lane's path that the table shows. Every page with a line has one."""

BEGIN, END = "<!-- sdk-table: written by `python -m tests.sdk.table` -->", "<!-- /sdk-table -->"
MARKED = re.compile(r"<!-- sdk-table.*?-->.*?<!-- /sdk-table -->", re.DOTALL)
LINE = re.compile(r"// <sdk-table (?P<sdk>[^>]+)>\n(?P<code>.*?)// </sdk-table>", re.DOTALL)
ONLY_HERE = re.compile(r",? ?(?:\{ \.\.\.test \}|\.\.\.(?:test|known))")
NAMED = re.compile(r'\b(PROXY|HOST)\b(?: \+ "([^"]*)")?')


def _shown(code: str, prefix: str) -> str:
    """Write a line as a reader would: eventveil's address in place of our names for it, nothing of the test."""

    def address(found: re.Match[str]) -> str:
        base = SITE if found[1] == "PROXY" else SITE.partition("://")[2]
        return json.dumps(base + prefix + (found[2] or ""))

    line = re.sub(r"(?<=[(\[]) | (?=[)\]])", "", re.sub(r"\s+", " ", code)).strip().rstrip(";")
    return NAMED.sub(address, ONLY_HERE.sub("", line))


def _rows() -> dict[str, str]:
    rows = {}
    for page in sorted((HERE / "pages").glob("*.js")):
        for found in LINE.finditer(page.read_text("utf-8")):
            rows[found["sdk"]] = _shown(found["code"], PREFIXES[page.stem])
    return rows


ROWS = _rows()
"""SDK → its line."""


def table() -> str:
    """Write the table, markers included."""
    rows = [f"| {sdk} | `{line}` |" for sdk, line in ROWS.items()]
    return "\n".join([BEGIN, "| SDK | the line |", "|---|---|", *rows, END])


def filled(readme: str) -> str:
    """Put the table into a text between its markers.

    Raises:
        ValueError: the text has no markers, or several pairs.
    """
    text, count = MARKED.subn(lambda _: table(), readme)
    if count != 1:
        raise ValueError(f"expected one pair of sdk-table markers, got {count}")
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"{len(ROWS)} SDKs in README.md\n")
