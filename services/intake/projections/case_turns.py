"""What only changes where a case stands: its turns and its ends, in its row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from services.chassis.events import Event
from services.chassis.projection import Change, Statement


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


def turned(key: str, event: Event) -> Iterable[Change]:
    """Follow what only changes where a case stands."""
    if event.type in _STATES:
        yield _state(key, _STATES[event.type])
    elif event.type in _ENDS:
        state, name = _ENDS[event.type]
        at = msgspec.json.decode(event.body.data, type=dict[str, object])[name]
        yield _state(key, state, at)
    match event.type:
        case "intake.correction-notice-issued.v1" if event.read(_Noticed).is_first:
            yield _state(key, "correction_pending")
        case "intake.correction-received.v1" if event.read(_Corrections).full:
            yield Statement(
                "UPDATE case_row SET state = 'submitted' WHERE project_no = %s"
                " AND state = 'correction_pending'",
                (key,),
            )
        case "intake.case-withdrawn.v1":
            said = event.read(_Withdrawn)
            if said.scope == "whole":
                yield _state(key, "withdrawn", said.withdrawn_at)
        case "intake.case-decided.v1" if event.read(_Decided).conditional:
            yield _state(key, "decided")
        case "intake.case-reopened.v1":
            yield Statement(
                "UPDATE case_row SET state = %s, completed_at = NULL, completion_kind = NULL,"
                " granted = NULL WHERE project_no = %s",
                ("in_review" if event.read(_Reopened).task_id else "accepted", key),
            )
        case "intake.acceptance-withdrawn.v1":
            yield Statement(
                "UPDATE case_row SET state = 'submitted', accepted_at = NULL, item_version = NULL,"
                " promised_due_at = NULL, statutory_due_at = NULL, counted_until = NULL,"
                " provisional = false, standing = 0 WHERE project_no = %s",
                (key,),
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


def _state(project_no: str, state: str, ended_at: object = None) -> Statement:
    if ended_at is None:
        return Statement(
            "UPDATE case_row SET state = %s WHERE project_no = %s", (state, project_no)
        )
    return Statement(
        "UPDATE case_row SET state = %s, ended_at = %s::timestamptz WHERE project_no = %s",
        (state, ended_at, project_no),
    )
