"""Steps: what happens to one field, decided once for its name and place.

`policy.resolver` makes them of policy and catalogue, `policy.plan` sorts the fields of a shape by them. What stands in
a step never changes; it is not frozen, since that would cost a client's new name 1 µs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from proxy.model import Finding
from proxy.policy.actions import Apply
from proxy.policy.selectors import dotted
from proxy.wire.dialect import Form

__all__ = ["PARTS", "Part", "Step", "Treatment"]


@dataclass(frozen=True, slots=True, eq=False)
class Treatment:
    """An action on an entity, ready to be called.

    Args:
        rule: the id of the policy's rule, or `entities.EMAIL_ADDRESS`, `unknown`.
        apply: from a scalar to a scalar or `GONE`.
        shadow: counted, not applied.
        scans: the result is text that is scanned again (a URL cut down).
        tells: the value is a person's; the rest of the request is searched for it.
    """

    rule: str
    entity: str
    action: str
    apply: Apply
    shadow: bool = False
    scans: bool = False
    tells: bool = True


_DOCUMENTS = frozenset({Form.JSON, Form.BASE64_JSON})

Part = Literal["acts", "pages", "opens", "nested", "scanned", "kept", "exempt"]
"""What a plan does with a field: `acts` and `pages` are treated, what is in `pages` is cut and scanned again."""

PARTS: tuple[Part, ...] = get_args(Part)


@dataclass(slots=True, eq=False)
class Step:
    """What happens to one field.

    Args:
        kind: the catalogue part it belongs to.
        place: the field's name with those around it, for findings.
        treatment: what is done to its scalars; None leaves them.
        scans: its text goes to the detectors (and so does what a treatment that `scans` leaves).
        form: what its text holds inside.
        unknown: nobody has classified it.
        catalogued: its name stands in the vendor's catalogue, so it is no client's word.
        exempt: a rule of the policy keeps it as it is, whatever is found in it.
        reserved: the vendor needs it as it is; a record is dropped rather than this changed.
        prefixes: kept before an identity, each with the step of what follows.
        keep_values: not treated.
        whole: an object in this field is treated as one (a rule that drops or keeps a subtree).
        parted: though it is kept whole, a rule may name something within.
        tried: what a rule in shadow mode would do; counted only, while all else says what happens.
        plain: its treatment is all there is to ask.
        drops: an object in this field goes with all that is in it.
        leaves: what its treatment leaves is a client's text still, and looked at like any other.
        part, part_inside: what a plan does with the field when it holds a scalar, and when an object or array.
        finding: what is reported when its treatment was applied once.
    """

    kind: str
    place: tuple[str, ...]
    treatment: Treatment | None = None
    scans: bool = False
    form: Form = Form.PLAIN
    unknown: bool = False
    catalogued: bool = False
    exempt: bool = False
    reserved: bool = False
    prefixes: tuple[tuple[str, Step], ...] = ()
    keep_values: frozenset[str] = frozenset()
    whole: bool = False
    parted: bool = False
    tried: Treatment | None = None
    plain: bool = field(init=False)
    drops: bool = field(init=False)
    leaves: bool = field(init=False)
    part: Part = field(init=False)
    part_inside: Part = field(init=False)
    finding: Finding = field(init=False)

    def __post_init__(self) -> None:
        done = self.treatment
        self.plain = not self.prefixes and not self.keep_values
        self.drops = self.whole and done is not None and done.action == "drop"
        self.leaves = self.scans or (done is not None and (done.shadow or done.action == "keep"))
        if self.form in _DOCUMENTS:
            self.part = self.part_inside = "opens"
        elif done is not None:
            self.part = "pages" if self.scans else "acts"
            self.part_inside = "opens" if self.drops else "nested"
        elif self.exempt:
            self.part = self.part_inside = "opens" if self.parted else "exempt"
        else:
            self.part, self.part_inside = "scanned" if self.scans else "kept", "nested"
        where = dotted((self.kind, *self.place)) if done else ""
        self.finding = Finding(done.rule, where, done.entity, done.action, 1) if done else _NOTHING_DONE


_NOTHING_DONE = Finding("", "", "", "keep", 1)
