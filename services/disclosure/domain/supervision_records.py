"""What is recorded once: trainings, inspections, circulars, lagging units, scores, reported facts.

Each can be taken back when it was wrong; its number may then be used for the right one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import ClassVar, Self
from uuid import UUID

from services.disclosure.domain.entry_terms import check_names_nobody
from services.disclosure.domain.supervision_events import (
    CircularPublished,
    InspectionRecorded,
    LaggingUnitNamed,
    ReportedFactRecorded,
    ScoreImported,
    SupervisionRecordRetracted,
    TrainingHeld,
)
from services.disclosure.domain.supervision_terms import (
    AlreadyRecordedError,
    EmptyError,
    Finding,
    InTheFutureError,
    RecordKind,
    RetractedError,
    Retraction,
    check_score,
    check_value,
)
from services.kernel.aggregate import Aggregate, applies
from services.kernel.clock import legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class Record(Aggregate):
    """Something recorded; stream `stream_id(<first part of its kind>, <its number>)`."""

    KIND: ClassVar[RecordKind]

    def __init__(self) -> None:
        self.record_no = ""
        self.said_on: date | None = None
        self.count = 1
        self.units: list[str] = []
        self.stands = False

    @classmethod
    def of(cls, record_no: str) -> Self:
        """Give it before it was recorded."""
        return cls.begin(record_stream(cls.KIND, record_no))

    def retract(self, facts: Facts, reason: Retraction) -> None:
        """Take it back.

        Raises:
            RetractedError: it does not stand.
        """
        if not self.stands or self.said_on is None:
            raise RetractedError("there is nothing to take back", "record_no")
        self.record(
            SupervisionRecordRetracted,
            replace(facts, subject=self.record_no),
            kind=self.KIND,
            record_no=self.record_no,
            on=legal_date(facts.occurred_at),
            reason=reason,
            said_on=self.said_on,
            count=self.count,
            units=self.units,
        )

    def _new(self, facts: Facts, record_no: str, on: date, *texts: str) -> Facts:
        if self.stands:
            raise AlreadyRecordedError("this was recorded before", "record_no")
        return check_said(facts, record_no, on, *texts)

    def _stand(self, record_no: str, said_on: date, count: int = 1, *units: str) -> None:
        self.record_no, self.said_on, self.stands = record_no, said_on, True
        self.count, self.units = count, list(units)

    @applies(SupervisionRecordRetracted)
    def _retracted(self, event: SupervisionRecordRetracted) -> None:
        self.stands = False


class Training(Record):
    """A training (培训)."""

    KIND = RecordKind.TRAINING

    def __init__(self) -> None:
        super().__init__()

    def hold(self, facts: Facts, training_no: str, title: str, on: date, attendees: int) -> None:
        """Say that it was held, and how many came."""
        about = self._new(facts, training_no, on, title)
        told = {"training_no": training_no, "title": title.strip(), "on": on}
        self.record(TrainingHeld, about, **told, attendees=attendees)

    @applies(TrainingHeld)
    def _held(self, event: TrainingHeld) -> None:
        self._stand(event.training_no, event.on, event.attendees)


class Inspection(Record):
    """An inspection (督查、暗访督查)."""

    KIND = RecordKind.INSPECTION

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []

    def inspect(
        self,
        facts: Facts,
        inspection_no: str,
        unit: str,
        covert: bool,
        findings: Sequence[Finding],
        on: date,
    ) -> None:
        """Say what somebody found who went to see; nothing found is said too."""
        about = self._new(facts, inspection_no, on)
        for one in findings:
            _check_text(one.text, "findings")
        self.record(
            InspectionRecorded,
            about,
            inspection_no=inspection_no,
            unit=unit,
            covert=covert,
            findings=list(findings),
            on=on,
        )

    @applies(InspectionRecorded)
    def _inspected(self, event: InspectionRecorded) -> None:
        self._stand(event.inspection_no, event.on, 1, event.unit)
        self.findings = list(event.findings)


class Circular(Record):
    """A circular (通报)."""

    KIND = RecordKind.CIRCULAR

    def __init__(self) -> None:
        super().__init__()

    def publish(
        self,
        facts: Facts,
        circular_no: str,
        title: str,
        units: Sequence[str],
        on: date,
        text: str = "",
    ) -> None:
        """Tell everybody."""
        about = self._new(facts, circular_no, on, title)
        check_names_nobody(text)
        self.record(
            CircularPublished,
            about,
            circular_no=circular_no,
            title=title.strip(),
            units=list(dict.fromkeys(units)),
            on=on,
            text=text.strip() or None,
        )

    @applies(CircularPublished)
    def _published(self, event: CircularPublished) -> None:
        self._stand(event.circular_no, event.on, 1, *event.units)


class Lagging(Record):
    """A unit that lags behind in a period; its number is `<period>.<unit>`."""

    KIND = RecordKind.LAGGING

    def __init__(self) -> None:
        super().__init__()

    def name(
        self,
        facts: Facts,
        unit: str,
        period: str,
        reason: str,
        on: date,
        circular_no: str | None = None,
    ) -> None:
        """Name the unit; once a period."""
        about = replace(self._new(facts, lagging_no(period, unit), on, reason), subject=unit)
        told = {"unit": unit, "period": period, "reason": reason.strip(), "on": on}
        self.record(LaggingUnitNamed, about, **told, circular_no=circular_no)

    @applies(LaggingUnitNamed)
    def _named(self, event: LaggingUnitNamed) -> None:
        self._stand(lagging_no(event.period, event.unit), event.on, 1, event.unit)


class Score(Record):
    """A quarterly score; its number is `<period>` or, of one unit, `<period>.<unit>`."""

    KIND = RecordKind.SCORE

    def __init__(self) -> None:
        super().__init__()
        self.said: tuple[int, int, int] | None = None
        """Hundredths, rank, of how many."""

    def import_score(
        self,
        facts: Facts,
        period: str,
        hundredths: int,
        rank: int,
        of_units: int,
        source_document: str,
        on: date,
        unit: str | None = None,
    ) -> None:
        """Say what another authority scored; another figure than before takes its place."""
        period = check_score(period, hundredths, rank, of_units)
        if self.stands and self.said == (hundredths, rank, of_units):
            raise AlreadyRecordedError("the same was recorded before", "period")
        about = check_said(facts, period, on, source_document)
        self.record(
            ScoreImported,
            about,
            period=period,
            score_hundredths=hundredths,
            rank=rank,
            of_units=of_units,
            source_document=source_document.strip(),
            on=on,
            unit=unit,
        )

    @applies(ScoreImported)
    def _imported(self, event: ScoreImported) -> None:
        units = [event.unit] if event.unit else []
        self._stand(score_no(event.period, event.unit), event.on, 1, *units)
        self.said = (event.score_hundredths, event.rank, event.of_units)


class ReportedFact(Record):
    """A figure no service computes; its number is `<code>.<day>`."""

    KIND = RecordKind.FACT

    def __init__(self) -> None:
        super().__init__()
        self.value = ""

    def report(
        self,
        facts: Facts,
        code: str,
        name: str,
        value: str,
        unit: str,
        as_of: date,
        source_document: str,
    ) -> None:
        """Record it with its source; another value than before takes its place."""
        value = check_value(value)
        _check_text(name, "name")
        _check_text(unit, "unit")
        number = fact_no(code, as_of)
        about = check_said(facts, number, as_of, source_document)
        if self.stands and self.value == value:
            raise AlreadyRecordedError("the same was recorded before", "code")
        self.record(
            ReportedFactRecorded,
            about,
            fact_no=number,
            code=code,
            name=name.strip(),
            value=value,
            unit=unit.strip(),
            as_of=as_of,
            source_document=source_document.strip(),
        )

    @applies(ReportedFactRecorded)
    def _reported(self, event: ReportedFactRecorded) -> None:
        self._stand(event.fact_no, event.as_of)
        self.value = event.value


RECORDS: tuple[type[Record], ...] = (
    Training,
    Inspection,
    Circular,
    Lagging,
    Score,
    ReportedFact,
)


def lagging_no(period: str, unit: str) -> str:
    """Give the number of a unit's lagging behind."""
    return f"{period}.{unit}"


def score_no(period: str, unit: str | None = None) -> str:
    """Give the number of a score."""
    return f"{period}.{unit}" if unit else period


def fact_no(code: str, as_of: date) -> str:
    """Give the number of a reported fact."""
    return f"{code}.{as_of.isoformat()}"


def record_stream(kind: RecordKind, record_no: str) -> UUID:
    """Give the stream of something recorded."""
    return stream_id(kind.value.partition("-")[0], record_no)


def check_said(facts: Facts, record_no: str, on: date, *texts: str) -> Facts:
    """Give the facts of a record; it has happened, its texts are there and name nobody.

    Raises:
        InTheFutureError: its day has not come.
        EmptyError: a text is empty.
        PersonalDataError: a text names somebody.
    """
    if on > legal_date(facts.occurred_at):
        raise InTheFutureError("that day has not come", "on")
    for text in texts:
        _check_text(text, "text")
    return replace(facts, subject=record_no)


def _check_text(text: str, field: str) -> None:
    if not text.strip():
        raise EmptyError("something has to be said here", field)
    check_names_nobody(text)
