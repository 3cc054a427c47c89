"""The settings: one YAML file and the environment → one frozen value.

`model` says what can be set, `reading` reads it.
"""

from proxy.settings.model import (
    GeoSettings,
    KeysSettings,
    LaneSettings,
    LimitSettings,
    ListenSettings,
    LogSettings,
    PolicySettings,
    PrivateSettings,
    Settings,
    TlsSettings,
)
from proxy.settings.reading import load, variables

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
    "load",
    "variables",
]
