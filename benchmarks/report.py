"""`README.md` beside this file, written from what the parts measured: the figures with their aims, then every table.

`__main__` calls `write` after each run. A part that was not run is said to be missing; a figure that falls short is
shown as such. What stands between the `quality` markers is written by another command and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from benchmarks.figures import FIGURES, Results, shown
from benchmarks.machine import BUSY
from benchmarks.plots import draw

__all__ = ["README", "render", "write"]

README = Path(__file__).with_name("README.md")
QUALITY = re.compile(r"<!-- quality -->\n(.*?)<!-- /quality -->", re.DOTALL)

_HEAD = """\
# What scrubbing costs

Written by `make bench`; do not edit. Every ratio is of two things measured in one run on one machine, and no absolute
number means anything elsewhere. Speed is told beside what it leaves: see what of the planted people reaches the vendor.
"""

_REASON = """\
What falls short has one reason. The heart is interpreted Python; an orjson round trip, Relay and nginx are compiled. A
batch shares plans, pseudonyms and one look at each distinct text among its events, and each event still pays for its
lookups; a single event shares nothing and pays for every step alone. The paths follow the heart. **Unscrubbed** is the
same figure with a program that looks at nothing: HTTP, form, base64 and JSON, opened and sealed. Where that is beyond
the aim, a faster heart alone does not reach it. **Native** is the heart's calls into C alone (JSON, base64, RE2, keyed
hashes), made again: where that is beyond the aim, a heart that makes them does not reach it, however little else it
does.
"""

_METHOD = """\
## How it is measured

- **Heart and parts**: CPU time of the process, the least of many rounds of about 3 ms, all jobs in turn
  (`measure.py`). The floor is `orjson.loads` + `orjson.dumps` of the same events, without any framing. *Unscrubbed* is
  the whole heart with a program that looks at nothing (`unscrubbed.py`); `stripped.py` serves paths with it. *Native*
  is every call of a recorded run to orjson, pybase64, RE2 and hashlib, made again (`native.py`).
- **Traffic**: seeded events after the captures in `tests/captures`, about 1 KB each, framed as each SDK frames them
  (`corpus.py`, `templates.py`); `captured_…` are the captured browser's own events (`captured.py`).
- **Whole paths**: the program has one core, load (wrk, 32 connections) and vendor (nginx, `return 200`) the other. CPU
  per request is the kernel's count for the program and its children over the requests that were answered, the least of
  the rounds; systems take turns. Each case sends 32 different requests in turn. Eventveil runs its shipped `balanced`;
  *ingest alone* is the same process with a delivery that takes everything at once and asks no vendor (`ingest.py`).
- **Latency**: open loop; latency counts from the moment a request was due, waiting included (`openloop.py`); the median
  of three rounds by p99, of nine at 1,000 a second. Generator and vendor share a core, where the generator gives way.
  What a system adds is its percentile less that of the same schedule straight to the vendor.
- **Peers** run as their manuals say, from the configuration in `peers/`; those that scrub do so by field name and an
  expression for addresses, which is less than what eventveil does (`peers/scrub.lua` says what). Presidio runs without
  a model for names.
- **Gate**: `python -m benchmarks gate` holds five ratios against `gate.json` and fails above.
"""

_RERUN = """\
## Run it again

```sh
make bench                                # all parts but soak, under ten minutes on two cores
make bench ARGS="paths latency"           # some parts; --quick tries out, --only WORD narrows
make bench ARGS=soak                      # ten minutes of load, for memory
make bench-gate                           # the gate
```

`make bench-peers` installs the peers that come from PyPI and npm. nginx with Lua and wrk are Debian's:
`apt-get install nginx libnginx-mod-http-lua lua-cjson wrk`. What is missing is skipped by name.
"""


def write(results: Path) -> None:
    """Read what the parts left in a folder, draw the curves and write the README."""
    found = {path.stem: orjson.loads(path.read_bytes()) for path in sorted(results.glob("*.json"))}
    plots = draw(found["curves"]["rows"], README.with_name("plots")) if "curves" in found else []
    README.write_text(render(found, plots, _quality(found)), "utf-8")


def _quality(found: Results) -> str:
    """Give what `quality` printed in the last run, or else what the README holds of an earlier one."""
    printed = found.get("quality", {}).get("rows", {}).get("markdown")
    kept = QUALITY.search(README.read_text("utf-8")) if README.exists() else None
    return printed or (kept.group(1) if kept else "")


def render(found: Results, plots: list[str], quality: str) -> str:
    """Give the README's text.

    Args:
        found: part → `about` and `rows`.
        plots: file names below `plots/`.
        quality: what stands between the markers.
    """
    sections = [
        _HEAD,
        _figures(found),
        *(_section(title, head, found, part, rows) for title, head, part, rows in _TABLES),
        "\n".join(["## How cost grows\n", *(f"![{name}](plots/{name})" for name in plots), ""]) if plots else "",
        f"## What is found in texts\n\n<!-- quality -->\n{quality}<!-- /quality -->\n",
        _METHOD,
        _about(found),
        _RERUN,
    ]
    return "\n".join(section for section in sections if section)


def _figures(found: Results) -> str:
    lines = ["## Figures and aims\n", "| figure | must | goal | measured | | unscrubbed | native |", "|---" * 7 + "|"]
    for figure in FIGURES:
        value = figure.measured(found)
        beside = figure.verdict(value), shown(figure.unscrubbed(found)), shown(figure.native(found))
        cells = figure.name, figure.aim(figure.must), figure.aim(figure.goal), shown(value), *beside
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", _REASON])


def _section(title: str, head: str, found: Results, part: str, rows: Any) -> str:
    if part not in found:
        return f"## {title}\n\nNot measured.\n"
    names = [name.strip() for name in head.split("|")]
    lines = [f"## {title}\n", "| " + " | ".join(names) + " |", "|---" * len(names) + "|"]
    skipped = []
    for row in rows(found[part]["rows"]):
        if isinstance(row, str):
            skipped.append(row)
        else:
            lines.append("| " + " | ".join(row) + " |")
    return "\n".join([*lines, *(f"\nSkipped: {row}" for row in dict.fromkeys(skipped)), ""])


Rows = Iterator[list[str] | str]
"""A row's cells, or the name and reason of what is missing."""


def _core(rows: dict[str, Any]) -> Rows:
    parts = ("orjson", "decode", "program", "detect", "encode", "unscrubbed", "framing", "native", "heart")
    for name, row in rows.items():
        parts_us = [f"{row[part]:.1f}" if part in row else "-" for part in parts]
        yield [f"`{name}`", f"{row['bytes']:,.0f}", *parts_us, f"{row['token']:.2f}", f"**{row['ratio']:.2f}**"]


def _libraries(rows: list[dict[str, Any]]) -> Rows:
    for row in rows:
        if "missing" in row:
            yield f"{row['peer']} ({row['missing']})"
        else:
            yield [row["peer"], f"{row['us']:.1f}", f"{row['heart_us']:.1f}", f"**{row['us'] / row['heart_us']:.1f}**"]


def _paths(rows: list[dict[str, Any]]) -> Rows:
    for row in rows:
        if "missing" in row:
            yield f"{row['system']} ({row['missing']})"
            continue
        events = f"{row['cpu_us'] / row['events']:.1f}"
        yield [
            _way(row["path"], row["system"]),
            f"{row['rate']:,.0f}",
            f"{row['cpu_us']:.0f}",
            events,
            f"{row['rss_mb']:.0f}",
        ]


def _way(path: str, system: str) -> str:
    """Name a way by where it leads, `mixpanel_single_to_direct`; a peer's by the peer."""
    ours, mode = system.startswith("eventveil "), system.removeprefix("eventveil ")
    if not ours:
        return f"{path}: {system}"
    whole, _, part = mode.partition(", ")
    return f"`{path}_to_{whole.split(' ')[0]}`" + f", {part}" * bool(part)


def _latency(rows: list[dict[str, Any]]) -> Rows:
    for row in rows:
        if "missing" in row:
            yield f"{row['system']} ({row['missing']})"
            continue
        shares = [f"{row[f'{name}_ms']:.2f}" for name in ("p50", "p90", "p99", "p999", "max")]
        yield [row["system"], f"{row['offered']:,.0f}", f"{row['achieved']:,.0f}", *shares, f"{row['failed']}"]


def _fidelity(rows: list[dict[str, Any]]) -> Rows:
    for row in rows:
        if "missing" in row:
            yield f"{row['system']} ({row['missing']})"
        else:
            share = f"**{row['left'] / row['planted']:.1%}**"
            yield [
                row["system"],
                f"{row['received']} of {row['requests']}",
                f"{row['planted']}",
                f"{row['left']}",
                share,
            ]


_PARTS = (
    "case | bytes | orjson | decode | program | of it detect | encode | unscrubbed | of it framing | native | heart | "
    "pseudonym | heart / orjson"
)
_TABLES = (
    (
        "What of the planted people reaches the vendor",
        "system | requests received | strings planted | left | share",
        "fidelity",
        _fidelity,
    ),
    ("The heart, µs per event", _PARTS, "core", _core),
    ("Libraries in the same process, µs", "library | library | heart | library / heart", "libraries", _libraries),
    ("Whole paths at saturation", "path | requests/s | CPU µs per request | per event | RSS MB", "paths", _paths),
    ("Latency at fixed rates, ms from when a request was due",
     "system | offered/s | achieved/s | p50 | p90 | p99 | p99.9 | max | failed", "latency", _latency),
)  # fmt: skip


def _about(found: Results) -> str:
    """Say on what, with what and when each part was measured, and mark what was measured on a busy machine."""
    lines = ["## On what, with what and when\n"]
    for part, result in found.items():
        about = result["about"]
        marks = ["quick run"] * bool(about["quick"])
        marks += [f"**the machine was busy** ({about['load']} cores of others)"] * (float(about["load"]) > BUSY)
        lines.append(f"- `{part}`: " + ", ".join([about["date"], about["commit"], f"{about['took_s']:.0f} s", *marks]))
    last = [result["about"] for result in found.values()][-1:]
    lines += [f"- {about['machine']}; {about['python']}; {about['versions']}" for about in last]
    return "\n".join([*lines, ""])
