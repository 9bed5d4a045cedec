"""What may be done in supervision: one shape an act, the same for the API and for forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, TypeAlias, get_args

import msgspec
from msgspec import Meta, field

from services.disclosure.application.acts import Act, MaybeNumber, Number
from services.disclosure.domain.supervision_terms import (
    Criterion,
    Cycle,
    OutreachForm,
    RecordKind,
    Retraction,
    ScoreError,
)

_SCORE: Final = re.compile(r"(?P<points>\d{1,3})(?:\.(?P<rest>\d{1,2}))?", re.ASCII)
SUPERVISOR: Final = "supervisor"
OFFICER: Final = "disclosure_officer"
UNIT: Final = "unit"
HOUSE: Final = frozenset({SUPERVISOR, OFFICER})
EVERYBODY: Final = HOUSE | {UNIT}

Code = Annotated[str, Meta(min_length=1, max_length=24, pattern=r"^[0-9A-Za-z._-]+$")]
MaybeUnit = Annotated[str, Meta(max_length=24, pattern=r"^[0-9A-Za-z._-]*$")]
Line = Annotated[str, Meta(min_length=1, max_length=300)]
Text = Annotated[str, Meta(min_length=1, max_length=500)]
Amount = Annotated[int, Meta(ge=0, le=10_000_000)]
Visits = Annotated[int, Meta(ge=0, le=10_000_000_000)]
Period = Annotated[
    str,
    Meta(
        pattern=r"^[12][0-9]{3}(Q[1-4]|-[01][0-9])?$",
        description="A quarter, a month or a year: 2020Q3, 2020-09, 2020.",
    ),
]
MaybePeriod = Annotated[str, Meta(pattern=r"^([12][0-9]{3}(Q[1-4]|-[01][0-9])?)?$")]


class StartCycles(Act, frozen=True, kw_only=True):
    """Have units owe cycles, from the turn a day lies in on."""

    units: Annotated[list[Code], Meta(min_length=1, max_length=500)]
    cycles: Annotated[list[Cycle], Meta(min_length=1)]
    begins: date


class EndCycle(Act, frozen=True, kw_only=True):
    """Ask no further turn of a cycle."""

    unit: Code
    cycle: Cycle
    on: date


class Meet(Act, frozen=True, kw_only=True):
    """An obligation was met."""

    obligation_no: Number
    on: date
    evidence: Line


class IssueNotice(Act, frozen=True, kw_only=True):
    """Tell a unit what to put right."""

    unit: Code
    issues: Annotated[list[Text], Meta(min_length=1, max_length=50)]
    due_on: date
    on: date
    notice_no: MaybeNumber = ""
    inspection_no: MaybeNumber = ""


class Answer(Act, frozen=True, kw_only=True):
    """The unit says what it did."""

    notice_no: Number
    answer: Annotated[str, Meta(min_length=1, max_length=5000)]
    on: date


class Verify(Act, frozen=True, kw_only=True):
    """Say whether it is put right."""

    notice_no: Number
    accepted: bool = False
    on: date
    remark: Annotated[str, Meta(max_length=1000)] = ""
    due_on: date | None = None


class Lagging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A unit a circular says to lag behind."""

    unit: Code
    reason: Text


class PublishCircular(Act, frozen=True, kw_only=True):
    """Tell everybody how the work goes."""

    title: Line
    on: date
    text: Annotated[str, Meta(max_length=20_000)] = ""
    units: Annotated[list[Code], Meta(max_length=500)] = field(default_factory=list)
    lagging: Annotated[list[Lagging], Meta(max_length=500)] = field(default_factory=list)
    period: MaybePeriod = ""
    """Period in which those lag behind."""
    circular_no: MaybeNumber = ""


class NameLagging(Act, frozen=True, kw_only=True):
    """Name a unit that lags behind."""

    unit: Code
    period: Period
    reason: Text
    on: date


class ImportScore(Act, frozen=True, kw_only=True):
    """What another authority scored; `score` is a number such as 81.49."""

    period: Annotated[str, Meta(min_length=1, max_length=8)]
    score: Annotated[str, Meta(min_length=1, max_length=8)]
    rank: Annotated[int, Meta(ge=1, le=10_000)]
    of_units: Annotated[int, Meta(ge=1, le=10_000)]
    source_document: Line
    on: date
    unit: MaybeUnit = ""

    @property
    def hundredths(self) -> int:
        """The score in hundredths.

        Raises:
            ScoreError: it is no number with at most two places.
        """
        said = _SCORE.fullmatch(self.score.strip())
        if said is None:
            raise ScoreError("a score is a number with at most two places", "score")
        return int(said["points"]) * 100 + int((said["rest"] or "").ljust(2, "0"))


class HoldTraining(Act, frozen=True, kw_only=True):
    """A training was held."""

    title: Line
    on: date
    attendees: Annotated[int, Meta(ge=0, le=1_000_000)]
    training_no: MaybeNumber = ""


class RecordInspection(Act, frozen=True, kw_only=True):
    """What an inspection found; without faults all was well."""

    unit: Code
    on: date
    covert: bool = False
    faults: list[Criterion] = field(default_factory=list)
    text: Annotated[str, Meta(max_length=500)] = ""
    """What was found, for all the faults; default: the name of each."""
    inspection_no: MaybeNumber = ""


class HoldOutreach(Act, frozen=True, kw_only=True):
    """Whom the centre asked, and the problems that were named."""

    form: OutreachForm
    count: Annotated[int, Meta(ge=1, le=10_000_000)]
    on: date
    enterprises: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    title: Annotated[str, Meta(max_length=300)] = ""
    issues: Annotated[list[Text], Meta(max_length=200)] = field(default_factory=list)
    outreach_no: MaybeNumber = ""


class RaiseIssue(Act, frozen=True, kw_only=True):
    """A problem that was named."""

    outreach_no: Number
    on: date
    text: Text


class ResolveIssue(Act, frozen=True, kw_only=True):
    """A problem is solved."""

    issue_no: Number
    on: date
    text: Text


class CountVisitors(Act, frozen=True, kw_only=True):
    """Visitors of the hall on a day."""

    counter: Code
    day: date
    count: Amount


class CountPageVisits(Act, frozen=True, kw_only=True):
    """Visits to a page in a period."""

    counter: Code
    page: Code
    begin: date
    end: date
    count: Visits


class CountEnquiries(Act, frozen=True, kw_only=True):
    """Enquiries and complaints in a period."""

    counter: Code
    begin: date
    end: date
    count: Visits


class ReportFact(Act, frozen=True, kw_only=True):
    """A figure that no service computes, with its source; `value` is a number as text."""

    code: Annotated[str, Meta(min_length=1, max_length=50, pattern=r"^[0-9A-Za-z._-]+$")]
    name: Line
    value: Annotated[str, Meta(min_length=1, max_length=24)]
    unit: Annotated[str, Meta(min_length=1, max_length=32)]
    as_of: date
    source_document: Line


class Retract(Act, frozen=True, kw_only=True):
    """Take something back; of a count: its counter, its page and its first day."""

    kind: RecordKind
    record_no: Number
    reason: Retraction
    page: MaybeUnit = ""
    begin: date | None = None


class WithdrawCard(Act, frozen=True, kw_only=True):
    """Take back a card that should not have been."""

    warning_no: Number


SupervisionAct: TypeAlias = (
    StartCycles
    | EndCycle
    | Meet
    | IssueNotice
    | Answer
    | Verify
    | PublishCircular
    | NameLagging
    | ImportScore
    | HoldTraining
    | RecordInspection
    | HoldOutreach
    | RaiseIssue
    | ResolveIssue
    | CountVisitors
    | CountPageVisits
    | CountEnquiries
    | ReportFact
    | Retract
    | WithdrawCard
)
SHAPES: Final[Mapping[str, type[Act]]] = {
    str(one.__struct_config__.tag): one for one in get_args(SupervisionAct)
}
_SUPERVISORS: Final = (StartCycles, EndCycle, IssueNotice, Verify, RecordInspection, WithdrawCard)
_UNITS: Final = (Meet, Answer)


def roles_for(act: type[Act]) -> frozenset[str]:
    """Give the roles that do it; a unit does it for itself only."""
    if issubclass(act, _SUPERVISORS):
        return frozenset({SUPERVISOR})
    return EVERYBODY if issubclass(act, _UNITS) else HOUSE
