"""The tables → three dashboards as JSON, beside this file and in the Helm chart, and the chart's copy of the rules.

Run as `python -m deploy.grafana.generate`; a test keeps what is committed equal to what this gives. A chart can only
read files of its own folder, hence the copies.
"""

from __future__ import annotations

import json
from pathlib import Path

from deploy.grafana.flow import FLOW
from deploy.grafana.panels import dashboard
from deploy.grafana.privacy import PRIVACY
from deploy.grafana.vendors import VENDORS

__all__ = ["BOARDS", "contents"]

DEPLOY = Path(__file__).resolve().parent.parent
DASHBOARDS = DEPLOY / "grafana" / "dashboards"
RULES = DEPLOY / "prometheus" / "rules"
CHART = DEPLOY / "helm" / "eventveil" / "files"

BOARDS = {"flow": FLOW, "privacy": PRIVACY, "vendors": VENDORS}


def contents() -> dict[Path, str]:
    """Give every file that is generated, and what stands in it."""
    files: dict[Path, str] = {}
    for name, board in BOARDS.items():
        text = json.dumps(dashboard(board), indent=1, ensure_ascii=False) + "\n"
        files[DASHBOARDS / f"{name}.json"] = files[CHART / "dashboards" / f"{name}.json"] = text
    for path in sorted(RULES.glob("*.yaml")):
        files[CHART / "rules" / path.name] = path.read_text("utf-8")
    return files


if __name__ == "__main__":
    for path, text in contents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
