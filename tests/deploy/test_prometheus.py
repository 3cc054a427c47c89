from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from deploy.generate import BOARDS
from tests.deploy.test_dashboards import panels
from tests.deploy.tools import DEPLOY, rules, tool
from tests.fakes import LOOPBACK, ask, get, post, vendor

EVENTVEIL = """\
listen: {{port: {public}}}
private: {{port: {private}}}
keys: {{file: key}}
policies: {{search: [.]}}
lanes:
  - {{path: /segment, dialect: segment, upstream: "{vendor}"}}
  - {{path: /mixpanel, dialect: mixpanel, upstream: "{vendor}", policy: trial}}
"""
TRIAL = "policy: trial\nbecause: A lane that only counts, so that its alert has something to look at.\n"
TRIAL += "extends: [balanced]\nmode: shadow\n"
PROMETHEUS = """\
global: {{scrape_interval: 500ms, evaluation_interval: 500ms}}
rule_files: ["{rules}/*.yaml"]
scrape_configs: [{{job_name: eventveil, static_configs: [{{targets: ["127.0.0.1:{private}"]}}]}}]
"""
RECORD = {
    "type": "track",
    "event": "Plan Selected",
    "userId": "ada@example.com",
    "messageId": "m-1",
    "properties": {"plan": "pro", "email": "ada@example.com", "zzqx": "something new"},
}
TRAFFIC = (
    post("/segment/v1/track", json.dumps(RECORD).encode(), "Content-Type: application/json"),
    post("/segment/v1/track", b"{", "Content-Type: application/json"),
    post("/mixpanel/track", b'data=[{"event":"a","properties":{"token":"t","distinct_id":"ada@example.com"}}]'),
    get("/nowhere"),
)

SCRAPES = 6
"""Rates need two; the recording rules that build on others need some more."""
PATIENCE_S = 60.0

VARIABLES = {"$__rate_interval": "30s", "$__range": "30s", "$job": ".*", "$instance": ".*", "$lane": ".*"}
COMPARISON = re.compile(r'\{[^}]*\}|"[^"]*"|(>=|<=|==|!=|>|<)')


def present(expression: str) -> str:
    """Turn an expression's conditions into values, so that it has a result whether an alert fires or not."""
    expression = re.sub(r"\babsent\(", "(", expression)
    return COMPARISON.sub(lambda found: f"{found[1]} bool" if found[1] else found[0], expression)


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.create_server((LOOPBACK, 0)) as opened:
        port: int = opened.getsockname()[1]
        return port


@contextmanager
def process(*command: str | Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process for as long as the block."""
    with log.open("wb") as output:
        started = subprocess.Popen([*map(str, command)], cwd=DEPLOY.parent, stdout=output, stderr=output)
        try:
            yield started
        finally:
            started.terminate()
            started.wait(30)


async def until(ask_again: Callable[[], Awaitable[bool]], running: subprocess.Popen[bytes], log: Path) -> None:
    """Ask until the answer is yes; other processes give no other sign."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                if await ask_again():
                    return
            except (OSError, aiohttp.ClientError):
                assert running.poll() is None, log.read_text("utf-8", "replace")  # noqa: ASYNC240  # it has ended
            await asyncio.sleep(0.1)


class Prometheus:
    """A real one, by its HTTP interface."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self._session, self._base = session, f"http://{LOOPBACK}:{port}"

    async def get(self, path: str, **parameters: str) -> Any:
        async with self._session.get(f"{self._base}{path}", params=parameters) as answer:
            content = await answer.json()
            assert "success" == content["status"], (parameters, content)
            return content["data"]

    async def values(self, expression: str) -> list[float]:
        data = await self.get("/api/v1/query", query=expression)
        return [float(sample["value"][1]) for sample in data["result"]]


@asynccontextmanager
async def scraped(folder: Path) -> AsyncIterator[Prometheus]:
    """Open a vendor, an eventveil, and a Prometheus that has scraped it under traffic."""
    public, private, web = free_port(), free_port(), free_port()
    (folder / "key").write_bytes(os.urandom(32))
    (folder / "trial.yaml").write_text(TRIAL)
    (folder / "prometheus.yml").write_text(PROMETHEUS.format(rules=DEPLOY / "prometheus" / "rules", private=private))
    prometheus = tool("prometheus")
    async with vendor() as fake, aiohttp.ClientSession() as session:
        settings, own, log = folder / "eventveil.yaml", folder / "eventveil.log", folder / "prometheus.log"
        settings.write_text(EVENTVEIL.format(public=public, private=private, vendor=fake.url))
        flags = ("--web.listen-address", f"{LOOPBACK}:{web}", "--storage.tsdb.path", folder / "tsdb")
        serve = (sys.executable, "-m", "proxy", "serve", "--config", settings)
        start = (prometheus, "--config.file", folder / "prometheus.yml", *flags)
        with process(*serve, log=own) as served, process(*start, log=log) as started:

            async def ready() -> bool:
                async with session.get(f"http://{LOOPBACK}:{private}/readyz") as answer:
                    return answer.status == 200

            await until(ready, served, own)
            client = Prometheus(session, web)

            async def enough() -> bool:
                for request in TRAFFIC:
                    await ask(public, request)
                scrapes = await client.values("count_over_time(eventveil_build_info[5m])")
                left = await client.values("count_over_time(slo:period_error_budget_remaining:ratio[5m])")
                return scrapes >= [SCRAPES] and len(left) == 2

            await until(enough, started, log)
            yield client


async def test_every_expression_has_data(tmp_path: Path) -> None:
    """A real Prometheus scrapes a running eventveil under traffic: no panel is empty, no alert looks at nothing."""
    asked = [
        (f"{board}: {panel['title']}", target["expr"])
        for board in BOARDS
        for panel in panels(board)
        for target in panel["targets"]
    ]
    asked += [(rule.get("alert") or rule["record"], rule["expr"]) for rule in rules()]
    async with scraped(tmp_path) as prometheus:
        empty = []
        for name, expression in asked:
            for variable, value in VARIABLES.items():
                expression = expression.replace(variable, value)  # noqa: PLW2901  # one variable after the other
            values = await prometheus.values(present(expression))
            if not any(value == value for value in values):  # noqa: PLR0124  # NaN is not itself
                empty.append(f"{name}: {expression}")
        healthy = await prometheus.get("/api/v1/rules")
        sick = [rule["name"] for group in healthy["groups"] for rule in group["rules"] if rule["health"] != "ok"]
        unaccounted = await prometheus.values("eventveil_records_unaccounted")
    assert ([], []) == (empty, sick)
    assert {0.0} == set(unaccounted)


def test_a_condition_becomes_a_value() -> None:
    """Comparisons outside of selectors give 0 or 1; those inside stay matchers."""
    cases = {
        'a{b!="c"} > 1': 'a{b!="c"} > bool 1',
        "max(x > (2 * 3)) without (y)": "max(x > bool (2 * 3)) without (y)",
        "absent(a)": "(a)",
        "a == 0": "a == bool 0",
        "a / b": "a / b",
    }
    assert list(cases.values()) == [present(expression) for expression in cases]
