"""What the catalog decides about who serves where, who may decide, and who keeps the seals.

People are account ids here; no fact holds a name of one.
"""

from __future__ import annotations

from datetime import date

import msgspec

from services.catalog.domain.house_events import (
    ApprovalSealRegistered,
    ApprovalSealSuspended,
    ChiefRepresentativeAssigned,
    DelegationEnded,
    StaffAssigned,
    StaffLeft,
)
from services.catalog.domain.house_terms import (
    DelegationSaid,
    EndSaid,
    LeavingSaid,
    SealSaid,
    StaffSaid,
    SuspensionSaid,
    said_in,
)
from services.catalog.domain.rules import CatalogRuleError
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class Staff(Aggregate):
    """An account and its assignments. Stream: `stream_id("staff", staff)`."""

    def __init__(self) -> None:
        self.assignments: list[StaffSaid] = []
        self.leavings: list[LeavingSaid] = []
        self.left_on: date | None = None

    @classmethod
    def of(cls, staff: str) -> Staff:
        """Give the account as it is before its first assignment."""
        return cls.begin(stream_id("staff", staff))

    @property
    def unit(self) -> str:
        """Where it serves, "" when it does not."""
        return self.assignments[-1].unit if self.assignments and self.left_on is None else ""

    def assign(self, facts: Facts, said: StaffSaid) -> bool:
        """Assign it, or its newest roles; False when nothing is new.

        Raises:
            CatalogRuleError: roles are missing or double, or the dates are out of order.
        """
        if not said.roles or len(set(said.roles)) != len(said.roles):
            raise CatalogRuleError(
                "staff_roles",
                "至少一个角色，且不得重复。 An account serves in at least one role, each once.",
                "roles",
            )
        if said in self.assignments:
            return False
        earliest = self.left_on or (self.assignments[-1].since if self.assignments else None)
        if earliest is not None and said.since < earliest:
            raise CatalogRuleError(
                "since_order",
                f"新的任职不得早于 {earliest}。 "
                f"A newer assignment cannot begin before {earliest}; state a later `since`.",
                "since",
            )
        self.record(StaffAssigned, facts, **msgspec.structs.asdict(said))
        return True

    def leave(self, facts: Facts, said: LeavingSaid) -> bool:
        """End the assignment; False when it ended on that day already.

        Raises:
            CatalogRuleError: it does not serve, or would leave before it came.
        """
        if said in self.leavings:
            return False
        if not self.unit:
            raise CatalogRuleError(
                "staff_not_serving",
                "该账号目前不在岗。 The account does not serve anywhere, so it cannot leave.",
                "staff",
            )
        if said.on < self.assignments[-1].since:
            raise CatalogRuleError(
                "dates",
                f"离岗日期不得早于到岗日期 {self.assignments[-1].since}。 "
                "It cannot leave before it came; state a later day.",
                "on",
            )
        self.record(StaffLeft, facts, staff=self.assignments[-1].staff, on=said.on)
        return True

    @applies(StaffAssigned)
    def _assigned(self, event: StaffAssigned) -> None:
        self.assignments.append(said_in(StaffSaid, event))
        self.left_on = None

    @applies(StaffLeft)
    def _left(self, event: StaffLeft) -> None:
        self.leavings.append(said_in(LeavingSaid, event))
        self.left_on = event.on


class Delegation(Aggregate):
    """首席代表授权, one document. Stream: `stream_id("delegation", delegation)`."""

    def __init__(self) -> None:
        self.said: DelegationSaid | None = None
        self.end_said: EndSaid | None = None

    @classmethod
    def of(cls, delegation: str) -> Delegation:
        """Give the delegation as it is before it is given."""
        return cls.begin(stream_id("delegation", delegation))

    def assign(self, facts: Facts, said: DelegationSaid) -> bool:
        """Give it; False when it was given in these words. A given delegation never changes.

        Raises:
            CatalogRuleError: the scope or the dates are wrong, or the number is taken.
        """
        if said == self.said:
            return False
        if self.said is not None:
            raise CatalogRuleError(
                "immutable",
                "授权书一经生效不得更改，请终止后另行授权。 "
                "A delegation never changes; end it and give a new one with a new number.",
                "delegation",
            )
        if not said.document.strip():
            raise CatalogRuleError(
                "document",
                "须写明授权文件。 Name the document by which the department delegates.",
                "document",
            )
        if said.until is not None and said.until < said.since:
            raise CatalogRuleError(
                "dates",
                "截止日期早于起始日期。 It ends before it begins; correct `until`.",
                "until",
            )
        if said.items is not None and (not said.items or len(set(said.items)) != len(said.items)):
            raise CatalogRuleError(
                "delegation_items",
                "授权事项不得为空或重复；授权全部事项时请勿填写。 "
                "List each item once; leave `items` out to delegate all of them.",
                "items",
            )
        self.record(ChiefRepresentativeAssigned, facts, **msgspec.structs.asdict(said))
        return True

    def end(self, facts: Facts, said: EndSaid) -> bool:
        """End it; False when it ended in these words already.

        Raises:
            CatalogRuleError: it was never given, has ended, or would end outside its dates.
        """
        if said == self.end_said:
            return False
        if self.said is None or self.end_said is not None:
            raise CatalogRuleError(
                "delegation_not_in_force",
                "该授权不在有效期内。 The delegation is not in force, so it cannot end.",
                "delegation",
            )
        last = self.said.until
        if said.on < self.said.since or (last is not None and said.on > last):
            raise CatalogRuleError(
                "dates",
                f"终止日期应在授权期内（{self.said.since} 起）。 "
                f"It can end only while it is in force, from {self.said.since} on.",
                "on",
            )
        self.record(
            DelegationEnded,
            facts,
            delegation=self.said.delegation,
            on=said.on,
            reason=said.reason,
        )
        return True

    @applies(ChiefRepresentativeAssigned)
    def _assigned(self, event: ChiefRepresentativeAssigned) -> None:
        self.said = said_in(DelegationSaid, event)

    @applies(DelegationEnded)
    def _ended(self, event: DelegationEnded) -> None:
        self.end_said = said_in(EndSaid, event)


class Seal(Aggregate):
    """审批专用章 and who kept it. Stream: `stream_id("seal", seal)`."""

    def __init__(self) -> None:
        self.forms: list[SealSaid] = []
        self.suspensions: list[SuspensionSaid] = []
        self.suspended_on: date | None = None
        """Since when it may not be used; None while it may."""

    @classmethod
    def of(cls, seal: str) -> Seal:
        """Give the seal as it is before it is registered."""
        return cls.begin(stream_id("seal", seal))

    def register(self, facts: Facts, said: SealSaid) -> bool:
        """Register it, its next custodian, or its use after a suspension; False if nothing is new.

        Raises:
            CatalogRuleError: it belongs to another department, or the dates are out of order.
        """
        if said in self.forms:
            return False
        if self.forms and said.department != self.forms[-1].department:
            raise CatalogRuleError(
                "seal_department",
                "印章属于另一部门，不得转移。 "
                "The seal belongs to another department; register a new one.",
                "department",
            )
        earliest = self.suspended_on or (self.forms[-1].since if self.forms else None)
        if earliest is not None and said.since < earliest:
            raise CatalogRuleError(
                "since_order",
                f"起始日期不得早于 {earliest}。 "
                f"It cannot begin before {earliest}; state a later `since`.",
                "since",
            )
        self.record(ApprovalSealRegistered, facts, **msgspec.structs.asdict(said))
        return True

    def suspend(self, facts: Facts, said: SuspensionSaid) -> bool:
        """Forbid its use; False when it is suspended in these words already.

        Raises:
            CatalogRuleError: it is not in use, or would be suspended before it was registered.
        """
        if said in self.suspensions:
            return False
        if not self.forms or self.suspended_on is not None:
            raise CatalogRuleError(
                "seal_not_in_use",
                "印章未启用或已停用。 The seal is not in use, so it cannot be suspended.",
                "seal",
            )
        if said.on < self.forms[-1].since:
            raise CatalogRuleError(
                "dates",
                f"停用日期不得早于启用日期 {self.forms[-1].since}。 "
                "It cannot be suspended before it was in use; state a later day.",
                "on",
            )
        self.record(
            ApprovalSealSuspended, facts, seal=self.forms[-1].seal, on=said.on, reason=said.reason
        )
        return True

    @applies(ApprovalSealRegistered)
    def _registered(self, event: ApprovalSealRegistered) -> None:
        self.forms.append(said_in(SealSaid, event))
        self.suspended_on = None

    @applies(ApprovalSealSuspended)
    def _suspended(self, event: ApprovalSealSuspended) -> None:
        self.suspensions.append(said_in(SuspensionSaid, event))
        self.suspended_on = event.on
