"""Policies and programs in a line, and a registry of an operator's own recognizers."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from proxy.keys.keyring import Keyring
from proxy.model import Batch, Part, Report, WireRequest
from proxy.policy import Policy, Program, compile_program, load_text
from proxy.wire.registry import DIALECTS

KEYRING = Keyring.of(bytes(range(32)))
TOKEN = f"p1_{KEYRING.epoch}_"

REGISTRY = r"""
supported_languages: [en]
recognizers:
  - name: Badge
    type: custom
    supported_entity: BADGE
    supported_languages: [en]
    patterns: [{name: badge, regex: '(?<!\w)BX-\d{4}(?!\w)', score: 0.3}]
"""


def policy(text: str = "", extends: str = "base") -> Policy:
    return load_text(f"policy: trial\nextends: [{extends}]\n{text}", "trial.yaml")


@cache
def program(text: str = "", dialect: str = "generic", extends: str = "base") -> Program:
    """Compile a policy; the program is shared, since it must remember nothing of a request."""
    return compile_program(policy(text, extends), DIALECTS[dialect], KEYRING)


def batch(*records: dict[str, Any], kind: str = "event", around: tuple[Part, ...] = ()) -> Batch:
    copies = [copy.deepcopy(record) for record in records]
    return Batch(copies, [kind] * len(copies), list(around), seal=lambda: WireRequest("POST", "/", "", (), b""))


def run(
    scrubber: Program, *records: dict[str, Any], kind: str = "event", around: tuple[Part, ...] = ()
) -> tuple[list[dict[str, Any]], Report]:
    """Scrub copies of records."""
    one = batch(*records, kind=kind, around=around)
    report = scrubber.run(one)
    return one.records, report


def event(scrubber: Program, record: dict[str, Any], kind: str = "event") -> dict[str, Any]:
    """Scrub a copy of one record that is forwarded."""
    (scrubbed,), _ = run(scrubber, record, kind=kind)
    return scrubbed


def places(report: Report) -> set[tuple[str, str]]:
    return {(finding.where, finding.action) for finding in report.findings}
