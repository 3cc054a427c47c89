"""What scrubbing costs: seeded traffic, measured as ratios within one run.

`corpus` makes the traffic, `measure` is the stopwatch, `core` times the heart and its parts against an orjson round
trip of the same bytes, `report` writes `README.md`. `python -m benchmarks` runs them; nothing here is installed.
"""
