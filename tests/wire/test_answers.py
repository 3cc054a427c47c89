"""The remote-config firewall: switches that are off stay off, and what cannot be read is not passed on."""

from __future__ import annotations

import pytest

from proxy.wire.answers import assigned, script, switched, with_switches

OFF = {"replay": False, "a.b": {"rate": 0}}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b'{"replay":{"on":true},"x":1}', b'{"replay":false,"x":1,"a":{"b":{"rate":0}}}'),
        (b'{"a":{"c":1}}', b'{"a":{"c":1,"b":{"rate":0}},"replay":false}'),
        (b'{"a":[1]}', b'{"a":{"b":{"rate":0}},"replay":false}'),
        (b"{}", b'{"replay":false,"a":{"b":{"rate":0}}}'),
        (b"[1]", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_switches_are_set_whatever_was_there(answer: bytes, expected: bytes | None) -> None:
    """A switch that is missing is set too, since an SDK's own default may be on; what is no object is not read."""
    assert expected == switched(OFF)(answer)


def test_switches_are_set_in_place() -> None:
    """The document that is given is the one that comes back."""
    document: dict[str, object] = {}
    assert document is with_switches(document, OFF)
    assert {"replay": False, "a": {"b": {"rate": 0}}} == document


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            b"(function() {\n window._C['k-1'] = {\n config: {\"replay\": {}}, siteApps: [evil()] } })();",
            script("_C", "k-1", "config", {"replay": False}),
        ),
        (b'window._C["k"]={config:{}}', script("_C", "k", "config", {"replay": False})),
        (b"window._C['k']={config:[1]}", None),
        (b"window._C['k']={config:{", None),
        (b"window._C['k']={config:" + b"[" * 5000, None),
        (b"window._C['k\"]=alert(1);//']={config:{}}", None),
        (b"window.other={}", None),
        (b"\xff", None),
    ],
)
def test_a_script_is_written_anew_around_its_json(answer: bytes, expected: bytes | None) -> None:
    """Only JSON is taken over from a script that assigns a configuration; code around it does not come back."""
    assert expected == assigned("_C", "config", {"replay": False})(answer)


def test_a_script_cannot_be_ended_from_within_its_json() -> None:
    """What would close a script element is written as an escape."""
    assert b"</script" not in script("_C", "k", "config", {"x": "</script><script>alert(1)"})
