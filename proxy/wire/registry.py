"""Every dialect by name. A new vendor is a file of its own and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from proxy.wire.amplitude import AMPLITUDE
from proxy.wire.dialect import Dialect
from proxy.wire.generic import GENERIC
from proxy.wire.mixpanel import MIXPANEL
from proxy.wire.posthog import POSTHOG
from proxy.wire.segment import SEGMENT

__all__ = ["DIALECTS"]

DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect for dialect in (AMPLITUDE, GENERIC, MIXPANEL, POSTHOG, SEGMENT)
}
