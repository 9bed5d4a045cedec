"""The JSON of what is behind figures of happenings and days, and of one case's facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

import msgspec

from services.disclosure.inquiry import BehindQuery, Filters, Word
from services.disclosure.projections.happened_figures import Row


class HappeningsQuery(BehindQuery, frozen=True, kw_only=True):
    """Query of what happened behind a figure."""

    measure: Word = "S07"


class WorkingDaysQuery(Filters, frozen=True, kw_only=True):
    """Query of the working days behind a figure per day."""

    measure: Word = "S08"
    part: Word = ""
    """Not read: there is one list."""


class CaseQuery(Filters, frozen=True, kw_only=True):
    """Query of one case's facts."""

    case_no: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class HappeningView(msgspec.Struct, frozen=True):
    """One happening behind a figure. Nothing about a person."""

    source: str
    """Service whose log it is in."""
    position: int
    """Its place there; 0 while it is not sealed."""
    kind: str
    thing: str
    """What it is about: a task, an order, a ticket ... by its number."""
    at: datetime
    """When it happened, or counts from."""
    due_at: datetime | None
    region: str
    department: str
    item: str
    channel: str
    mark: str
    """What tells the rows of a kind apart: a level, a clock, a quarter ..."""
    case_no: str
    """The case it belongs to, empty when there is none."""
    amount: int
    """What it adds to the figure; negative: it takes back. Money in fen."""
    region_name: str = ""
    """What the region is called; empty when the catalog does not say."""


class DayView(msgspec.Struct, frozen=True):
    """One working day; `why` names the holiday it makes up for, when it is at a weekend."""

    day: date
    why: str


class CaseFactView(msgspec.Struct, frozen=True):
    """One event a case is counted by. None: it does not say, or changes nothing there."""

    source: str
    position: int
    fact: str
    record: str
    accepted_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    completion_kind: int | None
    channel: str | None
    department: str | None
    item: str | None
    region: str | None


def happening_view(row: Row, regions: Mapping[str, str]) -> HappeningView:
    shown = HappeningView.__struct_fields__
    said = {name: value for name, value in vars(row).items() if name in shown}
    return HappeningView(**said, region_name=regions.get(row.region, ""))
