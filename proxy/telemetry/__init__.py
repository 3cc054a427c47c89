"""What happened, told without saying to whom: metrics and logs.

`families` is the table of all metrics, `store` the integers, `meters` the hot path, `collector` the scrape, `process`
the process' own pulse, `logs` the log. The core reports, `server` fills a `Visit`, everything here only counts and
writes.
"""

from proxy.telemetry.collector import Collector, exposition
from proxy.telemetry.logs import AccessLog, say, set_up, trace
from proxy.telemetry.meters import NO_LANE, LaneMeter, PolicyFact, Telemetry, Visit
from proxy.telemetry.process import watch
from proxy.telemetry.store import STORE_BYTES, Store, beats

__all__ = [
    "NO_LANE",
    "STORE_BYTES",
    "AccessLog",
    "Collector",
    "LaneMeter",
    "PolicyFact",
    "Store",
    "Telemetry",
    "Visit",
    "beats",
    "exposition",
    "say",
    "set_up",
    "trace",
    "watch",
]
