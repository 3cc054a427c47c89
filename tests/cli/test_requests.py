from __future__ import annotations

import gzip
import json
from base64 import b64decode, b64encode
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import MAIL, Run, line, lines

GENERIC = ("scrub", "--dialect", "generic", "--ephemeral-key")


def test_a_dialect_that_is_none_is_told(run: Run) -> None:
    """A misspelt vendor is answered with the nearest."""
    status, out, err = run("scrub", "--dialect", "mixpanl", "--ephemeral-key")
    assert (1, "", "expected a dialect, got `mixpanl`, did you mean `mixpanel`? (--dialect)\n") == (status, out, err)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("--ephemeral-key", "--policy", "balancd"), "did you mean `balanced`?"),
        (("--keys", "/nowhere/key"), "expected a readable key file"),
        (("--ephemeral-key", "--har", "/nowhere/x.har"), "expected a HAR file with log.entries, got FileNotFoundError"),
    ],
)
def test_what_the_lane_needs_is_told(run: Run, arguments: tuple[str, ...], fault: str) -> None:
    """Without policy, key or input nothing is scrubbed."""
    status, out, err = run("scrub", "--dialect", "generic", *arguments)
    assert (1, "", True) == (status, out, fault in err)


def test_the_lanes_path_is_taken_off(run: Run) -> None:
    """Requests as the site sends them name the lane first."""
    given = line([{"event": "x", "properties": {"token": "t"}}], "/mp/track")
    _, out, _ = run("scrub", "--dialect", "mixpanel", "--ephemeral-key", "--prefix", "/mp", stdin=lines(given))
    assert "/track" == json.loads(out)["request"]["path"]
    _, out, _ = run(*GENERIC, "--prefix", "/in", stdin=lines(line({}, "/in")))
    assert "/" == json.loads(out)["request"]["path"]


def _entry(url: str, post: Any = None, **more: Any) -> dict[str, Any]:
    request = {"method": "POST", "url": url, "headers": [{"name": "Content-Type", "value": "text/plain"}], **more}
    return {"request": request if post is None else {**request, "postData": post}}


def _har(path: Path, *entries: Any) -> Path:
    file = path / "x.har"
    file.write_text(json.dumps({"log": {"entries": list(entries)}}))
    return file


def _json(name: str) -> bytes:
    return json.dumps({"email": MAIL, "n": name}, ensure_ascii=False).encode()


GZIP = [{"name": "content-encoding", "value": "gzip"}]


@pytest.mark.parametrize(
    ("name", "post", "headers"),
    [
        ("Cafe", {"text": _json("Cafe").decode()}, []),
        ("Café", {"text": _json("Café").decode()}, []),
        ("Łódź €", {"text": _json("Łódź €").decode()}, []),
        ("Café", {"text": _json("Café").decode("latin-1")}, []),
        ("Łódź €", {"text": _json("Łódź €").decode("latin-1")}, []),
        ("Café", {"text": b64encode(_json("Café")).decode(), "encoding": "base64"}, []),
        ("Café", {"text": gzip.compress(_json("Café")).decode("latin-1")}, []),
        ("Café", {"text": gzip.compress(_json("Café")).decode("latin-1")}, GZIP),
    ],
)
def test_a_browsers_export_is_read(
    run: Run, tmp_path: Path, name: str, post: dict[str, str], headers: list[dict[str, str]]
) -> None:
    """A HAR entry is a request, however the browser wrote its body: as text, byte by byte, or as base64."""
    har = _har(tmp_path, _entry("https://x.example/collect?a=1", post, headers=headers))
    status, out, _ = run(*GENERIC, "--har", har)
    answer = json.loads(out)
    assert (0, "/collect", "a=1") == (status, answer["request"]["path"], answer["request"]["query"])
    raw = b64decode(answer["request"]["body_b64"])
    assert name == json.loads(gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw)["n"]
    assert MAIL not in out


def test_a_mark_before_an_export_is_no_part_of_it(run: Run, tmp_path: Path) -> None:
    """A HAR file may begin with a byte order mark, which readers ignore."""
    har = _har(tmp_path, _entry("https://x.example/", {"text": "{}"}))
    har.write_bytes(BOM_UTF8 + har.read_bytes())
    status, out, _ = run(*GENERIC, "--har", har)
    assert (0, "forwarded") == (status, json.loads(out)["outcome"])


def test_a_bad_entry_is_answered_and_the_next_is_read(run: Run, tmp_path: Path) -> None:
    """An entry that is none, or a URL that is none, is refused in its place."""
    good = _entry("https://x.example/", {"text": "{}"})
    bad = [
        {},
        5,
        {"request": {"method": "GET"}},
        _entry("http://[x"),
        _entry("https://x.example/", headers=[{}]),
        _entry("https://x.example/"),
    ]
    status, out, _ = run(*GENERIC, "--har", _har(tmp_path, *bad, good))
    outcomes = [json.loads(answer)["outcome"] for answer in out.splitlines()]
    assert (0, ["refused"] * len(bad) + ["forwarded"]) == (status, outcomes)


@pytest.mark.parametrize("text", ["{", "[]", '{"log": {}}', '{"log": {"entries": {}}}', '{"log": {"entries": 5}}'])
def test_another_file_is_no_har(run: Run, tmp_path: Path, text: str) -> None:
    """A file without entries is refused as a whole."""
    file = tmp_path / "x.har"
    file.write_text(text)
    status, out, err = run(*GENERIC, "--har", file)
    assert (1, "", True) == (status, out, err.startswith("expected a HAR file with log.entries"))
