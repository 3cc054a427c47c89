from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from proxy.settings import load
from tests.deploy.tools import DEPLOY, KUBERNETES, documents, of_kind, restricted, run

KUSTOMIZE = DEPLOY / "kustomize"
EXAMPLE = KUSTOMIZE / "example" / "overlay"


@pytest.fixture(scope="module")
def built() -> str:
    """Build the example."""
    return run("kustomize", "build", EXAMPLE)


def parts(built: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Give the pod, the application's container and the sidecar."""
    (manifest,) = of_kind(documents(built), "Deployment")
    pod = manifest["spec"]["template"]["spec"]
    (application,) = pod["containers"]
    (sidecar,) = pod["initContainers"]
    return pod, application, sidecar


def test_the_example_starts_with_its_settings() -> None:
    """The example's settings are ones that the process takes, SDKs reach them from inside the pod only."""
    settings = load(EXAMPLE / "eventveil.yaml", {})
    assert ("127.0.0.1", Path("/run/eventveil/key/key")) == (settings.listen.host, settings.keys.file)


def test_kubernetes_would_take_it(tmp_path: Path, built: str) -> None:
    """Each manifest is valid, unknown fields forbidden."""
    path = tmp_path / "manifests.yaml"
    path.write_text(built)
    told = run("kubernetes-validate", "--strict", "--kubernetes-version", KUBERNETES, path)
    assert ["configmap", "service", "deployment"] == [
        line.partition("resource ")[2].partition("/")[0] for line in told.splitlines() if line.startswith("INFO")
    ]


def test_it_is_a_native_sidecar(built: str) -> None:
    """An init container that is restarted always starts before the application and ends after it."""
    _, application, sidecar = parts(built)
    assert ("shop", "eventveil", "Always") == (application["name"], sidecar["name"], sidecar["restartPolicy"])


def test_the_application_waits_for_it_and_for_no_vendor(built: str) -> None:
    """A startup probe holds the application back; no probe asks a vendor."""
    _, _, sidecar = parts(built)
    probes = {name: sidecar[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")}
    assert {"startup": "/readyz", "liveness": "/livez", "readiness": "/readyz"} == probes


def test_it_is_restricted(built: str) -> None:
    """Pod Security's restricted level, our uid, a read-only root, a bound on memory."""
    pod, _, sidecar = parts(built)
    assert [] == restricted(pod, sidecar)


def test_the_application_stays_as_it_was(built: str) -> None:
    """The component changes nothing of the application's own container, its user included."""
    pod, application, _ = parts(built)
    (alone,) = of_kind(documents((KUSTOMIZE / "example" / "base" / "shop.yaml").read_text("utf-8")), "Deployment")
    before = alone["spec"]["template"]["spec"]
    assert (before["containers"], before["securityContext"]) == ([application], pod["securityContext"])


def test_only_eventveil_sees_the_key(built: str) -> None:
    """The key is a file from a Secret, mounted into eventveil's container and read-only."""
    pod, application, sidecar = parts(built)
    secrets = {volume["name"] for volume in pod["volumes"] if "secret" in volume}
    mounts = [mount for mount in sidecar["volumeMounts"] if mount["name"] in secrets]
    assert [("/run/eventveil/key", True)] == [(mount["mountPath"], mount["readOnly"]) for mount in mounts]
    assert "volumeMounts" not in application


def test_a_pod_lives_longer_than_the_sidecar(built: str) -> None:
    """The application's end, the sleep and the drain fit into the time that the pod has."""
    pod, _, sidecar = parts(built)
    slept = sidecar["lifecycle"]["preStop"]["sleep"]["seconds"]
    drain = load(EXAMPLE / "eventveil.yaml", {}).limits.drain_timeout_s
    assert pod["terminationGracePeriodSeconds"] >= 2 * (slept + drain)


def test_ports_fit_together(built: str) -> None:
    """Probes, the monitor and the application's SDK point at ports that the settings open."""
    _, application, sidecar = parts(built)
    settings = load(EXAMPLE / "eventveil.yaml", {})
    (monitor,) = of_kind(documents(built), "PodMonitor")
    (port,) = sidecar["ports"]
    assert (settings.private.port, monitor["spec"]["podMetricsEndpoints"][0]["port"]) == (
        port["containerPort"],
        port["name"],
    )
    assert f"http://127.0.0.1:{settings.listen.port}{settings.lanes[0].path}" == application["env"][0]["value"]


def test_a_job_is_an_application(built: str) -> None:
    """Applications of one namespace are told apart in metrics, by a label that their pods have, and namespaces too."""
    (monitor,) = of_kind(documents(built), "PodMonitor")
    (manifest,) = of_kind(documents(built), "Deployment")
    (relabeling,) = monitor["spec"]["podMetricsEndpoints"][0]["relabelings"]
    label = "__meta_kubernetes_pod_label_app_kubernetes_io_name"
    assert ["__meta_kubernetes_namespace", label] == relabeling["sourceLabels"]
    assert ("/", "job") == (relabeling["separator"], relabeling["targetLabel"])
    assert "shop" == manifest["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"]


def test_a_deployment_without_the_label_is_left_alone(tmp_path: Path) -> None:
    """Only what asks for the sidecar gets it."""
    base = (
        (KUSTOMIZE / "example" / "base" / "shop.yaml").read_text("utf-8").replace(', eventveil.io/sidecar: "true"', "")
    )
    shop = tmp_path / "kustomize" / "shop"
    shop.mkdir(parents=True)
    (shop / "shop.yaml").write_text(base)
    for name in ("kustomization.yaml", "sidecar.yaml"):
        target = tmp_path / "kustomize" / "component" / name
        target.parent.mkdir(exist_ok=True)
        target.write_text((KUSTOMIZE / "component" / name).read_text("utf-8"))
    (shop / "kustomization.yaml").write_text("resources: [shop.yaml]\ncomponents: [../component]\n")
    assert "initContainers" not in run("kustomize", "build", shop)
