"""Golden cases: what came in and what leaves, side by side in one JSON file a topic. `test_golden` runs them.

    python -m tests.golden.cases     writes what the code says now into every file: read the difference, then commit

A case holds `case`, `because`, `dialect`, `policy` (a shipped name, or lines of YAML), `request`, and then either
`leaves` with `records` and `findings`, or `error`. A body that is an object or array stands for its JSON; where
`form` names a field, for base64 of that JSON in this field, as mixpanel-browser sends it. The key is always the same,
so a pseudonym stands as it is.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from proxy.errors import EventveilError
from proxy.model import Scrubbed, WireRequest
from proxy.policy import Program, compile_program, load, load_text
from proxy.policy.load import shipped
from proxy.scrub import scrub_request
from proxy.wire.registry import DIALECTS
from tests.captures.reading import KEYRING

__all__ = ["FILES", "Case", "cases", "outcome"]

Case = dict[str, Any]
FILES = sorted(Path(__file__).parent.glob("*.json"))


def cases(path: Path) -> list[Case]:
    """Read the cases of a file."""
    listed: list[Case] = json.loads(path.read_text("utf-8"))
    return listed


def outcome(case: Case) -> Case:
    """Give what the code says to a case: its `leaves`, `records` and `findings`, or its `error`."""
    dialect = DIALECTS[case["dialect"]]
    policy = case["policy"]
    form = case["request"].get("form", "")
    try:
        program = _program(dialect.name, policy if isinstance(policy, str) else "\n".join(policy))
        result = scrub_request(_request(case["request"], form), dialect, program)
    except EventveilError as error:
        return {"error": {"status": error.status, "reason": error.reason, "says": str(error)}}
    return {"leaves": _leaves(result, form), **_told(result)}


@cache
def _program(dialect: str, policy: str) -> Program:
    text = "\n" in policy
    joined = load_text(policy, "golden.yaml", [shipped()]) if text else load(policy)
    return compile_program(joined, DIALECTS[dialect], KEYRING)


def _request(case: Case, form: str) -> WireRequest:
    body = case.get("body", "")
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    if form:
        text = f"{form}={quote(b64encode(text.encode()).decode(), safe='')}"
    headers = tuple(case.get("headers", {}).items())
    return WireRequest(case["method"], case["path"], case.get("query", ""), headers, text.encode())


def _leaves(result: Scrubbed, form: str) -> Case | None:
    sent = result.request
    if sent is None:
        return None
    text = sent.body.decode()
    if form:
        text = b64decode(unquote(text).removeprefix(f"{form}=")).decode()
    body = json.loads(text) if text.startswith(("{", "[")) and "\n" not in text else text
    return {"query": sent.query, "headers": dict(sent.headers), "body": body}


def _told(result: Scrubbed) -> Case:
    report = result.report
    records = {"received": report.received, "forwarded": report.forwarded, "dropped": report.dropped}
    findings = [
        f"{finding.where}: {finding.action} {finding.entity} by {finding.rule}, {finding.count}"
        for finding in report.findings
    ]
    return {"records": records, "findings": sorted(findings)}


def _rewrite(path: Path) -> None:
    asked = ("case", "because", "dialect", "policy", "request")
    written = [{name: case[name] for name in asked} | outcome(case) for case in cases(path)]
    text = json.dumps(written, ensure_ascii=False, indent=2) + "\n"
    path.write_bytes(text.encode("utf-8", "backslashreplace"))  # half an emoji as its JSON escape


if __name__ == "__main__":
    for file in FILES:
        _rewrite(file)
