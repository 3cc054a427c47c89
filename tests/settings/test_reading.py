"""File and environment → settings, or all that is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from proxy.errors import SettingsError
from proxy.settings import Settings, load, variables

LEAST = """
keys: {file: keys/root}
lanes:
  - path: /mp
    dialect: mixpanel
    upstream: https://api.mixpanel.com
"""

LANE = "  - {{path: {}, dialect: segment, upstream: 'https://a.example'}}\n"


def _load(folder: Path, text: str, **environ: str) -> Settings:
    path = folder / "eventveil.yaml"
    path.write_text(text)
    return load(path, environ)


def _faults(folder: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        _load(folder, text, **environ)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


def test_a_key_and_a_lane_are_enough(tmp_path: Path) -> None:
    """Everything else has a default that is safe: loopback, no reload, TLS verified."""
    settings = _load(tmp_path, LEAST)
    assert ("127.0.0.1", 8080, "127.0.0.1", 9090) == (
        settings.listen.host,
        settings.listen.port,
        settings.private.host,
        settings.private.port,
    )
    assert ("balanced", ("*",), 1) == (settings.lanes[0].policy, settings.lanes[0].origins, settings.workers)


def test_files_are_beside_the_settings(tmp_path: Path) -> None:
    """A relative name means the same wherever the process was started; an absolute one stays."""
    text = LEAST.replace("upstream:", "policy: mine/shop.yaml\n    upstream:")
    text += "policies: {search: [policies, /etc/policies]}\nca_bundle: /etc/ca.pem\n"
    settings = _load(tmp_path, text)
    assert (tmp_path / "keys/root", Path("/etc/ca.pem")) == (settings.keys.file, settings.ca_bundle)
    assert (tmp_path / "policies", Path("/etc/policies")) == settings.policies.search
    assert str(tmp_path / "mine/shop.yaml") == settings.lanes[0].policy
    assert str(tmp_path / "mine/shop") == _load(tmp_path, text.replace("shop.yaml", "shop")).lanes[0].policy


def test_the_environment_wins(tmp_path: Path) -> None:
    """Text as it is, numbers, truth values and lists as YAML; sections that the file does not have."""
    settings = _load(
        tmp_path,
        LEAST + "workers: 2\n",
        EVENTVEIL_WORKERS="3",
        EVENTVEIL_LISTEN_HOST="::",
        EVENTVEIL_LIMITS_READ_TIMEOUT_S="1.5",
        EVENTVEIL_PROXY_FROM_ENV="false",
        EVENTVEIL_KEYS_FILE="/run/key",
        EVENTVEIL_POLICIES_SEARCH="[/etc/policies]",
        HOME="/nowhere",
    )
    assert (3, "::", 1.5, False) == (
        settings.workers,
        settings.listen.host,
        settings.limits.read_timeout_s,
        settings.proxy_from_env,
    )
    assert (Path("/run/key"), (Path("/etc/policies"),)) == (settings.keys.file, settings.policies.search)


def test_what_kubernetes_puts_into_a_pod_is_no_mistake(tmp_path: Path) -> None:
    """A Service called `eventveil` leaves variables of that name in every pod."""
    _load(
        tmp_path,
        LEAST,
        EVENTVEIL_SERVICE_HOST="10.0.0.1",
        EVENTVEIL_SERVICE_PORT_HTTP="80",
        EVENTVEIL_PORT="tcp://10.0.0.1:80",
        EVENTVEIL_PORT_80_TCP_ADDR="10.0.0.1",
    )


FAULTS = {
    "an unknown key": (
        LEAST + "listen: {prot: 1}\n",
        {},
        ["eventveil.yaml:7:10: E105 expected a known key, got `prot`"],
    ),
    "a key twice": (LEAST + "workers: 1\nworkers: 2\n", {}, ["eventveil.yaml:8:1: E104 expected each key once"]),
    "a word that is no truth value": (
        LEAST + "proxy_from_env: no\n",
        {},
        ["eventveil.yaml:7:1: E107 expected a"],
    ),
    "a number that is text": (LEAST + 'workers: "2"\n', {}, ["eventveil.yaml:7:1: E107 expected a"]),
    "an unknown dialect": (
        LEAST.replace("mixpanel\n", "mixpanal\n"),
        {},
        ["eventveil.yaml:5:5: E120 expected a known dialect, got `mixpanal` (hint: did you mean `mixpanel`?)"],
    ),
    "one path twice": (
        LEAST + "  - {path: /mp/, dialect: segment, upstream: 'https://a.example'}\n",
        {},
        ["eventveil.yaml:7:6: E121 expected a path of its own, got it again"],
    ),
    "two names made of one": (
        LEAST + LANE.format("/MP.") + LANE.format("/other"),
        {},
        ["eventveil.yaml:7:6: E121 expected a name of its own, got `mp`, which is taken (hint: give it a `name`)"],
    ),
    "a name that is made of another path": (
        LEAST + LANE.format("/x, name: mp"),
        {},
        ["eventveil.yaml:7:16: E121 expected a name of its own, got `mp`, which is taken (hint: give another `name`)"],
    ),
    "one path and one name twice": (
        LEAST.replace("- path: /mp", "- path: /mp\n    name: web") + LANE.format("/mp, name: web"),
        {},
        ["eventveil.yaml:8:6: E121 expected a path", "eventveil.yaml:8:17: E121 expected a name"],
    ),
    "the name of no lane": (
        LEAST + LANE.format("/none"),
        {},
        ["eventveil.yaml:7:6: E121 expected a name of its own, got `none`, which is taken (hint: give it a `name`)"],
    ),
    "lanes without a path": (
        LEAST + "  - {dialect: segment, upstream: 'https://a'}\n" * 2,
        {},
        ["eventveil.yaml:7:5: E106 expected the key `path`", "eventveil.yaml:8:5: E106 expected the key `path`"],
    ),
    "half of TLS": (
        LEAST + "listen: {tls: {cert_file: a}}\n",
        {},
        ["eventveil.yaml:7:10: E122 expected cert_file and"],
    ),
    "no room for a body": (
        LEAST + "limits: {body_bytes: 70000000}\n",
        {},
        ["eventveil.yaml:7:10: E123 expected held_bytes to be body_bytes at least, got less"],
    ),
    "no lanes": (
        "keys: {file: a}\nlanes: []\n",
        {},
        ["eventveil.yaml:2:1: E107 expected at least 1 item, got a list"],
    ),
    "the only lane": (
        LEAST + "    in_flight: 0\n",
        {},
        ["eventveil.yaml:7:5: E107 expected greater than or equal to 1"],
    ),
    "a number for a file": (
        LEAST.replace("keys/root", "5"),
        {},
        ["eventveil.yaml:2:8: E107 expected a file's name, got a number"],
    ),
    "a name that no file can have": (
        LEAST.replace("keys/root", r'"a\0b"'),
        {},
        ["eventveil.yaml:2:8: E107 expected a file's name, got a string"],
    ),
    "nothing": (
        "",
        {},
        ["eventveil.yaml:1:1: E106 expected the key `keys`", "eventveil.yaml:1:1: E106 expected the key `la"],
    ),
    "a list": ("- 1\n", {}, ["eventveil.yaml:1:1: E107 expected"]),
    "no YAML": ("a: [\n", {}, ["eventveil.yaml:2:1: E101 expected YAML: "]),
    "a variable that is none": (
        LEAST,
        {"EVENTVEIL_LISTEN_PROT": "1"},
        ["environment:EVENTVEIL_LISTEN_PROT:0:0: E105 expected a known variable, got `EVENTVEIL_LISTEN_PROT`"],
    ),
    "a variable that is no number": (
        LEAST,
        {"EVENTVEIL_LISTEN_PORT": "http"},
        ["environment:EVENTVEIL_LISTEN_PORT:0:0: E107 expected a"],
    ),
    "several": (
        LEAST.replace("mixpanel\n", "x\n") + "workers: 0\nsurprise: 1\n",
        {},
        [
            "eventveil.yaml:5:5: E120",
            "eventveil.yaml:7:1: E107",
            "eventveil.yaml:8:1: E105",
        ],
    ),
}


@pytest.mark.parametrize(("text", "environ", "expected"), FAULTS.values(), ids=FAULTS)
def test_all_that_is_wrong_is_told_at_once(
    text: str, environ: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    """Each with its place, a code, what was expected and what stood there."""
    faults = _faults(tmp_path, text, **environ)
    assert [True] * len(expected) == [found.startswith(start) for found, start in zip(faults, expected, strict=True)], (
        faults
    )


def test_a_section_that_is_no_mapping_is_told_and_not_overlaid(tmp_path: Path) -> None:
    """The environment does not repair a broken file."""
    faults = _faults(tmp_path, LEAST + "listen: 8080\n", EVENTVEIL_LISTEN_PORT="1", EVENTVEIL_LISTEN_TLS_CERT_FILE="a")
    assert 1 == len(faults)


@pytest.mark.parametrize("lanes", ["5", "[5]", "[{path: 5}]"])
def test_lanes_of_another_kind_are_told(lanes: str, tmp_path: Path) -> None:
    """The checks across lanes do not stumble over them."""
    assert _faults(tmp_path, f"keys: {{file: a}}\nlanes: {lanes}\n")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Missing, or no UTF-8."""
    with pytest.raises(SettingsError, match="No such file"):
        load(tmp_path / "missing.yaml", {})
    (tmp_path / "latin.yaml").write_bytes(b"a: \xfc")
    with pytest.raises(SettingsError, match="UTF-8"):
        load(tmp_path / "latin.yaml", {})


def test_every_variable_is_named_after_its_setting() -> None:
    """Section and name; lanes are lists and stand in the file."""
    names = variables()
    assert ("listen", "tls", "cert_file") == names["EVENTVEIL_LISTEN_TLS_CERT_FILE"][0]
    assert not [name for name in names if "LANES" in name]
