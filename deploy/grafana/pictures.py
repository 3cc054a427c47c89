"""The dashboards as pictures for the README: the panels' own queries against a real Prometheus, drawn by matplotlib.

    python -m deploy.grafana.pictures http://127.0.0.1:9091 --minutes 6

They show what the panels would show, not what Grafana looks like, and each picture says so. Needs
requirements/pictures.txt; nobody who runs eventveil needs it.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import re
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from PIL import Image

from deploy.generate import BOARDS
from deploy.grafana.panels import dashboard

mpl.use("agg")

FOLDER = Path(__file__).parent / "pictures"
POINTS = 180
ROW_INCHES, WIDTH_INCHES, DPI = 0.30, 15.0, 80
LINES_LIMIT = 10
COLOURS = 64
UNITS = {"reqps": "req/s", "percentunit": "%", "Bps": "B/s", "bytes": "B", "s": "s", "short": "", "none": ""}

Series = dict[str, Any]


class Source:
    """A Prometheus, asked about a stretch of time that has passed."""

    def __init__(self, base: str, minutes: float, end: float) -> None:
        self._base, self.end, self.seconds = base, end, minutes * 60

    def ask(self, expression: str, *, over_time: bool) -> list[Series]:
        """Give an expression's series: `values` over time, or one `value`."""
        for variable, value in {"$__rate_interval": "1m", "$__range": f"{self.seconds:.0f}s"}.items():
            expression = expression.replace(variable, value)
        expression = re.sub(r"\$(job|instance|lane)", ".*", expression)
        when: dict[str, float] = {"time": self.end}
        if over_time:
            when = {"start": self.end - self.seconds, "end": self.end, "step": self.seconds / POINTS}
        path = "/api/v1/query_range" if over_time else "/api/v1/query"
        url = f"{self._base}{path}?{urllib.parse.urlencode({'query': expression} | when)}"
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - the address is the operator's own
            result: list[Series] = json.load(answer)["data"]["result"]
        return result


def _number(value: float, unit: str) -> str:
    if unit == "percentunit":
        return f"{value * 100:.4g} %"
    if unit == "s" and abs(value) < 1:
        return f"{value * 1000:.3g} ms"
    for bound, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= bound and unit in ("bytes", "Bps", "short"):
            return f"{value / bound:.3g} {prefix}{UNITS[unit]}"
    return f"{value:.4g} {UNITS[unit]}".strip()


def _legend(target: dict[str, Any], labels: dict[str, str]) -> str:
    form: str = target["legendFormat"]
    if form == "__auto":
        return ", ".join(value for name, value in labels.items() if name not in ("__name__", "job", "instance"))
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), form).strip()


def _lines(axes: Axes, panel: dict[str, Any], source: Source) -> None:
    unit = panel["fieldConfig"]["defaults"]["unit"]
    found = [
        (_legend(target, series["metric"]), [(float(at) - source.end, float(value)) for at, value in series["values"]])
        for target in panel["targets"]
        for series in source.ask(target["expr"], over_time=True)
    ]
    found = sorted(found, key=lambda one: -max((value for _, value in one[1] if not math.isnan(value)), default=0))
    for name, points in found[:LINES_LIMIT]:
        axes.plot([at / 60 for at, _ in points], [value for _, value in points], linewidth=1, label=name or None)
    axes.set_ylim(bottom=panel["fieldConfig"]["defaults"].get("min"))
    axes.yaxis.set_major_formatter(lambda value, _: _number(value, unit))
    axes.set_xlim(-source.seconds / 60, 0)
    axes.grid(visible=True, linewidth=0.3)
    axes.tick_params(labelsize=6)
    if any(name for name, _ in found):
        axes.legend(fontsize=5.5, ncols=2, loc="upper left", framealpha=0.6)


def _stat(axes: Axes, panel: dict[str, Any], source: Source) -> None:
    axes.axis("off")
    series = source.ask(panel["targets"][0]["expr"], over_time=False)
    text = _number(float(series[0]["value"][1]), panel["fieldConfig"]["defaults"]["unit"]) if series else "no data"
    axes.text(0.5, 0.45, text, ha="center", va="center", fontsize=17, color="tab:green")


def _table(axes: Axes, panel: dict[str, Any], source: Source) -> None:
    axes.axis("off")
    unit = panel["fieldConfig"]["defaults"]["unit"]
    series = source.ask(panel["targets"][0]["expr"], over_time=False)[:14]
    if not series:
        return
    order = panel["transformations"][0]["options"]["indexByName"]
    names = sorted(series[0]["metric"], key=lambda name: order.get(name, 99))
    rows = [[one["metric"].get(name, "") for name in names] + [_number(float(one["value"][1]), unit)] for one in series]
    drawn = axes.table(
        cellText=rows, colLabels=[*names, "value"], loc="upper center", cellLoc="left", edges="horizontal"
    )
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(6)
    drawn.scale(1, 0.8)


def _bars(axes: Axes, panel: dict[str, Any], source: Source) -> None:
    unit = panel["fieldConfig"]["defaults"]["unit"]
    target = panel["targets"][0]
    found = [
        (_legend(target, one["metric"]), float(one["value"][1])) for one in source.ask(target["expr"], over_time=False)
    ]
    bars = axes.barh(range(len(found)), [value for _, value in found], color="tab:green", alpha=0.5)
    axes.bar_label(bars, [f" {name}: {_number(value, unit)}" for name, value in found], label_type="center", fontsize=8)
    axes.set_yticks([])
    axes.set_xticks([])


DRAW = {"timeseries": _lines, "stat": _stat, "table": _table, "bargauge": _bars}


def draw(name: str, source: Source, note: str) -> Path:
    """Draw one dashboard and give its file."""
    board = dashboard(BOARDS[name])
    height = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in board["panels"]) + 2
    figure = plt.figure(figsize=(WIDTH_INCHES, height * ROW_INCHES), dpi=DPI)
    for panel in board["panels"]:
        place = panel["gridPos"]
        top = 1 - (place["y"] + 2) / height
        if panel["type"] == "row":
            figure.text(0.005, top - 0.8 / height, panel["title"], fontsize=10, weight="bold")
            continue
        inner = (
            place["x"] / 24 + 0.035,
            top - (place["h"] - 0.9) / height,
            place["w"] / 24 - 0.045,
            (place["h"] - 2.1) / height,
        )
        axes = figure.add_axes(inner)
        axes.set_title(panel["title"], fontsize=8, loc="left")
        DRAW[panel["type"]](axes, panel, source)
    figure.text(0.005, 1 - 0.9 / height, f"{board['title']}. {note}", fontsize=9)
    path = FOLDER / f"{name}.png"
    drawn = io.BytesIO()
    figure.savefig(drawn)
    plt.close(figure)
    Image.open(drawn).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def _main() -> None:
    parser = argparse.ArgumentParser(description="Draw the dashboards from a Prometheus.")
    parser.add_argument("prometheus", help="its address, http://HOST:PORT")
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--end", type=float, default=time.time(), help="Unix time; now by default")
    options = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    source = Source(options.prometheus, options.minutes, options.end)
    date = time.strftime("%Y-%m-%d", time.gmtime(source.end))
    load = f"{options.minutes:g} minutes' load, {date}. Time in minutes."
    note = f"Drawn by matplotlib, not Grafana, from Prometheus' data of {load}"
    for name in BOARDS:
        path = draw(name, source, note)
        print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    _main()
