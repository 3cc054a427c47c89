"""Text to spans: where personal data stands in a string, and what a field's name tells about its value.

`policy` compiles programs on top of `detector.Detector`, `lexicon.classify` and `knowledge.Known`. Nothing here reads
the network, a clock or a file of client data, and nothing decides what happens to what was found.
"""

from __future__ import annotations

__all__: list[str] = []
