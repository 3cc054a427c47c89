"""Settings → what a process serves with: keyring, programs, lanes.

In two steps. `compile_all` does all that can fail and takes long, knows no event loop, and runs beside a process that
goes on serving; `assemble` binds the result to the client and meters of a running process. `service` calls both, the
command line's check the first.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from time import monotonic
from typing import TypeVar

from proxy.app.unforeseen import unforeseen
from proxy.delivery import Client, Direct, Timeouts, Upstream, egress_proxy, tls_context
from proxy.errors import PolicyError, SettingsError, StartError
from proxy.keys.keyring import Keyring
from proxy.policy.compile import compile_program
from proxy.policy.load import absent, load
from proxy.policy.program import Program
from proxy.server.lanes import Lane, Lanes, Origins
from proxy.server.listener import Tls
from proxy.server.visitor import Visitors, open_places
from proxy.settings import LaneSettings, Settings
from proxy.telemetry import PolicyFact, Telemetry
from proxy.wire.registry import DIALECTS

__all__ = ["Compiled", "assemble", "compile_all", "listener_tls", "recompile"]

TOKEN_CHARACTERS = 16
"""The fewest; 16 base64 characters are 96 bits."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """What settings mean, before anything runs.

    Args:
        programs: one a lane, in the order of the settings.
        upstreams: the same; each by route name, and the lane's own under the empty name.
        token: opens the private port's reload; None keeps it shut.
        visitors: says where requests come from.
    """

    settings: Settings
    programs: tuple[Program, ...]
    upstreams: tuple[Mapping[str, Upstream], ...]
    token: bytes | None
    visitors: Visitors

    def facts(self) -> tuple[PolicyFact, ...]:
        """Say what each lane scrubs with, for metrics and readiness."""
        return tuple(
            PolicyFact(lane.label, lane.dialect, program.policy, program.fingerprint, program.mode, program.epoch)
            for lane, program in zip(self.settings.lanes, self.programs, strict=True)
        )


def compile_all(settings: Settings, environ: Mapping[str, str]) -> Compiled:
    """Read the key, compile every lane's policy, find the way to every vendor.

    Raises:
        StartError: with all that is wrong, a line each: KeyringError or PolicyError when it is only that.
    """
    faults: list[StartError] = []
    keyring = _tried(faults, partial(Keyring.read, settings.keys.file)) or Keyring.ephemeral()
    tls = _tried(faults, partial(tls_context, settings.ca_bundle)) or tls_context(None)
    egress = environ if settings.proxy_from_env else {}
    program = cache(partial(_program, settings, keyring))  # lanes of one vendor and policy share it
    programs = [_tried(faults, partial(_program_of, lane, settings, program)) for lane in settings.lanes]
    upstreams = [_tried(faults, partial(_upstreams, lane, tls, egress)) for lane in settings.lanes]
    token = _tried(faults, partial(_token, settings))
    visitors = _tried(faults, partial(_visitors, settings)) or Visitors()
    _tried(faults, partial(listener_tls, settings))
    if faults:  # before anything that stood in for what is missing can serve
        raise _joined(faults)
    return Compiled(
        settings,
        tuple(program for program in programs if program is not None),
        tuple(ways for ways in upstreams if ways is not None),
        token,
        visitors,
    )


def listener_tls(settings: Settings) -> Tls | None:
    """Read the public listener's certificate, when it has one.

    Raises:
        SettingsError: the files are no matching pair.
    """
    tls = settings.listen.tls
    return Tls(tls.cert_file, tls.key_file) if tls.cert_file and tls.key_file else None


def recompile(compiled: Compiled, reread: Callable[[], Settings] | None, environ: Mapping[str, str]) -> Compiled:
    """Compile anew for a process that runs.

    Args:
        reread: reads the settings; without it they stay, and what they name is read again.

    Raises:
        StartError: as `compile_all`; or the new settings need a restart.
    """
    if reread is None:
        return compile_all(compiled.settings, environ)
    settings = reread()
    if _fixed(settings) != _fixed(compiled.settings):
        expected = "the same listen, private, workers, header_bytes, held_bytes, connections and keepalive_timeout_s"
        raise SettingsError(expected, "others", "restart to change them")
    return compile_all(settings, environ)


def assemble(compiled: Compiled, client: Client, telemetry: Telemetry) -> Lanes:
    """Build the lanes of a running process.

    Args:
        client: what all lanes send with.
        telemetry: gets the series of each lane.
    """
    settings = compiled.settings
    timeouts = Timeouts(settings.limits.connect_timeout_s, settings.limits.answer_timeout_s)
    lanes = []
    for lane, program, upstreams in zip(settings.lanes, compiled.programs, compiled.upstreams, strict=True):
        meter = telemetry.lane(lane.label, lane.dialect)
        telemetry.store.values[meter.upstream_limit] = lane.in_flight
        gauge = partial(telemetry.add, meter.upstream_in_flight)
        ends = {
            route: Direct(client, upstream, timeouts, lane.in_flight, settings.limits.answer_bytes, gauge)
            for route, upstream in upstreams.items()
        }
        own, prefix, dialect = ends.pop(""), lane.path.rstrip("/"), DIALECTS[lane.dialect]
        lanes.append(Lane(lane.label, prefix, dialect, program, own, Origins(lane.origins), meter, ends))
    return Lanes(lanes)


Made = TypeVar("Made")


def _tried(faults: list[StartError], make: Callable[[], Made]) -> Made | None:
    """Make a part; what stops it is kept, so that the other parts' faults are found too."""
    try:
        with unforeseen():
            return make()
    except StartError as error:
        faults.append(error)
        return None


def _joined(faults: list[StartError]) -> StartError:
    """Make one error of several; what more than one lane has is told once."""
    distinct = {str(fault): fault for fault in faults}
    if len(distinct) == 1:
        return faults[0]
    text = "\n".join(dict.fromkeys(line for told in distinct for line in told.splitlines()))
    return PolicyError(text) if all(isinstance(fault, PolicyError) for fault in faults) else SettingsError(text)


def _program_of(lane: LaneSettings, settings: Settings, program: Callable[[str, str], Program]) -> Program:
    fault = absent(lane.policy, settings.policies.search, lane.policy_at)
    if fault is not None:
        raise PolicyError(str(fault))
    return program(lane.policy, lane.dialect)


def _program(settings: Settings, keyring: Keyring, policy: str, dialect: str) -> Program:
    return compile_program(load(policy, settings.policies.search), DIALECTS[dialect], keyring, monotonic)


def _upstreams(lane: LaneSettings, tls: ssl.SSLContext, environ: Mapping[str, str]) -> dict[str, Upstream]:
    known = {route.name for route in DIALECTS[lane.dialect].routes}
    unknown = sorted(lane.upstreams.keys() - known)
    if unknown:
        expected = f"routes of {lane.dialect} ({', '.join(sorted(known))})"
        raise SettingsError(expected, ", ".join(unknown), f"lane {lane.label}, upstreams")
    bases = {"": lane.upstream, **lane.upstreams}
    return {route: _upstream(base.rstrip("/"), tls, environ) for route, base in bases.items()}


def _upstream(base: str, tls: ssl.SSLContext, environ: Mapping[str, str]) -> Upstream:
    return Upstream(base, tls if base.startswith("https:") else None, egress_proxy(base, environ))


def _visitors(settings: Settings) -> Visitors:
    geo = settings.geo
    return Visitors(settings.listen.trusted_hops, open_places(geo.database, geo.level) if geo.database else None)


def _token(settings: Settings) -> bytes | None:
    path = settings.private.token_file
    if path is None:
        return None
    try:
        token = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError("a readable token file", type(error).__name__, str(path)) from error
    if len(token) < TOKEN_CHARACTERS:
        raise SettingsError(f"at least {TOKEN_CHARACTERS} characters", f"{len(token)}", str(path))
    return token


def _fixed(settings: Settings) -> tuple[object, ...]:
    limits = settings.limits
    private = settings.private
    return (
        settings.listen,
        private.host,
        private.port,
        settings.workers,
        limits.header_bytes,
        limits.held_bytes,
        limits.connections,
        limits.keepalive_timeout_s,
    )
