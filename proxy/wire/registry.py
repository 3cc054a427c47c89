"""Every dialect by name. A new vendor is a file of its own and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from proxy.wire.amplitude import AMPLITUDE
from proxy.wire.datadog import DATADOG
from proxy.wire.dialect import Dialect
from proxy.wire.ga4 import GA4
from proxy.wire.generic import GENERIC
from proxy.wire.jitsu import JITSU
from proxy.wire.matomo import MATOMO
from proxy.wire.mixpanel import MIXPANEL
from proxy.wire.plausible import PLAUSIBLE
from proxy.wire.posthog import POSTHOG
from proxy.wire.rudderstack import RUDDERSTACK
from proxy.wire.segment import SEGMENT
from proxy.wire.sentry import SENTRY
from proxy.wire.snowplow import SNOWPLOW

__all__ = ["DIALECTS"]

_ALL = (
    AMPLITUDE,
    DATADOG,
    GA4,
    GENERIC,
    JITSU,
    MATOMO,
    MIXPANEL,
    PLAUSIBLE,
    POSTHOG,
    RUDDERSTACK,
    SEGMENT,
    SENTRY,
    SNOWPLOW,
)

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in _ALL}
