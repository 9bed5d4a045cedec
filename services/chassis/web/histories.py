"""A stream's events as a history: for an API, and as the timeline of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from services.chassis.clock import CHINA
from services.chassis.errors import ContractError, UnavailableError
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.reader import position_of
from services.chassis.events import Event
from services.chassis.web.call import Call, Reply
from services.chassis.web.freshness import Position, wait_until_fresh
from services.chassis.web.parts import Light, Moment
from services.kernel.facts import Actor, ActorKind
from services.kernel.times import TimeTextError, read_time

_ACTORS: Mapping[str, str] = {
    "clerk": "窗口人员",
    "officer": "审批人员",
    "department_head": "部门负责人",
    "government_head": "县政府负责人",
    "catalog_editor": "目录编辑",
    "catalog_importer": "目录导入",
    "staffing_office": "编办",
    "legal_office": "法制办",
    "village_clerk": "村（社区）代办员",
    "township_clerk": "乡镇窗口",
    "issuing_clerk": "出件窗口",
    "agent": "代理人",
    "applicant": "申请人",
    "exchange": "外部系统",
    "foi_officer": "公开申请经办人",
    "foi_office_head": "政务公开机构负责人",
    "disclosure_editor": "信息发布编辑",
    "secrecy_reviewer": "保密审查人",
    "disclosure_approver": "信息发布审批人",
    "disclosure_officer": "政务公开科",
    "supervisor": "督办人员",
    "unit": "承办单位",
}
"""Who acted, in words, by role; other roles are shown as they are."""


class HistoryEvent(msgspec.Struct, frozen=True):
    """One event of a history; `position` is 0 until it is sealed."""

    version: int
    type: str
    occurred_at: datetime
    recorded_at: datetime | None
    position: int
    actor: Actor
    correlation_id: str
    causation_id: str
    data: dict[str, Any]


class AtQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A moment in the past, by when things happened; now when absent."""

    at: Annotated[str, msgspec.Meta(max_length=40, description="RFC 3339, or a date.")] = ""


class Written(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a command's event stands: `<stream>/<version>`, and its position when waited for."""

    event: str
    position: int | None = None


def history_event(event: Event) -> HistoryEvent:
    """Show one event with its own data decoded."""
    body = event.body
    return HistoryEvent(
        version=event.version,
        type=event.type,
        occurred_at=body.occurred_at,
        recorded_at=event.recorded_at,
        position=event.position,
        actor=body.actor,
        correlation_id=body.correlation_id,
        causation_id=body.causation_id,
        data=msgspec.json.decode(body.data),
    )


def timeline(events: Iterable[Event], titles: Mapping[str, tuple[str, str, Light]]) -> list[Moment]:
    """Give the timeline of a page; `titles` is by event type: Chinese, English, light."""
    return [_moment(event, *titles.get(event.type, (event.type, "", ""))) for event in events]


def _moment(event: Event, title: str, english: str, light: Light) -> Moment:
    actor = event.body.actor
    role = "系统" if actor.kind is ActorKind.SYSTEM else _ACTORS.get(actor.role, actor.role)
    window = f"{actor.window} 号窗口" if actor.window else ""
    who = [role, actor.id, actor.unit, window]
    shown = msgspec.to_builtins(history_event(event))
    raw = msgspec.json.format(msgspec.json.encode(shown), indent=2).decode()
    return Moment(
        at=shown_time(event.body.occurred_at),
        title=title,
        english=english,
        actor=" · ".join(part for part in who if part),
        light=light,
        raw=raw,
    )


def shown_time(at: datetime | None) -> str:
    """Write a time for a page, in the county's clock; "" for none."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if at else ""


def written(
    call: Call[Any, Any], database: Database, service: str, stream: str, version: int
) -> Written:
    """Say where a command's event stands; waits for the sealer if the caller prefers so.

    A position that does not come within 2 s is left out: the event is stored all the same.
    """
    event = f"{stream}/{version}"
    if not call.prefers_wait:
        return Written(event)
    found = 0

    def sealed(source: str, _: int) -> bool:
        nonlocal found
        found = position_of(database, source, UUID(stream), version)
        return found > 0

    try:
        wait_until_fresh(Position(service, version), sealed)
    except UnavailableError:
        return Written(event)
    return Written(event, found)


def moment_of(at: str) -> datetime | None:
    """Read the moment an `AtQuery` names; None for now.

    Raises:
        ContractError: it is no time.
    """
    try:
        return read_time(at) if at else None
    except TimeTextError as error:
        raise ContractError(f"at {error}", field="at") from None


def wants_page(call: Call[Any, Any]) -> bool:
    """Say whether a browser asks: it names HTML, an API client does not."""
    return "text/html" in call.headers.get("Accept", "")


def page_reply(text: str) -> Reply:
    """Answer an API route with a page."""
    return Reply(
        text.encode(), headers={"Content-Type": "text/html; charset=utf-8", "Vary": "Accept"}
    )
