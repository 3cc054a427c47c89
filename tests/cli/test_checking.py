from __future__ import annotations

import json
from pathlib import Path

import pytest

from proxy.app.compose import compile_all
from proxy.errors import StartError
from proxy.policy.load import shipped
from proxy.settings import load
from tests.certificates import Authority
from tests.cli.commands import Run
from tests.policy.programs import REGISTRY

GOOD = "policy: good\nextends: [base]\n"


def test_good_files_are_status_0(run: Run, tmp_path: Path) -> None:
    """A folder is gone through, whatever the policies' files are called; the count is on standard error."""
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "b.yml").write_text(GOOD)
    (tmp_path / "README.md").write_text("no YAML: [")
    assert (0, "", "2 files, 0 diagnostics\n") == run("check", tmp_path)


def test_faults_are_status_1(run: Run, tmp_path: Path) -> None:
    """Every fault of every file is a line of its own on standard output."""
    (tmp_path / "a.yaml").write_text(GOOD + "unknown: scn\nmode: no\n")
    (tmp_path / "b.yaml").write_text(GOOD + "fields: [{id: x, where: event.token, do: drop}]\n")
    (tmp_path / "c.yaml").write_bytes(b"\xff")
    status, out, err = run("check", tmp_path, tmp_path / "none.yaml")
    codes = [line.removeprefix(f"{tmp_path}/").split(" ")[:2] for line in out.splitlines()]
    assert ["a.yaml:3:1:", "E107"] == codes[0]
    assert ["a.yaml:4:1:", "E107"] == codes[1]
    assert ["b.yaml:3:10:", "E301"] == codes[2]
    assert [["c.yaml:1:1:", "E100"], ["none.yaml:1:1:", "E100"]] == codes[-2:]
    assert (1, f"4 files, {len(codes)} diagnostics\n") == (status, err)


def test_a_fault_of_several_vendors_is_told_once(run: Run, tmp_path: Path) -> None:
    """A canary that would pass passes at every vendor; it is one fault."""
    file = tmp_path / "a.yaml"
    file.write_text(GOOD + "fields: [{id: x, where: any.zz*, do: keep}]\n")
    _, out, _ = run("check", file)
    assert 1 == out.count("E501")


def test_a_machine_reads_json(run: Run, tmp_path: Path) -> None:
    """`--json` gives one object, good or bad."""
    file = tmp_path / "a.yaml"
    file.write_text(GOOD + "unknown: scn\n")
    status, out, err = run("check", "--json", file)
    fault = f"{file}:3:1: E107 expected 'scan', 'drop' or 'keep', got a string"
    assert (1, {"files": 1, "diagnostics": [fault]}, "") == (status, json.loads(out), err)
    status, out, _ = run("check", "--json", shipped() / "base.yaml")
    assert (0, {"files": 1, "diagnostics": []}) == (status, json.loads(out))


def test_nothing_to_check_is_status_2(run: Run, tmp_path: Path) -> None:
    """An empty folder is a mistake, not a success."""
    status, _, err = run("check", tmp_path)
    assert (2, True) == (status, "expected at least one YAML file, got none" in err)


@pytest.mark.parametrize("text", ["lanes: 5\n", "{}\n", "a: [\n", "lanez: {}\n"])
def test_other_files_are_settings(run: Run, tmp_path: Path, text: str) -> None:
    """A file without `policy:` is read as settings, and its faults are told the same way."""
    file = tmp_path / "eventveil.yaml"
    file.write_text(text)
    status, out, _ = run("check", file)
    assert 1 == status
    assert all(line.startswith(f"{file}:") for line in out.splitlines())


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Settings that would serve, and their key."""
    (tmp_path / "key").write_bytes(bytes(range(32)))
    file = tmp_path / "eventveil.yaml"
    lane = "{name: web, path: /mp, dialect: mixpanel, upstream: 'https://api.example.com', policy: balanced}"
    file.write_text(f"keys:\n  file: key\nlanes:\n  - {lane}\n")
    return file


def test_good_settings_are_status_0(run: Run, settings: Path) -> None:
    """Settings that would serve are good."""
    assert (0, "") == run("check", settings)[:2]


ABSENT = {
    "an unknown policy": ("balanced", "balnced", "{file}:4:84: E100 expected a policy, got no such file (hint: did"),
    "an unknown route": ("policy:", "upstreams: {libary: 'http://a'}, policy:", "expected routes of mixpanel ("),
    "no key": ("file: key", "file: kye", "expected a readable key file, got No such file or directory ("),
    "no database": (
        "keys:",
        "geo: {database: x}\nkeys:",
        "expected a MaxMind-format database, got FileNotFoundError (",
    ),
    "no authorities": ("keys:", "ca_bundle: x\nkeys:", "expected CA certificates in PEM, got FileNotFoundError ("),
    "no token": ("keys:", "private: {token_file: x}\nkeys:", "expected a readable token file, got FileNotFoundError ("),
    "no certificate": (
        "keys:",
        "listen: {tls: {cert_file: x, key_file: y}}\nkeys:",
        "expected a certificate and its key in PEM, got FileNotFoundError (",
    ),
    "a name too long for a file": (
        "balanced",
        "x" * 300,
        "expected settings and policies that can be taken, got OSErr",
    ),
}


@pytest.mark.parametrize(("before", "after", "told"), ABSENT.values(), ids=ABSENT)
def test_what_settings_name_is_looked_for(before: str, after: str, told: str, run: Run, settings: Path) -> None:
    """The check says what the start would, in one line."""
    settings.write_text(settings.read_text().replace(before, after))
    told = told.replace("{file}", str(settings))
    status, out, _ = run("check", settings)
    assert (1, 1, told) == (status, out.count("\n"), out[: len(told)])
    with pytest.raises(StartError) as caught:
        compile_all(load(settings, {}), {})
    assert f"{caught.value}\n" == out


def test_a_certificate_that_has_ended_is_told(run: Run, settings: Path) -> None:
    """One that has not is good; a start takes both, since serving is seen and not serving is an outage."""
    authority = Authority(settings.parent)
    text = settings.read_text()
    settings.write_text(f"listen: {{tls: {{cert_file: server.pem, key_file: server.key}}}}\n{text}")
    authority.issue("server")
    assert 0 == run("check", settings)[0]
    authority.issue("server", last_day=-1)
    status, out, _ = run("check", settings)
    assert (1, True) == (status, out.startswith("expected a certificate that has not ended, got one that did on 20"))
    compile_all(load(settings, {}), {})


def test_a_fault_of_two_files_is_told_once(run: Run, settings: Path) -> None:
    """A lane's policy that lies beside its settings is checked with them and by itself."""
    (settings.parent / "shop.yaml").write_text(GOOD + "fields: [{id: x, where: event.token, do: drop}]\n")
    settings.write_text(settings.read_text().replace("policy: balanced", "policy: shop.yaml"))
    _, out, _ = run("check", settings.parent)
    assert 1 == sum("mixpanel" in line and "E301" in line for line in out.splitlines())


def test_a_registry_of_recognizers_is_no_settings(run: Run, tmp_path: Path) -> None:
    """It is read as what it is, beside the policy that names it; one that is none is told."""
    (tmp_path / "shop.yaml").write_text(GOOD + "recognizers: [badges.yaml]\n")
    registry = tmp_path / "badges.yaml"
    registry.write_text(REGISTRY)
    assert (0, "", "2 files, 0 diagnostics\n") == run("check", tmp_path)
    registry.write_text("recognizers: 7\n")
    status, out, _ = run("check", registry)
    assert (1, True) == (status, out.startswith(f"{registry}:1:1: E111 expected a Presidio recognizer registry, got"))


def test_a_policy_extends_what_lies_beside_it(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is checked as a file, be its name that of a shipped policy or without an ending."""
    (tmp_path / "mine.yaml").write_text(GOOD)
    (tmp_path / "plain").write_text("policy: plain\nextends: [mine]\n")
    monkeypatch.chdir(tmp_path)
    assert (0, "", "1 files, 0 diagnostics\n") == run("check", "plain")
