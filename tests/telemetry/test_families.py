"""The table of metrics: names are a contract."""

from __future__ import annotations

import re

import pytest

from proxy import errors
from proxy.telemetry.families import COMPUTED, FAMILIES, REASONS, Family

ALL = [*FAMILIES.values(), *COMPUTED]


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.name)
def test_a_name_says_what_is_measured(family: Family) -> None:
    """Prefix, base units, `_total` for counters and for nothing else; no label that could hold a value."""
    assert re.fullmatch(r"eventveil_[a-z_]+", family.name)
    assert (family.kind == "counter") == family.name.endswith("_total")
    assert (family.scale > 1) <= family.name.endswith("_seconds")
    assert {"lane", "vendor", "outcome", "reason", "entity", "action", "class", "policy", "hash", "mode", "epoch"} | {
        "version"
    } >= set(family.labels)


def test_names_are_unique() -> None:
    """Two families of one name would be a broken exposition."""
    assert len(ALL) == len({family.name for family in ALL})


def test_every_error_that_a_client_can_meet_is_a_reason() -> None:
    """A new error gets its series without anybody thinking of it; errors of the start are none."""
    wire = {error.reason for error in vars(errors).values() if isinstance(error, type) and hasattr(error, "reason")}
    starts = {"settings_invalid", "policy_invalid", "keyring_invalid"}
    assert (wire - starts) | {"aborted"} == set(REASONS)
