"""The composition root: settings → lanes, servers, measurements; signals → reload and end.

`compose` builds what serves, `service` is one process at work, `signals` runs it, `processes` several of them.
Everything below is handed what it needs from here and looks nothing up.
"""

from proxy.app.service import Service
from proxy.app.signals import run, serve

__all__ = ["Service", "run", "serve"]
