"""What intake takes and answers about the unified issuing window (统一窗口出件) over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.intake.answers import Number, Short
from services.intake.domain.issuing import Result
from services.intake.domain.issuing_terms import ResultState, ReturnGround

PickupCode = Annotated[str, msgspec.Meta(max_length=32)]


class ShelveResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it lies."""

    shelf: Annotated[str, msgspec.Meta(max_length=32, pattern="^[0-9A-Za-z._-]*$")] = ""


class HandOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What whoever stands at the window named and showed. Nothing of it is stored."""

    code: Annotated[PickupCode, msgspec.Meta(min_length=1)]
    id_number: Short = ""
    agent: Number = ""
    """Account of an agent whose mandate covers taking the result."""
    attested: bool = False
    """The clerk compared with the paper file; only where intake knows no number."""

    def __repr__(self) -> str:
        return "HandOver(...)"

    __str__ = __repr__


class ReturnResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it goes back to the department."""

    reason: ReturnGround


class SearchResults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search by pick-up code. In a body, so that the code stands in no access log."""

    code: Annotated[PickupCode, msgspec.Meta(min_length=1)]

    def __repr__(self) -> str:
        return "SearchResults(...)"

    __str__ = __repr__


class CodeTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """A pick-up code, this once; a repetition of the request is told none."""

    key: str
    state: str
    event: str
    position: int | None = None
    code: str = ""


class HandedOverTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a try to hand over; `reason_code` only when the code was wrong."""

    key: str
    state: str
    event: str
    position: int | None = None
    reason_code: str = ""
    left: int = 0
    """Wrong codes that may still be named before it is locked."""


class ResultsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    state: ResultState | None = None
    department: Annotated[str, msgspec.Meta(max_length=64)] = ""
    locked: bool = False
    overdue: bool = False


class ResultsPageQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the page; an unknown state finds nothing."""

    state: Short = "shelved"
    department: Annotated[str, msgspec.Meta(max_length=64)] = ""
    done: Annotated[str, msgspec.Meta(max_length=50)] = ""
    """The case whose result was just handed over."""


class ResultView(msgspec.Struct, frozen=True):
    """A result, rebuilt from its events, and how it came to be so."""

    project_no: str
    state: str
    item_code: str
    department: str
    granted: bool
    shelf: str
    shelved_at: datetime | None
    collect_by: datetime | None
    coded: bool
    wrong: int
    locked: bool
    overdue: bool
    identity: str | None
    handed_over_at: datetime | None
    handed_over_by: str
    reason: str | None
    version: int
    history: list[HistoryEvent]


def result_view(result: Result, history: list[HistoryEvent]) -> ResultView:
    """Show the state of a result."""
    return ResultView(
        project_no=result.project_no,
        state=result.state.value,
        item_code=result.item_code,
        department=result.department,
        granted=result.granted,
        shelf=result.shelf,
        shelved_at=result.shelved_at,
        collect_by=result.collect_by,
        coded=bool(result.code_digest),
        wrong=result.wrong,
        locked=result.locked,
        overdue=result.overdue,
        identity=result.identity.value if result.identity else None,
        handed_over_at=result.handed_over_at,
        handed_over_by=result.handed_over_by,
        reason=result.reason.value if result.reason else None,
        version=result.version,
        history=history,
    )
