"""Outreach (问卷、走访、座谈会): held, the problems named in it, and their solution."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.disclosure.domain.entry_terms import check_names_nobody
from services.disclosure.domain.supervision_events import (
    OutreachHeld,
    OutreachIssueRaised,
    OutreachIssueResolved,
)
from services.disclosure.domain.supervision_records import Record, check_said, record_stream
from services.disclosure.domain.supervision_terms import (
    AlreadyRecordedError,
    OutreachForm,
    RecordKind,
    RetractedError,
    UnknownPeriodError,
)
from services.kernel.aggregate import applies
from services.kernel.facts import Facts


class Outreach(Record):
    """One outreach; stream `stream_id("outreach", outreach_no)`."""

    KIND = RecordKind.OUTREACH

    def __init__(self) -> None:
        super().__init__()
        self.issues: dict[str, date | None] = {}
        """By number, the day each was solved."""
        self.raised_on: dict[str, date] = {}

    def hold(
        self,
        facts: Facts,
        outreach_no: str,
        form: OutreachForm,
        count: int,
        enterprises: int,
        on: date,
        title: str = "",
    ) -> None:
        """Say whom the centre asked: `count` questionnaires, visits or symposia."""
        about = self._new(facts, outreach_no, on)
        check_names_nobody(title)
        self.record(
            OutreachHeld,
            about,
            outreach_no=outreach_no,
            form=form,
            count=count,
            enterprises=enterprises,
            on=on,
            title=title.strip() or None,
        )

    def raise_issue(self, facts: Facts, on: date, text: str = "") -> str:
        """Write down a problem that was named; gives its number."""
        if not self.stands:
            raise RetractedError("there is no such outreach", "outreach_no")
        number = f"{self.record_no}.{len(self.issues) + 1}"
        about = check_said(facts, self.record_no, on)
        check_names_nobody(text)
        told = {"issue_no": number, "outreach_no": self.record_no, "on": on}
        self.record(OutreachIssueRaised, about, **told, text=text.strip() or None)
        return number

    def resolve_issue(self, facts: Facts, issue_no: str, on: date, text: str = "") -> None:
        """Say that a problem is solved."""
        if issue_no not in self.issues:
            raise RetractedError("no such problem was named", "issue_no")
        if self.issues[issue_no] is not None:
            raise AlreadyRecordedError("it was solved before", "issue_no")
        if on < self.raised_on[issue_no]:
            raise UnknownPeriodError("the problem was not named then", "on")
        about = check_said(facts, self.record_no, on)
        check_names_nobody(text)
        told = {"issue_no": issue_no, "outreach_no": self.record_no, "on": on}
        self.record(OutreachIssueResolved, about, **told, text=text.strip() or None)

    @applies(OutreachHeld)
    def _held(self, event: OutreachHeld) -> None:
        self._stand(event.outreach_no, event.on, event.count)
        self.issues, self.raised_on = {}, {}

    @applies(OutreachIssueRaised)
    def _raised(self, event: OutreachIssueRaised) -> None:
        self.issues[event.issue_no] = None
        self.raised_on[event.issue_no] = event.on

    @applies(OutreachIssueResolved)
    def _resolved(self, event: OutreachIssueResolved) -> None:
        self.issues[event.issue_no] = event.on


def outreach_stream(outreach_no: str) -> UUID:
    """Give the stream of an outreach."""
    return record_stream(RecordKind.OUTREACH, outreach_no)


def outreach_of(issue_no: str) -> str:
    """Give the outreach a problem was named in."""
    return issue_no.rpartition(".")[0]
