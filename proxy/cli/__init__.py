"""The command line. `main` is what `eventveil` and `python -m proxy` call.

`parser` says what can be typed, the other modules do it, one a command. Everything on standard output is the answer,
everything on standard error is about the run. Exit status: 0 done, 1 the answer is no, 2 wrongly called.
"""

from proxy.cli.parser import main

__all__ = ["main"]
