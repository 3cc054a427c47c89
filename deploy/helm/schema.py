"""The chart's values as a closed JSON Schema → `eventveil/values.schema.json`.

`deploy.generate` writes it. Lanes and settings come from eventveil's
own settings model, so that `helm install` refuses what the process would refuse. Source: Helm, "Schema Files",
draft 7, 2026-11.
"""

from __future__ import annotations

import json
from typing import Any

from proxy.settings import Settings

__all__ = ["OWNED", "VALUES", "text"]

OWNED = frozenset({"listen", "private", "keys", "policies", "ca_bundle", "lanes"})
"""Settings that the chart writes itself, since they name what it mounts."""

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
NAME: Json = {"type": "string", "pattern": "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$"}
FILE: Json = {"type": "string", "pattern": "^[-._a-zA-Z0-9]+$"}
TRUTH: Json = {"type": "boolean"}
STRINGS: Json = {"type": "object", "additionalProperties": {"type": "string"}}
OBJECTS: Json = {"type": "array", "items": {"type": "object"}}
OBJECT: Json = {"type": "object"}
PORT: Json = {"type": "integer", "minimum": 1, "maximum": 65535}
SPREAD: Json = {"enum": ["DoNotSchedule", "ScheduleAnyway"]}
DURATION: Json = {"type": "string", "pattern": "^([0-9]+(ms|s|m|h))+$"}


def _whole(least: int) -> Json:
    return {"type": "integer", "minimum": least}


def _closed(**properties: Json) -> Json:
    return {"type": "object", "additionalProperties": False, "properties": properties}


VALUES: dict[str, Json] = {
    "image": _closed(
        repository={"type": "string", "minLength": 1},
        tag=TEXT,
        digest={"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$"},
        pullPolicy={"enum": ["Always", "IfNotPresent", "Never"]},
    ),
    "imagePullSecrets": {"type": "array", "items": _closed(name=NAME)},
    "nameOverride": NAME,
    "fullnameOverride": NAME,
    "policies": {
        "type": "object",
        "propertyNames": {"pattern": "^[a-z0-9][-_a-z0-9]*\\.yaml$"},
        "additionalProperties": {"type": "string", "minLength": 1},
    },
    "key": _closed(existingSecret={**NAME, "minLength": 1}, secretKey=FILE),
    "reloadToken": _closed(existingSecret=NAME, secretKey=FILE),
    "tls": _closed(existingSecret=NAME),
    "caBundle": _closed(existingConfigMap=NAME, configMapKey=FILE),
    "env": OBJECTS,
    "listenHost": {"enum": ["0.0.0.0", "::"]},  # noqa: S104 - what a pod may bind, not a socket opened here
    "replicas": _whole(1),
    "autoscaling": _closed(
        enabled=TRUTH,
        minReplicas=_whole(1),
        maxReplicas=_whole(1),
        targetCPUUtilizationPercentage={"type": "integer", "minimum": 1, "maximum": 100},
    ),
    "podDisruptionBudget": _closed(
        enabled=TRUTH,
        maxUnavailable={"oneOf": [_whole(1), {"type": "string", "pattern": "^[0-9]{1,2}%$"}]},
    ),
    "service": _closed(type={"enum": ["ClusterIP", "NodePort", "LoadBalancer"]}, port=PORT, annotations=STRINGS),
    "networkPolicy": _closed(
        enabled=TRUTH,
        ingressFrom=OBJECTS,
        scrapeFrom=OBJECTS,
        vendorPorts={"type": "array", "items": PORT},
        extraEgress=OBJECTS,
    ),
    "monitor": _closed(kind={"enum": ["none", "PodMonitor", "ServiceMonitor"]}, interval=DURATION, labels=STRINGS),
    "prometheusRule": _closed(enabled=TRUTH, labels=STRINGS, runbookBase={"type": "string", "minLength": 1}),
    "dashboards": _closed(enabled=TRUTH, labels=STRINGS),
    "resources": _closed(requests=OBJECT, limits=OBJECT, claims={"type": "array"}),
    "preStopSleepSeconds": _whole(0),
    "terminationGracePeriodSeconds": _whole(1),
    "podAnnotations": STRINGS,
    "podLabels": STRINGS,
    "priorityClassName": NAME,
    "serviceAccountName": NAME,
    "nodeSelector": STRINGS,
    "tolerations": OBJECTS,
    "affinity": OBJECT,
    "topologySpread": _closed(zone=SPREAD, host=SPREAD),
    "extraVolumes": OBJECTS,
    "extraVolumeMounts": OBJECTS,
    "global": OBJECT,
}


def text() -> str:
    """Write the schema file."""
    model = Settings.model_json_schema()
    definitions = model["$defs"]
    free = {name: schema for name, schema in model["properties"].items() if name not in OWNED}
    values = VALUES | {
        "lanes": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/LaneSettings"}},
        "settings": _closed(**free),
    }
    used: dict[str, Json] = {}
    _follow(values, definitions, used)
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Values of the eventveil chart",
        "required": ["lanes", "key"],
        **_closed(**{name: values[name] for name in sorted(values)}),
        "$defs": {name: used[name] for name in sorted(used)},
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _follow(node: Any, definitions: dict[str, Json], used: dict[str, Json]) -> None:
    """Collect the definitions that something refers to."""
    if isinstance(node, dict):
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name and name not in used:
            used[name] = definitions[name]
            _follow(definitions[name], definitions, used)
        for child in node.values():
            _follow(child, definitions, used)
    elif isinstance(node, list):
        for child in node:
            _follow(child, definitions, used)
