"""Every error that eventveil raises on purpose, and the HTTP answer each one turns into.

    EventveilError                500  internal
    ├── WireError                 400  the client's request; nothing of it is forwarded
    │   ├── FramingInvalid        400  framing_invalid       gzip, base64, form … does not open
    │   ├── DocumentInvalid       400  document_invalid      opened, but it is no event document
    │   ├── RouteUnknown          404  route_unknown
    │   ├── RouteRefused          403  route_refused         known, and closed by default (session replay)
    │   ├── MethodNotAllowed      405  method_not_allowed
    │   ├── ReadTimeout           408  read_timeout
    │   ├── BodyTooLarge          413  body_too_large
    │   ├── InflationLimit        413  inflation_limit       it opens into, or holds, more than one request may
    │   ├── EncodingUnsupported   415  encoding_unsupported
    │   └── HeadersTooLarge       431  headers_too_large
    ├── RecordRefused             422  record_refused        the policy says `on_error: refuse`
    ├── DeliveryError             502  the vendor's side
    │   ├── UpstreamUnreachable   502  upstream_unreachable
    │   ├── Overloaded            503  overloaded
    │   └── UpstreamTimeout       504  upstream_timeout
    └── StartError                500  what stops a process from starting or a reload from happening
        ├── SettingsError              settings_invalid
        ├── PolicyError                policy_invalid        carries every diagnostic
        └── KeyringError               keyring_invalid

Raised everywhere, caught at three places: `server.handler` (becomes an HTTP answer), `cli` (becomes an exit status) and
`app` (a reload that does not happen). A message says expected, got, where; *got* is a kind, a size or a position,
never a value of an event. This file logs nothing and imports nothing of the house.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "BodyTooLarge",
    "DeliveryError",
    "DocumentInvalid",
    "EncodingUnsupported",
    "EventveilError",
    "FramingInvalid",
    "HeadersTooLarge",
    "InflationLimit",
    "KeyringError",
    "MethodNotAllowed",
    "Overloaded",
    "PolicyError",
    "ReadTimeout",
    "RecordRefused",
    "RouteRefused",
    "RouteUnknown",
    "SettingsError",
    "StartError",
    "UpstreamTimeout",
    "UpstreamUnreachable",
    "WireError",
]


class EventveilError(Exception):
    """What eventveil refuses to do, and why.

    Args:
        expected: what would have been right, in words.
        got: what was there instead: a kind, a size, a position; never a value of an event.
        where: the place: a layer, a header's name, `file:line:col`.
    """

    status: ClassVar[int] = 500
    reason: ClassVar[str] = "internal"

    def __init__(self, expected: str, got: str = "", where: str = "") -> None:
        self.expected, self.got, self.where = expected, got, where
        super().__init__(str(self))

    def __str__(self) -> str:
        got = f", got {self.got}" if self.got else ""
        where = f" ({self.where})" if self.where else ""
        return f"expected {self.expected}{got}{where}"


class WireError(EventveilError):
    """The client's request cannot be taken."""

    status = 400
    reason = "wire_invalid"


class FramingInvalid(WireError):
    """A layer around the document (gzip, base64, form) does not open."""

    reason = "framing_invalid"


class DocumentInvalid(WireError):
    """The layers opened, but what is inside is not the vendor's event document."""

    reason = "document_invalid"


class RouteUnknown(WireError):
    """The dialect has no such route; nothing is forwarded because nobody thought of it."""

    status = 404
    reason = "route_unknown"


class RouteRefused(WireError):
    """The dialect knows the route and keeps it closed."""

    status = 403
    reason = "route_refused"


class MethodNotAllowed(WireError):
    """The route exists under another method."""

    status = 405
    reason = "method_not_allowed"


class ReadTimeout(WireError):
    """The client did not finish its request in time."""

    status = 408
    reason = "read_timeout"


class BodyTooLarge(WireError):
    """The body, as sent, is over the limit."""

    status = 413
    reason = "body_too_large"


class InflationLimit(WireError):
    """The body inflates to more than the limit, or what is in it is more than one request may have."""

    status = 413
    reason = "inflation_limit"


class EncodingUnsupported(WireError):
    """The Content-Encoding is none that eventveil opens."""

    status = 415
    reason = "encoding_unsupported"


class HeadersTooLarge(WireError):
    """The request line and headers are over the limit."""

    status = 431
    reason = "headers_too_large"


class RecordRefused(EventveilError):
    """A record could not be scrubbed and the policy says `on_error: refuse`."""

    status = 422
    reason = "record_refused"


class DeliveryError(EventveilError):
    """The scrubbed request did not reach the vendor."""

    status = 502
    reason = "delivery_failed"


class UpstreamUnreachable(DeliveryError):
    """No connection to the vendor, or it broke before an answer."""

    reason = "upstream_unreachable"


class Overloaded(DeliveryError):
    """As much as allowed is under way: requests to a vendor, connections, bytes of bodies, or large ones at work."""

    status = 503
    reason = "overloaded"


class UpstreamTimeout(DeliveryError):
    """The vendor did not answer in time."""

    status = 504
    reason = "upstream_timeout"


class StartError(EventveilError):
    """The process does not start, or the reload does not happen."""


class SettingsError(StartError):
    """The settings file or the environment is not valid.

    Without `got` and `where`, `expected` holds every diagnostic, a line each.
    """

    reason = "settings_invalid"

    def __str__(self) -> str:
        return super().__str__() if self.got or self.where else self.expected


class PolicyError(StartError):
    """A policy does not compile; `str()` holds every diagnostic, a line each."""

    reason = "policy_invalid"

    def __init__(self, diagnostics: str) -> None:
        super().__init__(expected=diagnostics)

    def __str__(self) -> str:
        return self.expected


class KeyringError(StartError):
    """The key file is missing, short, or plainly not random."""

    reason = "keyring_invalid"
