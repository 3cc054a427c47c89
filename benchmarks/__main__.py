"""`python -m benchmarks [PART …]`: measure parts, keep what they gave, write `README.md` and the plots.

Parts: core, libraries, paths, latency, fidelity, curves, soak (ten minutes, only by name), quality; gate holds some
ratios against ceilings and writes nothing; report writes the README from what is kept. Without a name: all but soak and
gate. `--quick` is for trying out: short runs, marked as such.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from benchmarks import machine

RESULTS = Path(__file__).resolve().parent.parent / ".cache" / "bench" / "results"


def _core(quick: bool, words: list[str]) -> Any:  # noqa: FBT001 - a row of the table
    from benchmarks import core  # noqa: PLC0415 - a part loads only what it measures

    chosen = [
        one for one in (*core.subjects(), core.adversary()) if not words or any(word in one.name for word in words)
    ]
    return {one.name: core.measure(one, 0.5 if quick else 3.0) for one in chosen}


def _libraries(quick: bool, _words: list[str]) -> Any:  # noqa: FBT001 - a row of the table
    from benchmarks import libraries  # noqa: PLC0415 - a part loads only what it measures

    return libraries.measure(1.0 if quick else 4.0)


def _paths(quick: bool, words: list[str]) -> Any:  # noqa: FBT001 - a row of the table
    from benchmarks import paths  # noqa: PLC0415 - a part loads only what it measures

    return paths.measure(1 if quick else 2, 1 if quick else 2, words)


def _latency(quick: bool, _words: list[str]) -> Any:  # noqa: FBT001 - a row of the table
    from benchmarks import latency  # noqa: PLC0415 - a part loads only what it measures

    return latency.measure(1.0, (200, 1000), 1) if quick else latency.measure()


def _fidelity(_quick: bool, _words: list[str]) -> Any:  # noqa: FBT001 - a row of the table
    from benchmarks import fidelity  # noqa: PLC0415 - a part loads only what it measures

    return fidelity.measure()


def _curves(_quick: bool, words: list[str]) -> Any:  # noqa: FBT001 - a row of the table
    from benchmarks import curves  # noqa: PLC0415 - a part loads only what it measures

    return {name: draw() for name, (_, _, draw) in curves.CURVES.items() if not words or name in words}


def _soak(quick: bool, _words: list[str]) -> Any:  # noqa: FBT001 - a row of the table
    from benchmarks import soak  # noqa: PLC0415 - a part loads only what it measures

    return soak.measure(20.0 if quick else 600.0)


def _quality(_quick: bool, _words: list[str]) -> Any:  # noqa: FBT001 - a row of the table
    """Run `quality`, which needs a folder of other people's test cases, and keep the markdown that it prints."""
    if not os.environ.get("CORPORA"):
        return {"missing": "CORPORA names no folder of test cases"}
    command = [sys.executable, "-m", "benchmarks.quality"]
    run = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - the command is ours
    return {"markdown": run.stdout}


PARTS: dict[str, Callable[[bool, list[str]], Any]] = {
    "core": _core,
    "libraries": _libraries,
    "paths": _paths,
    "latency": _latency,
    "fidelity": _fidelity,
    "curves": _curves,
    "soak": _soak,
    "quality": _quality,
}
ONLY_BY_NAME = {"soak"}


def main(arguments: list[str]) -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS, "gate", "report"], metavar="PART")
    parser.add_argument("--quick", action="store_true", help="short runs, to try out")
    parser.add_argument("--only", action="append", default=[], metavar="WORD", help="cases with this in their name")
    parser.add_argument("--accept", action="store_true", help="with gate: write the ceilings anew")
    options = parser.parse_args(arguments)
    if options.parts == ["gate"]:
        gate = importlib.import_module("benchmarks.gate")
        return int(gate.accept() if options.accept else gate.check())
    for part in options.parts or [name for name in PARTS if name not in ONLY_BY_NAME]:
        if part in PARTS:
            _run(part, quick=options.quick, words=options.only)
    importlib.import_module("benchmarks.report").write(RESULTS)
    return 0


def _run(part: str, *, quick: bool, words: list[str]) -> None:
    """Measure a part and keep what it gave; a few cases only are shown and not kept."""
    before = machine.load()
    begun = time.monotonic()
    rows = PARTS[part](quick, words)
    took = time.monotonic() - begun
    about = machine.describe() | {"load": f"{before:.2f}", "quick": quick, "took_s": round(took, 1)}
    out = orjson.dumps({"about": about, "rows": rows}, option=orjson.OPT_INDENT_2)
    print(f"{part}: {took:.0f} s", flush=True)
    if words or (isinstance(rows, dict) and "missing" in rows):
        print(out.decode())
        return
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{part}.json").write_bytes(out)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
