"""`eventveil serve`: the lanes of a settings file, until SIGTERM."""

from __future__ import annotations

import os
from argparse import Namespace

from proxy.app import run as serve

__all__ = ["run"]


def run(options: Namespace) -> int:
    """Serve until a signal ends it.

    Raises:
        StartError: the process does not start.
    """
    chosen = {"EVENTVEIL_LOG_FORMAT": options.log_format} if options.log_format else {}
    serve(options.config, {**os.environ, **chosen})
    return 0
