"""What disclosure can be told of supervision: what was held, said, counted; cards; taking back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.disclosure import supervision_timers as timers
from services.disclosure.application.supervision import Supervising, SupervisionDone
from services.disclosure.domain.supervision_cards import Card, LimitOf, card_stream
from services.disclosure.domain.supervision_counters import COUNTED, Counter, counter_stream
from services.disclosure.domain.supervision_outreach import (
    Outreach,
    outreach_of,
)
from services.disclosure.domain.supervision_records import (
    RECORDS,
    Circular,
    Inspection,
    Lagging,
    Record,
    ReportedFact,
    Score,
    Training,
    fact_no,
    lagging_no,
    record_stream,
    score_no,
)
from services.disclosure.domain.supervision_terms import (
    CardExcuse,
    Colour,
    Finding,
    OutreachForm,
    RecordKind,
    Retraction,
)
from services.kernel.facts import Facts

R = TypeVar("R", bound=Record)
_RECORDS: tuple[type[Record], ...] = (*RECORDS, Outreach)
_KINDS = {one.KIND: one for one in _RECORDS}


@dataclass(frozen=True)
class Lags:
    """A unit that a circular says to lag behind."""

    unit: str
    reason: str


class SupervisionRecords(Supervising):
    """Everything that is recorded once."""

    @command
    def hold_training(
        self,
        facts: Facts,
        training_no: str,
        title: str,
        on: date,
        attendees: int,
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Say that a training was held."""
        found = self._record_of(Training, training_no)
        found.hold(self._here(facts), training_no, title, on, attendees)
        return self._file_record(found)

    @command
    def record_inspection(
        self,
        facts: Facts,
        inspection_no: str,
        unit: str,
        covert: bool,
        findings: Sequence[Finding],
        on: date,
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Say what an inspection found."""
        found = self._record_of(Inspection, inspection_no)
        found.inspect(self._here(facts), inspection_no, unit, covert, findings, on)
        return self._file_record(found)

    @command
    def publish_circular(
        self,
        facts: Facts,
        circular_no: str,
        title: str,
        units: Sequence[str],
        on: date,
        text: str = "",
        period: str = "",
        lagging: Sequence[Lags] = (),
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Tell everybody how the work goes; units it says to lag behind are named with it."""
        here = self._here(facts)
        for one in lagging:
            named = self._record_of(Lagging, lagging_no(period, one.unit))
            named.name(here, one.unit, period, one.reason, on, circular_no)
            self.keep(named)
        found = self._record_of(Circular, circular_no)
        about = [*units, *(one.unit for one in lagging)]
        found.publish(here, circular_no, title, about, on, text)
        return self._file_record(found)

    @command
    def name_lagging(
        self,
        facts: Facts,
        unit: str,
        period: str,
        reason: str,
        on: date,
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Name a unit that lags behind, without a circular."""
        found = self._record_of(Lagging, lagging_no(period, unit))
        found.name(self._here(facts), unit, period, reason, on)
        return self._file_record(found)

    @command
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
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Say what another authority scored."""
        found = self._record_of(Score, score_no(period, unit))
        found.import_score(
            self._here(facts), period, hundredths, rank, of_units, source_document, on, unit
        )
        return self._file_record(found)

    @command
    def report_fact(
        self,
        facts: Facts,
        code: str,
        name: str,
        value: str,
        unit: str,
        as_of: date,
        source_document: str,
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Record a figure that no service computes, with its source."""
        found = self._record_of(ReportedFact, fact_no(code, as_of))
        found.report(self._here(facts), code, name, value, unit, as_of, source_document)
        return self._file_record(found)

    @command
    def hold_outreach(
        self,
        facts: Facts,
        outreach_no: str,
        form: OutreachForm,
        count: int,
        enterprises: int,
        on: date,
        title: str = "",
        issues: Sequence[str] = (),
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Say whom the centre asked, and the problems that were named."""
        found = self._record_of(Outreach, outreach_no)
        here = self._here(facts)
        found.hold(here, outreach_no, form, count, enterprises, on, title)
        for text in issues:
            found.raise_issue(here, on, text)
        return self._file_record(found)

    @command
    def raise_issue(
        self, facts: Facts, outreach_no: str, on: date, text: str, *, key: str | None = None
    ) -> SupervisionDone:
        """Write down a problem that was named."""
        found = self._known(Outreach, outreach_no)
        number = found.raise_issue(self._here(facts), on, text)
        self.keep(found)
        return SupervisionDone(number, "raised", str(found.id), found.version)

    @command
    def resolve_issue(
        self, facts: Facts, issue_no: str, on: date, text: str, *, key: str | None = None
    ) -> SupervisionDone:
        """Say that a problem is solved."""
        found = self._known(Outreach, outreach_of(issue_no))
        found.resolve_issue(self._here(facts), issue_no, on, text)
        self.keep(found)
        return SupervisionDone(issue_no, "resolved", str(found.id), found.version)

    @command
    def count_visitors(
        self, facts: Facts, counter: str, day: date, count: int, *, key: str | None = None
    ) -> SupervisionDone:
        """Say how many came to the hall on a day."""
        found = self._counter(RecordKind.VISITORS, counter)
        found.count_visitors(self._here(facts), counter, day, count)
        return self._file_count(found)

    @command
    def count_page_visits(
        self,
        facts: Facts,
        counter: str,
        page: str,
        begin: date,
        end: date,
        count: int,
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Say how often a page was visited."""
        found = self._counter(RecordKind.PAGE_VISITS, counter, page)
        found.count_page_visits(self._here(facts), counter, page, begin, end, count)
        return self._file_count(found)

    @command
    def count_enquiries(
        self,
        facts: Facts,
        counter: str,
        begin: date,
        end: date,
        count: int,
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Say how many enquired or complained."""
        found = self._counter(RecordKind.ENQUIRIES, counter)
        found.count_enquiries(self._here(facts), counter, begin, end, count)
        return self._file_count(found)

    @command
    def retract_record(
        self,
        facts: Facts,
        kind: RecordKind,
        record_no: str,
        reason: Retraction,
        page: str = "",
        begin: date | None = None,
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Take something back; of a count, `record_no` is its counter and `begin` its first day."""
        here = self._here(facts)
        if kind is RecordKind.NOTICE:
            notice = self.notice_of(record_no)
            due_on = notice.due_on
            notice.retract(here, reason)
            self.change(*timers.answered(notice, due_on))
            self.keep(notice)
            return SupervisionDone(record_no, "retracted", str(notice.id), notice.version)
        if kind in COUNTED:
            counter = self._counter(kind, record_no, page)
            counter.retract(here, begin or date.min, reason)
            return self._file_count(counter, "retracted")
        found = self._known(_KINDS[kind], record_no)
        found.retract(here, reason)
        return self._file_record(found, "retracted")

    @command
    def issue_card(
        self,
        facts: Facts,
        colour: Colour,
        limit: LimitOf,
        project_no: str | None = None,
        unit: str = "",
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Give a unit a card for a limit; one that stands is not issued twice.

        Args:
            unit: whose limit it is; when empty, who is known to have the case here.
        """
        number = limit.number(colour)
        card = self.find(Card, card_stream(number)) or Card.of(number)
        unit = unit or self._rows.unit_of_limit(limit.process_no, project_no)
        card.issue(self._here(facts), colour, limit, unit, project_no)
        return self._file_card(card)

    @command
    def withdraw_card(
        self, facts: Facts, warning_no: str, reason: CardExcuse, *, key: str | None = None
    ) -> SupervisionDone:
        """Take a card back."""
        card = self.find(Card, card_stream(warning_no))
        if card is None:
            raise NotFoundError("there is no such card")
        card.withdraw(self._here(facts), reason)
        return self._file_card(card)

    @command
    def excuse(
        self, facts: Facts, limits: Sequence[LimitOf], colours: Sequence[Colour], reason: CardExcuse
    ) -> int:
        """Take back the cards of limits that stand, if there are any; gives how many."""
        taken = 0
        for card in self._cards(limits, colours):
            if not card.withdrawn:
                card.withdraw(self._here(facts), reason)
                self.keep(card)
                taken += 1
        return taken

    def dues_of(self, liability_nos: Collection[str]) -> Sequence[datetime]:
        """Give the limits that somebody answers for, as far as they are known."""
        return self._rows.liability_dues(liability_nos)

    def _cards(self, limits: Iterable[LimitOf], colours: Sequence[Colour]) -> Iterable[Card]:
        for limit in limits:
            for colour in colours:
                card = self.find(Card, card_stream(limit.number(colour)))
                if card is not None:
                    yield card

    def _record_of(self, kind: type[R], number: str) -> R:
        return self.find(kind, record_stream(kind.KIND, number)) or kind.of(number)

    def _known(self, kind: type[R], number: str) -> R:
        found = self.find(kind, record_stream(kind.KIND, number))
        if found is None:
            raise NotFoundError("nothing of this number was recorded")
        return found

    def _counter(self, kind: RecordKind, counter: str, page: str = "") -> Counter:
        found = self.find(Counter, counter_stream(kind, counter, page))
        return found or Counter.of(kind, counter, page)

    def _file_record(self, found: Record, state: str = "recorded") -> SupervisionDone:
        self.keep(found)
        return SupervisionDone(found.record_no, state, str(found.id), found.version)

    def _file_count(self, found: Counter, state: str = "recorded") -> SupervisionDone:
        self.keep(found)
        return SupervisionDone(found.counter, state, str(found.id), found.version)

    def _file_card(self, card: Card) -> SupervisionDone:
        self.keep(card)
        state = "withdrawn" if card.withdrawn else card.colour.value.lower()
        return SupervisionDone(card.warning_no, state, str(card.id), card.version)
