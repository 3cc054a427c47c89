"""What the tests of deploy/ share: where tools are, what YAML holds, which metrics an expression names."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from proxy.telemetry.families import COMPUTED, FAMILIES, Family

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "rules"
KUBERNETES = "1.34"

METRICS: dict[str, Family] = {family.name: family for family in (*FAMILIES.values(), *COMPUTED)}
METRIC = re.compile(r"\beventveil_[a-z_]+")
SELECTOR = re.compile(r"\b(eventveil_[a-z_]+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")


def tool(name: str) -> str:
    """Find a tool that `make check-deploy` brings; outside of it, skip what needs one."""
    places = os.environ.get("DEPLOY_TOOLS")
    if places is None:
        pytest.skip(f"needs {name}: `make check-deploy` brings it")
    found = shutil.which(name, path=places)
    assert found, f"make check-deploy did not bring {name}"
    return found


def run(name: str, *arguments: str | Path, fails: bool = False) -> str:
    """Run a tool and give what it wrote; a failure shows it."""
    done = subprocess.run([tool(name), *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)
    assert fails == bool(done.returncode), done.stdout + done.stderr
    return done.stdout if not fails else done.stdout + done.stderr


def yaml(text: str) -> Any:
    """Read one YAML document as plain values."""
    return YAML(typ="safe", pure=True).load(text)


def documents(text: str) -> list[dict[str, Any]]:
    """Read several YAML documents, empty ones left out."""
    return [document for document in YAML(typ="safe", pure=True).load_all(text) if document]


def of_kind(manifests: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Give the manifests of one kind."""
    return [manifest for manifest in manifests if manifest["kind"] == kind]


def rules() -> Iterator[dict[str, Any]]:
    """Give every recording and alerting rule."""
    for path in sorted(RULES.glob("*.yaml")):
        for group in yaml(path.read_text("utf-8"))["groups"]:
            yield from group["rules"]


def alerts() -> list[dict[str, Any]]:
    """Give every alerting rule."""
    return [rule for rule in rules() if "alert" in rule]


def family(name: str) -> Family | None:
    """Give the family that a series' name belongs to."""
    for suffix in ("", "_bucket", "_count", "_sum"):
        found = METRICS.get(name.removesuffix(suffix)) if name.endswith(suffix) else None
        if found is not None and (not suffix or found.kind == "histogram"):
            return found
    return None


def strangers(expression: str) -> list[str]:
    """Give the metrics and labels of an expression that eventveil does not publish."""
    found = []
    for name, matchers in SELECTOR.findall(expression):
        known = family(name)
        if known is None or (known.kind == "histogram" and name == known.name):
            found.append(name)
            continue
        labels = {"job", "instance", "le", *known.labels} | ({"worker"} if known.merge == "each" else set())
        found += [f"{name}{{{label}}}" for label in MATCHER.findall(matchers) if label not in labels]
    return found


def restricted(pod: dict[str, Any], container: dict[str, Any]) -> list[str]:
    """Give what keeps a container from Pod Security's *restricted* level, and from ours, which is a little above.

    Source: kubernetes.io/docs/concepts/security/pod-security-standards, 2026-11.
    """
    of_pod, own = pod.get("securityContext", {}), container.get("securityContext", {})
    both = of_pod | own
    wanted = {
        "runAsNonRoot": both.get("runAsNonRoot") is True,
        "runAsUser": both.get("runAsUser") == 65532,
        "allowPrivilegeEscalation": own.get("allowPrivilegeEscalation") is False,
        "readOnlyRootFilesystem": own.get("readOnlyRootFilesystem") is True,
        "capabilities": own.get("capabilities") == {"drop": ["ALL"]},
        "seccompProfile": both.get("seccompProfile") == {"type": "RuntimeDefault"},
        "host": not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(),
        "volumes": all({"configMap", "secret", "emptyDir"} & volume.keys() for volume in pod.get("volumes", ())),
        "token": pod.get("automountServiceAccountToken") is False,
        "limits": "memory" in container.get("resources", {}).get("limits", {}),
    }
    return [name for name, holds in wanted.items() if not holds]
