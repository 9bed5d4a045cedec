"""Cases in every state, for domain tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.intake.domain import Application, Case, NoticeItem
from services.intake.domain.clocks import count
from services.intake.domain.terms import Acceptance
from services.kernel.calendar_seed import SEED
from services.kernel.clock import Due, Kind
from services.kernel.facts import Actor, Facts
from services.kernel.limits import Limit
from services.kernel.times import SHANGHAI
from tests.unit.facts import CLERK, facts
from tests.unit.intake.rows import ITEM

PLAN = NoticeItem("plan", "施工图", "缺少签章")
SOIL = NoticeItem("soil", "地质勘察报告", "未提交")


def at(text: str) -> datetime:
    """Read a moment in Asia/Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def told(text: str, actor: Actor = CLERK) -> Facts:
    """Say who, at this moment."""
    return facts(actor, at(text))


def applied(when: str = "2020-09-24 10:00", channel: str = "online", **changed: Any) -> Case:
    """Give an application that waits, nothing pending."""
    said = Application("case-1", "I1", channel, "s-1", at_once=False, **changed)
    case = Case.submit(told(when), said, calendar=SEED)
    case.collect_events()
    return case


def accepted(
    when: str = "2020-09-28 10:00", how: Acceptance | None = None, item: Any = ITEM
) -> Case:
    """Give a case that was accepted at the window, nothing pending."""
    case = applied(when, "window")
    case.accept(told(when), item, at(when), SEED, how or Acceptance())
    case.collect_events()
    return case


def notify(
    case: Case, when: str, items: Sequence[NoticeItem] = (PLAN, SOIL), days: int = 5
) -> None:
    """Issue a notice, by clerk-12."""
    case.notify(told(when), items, due(when, days), "clerk-12", "07")


def due(when: str, days: int) -> Due:
    """Count the applicant's days."""
    return count(Kind.NOTICE, Limit(days), at(when), SEED)


def names(case: Case) -> list[str]:
    """Name what is pending."""
    return [type(fact).__name__ for fact in case.pending]
