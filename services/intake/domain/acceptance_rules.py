"""Declared rules by which applications for an item are accepted without a person looking first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from services.intake.domain.case_events import AcceptanceRuleDeclared, AcceptanceRuleRevoked
from services.intake.domain.case_rules import CaseStateError
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


@dataclass(frozen=True)
class Conditions:
    """When the rule accepts: by these channels, on trust, with everything there."""

    channels: Collection[str]
    needs_declared_trust: bool = True
    needs_all_materials: bool = True


class AcceptanceRule(Aggregate):
    """The rule of one item, in versions. Stream: `stream_id("acceptance-rule", item_code)`."""

    def __init__(self) -> None:
        self.item_code = ""
        self.rule_version = 0
        self.in_force = False
        self.conditions = Conditions(())
        self.declared_by = ""

    @classmethod
    def of(cls, item_code: str) -> Self:
        """Give the rule of an item for which none was declared."""
        return cls.begin(stream_id("acceptance-rule", item_code))

    def declare(self, facts: Facts, item_code: str, said: Conditions) -> None:
        """Declare the next version; the version is named by every acceptance under it."""
        self.record(
            AcceptanceRuleDeclared,
            facts,
            item_code=item_code,
            rule_version=self.rule_version + 1,
            channels=sorted(set(said.channels)),
            needs_declared_trust=said.needs_declared_trust,
            needs_all_materials=said.needs_all_materials,
            declared_by=facts.actor.id,
            declared_at=facts.occurred_at,
        )

    def revoke(self, facts: Facts, reason: str) -> None:
        """End the rule; what it accepted stays accepted.

        Raises:
            CaseStateError: none is in force.
        """
        if not self.in_force:
            raise CaseStateError("no rule of this item is in force")
        self.record(
            AcceptanceRuleRevoked,
            facts,
            item_code=self.item_code,
            rule_version=self.rule_version,
            revoked_by=facts.actor.id,
            revoked_at=facts.occurred_at,
            reason=reason,
        )

    def accepts(self, channel: str, declared_trust: bool, complete: bool) -> bool:
        """Say whether an application is accepted by it.

        Args:
            complete: nothing that is required is missing.
        """
        said = self.conditions
        return (
            self.in_force
            and channel in said.channels
            and (declared_trust or not said.needs_declared_trust)
            and (complete or not said.needs_all_materials)
        )

    @applies(AcceptanceRuleDeclared)
    def _declared(self, event: AcceptanceRuleDeclared) -> None:
        self.item_code = event.item_code
        self.rule_version = event.rule_version
        self.in_force = True
        self.declared_by = event.declared_by
        self.conditions = Conditions(
            tuple(event.channels), event.needs_declared_trust, event.needs_all_materials
        )

    @applies(AcceptanceRuleRevoked)
    def _revoked(self, event: AcceptanceRuleRevoked) -> None:
        self.in_force = False
