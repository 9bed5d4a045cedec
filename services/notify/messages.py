"""What notify publishes and what it reads of intake. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from services.chassis.bus.envelope import Publication
from services.chassis.events import Event
from services.kernel.aggregate import Fact
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI
from services.notify.domain import DELIVERY_FACTS, Kind, NoticeRecorded, Occasion

_FACTS: tuple[type[Fact], ...] = (NoticeRecorded, *DELIVERY_FACTS)
PUBLISHES: Mapping[str, Publication] = {fact.TOPIC: Publication(fact.TOPIC) for fact in _FACTS}
LISTENS = ("intake",)


class CaseAccepted(msgspec.Struct, frozen=True):
    """Intake accepted a case."""

    project_no: str
    item_name: str
    promised_due_at: datetime | None = None
    subject_id: str = ""


class CaseRefused(msgspec.Struct, frozen=True):
    """Intake refused a case."""

    project_no: str
    reason: str
    subject_id: str = ""


class CaseCompleted(msgspec.Struct, frozen=True):
    """Intake completed a case."""

    project_no: str
    granted: bool
    subject_id: str = ""
    completion_kind: int | None = None
    row_guid: str | None = None
    """The result of an outside system it stands on: its own windows hand it out."""
    reopenings: int = 0

    @property
    def result(self) -> str:
        """How it ended, in words: what was withdrawn was not turned down."""
        kind = self.completion_kind
        return ENDINGS.get(kind or 0) or ("准予" if self.granted else "不予")

    @property
    def collected(self) -> str:
        """How the result is collected where it waits at the issuing window; else nothing.

        The pick-up code is told by intake to who asks for it, once: no notice carries it.
        """
        decided = self.completion_kind in (None, 0, 1)
        return COLLECT if decided and self.row_guid is None else ""


ENDINGS: Mapping[int, str] = {
    2: "作废",
    4: "已转报上级机关",
    5: "逾期未补正,视为放弃",
    6: "已终止办理",
}
"""What a completion that is no decision is called, by its kind."""
COLLECT = (
    "结果在统一出件窗口,凭取件码和证件领取:取件码请在“我的办件”取得,"
    "或者到窗口打印;本通知不含取件码。"
)
READS: Mapping[str, type[msgspec.Struct]] = {
    "intake.case-accepted.v1": CaseAccepted,
    "intake.case-refused.v1": CaseRefused,
    "intake.case-refused.v2": CaseRefused,
    "intake.case-completed.v1": CaseCompleted,
}


def occasion(event: Event) -> Occasion:
    """Say which notice an event of intake makes due."""
    said = event.read(READS[event.type])
    turn = 0
    match said:
        case CaseAccepted():
            due = said.promised_due_at
            told = due.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if due else "未承诺"
            kind, words = Kind.CASE_ACCEPTED, {"item": said.item_name, "due": told}
        case CaseRefused():
            kind, words = Kind.CASE_REFUSED, {"reason": said.reason}
        case CaseCompleted():
            kind = Kind.CASE_COMPLETED
            words = {"result": said.result, "collect": said.collected}
            turn = said.reopenings
        case _:
            raise TypeError(event.type)
    # Without a subject nobody applied by name: the case stands for the person.
    subject_id = said.subject_id or f"case-{said.project_no}"
    return Occasion(kind, said.project_no, subject_id, words, turn)


def facts_after(event: Event) -> Facts:
    """Say of an event caused by this one: when, about what, by whom, because of what."""
    body = event.body
    return Facts(
        occurred_at=body.occurred_at,
        subject=body.subject,
        actor=Actor(ActorKind.SYSTEM, "notify"),
        correlation_id=body.correlation_id,
        causation_id=event.id,
        region=body.region,
        department=body.department,
    )
