"""The log."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from proxy.model import Finding, Outcome, Report
from proxy.telemetry import logs
from proxy.telemetry.meters import Telemetry, Visit
from tests.fakes import ManualClock

SECRET = "bob@example.com"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Log into a string, and put everything back."""
    root = logging.getLogger()
    kept = root.handlers[:], root.level, logs.LOGGER.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield io.StringIO()
    root.handlers[:], root.level, logs.LOGGER.level = kept
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(False)


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def _fail(text: str) -> None:
    raise KeyError(text)


def _caught() -> Exception:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # its text is what must not be seen
        _wrapped()
    return caught.value


def _wrapped() -> None:
    try:
        _fail(SECRET)
    except KeyError as error:
        raise ValueError(SECRET) from error


class _Unraisable:
    """Fails where nobody can catch it, as a callback from C may."""

    def __del__(self) -> None:
        _wrapped()


def test_a_line_is_one_json_object(stream: io.StringIO) -> None:
    """Time, level, event, and the fields that were given."""
    logs.set_up("json", "info", stream)
    logs.say("reloaded", lane="mp", status=200)
    line = _lines(stream)[0]
    assert line.pop("ts").endswith("Z")
    assert {"level": "info", "event": "reloaded", "lane": "mp", "status": 200} == line


def test_the_level_holds(stream: io.StringIO) -> None:
    """What is below it is not written."""
    logs.set_up("json", "warning", stream)
    logs.say("quiet")
    logs.say("loud", logging.ERROR)
    assert ["loud"] == [line["event"] for line in _lines(stream)]


def test_a_field_that_is_not_in_the_list_is_a_mistake() -> None:
    """Nobody logs a path in passing."""
    with pytest.raises(ValueError, match="path"):
        logs.say("request", path="/track")


@pytest.mark.parametrize("form", ["json", "console"])
def test_other_libraries_are_reduced_to_a_place(form: Any, stream: io.StringIO) -> None:
    """Their messages, arguments and exceptions quote URLs and bodies."""
    logs.set_up(form, "debug", stream)
    logger = logging.getLogger("aiohttp.server")
    logger.error("bad request %s", SECRET, exc_info=_caught())
    logger.warning(SECRET)
    text = stream.getvalue()
    assert (True, True, False) == ("aiohttp.server" in text, "ValueError" in text, SECRET in text)


def test_an_exception_is_its_types_and_places() -> None:
    """Innermost first, causes behind; no message, no locals, no folder of the machine."""
    trace = logs.trace(_caught())
    assert ("ValueError", "KeyError") == (trace[0], trace[3])
    assert (True, False) == (trace[4].startswith("tests/telemetry/test_logs.py:"), SECRET in str(trace))


def test_a_deep_exception_is_cut() -> None:
    """A recursion error has a thousand frames; a line has a dozen."""

    def deep(level: int) -> None:
        if level:
            deep(level - 1)
        raise KeyError

    with pytest.raises(KeyError) as caught:
        deep(50)
    assert logs.FRAMES == len(logs.trace(caught.value))


def test_a_crash_says_where_and_not_what(stream: io.StringIO) -> None:
    """The interpreter's own last word would print the message; in the main thread, in others, and where none can be."""
    logs.set_up("json", "info", stream)
    error = _caught()
    sys.excepthook(type(error), error, None)
    thread = threading.Thread(target=_wrapped)
    thread.start()
    thread.join()
    _Unraisable()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    lines = _lines(stream)
    assert [("crashed", "critical", "ValueError")] * 3 == [
        (got["event"], got["level"], got["trace"][0]) for got in lines
    ]
    assert SECRET not in stream.getvalue()


def test_warnings_are_reduced_too(stream: io.StringIO) -> None:
    """A library's warning may quote what it warns of."""
    logs.set_up("json", "info", stream)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(SECRET, UserWarning, stacklevel=1)
    assert ("library", False) == (_lines(stream)[0]["event"], SECRET in stream.getvalue())


def test_people_get_columns(stream: io.StringIO) -> None:
    """A line each, empty fields left out, a trace indented below."""
    logs.set_up("console", "info", stream)
    logs.say("unexpected", logging.ERROR, lane="mp", reason="", trace=["KeyError", "a.py:1 f"])
    line = stream.getvalue()
    assert "error   unexpected lane=mp\n    KeyError\n    a.py:1 f\n" == line[9:]


def _visit(reason: str = "") -> Visit:
    meter = Telemetry().lane("mp", "mixpanel")
    report = Report(2, 2, 0, (Finding("r", "event.a", "PERSON", "drop", 3),))
    outcome = Outcome.REFUSED if reason else Outcome.FORWARDED
    return Visit("id-1", meter, 1_000_000, route="track", outcome=outcome, reason=reason, status=200, report=report)


def test_a_request_is_logged_without_anything_of_it(stream: io.StringIO) -> None:
    """Lane, route, status, duration and counts."""
    logs.set_up("json", "info", stream)
    logs.AccessLog(1.0).request(_visit(), 2_500_000)
    line = _lines(stream)[0]
    del line["ts"]
    expected = {"level": "info", "event": "request", "lane": "mp", "route": "track", "status": 200, "reason": ""}
    expected |= {"duration_ms": 1.5, "request_id": "id-1", "records": 2, "findings": 3, "upstream_status": None}
    assert expected == line


@pytest.mark.parametrize(("sample", "expected"), [(0.0, 0), (0.25, 10), (1.0, 40)])
def test_good_requests_are_sampled_evenly(sample: float, expected: int, stream: io.StringIO) -> None:
    """A quarter is every fourth."""
    logs.set_up("json", "info", stream)
    access = logs.AccessLog(sample)
    for _ in range(40):
        access.request(_visit(), 0)
    assert expected == len(_lines(stream))


def test_refused_requests_are_logged_up_to_so_many_a_second(stream: io.StringIO) -> None:
    """A flood fills no disk, and the next second is heard again."""
    logs.set_up("json", "info", stream)
    clock = ManualClock()
    access = logs.AccessLog(0.0, refused_per_s=3, clock_s=clock)
    for _ in range(10):
        access.request(_visit("route_unknown"), 0)
    clock.now += 1
    access.request(_visit("route_unknown"), 0)
    assert (4, "warning") == (len(_lines(stream)), _lines(stream)[0]["level"])
