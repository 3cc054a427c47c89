from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from deploy.prometheus.slo import NOT_OURS
from proxy.settings import LimitSettings
from proxy.telemetry.families import FAMILIES, REASONS
from tests.deploy.tools import DEPLOY, METRIC, METRICS, alerts, family, rules, strangers, yaml

README = (DEPLOY / "README.md").read_text("utf-8")
CASES = [
    case
    for path in sorted((DEPLOY / "prometheus" / "tests").glob("*.yaml"))
    for case in yaml(path.read_text())["tests"]
]


def anchors(markdown: str) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", markdown, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def alert_ids(rule: Any) -> str:
    """Name an alert in a test's id."""
    return f"{rule['alert']}-{rule['labels']['severity']}"


@pytest.mark.parametrize("rule", alerts(), ids=alert_ids)
def test_an_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    """Severity, summary, description, and a runbook that is there."""
    notes = rule["annotations"]
    assert {"summary", "description", "runbook_url"} == set(notes)
    assert all(note.strip().endswith(".") for name, note in notes.items() if name != "runbook_url")
    assert rule["labels"]["severity"] in ("page", "ticket")
    page, _, anchor = notes["runbook_url"].partition("#")
    assert ("deploy/README.md", rule["alert"].lower()) == (page, anchor)
    assert anchor in anchors(README)


def test_a_runbook_belongs_to_an_alert() -> None:
    """A section whose alert is gone goes with it."""
    sections = re.findall(r"^### (Eventveil\w+)$", README, re.MULTILINE)
    assert sorted({rule["alert"] for rule in alerts()}) == sorted(sections)


@pytest.mark.parametrize(
    "section", re.split(r"^### ", README, flags=re.MULTILINE)[1:], ids=lambda text: text.split()[0]
)
def test_a_runbook_has_three_answers(section: str) -> None:
    """What it means, where to look first, what to do."""
    assert ["Means", "Look", "Do"] == re.findall(r"^\*\*(\w+)\.\*\*", section, re.MULTILINE)


@pytest.mark.parametrize("name", sorted({rule["alert"] for rule in alerts()}))
def test_an_alert_is_shown_to_fire_and_to_stay_silent(name: str) -> None:
    """Cases for promtool hold both for each alert; promtool itself checks what they expect."""
    named = [case["name"] for case in CASES if name in case["name"].replace(",", " ").split()]
    assert {"fires", "silent"} == {case.partition(":")[0] for case in named}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_expects_what_it_is_named_after(case: dict[str, Any]) -> None:
    """A case that fires expects its alert, one that is silent expects none."""
    kind, _, rest = case["name"].partition(":")
    expected = "".join(sample["labels"] for sample in case["promql_expr_test"][0]["exp_samples"])
    name = rest.replace(",", " ").split()[0]
    assert (kind == "fires") == (f'alertname="{name}"' in expected)


@pytest.mark.parametrize("rule", list(rules()), ids=lambda rule: rule.get("alert") or rule["record"])
def test_rules_name_what_is_published(rule: dict[str, Any]) -> None:
    """Each metric and label of a rule is in the table of metrics."""
    assert [] == strangers(rule["expr"])


def test_cases_name_what_is_published() -> None:
    """Series that promtool is fed are series that eventveil has."""
    assert [] == [found for case in CASES for row in case["input_series"] for found in strangers(row["series"])]


def test_the_latency_bound_is_a_bucket() -> None:
    """The objective's bound is one that the histogram counts at; any other would read as no data."""
    wanted = {float(bound) for rule in rules() for bound in re.findall(r'le="([\d.]+)"', rule["expr"])}
    added = FAMILIES["added"]
    assert wanted <= {bound / added.scale for bound in added.buckets}


def test_reasons_are_those_that_exist() -> None:
    """The reasons that do not count against the objective are reasons of eventveil."""
    assert set() == set(NOT_OURS.split("|")) - set(REASONS)


def test_the_readme_lists_every_metric() -> None:
    """The table of metrics has each with its labels, and no other."""
    rows = re.findall(r"^\| `(eventveil_\w+)` \| (.*?) \|", README, re.MULTILINE)
    listed = {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    published = {
        known.name: set(known.labels) | ({"worker"} if known.merge == "each" else set()) for known in METRICS.values()
    }
    assert published == listed


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.md")), ids=lambda path: path.name)
def test_pages_name_what_is_published(path: Path) -> None:
    """A metric in a page is a metric of eventveil."""
    assert [] == [name for name in METRIC.findall(path.read_text("utf-8")) if family(name) is None]


def test_runbooks_name_log_lines_and_limits_that_exist() -> None:
    """What the log is searched for is written by some module, and each limit that is to be changed can be set."""
    written = "".join(path.read_text("utf-8") for path in (DEPLOY.parent / "proxy").rglob("*.py"))
    events = set(re.findall(r'"event":"([^"]+)"', README))
    limits = set(re.findall(r"`(?:settings\.)?limits\.(\w+)`", README))
    assert [] == sorted(event for event in events if f'say("{event}"' not in written)
    assert set() == limits - set(LimitSettings.model_fields)
    assert events
    assert limits


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)]+)\)", README))))
def test_links_lead_somewhere(target: str) -> None:
    """A link of the README is a heading of it, or a file."""
    page, _, anchor = target.partition("#")
    assert (DEPLOY / page).exists()
    assert not anchor or anchor in anchors(README)
