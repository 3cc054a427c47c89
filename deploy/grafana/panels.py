"""What a dashboard is made of, and how it becomes Grafana's JSON.

`flow`, `privacy` and `vendors` are tables of `Row` and `Panel`; `deploy.generate` writes them. In an expression
`<lane>` stands for the variables of a series that has a lane, `<job>` for those of one that has none, `<vendor>` for
those of one that has a vendor. Nothing here knows a metric.

Source: Grafana 11, "Dashboard JSON model" (schema version 39), 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

__all__ = ["Board", "Panel", "Query", "Row", "dashboard"]

Kind = Literal["timeseries", "stat", "table", "bargauge"]
JOB = 'job=~"$job",instance=~"$instance"'
LANE = f'{JOB},lane=~"$lane"'
PLACES = {"<lane>": LANE, "<vendor>": f'{LANE},vendor!="none"', "<job>": JOB}
COLUMNS = 24
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


class Query(NamedTuple):
    """A PromQL expression and its legend; an empty legend lets the name speak."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Args:
        unit: Grafana's name of it: `reqps`, `s`, `Bps`, `percentunit`, `bytes`, `short`, `none`.
        width: of 24 columns.
        stacked: areas that add up.
        alarm: the value from which a stat turns red; `alarm_below` turns that round.
        least: where the axis starts; None lets it follow the data.
        columns: a table's labels, in order.
    """

    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    kind: Kind = "timeseries"
    width: int = 8
    stacked: bool = False
    alarm: float | None = None
    alarm_below: bool = False
    least: float | None = 0
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A titled band of panels."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]


def dashboard(board: Board) -> dict[str, Any]:
    """Give a dashboard as Grafana's JSON model."""
    return {
        "uid": board.uid,
        "title": board.title,
        "description": board.description,
        "tags": ["eventveil"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "links": [
            {"type": "dashboards", "tags": ["eventveil"], "title": "eventveil", "asDropdown": True, "keepTime": True,
             "includeVars": True},
        ],
        "templating": {"list": list(_variables())},
        "annotations": {"list": []},
        "panels": list(_placed(board.rows)),
    }  # fmt: skip


def _variables() -> Iterator[dict[str, Any]]:
    yield {
        "name": "datasource",
        "label": "Datasource",
        "type": "datasource",
        "query": "prometheus",
        "current": {},
        "hide": 0,
    }
    lookups = {
        "job": "label_values(eventveil_build_info, job)",
        "instance": 'label_values(eventveil_build_info{job=~"$job"}, instance)',
        "lane": f"label_values(eventveil_policy_info{{{JOB}}}, lane)",
    }
    for name, query in lookups.items():
        yield {
            "name": name,
            "label": name.capitalize(),
            "type": "query",
            "datasource": SOURCE,
            "definition": query,
            "query": {"query": query, "refId": name},
            "refresh": 2,
            "sort": 1,
            "multi": True,
            "includeAll": True,
            "allValue": ".*",
            "current": {"text": "All", "value": "$__all"},
            "hide": 0,
        }


def _placed(rows: tuple[Row, ...]) -> Iterator[dict[str, Any]]:
    """Lay panels out from left to right, a line of equal height after the other."""
    number, top = 1, 0
    for row in rows:
        place = {"x": 0, "y": top, "w": COLUMNS, "h": 1}
        yield {"id": number, "type": "row", "title": row.title, "collapsed": False, "gridPos": place, "panels": []}
        number, top, left, height = number + 1, top + 1, 0, 0
        for panel in row.panels:
            if left + panel.width > COLUMNS:
                left, top = 0, top + height
            height = 4 if panel.kind == "stat" else 8
            place = {"x": left, "y": top, "w": panel.width, "h": height}
            yield {"id": number, "gridPos": place, **_panel(panel)}
            number, left = number + 1, left + panel.width
        top += height


def _panel(panel: Panel) -> dict[str, Any]:
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": SOURCE,
        "targets": [_target(panel, index, query) for index, query in enumerate(panel.queries)],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _OPTIONS[panel.kind],
        **({"transformations": _transformations(panel)} if panel.kind == "table" else {}),
    }


def _target(panel: Panel, index: int, query: Query) -> dict[str, Any]:
    expression, legend = query
    for place, matchers in PLACES.items():
        expression = expression.replace(place, matchers)
    at_once = panel.kind != "timeseries"
    return {
        "refId": chr(ord("A") + index),
        "datasource": SOURCE,
        "expr": expression,
        "legendFormat": legend or "__auto",
        "editorMode": "code",
        "instant": at_once,
        "range": not at_once,
        "format": "table" if panel.kind == "table" else "time_series",
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "color": {"mode": "palette-classic"}}
    if panel.least is not None:
        defaults["min"] = panel.least
    if panel.alarm is not None:
        first, then = ("red", "green") if panel.alarm_below else ("green", "red")
        steps = [{"color": first, "value": None}, {"color": then, "value": panel.alarm}]
        defaults |= {"color": {"mode": "thresholds"}, "thresholds": {"mode": "absolute", "steps": steps}}
    if panel.kind == "timeseries":
        defaults["custom"] = {
            "drawStyle": "line",
            "fillOpacity": 30 if panel.stacked else 8,
            "lineWidth": 1,
            "showPoints": "never",
            "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
        }
    return defaults


def _transformations(panel: Panel) -> list[dict[str, Any]]:
    order = {name: index for index, name in enumerate((*panel.columns, "Value"))}
    options = {"excludeByName": {"Time": True}, "indexByName": order, "renameByName": {"Value": panel.unit}}
    return [{"id": "organize", "options": options}]


_LAST = {"calcs": ["lastNotNull"], "fields": "", "values": False}

_OPTIONS: dict[Kind, dict[str, Any]] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {"colorMode": "value", "graphMode": "none", "textMode": "auto", "reduceOptions": _LAST},
    "table": {"showHeader": True, "cellHeight": "sm", "footer": {"show": False}},
    "bargauge": {"displayMode": "basic", "orientation": "horizontal", "reduceOptions": _LAST},
}
