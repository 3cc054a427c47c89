from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from deploy.helm.schema import OWNED, VALUES
from proxy.settings import Settings, load
from tests.deploy.tools import DEPLOY, KUBERNETES, documents, of_kind, restricted, run, yaml

CHART = DEPLOY / "helm" / "eventveil"
DEFAULTS: dict[str, Any] = yaml((CHART / "values.yaml").read_text("utf-8"))

LANES = [{"path": "/mixpanel", "dialect": "mixpanel", "upstream": "https://api.mixpanel.com"}]
LEAST: dict[str, Any] = {"lanes": LANES, "key": {"existingSecret": "eventveil-key"}}
POLICY = "policy: shop\nbecause: Ours.\nextends: [balanced]\n"
MATRIX: dict[str, dict[str, Any]] = {
    "least": {},
    "everything": {
        "image": {"repository": "registry.example/eventveil", "digest": "sha256:" + "0" * 64},
        "imagePullSecrets": [{"name": "registry"}],
        "lanes": [{**LANES[0], "policy": "shop", "in_flight": 512, "origins": ["https://*.shop.example"]}],
        "settings": {
            "limits": {"body_bytes": 12345678, "drain_timeout_s": 10.5},
            "log": {"access_sample": 0.5},
            "workers": 2,
        },
        "policies": {"shop.yaml": POLICY},
        "reloadToken": {"existingSecret": "token"},
        "tls": {"existingSecret": "tls"},
        "caBundle": {"existingConfigMap": "ca"},
        "env": [{"name": "HTTPS_PROXY", "value": "http://proxy.example:3128"}],
        "listenHost": "::",
        "autoscaling": {"enabled": False},
        "replicas": 3,
        "podDisruptionBudget": {"maxUnavailable": "50%"},
        "service": {"type": "LoadBalancer", "port": 443, "annotations": {"example.com/class": "internal"}},
        "networkPolicy": {
            "ingressFrom": [{"podSelector": {"matchLabels": {"app": "shop"}}}],
            "scrapeFrom": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
            "vendorPorts": [443, 8443],
            "extraEgress": [
                {"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}], "ports": [{"protocol": "TCP", "port": 3128}]}
            ],
        },
        "monitor": {"kind": "PodMonitor", "labels": {"release": "prometheus"}},
        "prometheusRule": {
            "enabled": True,
            "labels": {"release": "prometheus"},
            "runbookBase": "https://wiki.example/ev",
        },
        "dashboards": {"enabled": True},
        "podAnnotations": {"example.com/team": "analytics"},
        "podLabels": {"team": "analytics"},
        "priorityClassName": "high",
        "serviceAccountName": "eventveil",
        "nodeSelector": {"disk": "fast"},
        "tolerations": [{"key": "edge", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {}},
        "topologySpread": {"zone": "DoNotSchedule"},
        "extraVolumes": [{"name": "scratch", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
    },
    "nothing around it": {
        "autoscaling": {"enabled": False},
        "podDisruptionBudget": {"enabled": False},
        "networkPolicy": {"enabled": False},
        "fullnameOverride": "veil",
    },
    "no vendor outside": {"networkPolicy": {"vendorPorts": []}, "monitor": {"kind": "ServiceMonitor"}},
}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no lanes": ({"lanes": []}, "/lanes"),
    "no key": ({"key": {"existingSecret": ""}}, "/key/existingSecret"),
    "an unknown value": ({"replica": 3}, "replica"),
    "an unknown setting of a lane": ({"lanes": [{**LANES[0], "polcy": "strict"}]}, "polcy"),
    "a setting that the chart owns": ({"settings": {"listen": {"port": 1}}}, "listen"),
    "a limit that is none": ({"settings": {"limits": {"body_bytes": 0}}}, "/settings/limits/body_bytes"),
    "an upstream with a key in it": ({"lanes": [{**LANES[0], "upstream": "https://u:p@x"}]}, "/lanes/0/upstream"),
    "a pod that dies before its drain": ({"terminationGracePeriodSeconds": 30}, "terminationGracePeriodSeconds"),
}


@cache
def _ran(command: str, values: str, name: str) -> str:
    """Run helm once for each set of values, whatever the number of tests that look at the result."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "values.json"
        path.write_text(values)
        common: list[str | Path] = [CHART, "--values", path, "--kube-version", KUBERNETES]
        if command == "lint":
            return run("helm", "lint", "--strict", "--quiet", *common)
        return run("helm", "template", "t", "--namespace", "ns", *common, fails=name in REFUSED)


def template(values: dict[str, Any], name: str = "", command: str = "template") -> str:
    """Render the chart, or lint it; a case of `REFUSED` must fail."""
    return _ran(command, json.dumps(LEAST | values), name)


@cache
def _parsed(text: str) -> list[dict[str, Any]]:
    return documents(text)


def rendered(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the manifests of the chart."""
    return _parsed(template(values))


def deployment(manifests: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the Deployment's pod and its one container."""
    (manifest,) = of_kind(manifests, "Deployment")
    pod = manifest["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    return pod, container


def test_the_schema_knows_every_value() -> None:
    """Each value with a default is in the schema, and each in the schema has a default."""
    assert set(DEFAULTS) == (set(VALUES) - {"global"}) | {"lanes", "settings"}


def test_the_page_knows_every_value() -> None:
    """Each value stands in the chart's README."""
    page = (CHART / "README.md").read_text("utf-8")
    assert [] == [name for name in DEFAULTS if f"`{name}" not in page]


def test_the_chart_owns_settings_that_exist() -> None:
    """What the chart writes itself is a setting of eventveil."""
    assert set() == OWNED - set(Settings.model_fields)


@pytest.mark.parametrize("values", MATRIX.values(), ids=MATRIX)
def test_it_lints(values: dict[str, Any]) -> None:
    """The linter has nothing to say, its advice included."""
    template(values, command="lint")


@pytest.mark.parametrize("values", MATRIX.values(), ids=MATRIX)
def test_kubernetes_would_take_it(tmp_path: Path, values: dict[str, Any]) -> None:
    """Each manifest is valid, unknown fields forbidden; the operator's own kinds are looked at elsewhere."""
    path = tmp_path / "manifests.yaml"
    path.write_text(template(values))
    told = run("kubernetes-validate", "--strict", "--kubernetes-version", KUBERNETES, path)
    checked = [line for line in told.splitlines() if line.startswith("INFO")]
    manifests = documents(path.read_text())
    ours = [one for one in manifests if not one["apiVersion"].startswith("monitoring.coreos.com/")]
    assert len(ours) == len(checked), told
    names = [(one["kind"], one["metadata"]["name"]) for one in manifests]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("values", MATRIX.values(), ids=MATRIX)
def test_eventveil_would_take_its_settings(tmp_path: Path, values: dict[str, Any]) -> None:
    """The rendered settings file is one that the process starts with, and says what the values say."""
    settings_map = of_kind(rendered(values), "ConfigMap")[0]
    path = tmp_path / "eventveil.yaml"
    path.write_text(settings_map["data"]["eventveil.yaml"])
    settings = load(path, {})
    given = values.get("settings", {})
    assert given.get("limits", {}).get("body_bytes", 10 * 2**20) == settings.limits.body_bytes
    assert Path("/run/eventveil/key/key") == settings.keys.file
    assert given.get("workers", 1) == settings.workers


@pytest.mark.parametrize("values", MATRIX.values(), ids=MATRIX)
def test_every_file_that_the_settings_name_is_mounted(tmp_path: Path, values: dict[str, Any]) -> None:
    """Keys, tokens, certificates and policies are where the settings file says."""
    manifests = rendered(values)
    _, container = deployment(manifests)
    mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
    path = tmp_path / "eventveil.yaml"
    path.write_text(of_kind(manifests, "ConfigMap")[0]["data"]["eventveil.yaml"])
    settings = load(path, {})
    tls = settings.listen.tls
    named = [settings.keys.file, settings.private.token_file, tls.cert_file, tls.key_file, settings.ca_bundle]
    named += [folder / "any" for folder in settings.policies.search]
    assert [] == [str(name) for name in named if name is not None and str(name.parent) not in mounts]


@pytest.mark.parametrize("values", MATRIX.values(), ids=MATRIX)
def test_pods_are_restricted(values: dict[str, Any]) -> None:
    """Pod Security's restricted level, our uid, a read-only root, no token of the cluster, a bound on memory."""
    assert [] == restricted(*deployment(rendered(values)))


@pytest.mark.parametrize("values", MATRIX.values(), ids=MATRIX)
def test_probes_ask_no_vendor(values: dict[str, Any]) -> None:
    """Start and life are `/livez`, readiness is `/readyz`, all on the private port, which knows no vendor."""
    _, container = deployment(rendered(values))
    probes = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
    wanted = {"startup": "/livez", "liveness": "/livez", "readiness": "/readyz"}
    assert {name: {"path": path, "port": "private"} for name, path in wanted.items()} == probes


@pytest.mark.parametrize("values", MATRIX.values(), ids=MATRIX)
def test_a_pod_lives_longer_than_its_drain(values: dict[str, Any]) -> None:
    """What is under way when a pod is told to end has its whole time, after the sleep."""
    pod, container = deployment(rendered(values))
    slept = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    drain = values.get("settings", {}).get("limits", {}).get("drain_timeout_s", 25)
    assert pod["terminationGracePeriodSeconds"] > slept + drain


def test_a_selector_never_changes() -> None:
    """A Deployment's selector is immutable: it holds no version, and every pod and Service agrees with it."""
    manifests = rendered(MATRIX["everything"])
    (manifest,) = of_kind(manifests, "Deployment")
    selector = manifest["spec"]["selector"]["matchLabels"]
    assert {"name", "instance", "component"} == {label.rpartition("/")[2] for label in selector}
    assert selector.items() <= manifest["spec"]["template"]["metadata"]["labels"].items()
    assert [selector] * 2 == [service["spec"]["selector"] for service in of_kind(manifests, "Service")]


def test_the_private_port_is_reached_by_who_scrapes_only() -> None:
    """Without `scrapeFrom` the network policy opens the public port and nothing else."""
    (policy,) = of_kind(rendered({}), "NetworkPolicy")
    opened = [port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]]
    assert (["public"], ["Ingress", "Egress"]) == (opened, policy["spec"]["policyTypes"])


def test_rules_are_what_promtool_has_checked() -> None:
    """The PrometheusRule holds the rules of this folder; only where runbooks are read changes."""
    (manifest,) = of_kind(rendered(MATRIX["everything"]), "PrometheusRule")
    groups = [
        group
        for name in ("alerts", "slo")
        for group in yaml(
            (DEPLOY / "prometheus" / "rules" / f"{name}.yaml")
            .read_text("utf-8")
            .replace("deploy/README.md#", "https://wiki.example/ev#")
        )["groups"]
    ]
    assert groups == manifest["spec"]["groups"]


def test_a_monitor_finds_the_private_port() -> None:
    """Either monitor selects what is there, by a port that is there."""
    manifests = rendered(MATRIX["everything"])
    (monitor,) = of_kind(manifests, "PodMonitor")
    (manifest,) = of_kind(manifests, "Deployment")
    labels = manifest["spec"]["template"]["metadata"]["labels"]
    assert monitor["spec"]["selector"]["matchLabels"].items() <= labels.items()
    manifests = rendered(MATRIX["no vendor outside"])
    (monitor,) = of_kind(manifests, "ServiceMonitor")
    wanted = monitor["spec"]["selector"]["matchLabels"].items()
    found = [one for one in of_kind(manifests, "Service") if wanted <= one["metadata"]["labels"].items()]
    assert ["private"] == [port["name"] for one in found for port in one["spec"]["ports"]]


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses(name: str) -> None:
    """What eventveil would not start with is not installed, and the reason names the value."""
    values, told = REFUSED[name]
    assert told in template(values, name)


def test_no_secret_is_made() -> None:
    """Keys are made by people and mounted; none stands in a value or a manifest."""
    manifests = rendered(MATRIX["everything"])
    assert [] == of_kind(manifests, "Secret")
    assert base64.b64encode(b"key").decode() not in str(of_kind(manifests, "Deployment"))


def test_a_job_is_a_release() -> None:
    """Its name tells namespaces apart, as a PodMonitor's does: alerts hold a job to one policy and one key."""
    (monitor,) = of_kind(rendered(MATRIX["no vendor outside"]), "ServiceMonitor")
    (endpoint,) = monitor["spec"]["endpoints"]
    assert [{"targetLabel": "job", "replacement": "ns/t-eventveil"}] == endpoint["relabelings"]
