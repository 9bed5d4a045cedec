"""What intake takes and answers over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.intake.domain import Case

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[0-9A-Za-z._-]+$")]
Number = Annotated[str, msgspec.Meta(max_length=50, pattern="^[0-9A-Za-z._-]*$")]
Short = Annotated[str, msgspec.Meta(max_length=32)]
Said = Annotated[str, msgspec.Meta(max_length=500)]


class Applicant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who applies. Goes to the vault and nowhere else."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    id_number: Short = ""
    phone: Short = ""
    kind: Short = ""
    address: Said = ""

    def fields(self) -> dict[str, str]:
        """Give what is said, by vault field."""
        told = {
            "name": self.name,
            "document_no": self.id_number,
            "phone": self.phone,
            "kind": self.kind,
            "address": self.address,
        }
        return {name: text for name, text in told.items() if text}

    def __repr__(self) -> str:
        return "Applicant(...)"

    __str__ = __repr__


class SubmitCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application at a window."""

    item_code: Code
    applicant: Applicant
    channel: Annotated[str, msgspec.Meta(min_length=1, max_length=32)] = "window"
    item_version_seen: Annotated[int, msgspec.Meta(ge=1)] | None = None
    handling_form: Annotated[str, msgspec.Meta(max_length=8)] = ""
    window: Short = ""
    submitted_at: datetime | None = None
    """When it was handed in, with offset; now when absent, never later."""
    project_no: Number = ""
    """A number given elsewhere; made here when absent."""
    acceptance: Literal["", "at_once", "later"] = ""
    """`at_once`: a clerk attests that everything is there, the default for a clerk; anybody else
    applies and waits (`later`), unless a declared rule of the item accepts."""
    draft: bool = False
    """Begin it only; it is handed in by `POST /cases/<project_no>/submission`."""
    declared_trust: bool = False
    """The applicant vouches for what they say (信任在先、审核在后)."""
    account: Annotated[str, msgspec.Meta(max_length=64, pattern="^[0-9A-Za-z._-]*$")] = ""
    """Who may act for it besides a clerk; of other callers always their own account."""


class Taken(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of an application."""

    project_no: str
    state: str
    event: str
    position: int | None = None
    reason_code: str = ""
    reason: str = ""
    version: int = 0
    """Of the case after this; say it as `expected_version` in the next act."""


class CasesQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    state: Short = ""
    department: Annotated[str, msgspec.Meta(max_length=64)] = ""
    channel: Short = ""
    item_code: Annotated[str, msgspec.Meta(max_length=64)] = ""
    window: Short = ""
    account: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """Only of your own account, unless you are a clerk."""


class StepView(msgspec.Struct, frozen=True):
    """One row of an outside system that this case is made of."""

    row: str
    record: str
    retracted: bool


class ClockView(msgspec.Struct, frozen=True):
    """One limit as it was counted."""

    clock: str
    limit: int
    unit: str
    due_at: datetime
    calendar_version: str
    provisional: bool


class Outstanding(msgspec.Struct, frozen=True):
    """One thing the applicant still has to bring."""

    code: str
    material: str
    wrong: str


class StandstillView(msgspec.Struct, frozen=True):
    """One time a clock stood still, or stands still."""

    clock: str
    reason: str
    since: datetime
    until: datetime | None


class CaseView(msgspec.Struct, frozen=True):
    """A case, rebuilt from its events."""

    project_no: str
    state: str
    item_code: str
    item_version: int
    item_name: str
    case_type: str
    channel: str
    department: str
    window: str | None
    subject_id: str
    submitted_at: datetime | None
    accepted_at: datetime | None
    promised_due_at: datetime | None
    completed_at: datetime | None
    completion_kind: int | None
    granted: bool | None
    on_time: bool | None
    refusal: str | None
    version: int
    steps: list[StepView]
    statutory_due_at: datetime | None = None
    provisional: bool = False
    """A limit runs into a year whose calendar is not published; it may move."""
    clocks: list[ClockView] = []
    """The limits counted here; what a sender states is only `promised_due_at`."""
    breaches: dict[str, datetime] = {}
    """The ends that passed while the case was open, by clock."""
    mode: str = ""
    """How it was accepted: manual, auto, deemed (by silence); empty for an outside system."""
    rule_version: int | None = None
    legal_date: date | None = None
    """The day its materials count as received."""
    notice_due_at: datetime | None = None
    """Silence beyond it accepts the case (行政许可法 art. 32)."""
    correction_due_on: date | None = None
    outstanding: list[Outstanding] = []
    """What the one-time notice asks for and has not come."""
    faults: int = 0
    """Notices beyond the one there may be."""
    suspended: bool = False
    waits_for: list[str] = []
    """Why its clocks stand still."""
    standstills: list[StandstillView] = []
    task_ids: list[str] = []
    ended_at: datetime | None = None
    """When it came to nothing."""
    delivered_at: datetime | None = None
    archived_at: datetime | None = None
    review: str | None = None
    """What a person is asked to look at."""


class CaseHistory(msgspec.Struct, frozen=True):
    """A case and how it came to be so."""

    case: CaseView
    history: list[HistoryEvent]


def case_view(case: Case) -> CaseView:
    """Show the state of a case."""
    return CaseView(
        project_no=case.project_no,
        state=case.state.value,
        item_code=case.item_code,
        item_version=case.item_version,
        item_name=case.item_name,
        case_type=case.case_type,
        channel=case.channel,
        department=case.department,
        window=case.window,
        subject_id=case.subject_id,
        submitted_at=case.submitted_at,
        accepted_at=case.accepted_at,
        promised_due_at=case.promised_due_at,
        completed_at=case.completed_at,
        completion_kind=case.completion_kind,
        granted=case.granted,
        on_time=case.on_time,
        refusal=case.refusal,
        version=case.version,
        steps=[
            StepView(key, known.kind.value, known.retracted) for key, known in case.rows.items()
        ],
        statutory_due_at=case.statutory_due_at,
        provisional=case.provisional,
        clocks=[
            ClockView(
                clock,
                counted.limit.value,
                counted.limit.unit.value,
                counted.due_at,
                counted.calendar,
                counted.provisional,
            )
            for clock, counted in case.counts.items()
        ],
        breaches=case.breaches,
        mode="deemed" if case.deemed else case.mode,
        rule_version=case.rule_version,
        legal_date=case.legal_date,
        notice_due_at=case.notice_due_at,
        correction_due_on=case.correction_due,
        outstanding=[Outstanding(one.code, one.material, one.wrong) for one in case.outstanding],
        faults=case.faults,
        suspended=case.suspended,
        waits_for=[reason.value for reason in case.waits_for],
        standstills=[
            StandstillView(clock, one.reason.value if one.reason else "", one.since, one.until)
            for clock, stops in case.still.items()
            for one in stops
        ],
        task_ids=list(case.task_ids),
        ended_at=case.ended_at,
        delivered_at=case.delivered_at,
        archived_at=case.archived_at,
        review=case.review,
    )
