from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import MAIL, Run, body, line, lines

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


@pytest.mark.parametrize(
    "post",
    [
        {"text": json.dumps({"email": MAIL, "n": "é"}, ensure_ascii=False)},
        {"text": b64encode(json.dumps({"email": MAIL, "n": "é"}).encode()).decode(), "encoding": "base64"},
        {"text": json.dumps({"email": MAIL, "n": "é"}, ensure_ascii=False).encode().decode("latin-1")},
        {"text": json.dumps({"email": MAIL, "n": "é"})},
    ],
    ids=["text", "base64", "latin-1", "ascii"],
)
def test_a_browsers_export_is_read(run: Run, tmp_path: Path, post: dict[str, str]) -> None:
    """A HAR entry is a request, however the browser wrote its body."""
    if post["text"].isascii() or "Ã" in post["text"]:
        har = _har(tmp_path, _entry("https://x.example/collect?a=1", post))
    else:
        har = _har(tmp_path, _entry("https://x.example/collect?a=1", {"text": post["text"].replace("é", "é€")}))
    status, out, _ = run(*GENERIC, "--har", har)
    answer = json.loads(out)
    assert (0, "/collect", "a=1") == (status, answer["request"]["path"], answer["request"]["query"])
    assert body(answer["request"])["n"] in ("é", "é€")
    assert MAIL not in out


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
