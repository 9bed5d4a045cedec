"""Rows of an outside system for domain tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.intake.domain import (
    AcceptSaid,
    Application,
    Case,
    ItemVersion,
    Operation,
    RecordKind,
    ResultSaid,
    Row,
    StepSaid,
    filled,
    limits_of,
)
from services.kernel.calendar import WorkCalendar
from services.kernel.calendar_seed import SEED
from services.kernel.limits import Limit
from tests.unit.facts import COUNTY, NOW, facts

ITEM = ItemVersion(
    "I1", 2, "施工许可", "PROMISED", "D07", "住房和城乡建设局", Limit(7), NOW, Limit(15)
)
ACCEPT = AcceptSaid("I1", 2, NOW, channel="window")
STEP = StepSaid("审查", "pass", NOW, NOW + timedelta(hours=1), "officer-21", "审批股")
RESULT = ResultSaid("granted", 0, NOW + timedelta(days=2))


def row(
    kind: RecordKind = RecordKind.ACCEPT,
    operation: Operation = Operation.INSERT,
    at: datetime = NOW,
    guid: str = "",
) -> Row:
    """Give a row's own part; one guid for each kind unless said otherwise."""
    return Row(kind, COUNTY.id, guid or f"row-{kind.value}", operation, at)


def accepted() -> Case:
    """Give a case an outside system reported as accepted, nothing pending."""
    said, limits = completed(ACCEPT)
    case = Case.submit(facts(COUNTY), Application("case-1", "I1", "window", "s-1"), row())
    case.report_acceptance(facts(COUNTY), row(), said, ITEM, limits)
    case.collect_events()
    return case


def completed(said: AcceptSaid, calendar: WorkCalendar = SEED) -> tuple[AcceptSaid, dict[str, Any]]:
    """Complete a row from the item, as the application does, and count the limits."""
    whole, due = filled(said, ITEM, calendar)
    return whole, limits_of(ITEM, whole.accepted_at, calendar, due)


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)


__all__ = [
    "ACCEPT",
    "ITEM",
    "RESULT",
    "STEP",
    "accepted",
    "completed",
    "later",
    "replace",
    "row",
]
