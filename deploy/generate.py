"""The tables → every file of deploy/ that a program writes: dashboards, objectives, the chart's schema and its copies.

Run as `python -m deploy.generate`; a test keeps what is committed equal to what this gives. A chart can only read files
of its own folder, hence the copies.
"""

from __future__ import annotations

import json
from pathlib import Path

from deploy.grafana.flow import FLOW
from deploy.grafana.panels import dashboard
from deploy.grafana.privacy import PRIVACY
from deploy.grafana.vendors import VENDORS
from deploy.helm import schema
from deploy.prometheus import slo

__all__ = ["BOARDS", "contents"]

DEPLOY = Path(__file__).resolve().parent
DASHBOARDS = DEPLOY / "grafana" / "dashboards"
RULES = DEPLOY / "prometheus" / "rules"
CHART = DEPLOY / "helm" / "eventveil"

BOARDS = {"flow": FLOW, "privacy": PRIVACY, "vendors": VENDORS}


def contents() -> dict[Path, str]:
    """Give every file that is generated, and what stands in it."""
    alerts, objectives = (RULES / "alerts.yaml").read_text("utf-8"), slo.text()
    files = {
        RULES / "slo.yaml": objectives,
        CHART / "files" / "rules" / "slo.yaml": objectives,
        CHART / "files" / "rules" / "alerts.yaml": alerts,
        CHART / "values.schema.json": schema.text(),
    }
    for name, board in BOARDS.items():
        text = json.dumps(dashboard(board), indent=1, ensure_ascii=False) + "\n"
        files[DASHBOARDS / f"{name}.json"] = files[CHART / "files" / "dashboards" / f"{name}.json"] = text
    return files


if __name__ == "__main__":
    for path, text in contents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
