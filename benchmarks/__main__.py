"""`python -m benchmarks`: measure the core cases and print a table."""

from __future__ import annotations

import sys

from benchmarks.core import CASES, heart

chosen = [case for case in CASES if not sys.argv[1:] or any(word in case.name for word in sys.argv[1:])]
print("| case | orjson µs | framing µs | heart µs | heart / orjson |\n|---|---|---|---|---|")
for case in chosen:
    row = heart(case)
    print(f"| {case.name} | {row['orjson']:.1f} | {row['framing']:.1f} | {row['heart']:.1f} | {row['ratio']:.2f} |")
