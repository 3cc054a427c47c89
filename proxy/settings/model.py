"""What can be set, as pydantic models: the only list of settings, with unit, default and meaning of each.

`reading` builds `Settings` from a file and the environment; everything below gets plain values from it. Frozen; unknown
keys are refused. Every name that measures something carries its unit.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr
from pydantic_core import PydanticCustomError

from proxy.policy.diagnostics import Place

__all__ = [
    "GeoSettings",
    "KeysSettings",
    "LaneSettings",
    "LimitSettings",
    "ListenSettings",
    "LogSettings",
    "PolicySettings",
    "PrivateSettings",
    "Settings",
    "TlsSettings",
    "label_of",
]


def _file_name(value: object) -> object:
    if not isinstance(value, str | Path) or "\0" in str(value):
        raise PydanticCustomError("file_name", "a file's name")
    return value


Text = Annotated[str, Field(min_length=1)]
FilePath = Annotated[Path, Field(strict=False), BeforeValidator(_file_name)]
Port = Annotated[int, Field(ge=0, le=65535)]
Bytes = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
"""A day at most: clocks of the system take no `.inf`, and a process that waits for ever does not end."""
Origin = Annotated[
    str, Field(pattern=r"^(\*|null|https?://(\*\.)?[A-Za-z0-9.-]+(:\d+)?|https?://\[[0-9a-fA-F:]+\](:\d+)?)$")
]
Upstream = Annotated[
    str, Field(pattern=r"^https?://([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(:\d+)?(/[!$&-;=A-Z_a-z~%]*)?$")
]
"""No userinfo, query or fragment: a vendor's key travels with the request, never in the settings."""


def label_of(name: str | None, path: str, dialect: str) -> str:
    """Give a lane's name in metrics and logs: its own, or one made of its path, or of its dialect for `/`."""
    return name or re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")[:32] or dialect


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class TlsSettings(_Section):
    """TLS on the public listener; both files or neither."""

    cert_file: FilePath | None = Field(default=None, description="certificate chain, PEM; read again when it changes")
    key_file: FilePath | None = Field(default=None, description="private key, PEM; read again when it changes")


class ListenSettings(_Section):
    """Where SDKs reach eventveil."""

    host: Text = Field(default="127.0.0.1", description="address to bind; `::` takes IPv6 and IPv4")
    port: Port = Field(default=8080, description="TCP port; 0 takes any free one")
    unix: FilePath | None = Field(default=None, description="Unix socket path; when given, no TCP port is opened")
    trusted_hops: Annotated[int, Field(ge=0, le=16)] = Field(
        default=0,
        description="proxies in front that add the client's address to X-Forwarded-For; with 0 it is not believed",
    )
    tls: TlsSettings = TlsSettings()


class PrivateSettings(_Section):
    """The port for probes, metrics and reload. Never reachable for SDKs."""

    host: Text = Field(default="127.0.0.1", description="address to bind")
    port: Port = Field(default=9090, description="TCP port; 0 takes any free one")
    token_file: FilePath | None = Field(
        default=None, description="bearer token that opens POST /-/reload; without, it is shut"
    )


class LaneSettings(_Section):
    """One path prefix, bound to a vendor and a policy."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")] | None = Field(
        default=None, description="stands in metrics and logs; by default the path, or the dialect for `/`"
    )
    path: Annotated[str, Field(pattern=r"^/([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*/?)?$")] = Field(
        description="prefix that SDKs put before the vendor's own paths; `/` takes everything"
    )
    dialect: Text = Field(description="the vendor's dialect")
    policy: Text = Field(default="balanced", description="name of a policy, or a file")
    upstream: Upstream = Field(description="the vendor's base URL; TLS is always verified")
    upstreams: dict[str, Upstream] = Field(
        default={}, description="base URLs of routes that the vendor has on another host, by route name"
    )
    origins: Annotated[tuple[Origin, ...], Field(strict=False)] = Field(
        default=("*",),
        description="browser origins that may read the answers; `*` all, `https://*.example.com` all below",
    )
    delivery: Literal["direct"] = Field(
        default="direct", description="`direct`: the client waits for the vendor's answer"
    )
    in_flight: Annotated[int, Field(ge=1)] = Field(
        default=256, description="requests under way to the vendor, per worker; one more is answered 503"
    )

    _policy_at: Place | None = PrivateAttr(None)

    @property
    def policy_at(self) -> Place:
        """Where the policy is named, for diagnostics; by default the name itself."""
        return self._policy_at or Place(self.policy, 1, 1)

    def naming(self, place: Place) -> Self:
        """Give the same lane, its policy named at a place in the settings file."""
        placed = self.model_copy()
        placed._policy_at = place  # noqa: SLF001 - its own class
        return placed

    @property
    def label(self) -> str:
        """The lane's name in metrics and logs."""
        return label_of(self.name, self.path, self.dialect)


class KeysSettings(_Section):
    """The key that pseudonyms are made with."""

    file: FilePath = Field(description="32 random bytes; without them the process does not start")


class PolicySettings(_Section):
    """Where policies come from."""

    search: Annotated[tuple[FilePath, ...], Field(strict=False)] = Field(
        default=(), description="directories looked through for a policy's name before the shipped ones"
    )


class GeoSettings(_Section):
    """Countries, for reports of vendors that are kept from looking them up."""

    database: FilePath | None = Field(
        default=None,
        description="MaxMind-format database, opened again on reload; put another file in its place, never write into "
        "it, which ends the process; without, no place is looked up",
    )
    level: Literal["country", "region"] = Field(default="country", description="how exact a place may be")


class LimitSettings(_Section):
    """How much a client or a vendor may ask of the process."""

    body_bytes: Bytes = Field(default=10 * 2**20, description="request body as sent; Mixpanel's own limit is 10 MB")
    held_bytes: Bytes = Field(
        default=64 * 2**20,
        description="bodies of all requests under way, at each port of a worker; one that does not fit gets 503",
    )
    header_bytes: Annotated[int, Field(ge=1024)] = Field(
        default=65536, description="request line and headers; over it, 431"
    )
    inflated_bytes: Bytes = Field(
        default=20 * 2**20,
        description="request body after decompression; while it is scrubbed it takes six times as much memory, at "
        "worst 20 times, and in each worker two such are scrubbed at a time",
    )
    answer_bytes: Bytes = Field(default=8 * 2**20, description="vendor's answer")
    inline_bytes: Annotated[int, Field(ge=0)] = Field(
        default=65536, description="larger bodies, as sent or inflated, are scrubbed in a thread"
    )
    connections: Annotated[int, Field(ge=16, le=1_000_000)] = Field(
        default=10_000,
        description="open at each port of a worker; at it, idle ones are closed, and with none idle new ones get 503",
    )
    read_timeout_s: Seconds = Field(default=30.0, description="to receive a request body in full; over it, 408")
    keepalive_timeout_s: Seconds = Field(
        default=75.0, description="idle connection, or one that never finishes its headers"
    )
    connect_timeout_s: Seconds = Field(default=5.0, description="to reach the vendor")
    answer_timeout_s: Seconds = Field(
        default=20.0, description="from sending to the vendor's whole answer; over it, 504"
    )
    drain_timeout_s: Seconds = Field(
        default=25.0, description="for requests under way when the process is told to stop"
    )


class LogSettings(_Section):
    """The log on standard error. No event value, path, query, header or body ever stands in it."""

    format: Literal["json", "console"] = Field(default="json", description="`json` lines, or `console` for people")
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least severe level written"
    )
    access_sample: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.01, description="share of good requests logged"
    )


def _not_empty(lanes: tuple[LaneSettings, ...]) -> tuple[LaneSettings, ...]:
    """Stand in for `min_length`, which counts a lane with a fault as none."""
    if not lanes:
        raise PydanticCustomError("too_few_lanes", "at least 1 item")
    return lanes


class Settings(_Section):
    """Everything a process needs to know before it starts."""

    listen: ListenSettings = ListenSettings()
    private: PrivateSettings = PrivateSettings()
    lanes: Annotated[
        tuple[LaneSettings, ...],
        Field(strict=False, json_schema_extra={"minItems": 1}),
        AfterValidator(_not_empty),
    ]
    keys: KeysSettings
    policies: PolicySettings = PolicySettings()
    geo: GeoSettings = GeoSettings()
    limits: LimitSettings = LimitSettings()
    log: LogSettings = LogSettings()
    workers: Annotated[int, Field(ge=1, le=64)] = Field(default=1, description="processes that share the port")
    ca_bundle: FilePath | None = Field(default=None, description="CA certificates, PEM, trusted beside the system's")
    proxy_from_env: bool = Field(default=True, description="reach vendors as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say")
