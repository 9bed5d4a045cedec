"""The checkpoints of a log: who signed them, how they follow each other, who else has seen them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from banjian_verify.export import CheckpointLine, ExportError
from banjian_verify.notes import Checkpoint, Key, NoteError, check_cosignature
from banjian_verify.stamps import StampError, check_stamp
from banjian_verify.trust import Found, Trust


@dataclass(frozen=True)
class Plan:
    """One tree of a log, as the manifest says it."""

    number: int
    origin: str
    algorithm: str
    first: int

    @property
    def before(self) -> int:
        """Leaves before that of the first event: a later tree begins with a link."""
        return 0 if self.number == 1 else 1

    def size_at(self, position: int) -> int:
        return max(position - self.first + 1, 0) + self.before

    def position_of(self, size: int) -> int:
        """Give the last position in a tree of this size; first - 1 while there is only the link."""
        return size - self.before + self.first - 1


@dataclass(frozen=True)
class Head:
    """A checkpoint that is signed as it should be."""

    number: int
    tree: int
    size: int
    position: int
    root: bytes


@dataclass(frozen=True)
class Signed:
    """A log's trees and the heads that are signed, in their order."""

    plans: Sequence[Plan]
    heads: Sequence[Head]
    links: Mapping[int, bytes]
    """By tree: the note its first leaf is made of."""
    keys: Sequence[Key]
    """Of the first tree, each under its origin."""


def read_plans(told: Sequence[Mapping[str, Any]]) -> list[Plan]:
    """Read the trees of a manifest.

    Raises:
        ExportError: they do not follow each other.
    """
    plans: list[Plan] = []
    for number, one in enumerate(told, 1):
        plan = Plan(int(one["tree"]), str(one["origin"]), str(one["hash"]), int(one["first"]))
        if plan.number != number or plan.first < 1 or (plans and plan.first < plans[-1].first):
            raise ExportError("the trees do not follow each other")
        plans.append(plan)
    if not plans or plans[0].first != 1:
        raise ExportError("the first tree does not begin at position 1")
    return plans


def check_checkpoints(
    lines: Iterable[bytes], told: Mapping[str, Any], trust: Trust, found: Found
) -> Signed:
    """Check every checkpoint's form, order and signatures; what is wrong is added to `found`.

    Raises:
        ExportError, NoteError: they cannot be followed at all.
    """
    plans = read_plans(told["trees"])
    keys = _Keys(told["keys"], plans, trust)
    heads: list[Head] = []
    links: dict[int, bytes] = {}
    note = ""
    plan = plans[0]
    for number, line in enumerate(lines, 1):
        read = CheckpointLine.read(line)
        checkpoint = Checkpoint.read(read.note)
        if read.number != number:
            raise ExportError(f"checkpoint {number} is missing")
        while checkpoint.origin != plan.origin and plan.number < len(plans):
            # The first leaf of the next tree is the last checkpoint of this one.
            links[plan.number + 1] = note.encode()
            if not heads or plans[plan.number].first != heads[-1].position + 1:
                raise ExportError(f"tree {plan.number + 1} does not begin where the last one ends")
            plan = plans[plan.number]
        if (checkpoint.origin, checkpoint.algorithm) != (plan.origin, plan.algorithm):
            raise ExportError(f"checkpoint {number} is of another log than {plan.origin}")
        head = Head(
            number,
            plan.number,
            checkpoint.size,
            plan.position_of(checkpoint.size),
            checkpoint.root,
        )
        if heads and (head.tree, head.size) < (heads[-1].tree, heads[-1].size):
            raise ExportError(f"checkpoint {number} is of a smaller tree than the one before it")
        if (
            heads
            and (head.tree, head.size) == (heads[-1].tree, heads[-1].size)
            and head.root != heads[-1].root
        ):
            raise ExportError(f"checkpoints {number - 1} and {number} contradict each other")
        for key in keys.of(number, plan):
            checkpoint.note.signed_by(key)
        _others(read, checkpoint, head, trust, found)
        heads.append(head)
        note = read.note
    for later in plans[plan.number :]:
        raise ExportError(f"tree {later.number} has no checkpoint")
    found.checkpoints = len(heads)
    found.trusted = keys.trusted
    found.key = keys.verifier
    return Signed(plans, heads, links, keys.keys)


def _others(
    read: CheckpointLine, checkpoint: Checkpoint, head: Head, trust: Trust, found: Found
) -> None:
    """Check who outside has seen a checkpoint."""
    for line in read.cosignatures:
        if not trust.witnesses:
            continue
        try:
            key, at = check_cosignature(checkpoint.note.text, line, trust.witnesses)
        except NoteError as error:
            found.wrong(f"cosignature under checkpoint {head.number}: {error}")
        else:
            found.witnessed.append(f"{key.name} {at.isoformat()} position {head.position}")
    for authority, token in read.stamps:
        if not trust.authorities:
            continue
        try:
            at = check_stamp(token, read.note.encode(), trust.authorities)
        except StampError as error:
            found.wrong(f"time stamp of checkpoint {head.number}: {error}")
        else:
            found.witnessed.append(f"{authority} {at.isoformat()} position {head.position}")


class _Keys:
    """The keys of a log: each from its first checkpoint on, which the one before signs too."""

    def __init__(
        self, told: Sequence[Mapping[str, Any]], plans: Sequence[Plan], trust: Trust
    ) -> None:
        self._since = [int(one["since"]) for one in told]
        self._public = [base64.b64decode(one["public"], validate=True) for one in told]
        if self._since[:1] != [1] or self._since != sorted(set(self._since)):
            raise ExportError("the keys do not follow each other from checkpoint 1 on")
        self.keys = [Key.of(plans[0].origin, public) for public in self._public]
        known = {key.public for key in trust.keys if key.name in {plan.origin for plan in plans}}
        self.trusted = bool(known & set(self._public))
        if known and not self.trusted:
            raise NoteError("none of the keys you brought for this log ever signed it")
        newest = Key.of(plans[-1].origin, self._public[-1])
        typed = base64.b64encode(bytes([newest.kind]) + newest.public).decode()
        self.verifier = f"{newest.name}+{newest.id.hex()}+{typed}"

    def of(self, number: int, plan: Plan) -> list[Key]:
        """Give the keys that must have signed this checkpoint."""
        at = max(place for place, since in enumerate(self._since) if since <= number)
        signers = [self._public[at]]
        if at and self._since[at] == number:
            signers.append(self._public[at - 1])
        return [Key.of(plan.origin, public) for public in signers]
