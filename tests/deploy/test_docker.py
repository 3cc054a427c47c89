from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from proxy.settings import load
from tests.deploy.tools import DEPLOY, yaml
from tests.fakes import LOOPBACK

ROOT = DEPLOY.parent
DOCKER = DEPLOY / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml((DOCKER / "compose.yaml").read_text("utf-8"))


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~ ;\[]", line)[0].lower() for line in requirements if line and line[0] not in "#-"}


def test_the_small_image_lacks_presidio_only() -> None:
    """Its dependencies are those of pyproject.toml but for Presidio; `make lock` writes them anew."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    listed = _names((ROOT / "requirements" / "image.in").read_text("utf-8").splitlines())
    assert _names(project["dependencies"]) - {"presidio-analyzer"} == listed


def test_the_small_image_has_the_versions_of_the_large_one() -> None:
    """A package has one version in both images."""
    pins = [
        dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements" / f"{name}.txt").read_text("utf-8"), re.MULTILINE))
        for name in ("image", "runtime")
    ]
    assert pins[0].items() <= pins[1].items()


def test_the_image_needs_no_shell_and_no_root() -> None:
    """It runs as uid 65532, starts without a shell, and is built from a version that is written down."""
    for word in ("ENTRYPOINT", "CMD", "HEALTHCHECK"):
        for line in re.findall(rf"^{word} (?:--\S+ )*(?:\\\n\s+CMD )?(.+)$", DOCKERFILE, re.MULTILINE):
            assert isinstance(json.loads(line), list)
    assert ["65532:65532"] == re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert re.search(r"^ARG PYTHON=\d+\.\d+\.\d+-slim-\w+$", DOCKERFILE, re.MULTILINE)
    assert "eventveil" == re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE)[-1]


@pytest.mark.parametrize(("answer", "healthy"), [("200 OK", True), ("503 Service Unavailable", False), ("", False)])
async def test_health_is_asked_of_this_container(answer: str, healthy: bool) -> None:
    """Whatever proxy the environment names for vendors; any answer but 200, or none, is not healthy."""

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        if answer and asked.startswith(b"GET /livez "):
            writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()

    server = await asyncio.start_server(answered, LOOPBACK)
    found = re.search(r"^HEALTHCHECK (?:--\S+ )*\\\n\s+CMD (.+)$", DOCKERFILE, re.MULTILINE)
    assert found
    python, *arguments = json.loads(found[1].replace("9090", str(server.sockets[0].getsockname()[1])))
    environ = os.environ | {"HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1"}
    asking = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environ, stderr=asyncio.subprocess.DEVNULL
    )
    status = await asking.wait()
    server.close()
    assert ("python", healthy) == (python, status == 0)


def test_the_builder_gets_what_it_copies_and_no_more() -> None:
    """Everything is left out of the build but what the Dockerfile takes from it."""
    lines = (DOCKER / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    allowed = {line[1:].partition("/")[0] for line in lines if line.startswith("!")}
    copied = {
        word.partition("/")[0]
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    }
    assert "*" in lines
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_services_are_restricted(name: str) -> None:
    """A read-only root, no capability, no new privilege, a version that is written down, ports on this machine only."""
    service = COMPOSE["services"][name]
    assert (True, ["ALL"]) == (service["read_only"], service["cap_drop"])
    assert ["no-new-privileges:true"] == service["security_opt"]
    assert re.search(r":(local|v?\d+\.\d+\.\d+)$", service["image"])
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_what_compose_mounts_is_there() -> None:
    """Each file and folder that a service mounts exists, but for the key, which a person makes."""
    mounts = [mount for service in COMPOSE["services"].values() for mount in service.get("volumes", ())]
    named = set(COMPOSE["volumes"])
    missing = [
        mount for mount in mounts if (source := mount.partition(":")[0]) not in named and not (DOCKER / source).exists()
    ]
    assert [] == missing
    assert (
        not (DOCKER / COMPOSE["secrets"]["eventveil_key"]["file"]).exists()
        or "*.key" in (ROOT / ".gitignore").read_text()
    )


def test_compose_settings_fit_together() -> None:
    """The settings open the ports that Compose publishes and Prometheus scrapes, and send to the vendor's port."""
    settings = load(DOCKER / "eventveil.yaml", {})
    vendor = COMPOSE["services"]["vendor"]["command"]
    scrape = yaml((DEPLOY / "prometheus" / "prometheus.yaml").read_text("utf-8"))["scrape_configs"][0]
    assert [f"127.0.0.1:8080:{settings.listen.port}"] == COMPOSE["services"]["eventveil"]["ports"]
    assert {f"http://vendor:{vendor[1]}"} == {lane.upstream for lane in settings.lanes}
    assert [f"eventveil:{settings.private.port}"] == scrape["static_configs"][0]["targets"]
    assert Path("/run/secrets/eventveil_key") == settings.keys.file
