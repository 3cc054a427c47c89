"""The canary corpus: one value of each kind that a detector must find, sent through a program before it is used.

`policy.compile` refuses a program that lets one through; a reload then keeps the old one. The values are invented or
reserved for documentation.

Source: RFC 2606 (example domains), RFC 5737 and RFC 3849 (addresses), the card networks' published test numbers, the
IBAN registry's example, Ofcom's numbers for drama, RFC 7519 section 3.1.
"""

from __future__ import annotations

from proxy.model import Batch, WireRequest
from proxy.policy.program import Program

__all__ = ["CANARIES", "leaks"]

CANARIES: dict[str, str] = {
    "EMAIL_ADDRESS": "canary.bird@example.com",
    "PHONE_NUMBER": "+44 20 7946 0958",
    "IP_ADDRESS": "203.0.113.77",
    "CREDIT_CARD": "4111 1111 1111 1111",
    "IBAN_CODE": "GB82 WEST 1234 5698 7654 32",
    "SECRET": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.dBjftJeZ4CVP-mBPmVm5R5J6aVH4dPPrUQ7xC8nVnFo",
}


def leaks(program: Program) -> list[str]:
    """Give the entities whose canary comes out of a program, bare or in a sentence, under a field nobody knows.

    Entities that the policy keeps are not looked for; neither is anything when the policy keeps unknown fields or only
    counts (`mode: shadow`). Looked at when a policy compiles, and by `app` once a minute while it serves.
    """
    if not program.guards:
        return []
    found = [
        entity
        for entity, value in CANARIES.items()
        if entity in program.looking.treatments and not program.looking.treatments[entity].shadow
        for text in (value, f"see {value} please")
        if value in str(_through(program, text))
    ]
    return sorted(set(found))


def _through(program: Program, text: str) -> object:
    record = {"zzqx": text}
    program.run(Batch([record], ["canary"], [], seal=lambda: WireRequest("POST", "/", "", (), b"")))
    return record
