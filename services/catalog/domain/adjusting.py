"""Adjustments of an item that goes on (DOMAIN.md 3.2): freezing, its mode, its level."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.catalog.domain.item_events import (
    ItemDelegatedDown,
    ItemFrozen,
    ItemReassignedUpward,
    ItemUnfrozen,
    ManagementModeChanged,
)
from services.catalog.domain.lineage import YEARS, Lineage, check_time, time_range
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.standing import Freeze, Handed, Mode
from services.catalog.domain.terms import Level
from services.kernel.aggregate import applies
from services.kernel.facts import Facts


class Adjustable(Lineage):
    """The part of an item that pauses and moves. A command gives False when it says nothing new."""

    def __init__(self) -> None:
        super().__init__()
        self.freezes: list[Freeze] = []
        self.modes: list[Mode] = []
        self.handed: list[Handed] = []

    @property
    def level(self) -> int:
        """Who exercises it (行使层级)."""
        return Level.COUNTY.value

    def freeze(
        self,
        facts: Facts,
        reason: str,
        effective_from: datetime,
        until: datetime | None = None,
    ) -> bool:
        """Take no new cases (冻结) until it is unfrozen, or until `until`."""
        said = (effective_from, reason, until)
        if said in [(one.since, one.reason, one.until) for one in self.freezes]:
            return False
        if until is not None and until.year not in YEARS:
            raise time_range("until")
        if until is not None and until <= effective_from:
            raise CatalogRuleError(
                "freeze_span",
                "解冻时间应晚于冻结时间。 A freeze ends after it begins; name a later end.",
                "until",
            )
        self.refuse_when_ended(effective_from)
        if any(one.meets(effective_from, until) for one in self.freezes):
            raise CatalogRuleError(
                "frozen",
                "事项在此期间已冻结，请先解冻。 It is frozen at that time; unfreeze it first.",
                "effective_from",
            )
        check_time(facts, effective_from)
        self.record(
            ItemFrozen,
            facts,
            item_code=self.item_code,
            reason=reason,
            effective_from=effective_from,
            until=until,
        )
        return True

    def unfreeze(self, facts: Facts, reason: str, effective_from: datetime) -> bool:
        """Take new cases again (解冻)."""
        if (effective_from, reason) in [(one.lifted_at, one.lift_reason) for one in self.freezes]:
            return False
        if not any(one.holds(effective_from) for one in self.freezes):
            raise CatalogRuleError(
                "not_frozen",
                "事项在该时间并未冻结，请核对时间。 "
                "The item is not frozen at that time; name a time at which it is.",
                "effective_from",
            )
        self.refuse_when_ended(effective_from)
        check_time(facts, effective_from)
        self.record(
            ItemUnfrozen,
            facts,
            item_code=self.item_code,
            reason=reason,
            effective_from=effective_from,
        )
        return True

    def change_mode(
        self, facts: Facts, before: str, after: str, effective_from: datetime, reason: str
    ) -> bool:
        """Manage it another way (转变管理方式), such as filing instead of approval."""
        if Mode(before, after, effective_from, reason) in self.modes:
            return False
        known = self.modes[-1].after if self.modes else before
        if before == after or before != known:
            raise CatalogRuleError(
                "mode",
                f"管理方式须从现行方式（{known}）改为另一种。 "
                f"It changes from the present mode ({known}) to another one.",
                "after" if before == after else "before",
            )
        self.refuse_when_ended(effective_from)
        check_time(facts, effective_from)
        self.record(
            ManagementModeChanged,
            facts,
            item_code=self.item_code,
            before=before,
            after=after,
            effective_from=effective_from,
            reason=reason,
        )
        return True

    def forward_up(
        self,
        facts: Facts,
        to_unit: str,
        to_level: int,
        effective_from: datetime,
        reason: str,
    ) -> bool:
        """Keep only preliminary review and forwarding (转报上级)."""
        if Handed(to_level, effective_from, reason, to_unit) in self.handed:
            return False
        _check_higher(to_level, self.level, "to_level")
        self.refuse_when_ended(effective_from)
        check_time(facts, effective_from)
        self.record(
            ItemReassignedUpward,
            facts,
            item_code=self.item_code,
            to_unit=to_unit,
            to_level=to_level,
            effective_from=effective_from,
            reason=reason,
        )
        return True

    def delegate_down(
        self,
        facts: Facts,
        from_level: int,
        effective_from: datetime,
        source_document: str,
    ) -> bool:
        """Take over what a higher level hands down (承接下放)."""
        if Handed(from_level, effective_from, source_document) in self.handed:
            return False
        _check_higher(from_level, self.level, "from_level")
        self.refuse_when_ended(effective_from)
        check_time(facts, effective_from)
        self.record(
            ItemDelegatedDown,
            facts,
            item_code=self.item_code,
            from_level=from_level,
            effective_from=effective_from,
            source_document=source_document,
        )
        return True

    @applies(ItemFrozen)
    def _frozen(self, event: ItemFrozen) -> None:
        self.freezes.append(Freeze(event.effective_from, event.reason, event.until))

    @applies(ItemUnfrozen)
    def _unfrozen(self, event: ItemUnfrozen) -> None:
        self.freezes = [
            replace(one, lifted_at=event.effective_from, lift_reason=event.reason)
            if one.holds(event.effective_from)
            else one
            for one in self.freezes
        ]

    @applies(ManagementModeChanged)
    def _mode_changed(self, event: ManagementModeChanged) -> None:
        self.modes.append(Mode(event.before, event.after, event.effective_from, event.reason))

    @applies(ItemReassignedUpward)
    def _forwarded(self, event: ItemReassignedUpward) -> None:
        self.handed.append(
            Handed(event.to_level, event.effective_from, event.reason, event.to_unit)
        )

    @applies(ItemDelegatedDown)
    def _delegated(self, event: ItemDelegatedDown) -> None:
        self.handed.append(Handed(event.from_level, event.effective_from, event.source_document))


def _check_higher(level: int, own: int, field: str) -> None:
    # A smaller number is a higher level; SHARED (7) is none.
    if not Level.NATION.value <= level < own:
        raise CatalogRuleError(
            "higher_level",
            f"须为高于本级（{own}）的层级，1 为国家级。 "
            f"Name a level above our own ({own}); 1 is the nation.",
            field,
        )
