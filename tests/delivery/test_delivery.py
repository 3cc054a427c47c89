"""The seam: what is promised to the handler."""

from __future__ import annotations

import dataclasses

import pytest

from proxy.delivery.delivery import Answer, Receipt
from proxy.model import Outcome


def test_a_receipt_is_final() -> None:
    """What became of a request does not change after it was told; without an answer the vendor was not asked."""
    receipt = Receipt(Outcome.SPOOLED)
    assert (Outcome.SPOOLED, None) == (receipt.outcome, receipt.answer)
    with pytest.raises(dataclasses.FrozenInstanceError):
        receipt.outcome = Outcome.FORWARDED  # type: ignore[misc]  # that is the point


def test_an_answer_keeps_its_parts() -> None:
    """Status, headers and body stand beside each other, uninterpreted."""
    answer = Answer(200, (("A", "1"), ("A", "2")), b"\x1f\x8b")
    assert (200, (("A", "1"), ("A", "2")), b"\x1f\x8b") == (answer.status, answer.headers, answer.body)
