"""What disclosure takes and answers about supervision over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.disclosure.domain.supervision_terms import RecordKind
from services.disclosure.projections.supervision_lists import (
    CircularRow,
    LaggingRow,
    NoticeRow,
)

MaybeCode = Annotated[str, Meta(max_length=64, pattern=r"^[0-9A-Za-z._-]*$")]
Typed = Annotated[str, Meta(max_length=64)]


class SupervisionTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done: to what, how it stands, and the event."""

    key: str
    state: str
    event: str
    position: int | None = None


class ObligationsQuery(PageQuery, frozen=True, kw_only=True):
    """Which obligations; `since` and `until` are days on which they are due."""

    unit: MaybeCode = ""
    cycle: Literal[
        "",
        "WEEKLY_UPDATE",
        "MONTHLY_DISPATCH",
        "QUARTERLY_MONITORING",
        "HALF_YEAR_INSPECTION",
        "ANNUAL_APPRAISAL",
    ] = ""
    state: Literal["", "owed", "met", "missed", "met_late"] = ""
    since: date | None = None
    until: date | None = None


class NoticesQuery(PageQuery, frozen=True, kw_only=True):
    """Which notices."""

    unit: MaybeCode = ""
    state: Literal["", "issued", "answered", "verified", "retracted"] = ""
    overdue: bool = False


class CardsQuery(PageQuery, frozen=True, kw_only=True):
    """Which cards; `standing`: only those not taken back."""

    unit: MaybeCode = ""
    colour: Literal["", "YELLOW", "RED"] = ""
    standing: bool = False
    since: date | None = None
    until: date | None = None


class RecordsQuery(PageQuery, frozen=True, kw_only=True):
    """Which records; `retracted`: also those taken back."""

    kind: RecordKind | None = None
    unit: MaybeCode = ""
    since: date | None = None
    until: date | None = None
    retracted: bool = False


class CircularsQuery(PageQuery, frozen=True, kw_only=True):
    """Which page of the circulars."""


class IssuesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which outreach; empty: of all."""

    outreach_no: MaybeCode = ""


class ScoresQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which unit; empty: of the county as a whole."""

    unit: MaybeCode = ""


class NoticeView(msgspec.Struct, frozen=True):
    """A notice with its history."""

    notice: NoticeRow
    events: list[HistoryEvent]


class CircularView(msgspec.Struct, frozen=True):
    """A circular with the units it says to lag behind."""

    circular: CircularRow
    lagging: list[LaggingRow]


class RowFault(msgspec.Struct, frozen=True):
    """One row of a file that was not taken, and why."""

    row: int
    """Number of the line in the file; the heading is line 1."""
    field: str
    rule: str
    message: str


class ScoresImported(msgspec.Struct, frozen=True):
    """What came of a file of scores."""

    rows: int
    imported: int
    unchanged: int
    checked_only: bool
    faults: list[RowFault]


class DeskQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What was just done, and filters as they were typed."""

    done: Typed = ""
    unit: Typed = ""
    cycle: Typed = ""
    state: Typed = ""
    colour: Typed = ""
    kind: Typed = ""
    since: Typed = ""
    until: Typed = ""
    cursor: Annotated[str, Meta(max_length=1024)] = ""


class Prefilled(msgspec.Struct, frozen=True, kw_only=True):
    """What a link has filled in already."""

    obligation_no: Typed = ""
    notice_no: Typed = ""
    inspection_no: Typed = ""
    unit: Typed = ""
    issue_no: Typed = ""
    outreach_no: Typed = ""
    warning_no: Typed = ""
    kind: Typed = ""
    record_no: Typed = ""
    begin: Typed = ""
    page: Typed = ""
