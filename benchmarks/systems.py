"""What is measured over the network: eventveil in its modes, and the peers, each from its configuration in `peers/`.

A row of `SYSTEMS` says how to start one in front of a vendor's port. `paths` and `latency` start them; what is not on
this machine raises `Missing` and is skipped by name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.core import KEY
from benchmarks.processes import LOAD_CORE, SERVER_CORE, Missing, Program, free_port, need, running

__all__ = ["ROOT", "SYSTEMS", "System", "sink", "started"]

ROOT = Path(__file__).resolve().parent.parent
PEERS = Path(__file__).resolve().parent / "peers"
MITMPROXY = ROOT / ".cache" / "bench" / "mitmproxy" / "bin" / "mitmdump"

_SERVE = "import sys; from pathlib import Path; from proxy.app import run; run(Path(sys.argv[1]))"
"""What `eventveil serve --config` does, without the command's own need to be installed."""
_STRIPPED = ("-m", "benchmarks.stripped")
"""The same, without a part of it."""
_SETTINGS = """\
listen: {{port: {port}}}
private: {{port: 0}}
keys: {{file: key}}
log: {{access_sample: 0, level: warning}}
workers: {workers}
proxy_from_env: false
lanes:
"""
_LANES = ("amplitude", "ga4", "mixpanel", "plausible", "posthog", "segment", "snowplow")
"""The vendors of the paths."""
_LANE = '  - {{path: /{dialect}, dialect: {dialect}, upstream: "http://127.0.0.1:{upstream}", in_flight: 100000}}\n'


@dataclass(frozen=True, slots=True)
class System:
    """One thing that stands between an SDK and the vendor.

    Args:
        command: (folder, port, upstream port) → what to run; writes its configuration into the folder.
        scrubs: False for what passes on as it came.
        lanes: its paths begin with the dialect's name.
        workers: processes; each gets a core when there are enough.
    """

    name: str
    command: Callable[[Path, int, int], list[str]]
    scrubs: bool = True
    lanes: bool = False
    workers: int = 1

    def path(self, dialect: str, path: str) -> str:
        """Give the path at which this system takes a vendor's request."""
        return f"/{dialect}{path}" if self.lanes else path


@contextmanager
def started(system: System, folder: Path, upstream: int) -> Iterator[Program]:
    """Run a system in front of a vendor.

    Raises:
        Missing: it is not on this machine.
    """
    place = folder / "".join(sign if sign.isalnum() else "_" for sign in system.name)
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o755)  # nginx's worker is another user
    port = free_port()
    cores = [SERVER_CORE] if system.workers == 1 else [SERVER_CORE, LOAD_CORE]
    with running(system.command(place, port, upstream), port, cores, place, _environ()) as program:
        yield program


@contextmanager
def sink(folder: Path) -> Iterator[Program]:
    """Run the vendor: nginx where it is, else an asyncio protocol."""
    place, port = folder / "sink", free_port()
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o755)
    try:
        command = _nginx("sink.conf")(place, port, 0)
    except Missing:
        command = [sys.executable, "-m", "benchmarks.sink", str(port)]
    with running(command, port, [LOAD_CORE], place, _environ()) as program:
        yield program


def _environ() -> Mapping[str, str]:
    return {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def _nginx(name: str) -> Callable[[Path, int, int], list[str]]:
    def command(folder: Path, port: int, upstream: int) -> list[str]:
        nginx = need("nginx")
        config = (PEERS / name).read_text("utf-8")
        places = {"folder": folder, "port": port, "upstream": f"127.0.0.1:{upstream}", "peers": PEERS}
        for place, value in places.items():
            config = config.replace(f"{{{place}}}", str(value))
        modules = Path("/usr/lib/nginx/modules")
        if "load_module" in config and not (modules / "ngx_http_lua_module.so").exists():
            raise Missing("nginx's Lua module is not installed (Debian: libnginx-mod-http-lua, lua-cjson)")
        (folder / "modules").unlink(missing_ok=True)
        (folder / "modules").symlink_to(modules)
        (folder / "nginx.conf").write_text(config)
        return [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]

    return command


def _eventveil(
    *program: str,
    workers: int = 1,
    lanes: tuple[str, ...] = _LANES,
    without: tuple[str, ...] = (),
) -> Callable[[Path, int, int], list[str]]:
    def command(folder: Path, port: int, upstream: int) -> list[str]:
        (folder / "key").write_bytes(KEY.root)
        rows = "".join(_LANE.format(dialect=dialect, upstream=upstream) for dialect in lanes)
        settings = _SETTINGS.format(port=port, workers=workers) + rows
        (folder / "eventveil.yaml").write_text(settings.replace("file: key", f"file: {folder}/key"))
        return [sys.executable, *(program or _STRIPPED), str(folder / "eventveil.yaml"), *without]

    return command


def _aiohttp(_folder: Path, port: int, upstream: int) -> list[str]:
    return [sys.executable, str(PEERS / "bare_aiohttp.py"), str(port), f"http://127.0.0.1:{upstream}"]


def _mitmproxy(folder: Path, port: int, upstream: int) -> list[str]:
    if not MITMPROXY.exists():
        raise Missing("mitmproxy is not installed (make bench-peers)")
    addon = str(PEERS / "mitmproxy_scrub.py")
    options = ["--set", f"confdir={folder}", "--set", "connection_strategy=lazy", "--listen-host", "127.0.0.1", "-q"]
    reverse = f"reverse:http://127.0.0.1:{upstream}"
    return [str(MITMPROXY), "--mode", reverse, "--listen-port", str(port), *options, "-s", addon]


def _node(_folder: Path, port: int, upstream: int) -> list[str]:
    node = need("node")
    if not (PEERS / "node" / "node_modules").is_dir():
        raise Missing("the packages of the Node peer are not installed (make bench-peers)")
    return [node, str(PEERS / "node" / "proxy.mjs"), str(port), f"http://127.0.0.1:{upstream}"]


SYSTEMS: Mapping[str, System] = {
    system.name: system
    for system in (
        System("eventveil direct", _eventveil("-c", _SERVE), lanes=True),
        System("eventveil ingest alone", _eventveil(without=("delivery",)), lanes=True),
        System("eventveil direct, unscrubbed", _eventveil(without=("scrubbing",)), scrubs=False, lanes=True),
        System(
            "eventveil ingest alone, unscrubbed",
            _eventveil(without=("delivery", "scrubbing")),
            scrubs=False,
            lanes=True,
        ),
        System(
            "eventveil direct, 2 workers",
            _eventveil("-c", _SERVE, workers=2),
            lanes=True,
            workers=2,
        ),
        System("eventveil direct, 2 lanes", _eventveil("-c", _SERVE, lanes=("mixpanel", "segment")), lanes=True),
        System("nginx pass-through", _nginx("nginx_pass.conf"), scrubs=False),
        System("nginx + Lua scrub", _nginx("nginx_lua.conf")),
        System("bare aiohttp", _aiohttp, scrubs=False),
        System("Node, fastify + fast-redact", _node),
        System("mitmproxy + addon", _mitmproxy),
    )
}
