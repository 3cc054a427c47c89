"""The log: one line an event, JSON for machines or columns for people, on standard error.

Everything that speaks calls `say` with an event's name and fields from a closed list; no message text, so that no value
of a request can slip into one. What other libraries log is reduced to logger, level and place: their messages quote
URLs, headers and bodies. An unexpected exception is its type and the places in the code; never its message or locals.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from traceback import extract_tb
from types import TracebackType
from typing import IO, Any, Literal

from proxy.telemetry.meters import Visit

__all__ = ["FIELDS", "AccessLog", "ConsoleFormatter", "JsonFormatter", "say", "set_up", "trace"]

LOGGER = logging.getLogger("eventveil")

FIELDS = frozenset(
    {
        "lane",
        "route",
        "status",
        "reason",
        "duration_ms",
        "request_id",
        "records",
        "findings",
        "upstream_status",
        "trace",
    }
    | {"detail", "listen", "workers", "worker", "under_way"}
)
"""All that a line may hold beside `ts`, `level` and `event`. `detail` is for diagnostics of settings and policies."""

FRAMES = 12


def say(event: str, level: int = logging.INFO, **fields: object) -> None:
    """Log one event.

    Args:
        event: its name, a constant.
        fields: names from `FIELDS`; values that hold nothing of a request.
    """
    unknown = fields.keys() - FIELDS
    if unknown:
        raise ValueError(f"log fields that are not in FIELDS: {', '.join(sorted(unknown))}")
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, event, extra={"fields": fields})


def trace(error: BaseException) -> list[str]:
    """Tell where an exception came from: `TypeError`, then `file:line function` from the innermost frame outwards."""
    lines: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(lines) < FRAMES:
        lines.append(type(cause).__qualname__)
        frames = reversed(extract_tb(cause.__traceback__))
        lines += [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        cause = cause.__cause__ or cause.__context__
    return lines[:FRAMES]


def _short(filename: str) -> str:
    return "/".join(filename.rsplit("/", 3)[1:])


def _content(record: logging.LogRecord) -> dict[str, Any]:
    """Turn a record into what may be shown of it."""
    stamp = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    content: dict[str, Any] = {"ts": stamp, "level": record.levelname.lower()}
    fields = getattr(record, "fields", None)
    if record.name == LOGGER.name and isinstance(fields, dict):
        return content | {"event": record.msg} | fields
    content |= {"event": "library", "detail": f"{record.name} {_short(record.pathname)}:{record.lineno}"}
    if record.exc_info and record.exc_info[1] is not None:
        content["trace"] = trace(record.exc_info[1])
    return content


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the line."""
        return json.dumps(_content(record), ensure_ascii=False, separators=(",", ":"), default=str)


class ConsoleFormatter(logging.Formatter):
    """A record as a line for people: time, level, event, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the line; a trace follows it, indented."""
        content = _content(record)
        head = f"{content.pop('ts')[11:19]} {content.pop('level'):<7} {content.pop('event')}"
        places = content.pop("trace", [])
        line = " ".join([head, *(f"{name}={value}" for name, value in content.items() if value not in ("", None))])
        return "\n    ".join([line, *places])


FORMATTERS: dict[str, type[logging.Formatter]] = {"json": JsonFormatter, "console": ConsoleFormatter}


def set_up(form: Literal["json", "console"], level: str, stream: IO[str] | None = None) -> None:
    """Make the whole process log through here, other libraries included.

    Args:
        form: `json` or `console`.
        level: least severe level written, lower case.
        stream: standard error by default.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(FORMATTERS[form]())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    LOGGER.setLevel(level.upper())
    logging.captureWarnings(True)
    sys.excepthook = _crashed
    threading.excepthook = lambda given: _crashed(given.exc_type, given.exc_value, given.exc_traceback)
    sys.unraisablehook = lambda given: _crashed(given.exc_type, given.exc_value, given.exc_traceback)


def _crashed(_kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
    """Take the place of the interpreter's last word, which prints an exception's message."""
    if error is not None and not isinstance(error, KeyboardInterrupt):
        say("crashed", logging.CRITICAL, trace=trace(error))


@dataclass(slots=True)
class AccessLog:
    """Lines about requests: a share of the good ones, the refused ones up to so many a second.

    Args:
        sample: share of good requests, 0 to 1, taken evenly: 0.01 is every hundredth.
        refused_per_s: a flood of bad requests fills no disk; how many were left out stands in the metrics.
    """

    sample: float
    refused_per_s: int = 20
    clock_s: Callable[[], float] = monotonic
    _credit: float = 0.0
    _second: int = 0
    _in_second: int = 0

    def request(self, visit: Visit, now_ns: int) -> None:
        """Log one request, or not."""
        if not (self._refused_fits() if visit.reason else self._sampled()):
            return
        report = visit.report
        say(
            "request",
            logging.WARNING if visit.reason else logging.INFO,
            lane=visit.meter.lane,
            route=visit.route,
            status=visit.status,
            reason=visit.reason,
            duration_ms=round((now_ns - visit.started_ns) / 1e6, 3),
            request_id=visit.id,
            records=report.received if report else 0,
            findings=sum(finding.count for finding in report.findings) if report else 0,
            upstream_status=visit.upstream_status,
        )

    def _sampled(self) -> bool:
        self._credit += self.sample
        if self._credit < 1:
            return False
        self._credit -= 1
        return True

    def _refused_fits(self) -> bool:
        second = int(self.clock_s())
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        return self._in_second <= self.refused_per_s
