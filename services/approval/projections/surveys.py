"""Rows of surveys, and the calendar that is read of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement, Update

SURVEY = (
    "survey_no",
    "process_no",
    "state",
    "place",
    "departments",
    "others",
    "requested_at",
    "starts_at",
    "ends_at",
    "confirmed",
    "absent",
    "overdue",
    "resurvey_of",
)


class SurveyRow(msgspec.Struct, frozen=True):
    """One survey in a list or a calendar."""

    survey_no: str
    process_no: str
    state: str
    place: str
    departments: list[str]
    others: list[str]
    """Utilities and intermediaries."""
    requested_at: datetime
    starts_at: datetime | None
    """As agreed, or as held; before that the first time proposed."""
    ends_at: datetime | None
    confirmed: list[str]
    absent: list[str]
    overdue: list[str]
    """Departments whose word came late or not at all."""
    resurvey_of: str | None


class _Participant(msgspec.Struct, frozen=True):
    code: str
    kind: str


class _Slot(msgspec.Struct, frozen=True):
    starts_at: datetime
    ends_at: datetime


class _Said(msgspec.Struct, frozen=True):
    survey_no: str
    process_no: str = ""
    place: str = ""
    participants: list[_Participant] = []
    slots: list[_Slot] = []
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    participant: str = ""
    department: str = ""
    passed: bool = False
    absent: list[str] = []
    resurvey_of: str | None = None


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    match event.type.removeprefix("approval."):
        case "joint-survey-requested.v1":
            said = event.read(_Said)
            by_kind = [(one.code, one.kind == "department") for one in said.participants]
            row: tuple[object, ...] = (
                *(said.survey_no, said.process_no, "requested", said.place),
                [code for code, department in by_kind if department],
                [code for code, department in by_kind if not department],
                *(event.body.occurred_at, None, None, [], [], [], said.resurvey_of),
            )
            yield Insert("survey_row", row)
        case "survey-time-proposed.v1" | "survey-rescheduled.v1":
            said = event.read(_Said)
            first = min(said.slots, key=lambda slot: slot.starts_at)
            times = {"starts_at": first.starts_at, "ends_at": first.ends_at}
            yield _set(said, state="proposed", **times)
        case "survey-time-agreed.v1":
            said = event.read(_Said)
            yield _set(said, state="agreed", starts_at=said.starts_at, ends_at=said.ends_at)
        case "survey-cancelled.v1":
            yield _set(event.read(_Said), state="cancelled")
        case "survey-participant-confirmed.v1":
            said = event.read(_Said)
            more = "array_remove(confirmed, %s) || %s::text"
            yield _list(said, f"confirmed = {more}", said.participant, said.participant)
        case "joint-survey-held.v1":
            said = event.read(_Said)
            held = {"starts_at": said.started_at, "ends_at": said.ended_at, "place": said.place}
            yield _set(said, state="held", **held)
        case "survey-participant-absent.v1":
            said = event.read(_Said)
            yield _list(said, "absent = absent || %s::text", said.participant)
        case "survey-not-held.v1":
            said = event.read(_Said)
            yield _set(said, state="not_held", absent=said.absent)
        case "survey-opinion-overdue.v1":
            said = event.read(_Said)
            yield _list(said, "overdue = overdue || %s::text", said.department)
        case "survey-concluded.v1":
            said = event.read(_Said)
            yield _set(said, state="passed" if said.passed else "failed_with_notice")


def _set(said: _Said, **values: object) -> Change:
    return Update("survey_row", {"survey_no": said.survey_no}, values)


def _list(said: _Said, columns: str, *values: object) -> Change:
    return Statement(
        f"UPDATE survey_row SET {columns} WHERE survey_no = %s",  # noqa: S608 - our own words
        (*values, said.survey_no),
    )


def list_surveys(
    database: Database,
    *,
    process_no: str = "",
    department: str = "",
    state: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[SurveyRow]:
    """List surveys, newest request first, from behind the key (requested_at, survey_no).

    Args:
        department: takes part, as a department or in another way.
        since, until: of those whose time, agreed or proposed, lies from `since` to before `until`.
    """
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(SURVEY)} FROM survey_row"  # noqa: S608 - our own column names
        " WHERE (%(process_no)s = '' OR process_no = %(process_no)s)"
        " AND (%(department)s = '' OR %(department)s = ANY(departments || others))"
        " AND (%(state)s = '' OR state = %(state)s)"
        " AND (%(since)s::timestamptz IS NULL OR starts_at >= %(since)s::timestamptz)"
        " AND (%(until)s::timestamptz IS NULL OR starts_at < %(until)s::timestamptz)"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (requested_at, survey_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY requested_at DESC, survey_no DESC LIMIT %(limit)s",
        {
            "process_no": process_no,
            "department": department,
            "state": state,
            "since": since,
            "until": until,
            "moment": moment,
            "key": key,
            "limit": limit,
        },
    )
    return [SurveyRow(*row) for row in rows]
