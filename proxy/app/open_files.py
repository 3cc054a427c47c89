"""How many files the process may have open, so that `limits.connections` is what ends first and not the system's limit.

A process starts with the soft limit of whoever started it, 1,024 mostly; up to the hard limit it may raise that itself.
`service` does so when it starts.
"""

from __future__ import annotations

import logging
import resource

from proxy.telemetry import say

__all__ = ["make_room"]

OTHERS = 1024
"""Files beside the clients' connections: to vendors, certificates, settings, the private port."""


def make_room(connections: int) -> None:
    """Let the process open enough files; where it may not, a warning says what is missing.

    Args:
        connections: of clients, open at once.

    Source: getrlimit(2), RLIMIT_NOFILE.
    """
    wanted = connections + OTHERS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        say("few open files", logging.WARNING, detail=f"expected {wanted}, got {allowed}")
