from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.generate import BOARDS, contents
from tests.deploy.tools import METRICS, family, strangers

RATES = re.compile(r"\b(?:rate|increase|irate)\(")
RANGE = re.compile(r"[}\w]\[([^\]]+)\]")


def board(name: str) -> dict[str, Any]:
    """Give a dashboard as it is committed."""
    path = next(path for path in contents() if path.parts[-3:] == ("grafana", "dashboards", f"{name}.json"))
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def panels(name: str) -> list[dict[str, Any]]:
    """Give a dashboard's panels, rows left out."""
    return [panel for panel in board(name)["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[str]:
    """Give every expression of every dashboard."""
    for name in BOARDS:
        for panel in panels(name):
            yield from (target["expr"] for target in panel["targets"])


@pytest.mark.parametrize("path", contents(), ids=lambda path: "/".join(path.parts[-3:]))
def test_what_is_committed_is_what_is_written(path: Any) -> None:
    """Dashboards, objectives, schema and copies are those of the tables: else run `python -m deploy.generate`."""
    assert contents()[path] == path.read_text("utf-8")


@pytest.mark.parametrize("name", BOARDS)
def test_every_panel_explains_itself(name: str) -> None:
    """A panel has a description, a unit and at least one query, and no two have the same title."""
    poor = [
        panel["title"]
        for panel in panels(name)
        if not panel["description"].endswith(".")
        or not panel["fieldConfig"]["defaults"]["unit"]
        or not panel["targets"]
    ]
    titles = [panel["title"] for panel in panels(name)]
    assert ([], len(titles)) == (poor, len(set(titles)))


@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_is_bound_to_no_installation(name: str) -> None:
    """Datasource, job, instance and lane are variables, and every query uses those that its series have."""
    variables = [variable["name"] for variable in board(name)["templating"]["list"]]
    assert ["datasource", "job", "instance", "lane"] == variables
    for panel in panels(name):
        for target in panel["targets"]:
            assert "${datasource}" == target["datasource"]["uid"]
            if "slo:" in target["expr"]:
                continue
            needs = {"$job", "$instance"} | ({"$lane"} if _has_lane(target["expr"]) else set())
            assert [] == sorted(variable for variable in needs if variable not in target["expr"]), panel["title"]


def _has_lane(expression: str) -> bool:
    found = [family(name) for name in re.findall(r"eventveil_[a-z_]+", expression)]
    return any(known is not None and "lane" in known.labels for known in found)


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_ranges_follow_the_dashboard(expression: str) -> None:
    """A rate is taken over Grafana's interval or over the time shown, never over one that was guessed."""
    assert set(RANGE.findall(expression)) <= {"$__rate_interval", "$__range"}
    assert len(RATES.findall(expression)) == len(RANGE.findall(expression))


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_dashboards_name_what_is_published(expression: str) -> None:
    """Each metric and label that a panel asks for is in the table of metrics."""
    assert [] == strangers(expression)


def test_every_metric_can_be_seen() -> None:
    """What is published is on a dashboard: a metric that nobody looks at is only a cost."""
    shown = {
        found.name
        for text in expressions()
        for name in re.findall(r"eventveil_[a-z_]+", text)
        if (found := family(name))
    }
    assert set() == set(METRICS) - shown


@pytest.mark.parametrize("name", BOARDS)
def test_panels_do_not_overlap(name: str) -> None:
    """Each panel has its own place on the grid of 24 columns."""
    taken: set[tuple[int, int]] = set()
    for panel in board(name)["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert set() == taken & cells, panel["title"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells
