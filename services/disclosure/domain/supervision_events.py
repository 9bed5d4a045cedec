"""What can happen in supervision (监督). Fields, units, sources: `contracts/disclosure/`.

Who is supervised is a unit, named by its code; no person stands in any of them.
"""

from __future__ import annotations

from datetime import date, datetime

from services.disclosure.domain.supervision_terms import (
    CardExcuse,
    CardGround,
    Colour,
    Cycle,
    Finding,
    OutreachForm,
    RecordKind,
    Retraction,
)
from services.kernel.aggregate import Fact


class SupervisionCycleScheduled(Fact):
    """A unit owes one turn of a cycle, by `due_at`."""

    TOPIC = "disclosure.supervision-cycle-scheduled.v1"

    obligation_no: str
    cycle: Cycle
    unit: str
    period_begin: date
    period_end: date
    due_at: datetime
    calendar_version: str | None = None
    provisional: bool | None = None


class SupervisionObligationMet(Fact):
    """It was done; `late` when it had been missed before."""

    TOPIC = "disclosure.supervision-obligation-met.v1"

    obligation_no: str
    cycle: Cycle
    unit: str
    on: date
    evidence: str
    late: bool | None = None


class SupervisionObligationMissed(Fact):
    """Its limit passed and it was not done."""

    TOPIC = "disclosure.supervision-obligation-missed.v1"

    obligation_no: str
    cycle: Cycle
    unit: str
    due_at: datetime
    detected_at: datetime | None = None


class SupervisionCycleEnded(Fact):
    """The unit owes no further turn of this cycle."""

    TOPIC = "disclosure.supervision-cycle-ended.v1"

    cycle: Cycle
    unit: str
    on: date


class RectificationNoticeIssued(Fact):
    """A unit is told what to put right, and by when (问题整改通知)."""

    TOPIC = "disclosure.rectification-notice-issued.v1"

    notice_no: str
    unit: str
    issues: list[str]
    due_on: date
    on: date
    inspection_no: str | None = None


class RectificationAnswered(Fact):
    """The unit says what it did."""

    TOPIC = "disclosure.rectification-answered.v1"

    notice_no: str
    unit: str
    answer: str
    on: date


class RectificationVerified(Fact):
    """Somebody looked whether it is so; when it is not, there is another day."""

    TOPIC = "disclosure.rectification-verified.v1"

    notice_no: str
    unit: str
    accepted: bool
    on: date
    remark: str | None = None
    due_on: date | None = None


class RectificationOverdue(Fact):
    """The day passed without an answer."""

    TOPIC = "disclosure.rectification-overdue.v1"

    notice_no: str
    unit: str
    due_on: date
    detected_at: datetime


class CircularPublished(Fact):
    """All units are told how the work goes (通报)."""

    TOPIC = "disclosure.circular-published.v1"

    circular_no: str
    title: str
    units: list[str]
    on: date
    text: str | None = None


class LaggingUnitNamed(Fact):
    """A unit is said to lag behind in a period (工作滞后单位)."""

    TOPIC = "disclosure.lagging-unit-named.v1"

    unit: str
    period: str
    reason: str
    on: date
    circular_no: str | None = None


class ScoreImported(Fact):
    """What another authority scored, and the rank; said again, it takes the place of the first."""

    TOPIC = "disclosure.score-imported.v1"

    period: str
    score_hundredths: int
    rank: int
    of_units: int
    source_document: str
    on: date
    unit: str | None = None


class TrainingHeld(Fact):
    """People were trained."""

    TOPIC = "disclosure.training-held.v1"

    training_no: str
    title: str
    on: date
    attendees: int


class InspectionRecorded(Fact):
    """Somebody went to see, announced or not (督查、暗访)."""

    TOPIC = "disclosure.inspection-recorded.v1"

    inspection_no: str
    unit: str
    covert: bool
    findings: list[Finding]
    on: date


class CardIssued(Fact):
    """A unit has a yellow card, for a limit about to end, or a red one, for a limit passed."""

    TOPIC = "disclosure.card-issued.v1"

    warning_no: str
    colour: Colour
    unit: str
    ground: CardGround
    process_no: str
    clock: str
    due_at: datetime
    on: date
    task_id: str | None = None
    project_no: str | None = None


class CardWithdrawn(Fact):
    """There was no reason for the card, or there is none any more."""

    TOPIC = "disclosure.card-withdrawn.v1"

    warning_no: str
    colour: Colour
    unit: str
    reason: CardExcuse
    on: date


class OutreachHeld(Fact):
    """Those whom the centre serves were asked."""

    TOPIC = "disclosure.outreach-held.v1"

    outreach_no: str
    form: OutreachForm
    count: int
    enterprises: int
    on: date
    title: str | None = None


class OutreachIssueRaised(Fact):
    """Somebody who was asked named a problem."""

    TOPIC = "disclosure.outreach-issue-raised.v1"

    issue_no: str
    outreach_no: str
    on: date
    text: str | None = None


class OutreachIssueResolved(Fact):
    """The problem is solved."""

    TOPIC = "disclosure.outreach-issue-resolved.v1"

    issue_no: str
    outreach_no: str
    on: date
    text: str | None = None


class HallVisitorsCounted(Fact):
    """Visitors of the hall on a day, by a counter."""

    TOPIC = "disclosure.hall-visitors-counted.v1"

    day: date
    count: int
    counter: str


class PageVisitsCounted(Fact):
    """Visits to a page from one day to another, both included."""

    TOPIC = "disclosure.page-visits-counted.v1"

    page: str
    begin: date
    end: date
    count: int
    counter: str


class EnquiriesCounted(Fact):
    """Enquiries and complaints from one day to another, both included; person-times."""

    TOPIC = "disclosure.enquiries-counted.v1"

    begin: date
    end: date
    count: int
    counter: str


class ReportedFactRecorded(Fact):
    """A figure that no service computes, as a document says it; shown as reported, not as ours."""

    TOPIC = "disclosure.reported-fact-recorded.v1"

    fact_no: str
    code: str
    name: str
    value: str
    unit: str
    as_of: date
    source_document: str


class SupervisionRecordRetracted(Fact):
    """Something recorded was wrong and counts no more; what it had counted is said."""

    TOPIC = "disclosure.supervision-record-retracted.v1"

    kind: RecordKind
    record_no: str
    on: date
    reason: Retraction
    said_on: date
    count: int
    units: list[str]
