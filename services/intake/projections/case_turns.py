"""What only changes where a case stands: its turns and its ends, in its row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from services.chassis.events import Event
from services.chassis.projection import Change, Statement, Update


class _Resumed(msgspec.Struct, frozen=True):
    promised_due_at: datetime | None = None
    statutory_due_at: datetime | None = None
    provisional: bool = False


class _Decided(msgspec.Struct, frozen=True):
    conditional: bool = False


class _Withdrawn(msgspec.Struct, frozen=True):
    scope: str
    withdrawn_at: datetime


class _Reopened(msgspec.Struct, frozen=True):
    task_id: str | None = None


class _Noticed(msgspec.Struct, frozen=True):
    is_first: bool


class _Corrections(msgspec.Struct, frozen=True):
    full: bool


_STATES: Final[Mapping[str, str]] = {
    "intake.case-refused.v1": "refused",
    "intake.case-refused.v2": "refused",
    "intake.refusal-overturned.v1": "submitted",
    "intake.case-routed.v1": "in_review",
    "intake.case-delivered.v1": "delivered",
    "intake.case-archived.v1": "archived",
}
_ENDS: Final[Mapping[str, tuple[str, str]]] = {
    "intake.case-not-required.v1": ("not_required", "declared_at"),
    "intake.case-abandoned.v1": ("abandoned", "abandoned_at"),
    "intake.case-forwarded-up.v1": ("forwarded_up", "forwarded_at"),
    "intake.case-voided.v1": ("voided", "voided_at"),
    "intake.case-deleted-in-error.v1": ("deleted_in_error", "deleted_at"),
}
"""The state an event ends a case in, and its field that says when."""
OPEN: Final[Mapping[str, None]] = {"completed_at": None, "completion_kind": None, "granted": None}
"""Values of a case that is not completed, or not any more."""


def turned(key: str, event: Event) -> Iterable[Change]:
    """Follow what only changes where a case stands."""
    if event.type in _STATES:
        yield of_case(key, state=_STATES[event.type])
    elif event.type in _ENDS:
        state, name = _ENDS[event.type]
        at = msgspec.json.decode(event.body.data, type=dict[str, object])[name]
        yield of_case(key, state=state, ended_at=at)
    match event.type:
        case "intake.correction-notice-issued.v1" if event.read(_Noticed).is_first:
            yield of_case(key, state="correction_pending")
        case "intake.correction-received.v1" if event.read(_Corrections).full:
            yield Statement(
                "UPDATE case_row SET state = 'submitted' WHERE project_no = %s"
                " AND state = 'correction_pending'",
                (key,),
            )
        case "intake.case-withdrawn.v1":
            said = event.read(_Withdrawn)
            if said.scope == "whole":
                yield of_case(key, state="withdrawn", ended_at=said.withdrawn_at)
        case "intake.case-decided.v1" if event.read(_Decided).conditional:
            yield of_case(key, state="decided")
        case "intake.case-reopened.v1":
            state = "in_review" if event.read(_Reopened).task_id else "accepted"
            yield of_case(key, state=state, **OPEN)
        case "intake.acceptance-withdrawn.v1":
            yield of_case(
                key,
                state="submitted",
                accepted_at=None,
                item_version=None,
                promised_due_at=None,
                statutory_due_at=None,
                counted_until=None,
                provisional=False,
                standing=0,
            )
        case "intake.case-suspended.v1":
            yield Statement(
                "UPDATE case_row SET standing = standing + 1 WHERE project_no = %s", (key,)
            )
        case "intake.case-resumed.v1" | "intake.case-extended.v1":
            moved = event.read(_Resumed)
            less = 1 if event.type == "intake.case-resumed.v1" else 0
            yield Statement(
                "UPDATE case_row SET standing = standing - %s,"
                " promised_due_at = coalesce(%s, promised_due_at),"
                " statutory_due_at = coalesce(%s, statutory_due_at),"
                " counted_until = greatest(counted_until, %s, %s),"
                " provisional = provisional OR %s WHERE project_no = %s",
                (
                    less,
                    moved.promised_due_at,
                    moved.statutory_due_at,
                    moved.promised_due_at,
                    moved.statutory_due_at,
                    moved.provisional,
                    key,
                ),
            )


def of_case(project_no: str, **values: object) -> Change:
    """Give new values to the row of a case."""
    return Update("case_row", {"project_no": project_no}, values)
