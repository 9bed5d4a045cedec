"""Supervision (监督) over HTTP: every act by one route, lists with filters, what is public."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Any, Final, cast

from services.chassis.clock import SystemClock
from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.web import Call, Page, route
from services.chassis.web.histories import HistoryEvent, history_event, written
from services.chassis.web.paging import page_of, read_cursor
from services.disclosure.application import supervision_acts as acts
from services.disclosure.application.acts import Act
from services.disclosure.application.supervision import SupervisionDone
from services.disclosure.application.supervision_acts import (
    EVERYBODY,
    HOUSE,
    SUPERVISOR,
    UNIT,
    SupervisionAct,
    roles_for,
)
from services.disclosure.application.supervision_records import Lags
from services.disclosure.domain.supervision_notices import notice_stream
from services.disclosure.domain.supervision_terms import CardExcuse, Finding
from services.disclosure.pages import supervision_words as words
from services.disclosure.projections import supervision_lists as lists
from services.disclosure.projections.supervision_lists import (
    CardRow,
    CircularRow,
    IssueRow,
    NoticeRow,
    ObligationRow,
    RecordRow,
    ScoreRow,
    SupervisedRow,
)
from services.disclosure.supervision_answers import (
    CardsQuery,
    CircularsQuery,
    CircularView,
    IssuesQuery,
    NoticesQuery,
    NoticeView,
    ObligationsQuery,
    RecordsQuery,
    ScoresQuery,
    SupervisionTold,
)
from services.kernel.facts import Facts
from services.kernel.times import SHANGHAI

_LETTERS: Final[Mapping[type[Act], tuple[str, str]]] = {
    acts.IssueNotice: ("Z", "notice_no"),
    acts.PublishCircular: ("T", "circular_no"),
    acts.HoldTraining: ("X", "training_no"),
    acts.RecordInspection: ("J", "inspection_no"),
    acts.HoldOutreach: ("W", "outreach_no"),
}
"""What is given a number here when it brings none."""


class SupervisionRoutes:
    """Routes about supervision; a part of disclosure's service."""

    name: str
    clock: SystemClock
    figures: Any

    @route(
        "POST",
        "/supervision/acts",
        request=cast("type[SupervisionAct]", SupervisionAct),
        response=SupervisionTold,
        roles=EVERYBODY,
        status=201,
        summary="Do something in supervision; `act` says what, its role is checked with it",
    )
    def act_in_supervision(self, call: Call[SupervisionAct]) -> SupervisionTold:
        """A unit meets obligations and answers notices of its own; the rest is the house's."""
        done = self._supervise(call, call.body, call.idempotency_key)
        place = written(call, self.figures.database, self.name, done.stream, done.version)
        return SupervisionTold(done.key, done.state, place.event, place.position)

    @route(
        "GET",
        "/supervision/obligations",
        query=ObligationsQuery,
        response=Page[ObligationRow],
        roles=EVERYBODY,
        summary="What units owe in the five cycles, what is due first first",
    )
    def list_obligations(self, call: Call[None, ObligationsQuery]) -> Page[ObligationRow]:
        """A unit sees its own."""
        query = call.query
        asked = {
            "unit": own_unit(call, query.unit),
            "cycle": query.cycle,
            "state": query.state,
            "since": moment_of_day(query.since),
            "until": moment_of_day(query.until, 1),
        }
        after = read_cursor(query.cursor, tuple[datetime, str])
        rows = lists.obligations(self.figures.database, asked, after, query.limit + 1)
        return page_of(rows, query.limit, lambda one: (one.due_at, one.obligation_no))

    @route(
        "GET",
        "/supervision/units",
        response=list[SupervisedRow],
        roles=HOUSE,
        summary="The units under supervision, and the cycles each owes",
    )
    def list_supervised(self, call: Call) -> list[SupervisedRow]:
        return lists.supervised(self.figures.database)

    @route(
        "GET",
        "/supervision/notices",
        query=NoticesQuery,
        response=Page[NoticeRow],
        roles=EVERYBODY,
        summary="Rectification notices, the newest first",
    )
    def list_notices(self, call: Call[None, NoticesQuery]) -> Page[NoticeRow]:
        """A unit sees its own."""
        query = call.query
        asked = {
            "unit": own_unit(call, query.unit),
            "state": query.state,
            "overdue": query.overdue,
        }
        after = read_cursor(query.cursor, tuple[date, str])
        rows = lists.notices(self.figures.database, asked, after, query.limit + 1)
        return page_of(rows, query.limit, lambda one: (one.issued_on, one.notice_no))

    @route(
        "GET",
        "/supervision/notices/<notice_no>",
        response=NoticeView,
        roles=EVERYBODY,
        summary="A notice and its history",
    )
    def get_notice(self, call: Call) -> NoticeView:
        row, events = self._notice(call)
        return NoticeView(row, events)

    @route(
        "GET",
        "/supervision/cards",
        query=CardsQuery,
        response=Page[CardRow],
        roles=EVERYBODY,
        summary="Yellow and red cards, the newest first",
    )
    def list_cards(self, call: Call[None, CardsQuery]) -> Page[CardRow]:
        """A unit sees its own."""
        query = call.query
        asked = {
            "unit": own_unit(call, query.unit),
            "colour": query.colour,
            "standing": query.standing,
            "since": query.since,
            "until": query.until,
        }
        after = read_cursor(query.cursor, tuple[date, str])
        rows = lists.cards(self.figures.database, asked, after, query.limit + 1)
        return page_of(rows, query.limit, lambda one: (one.issued_on, one.warning_no))

    @route(
        "GET",
        "/supervision/records",
        query=RecordsQuery,
        response=Page[RecordRow],
        roles=HOUSE,
        summary="Trainings, inspections, outreach, counts, reported facts; `kind` says which",
    )
    def list_records(self, call: Call[None, RecordsQuery]) -> Page[RecordRow]:
        query = call.query
        asked = {
            "kind": query.kind.value if query.kind else "",
            "unit": query.unit,
            "since": query.since,
            "until": query.until,
            "standing": not query.retracted,
        }
        after = read_cursor(query.cursor, tuple[date, str])
        rows = lists.records(self.figures.database, asked, after, query.limit + 1)
        return page_of(rows, query.limit, lambda one: (one.said_on, one.record_no))

    @route(
        "GET",
        "/supervision/issues",
        query=IssuesQuery,
        response=list[IssueRow],
        roles=HOUSE,
        summary="Problems named in outreach, those not solved first",
    )
    def list_issues(self, call: Call[None, IssuesQuery]) -> list[IssueRow]:
        return lists.issues(self.figures.database, call.query.outreach_no)

    @route(
        "GET",
        "/supervision/circulars",
        query=CircularsQuery,
        response=Page[CircularRow],
        public=True,
        summary="Circulars, the newest first",
    )
    def list_circulars(self, call: Call[None, CircularsQuery]) -> Page[CircularRow]:
        after = read_cursor(call.query.cursor, tuple[date, str])
        rows = lists.circulars(self.figures.database, after, call.query.limit + 1)
        return page_of(rows, call.query.limit, lambda one: (one.published_on, one.circular_no))

    @route(
        "GET",
        "/supervision/circulars/<circular_no>",
        response=CircularView,
        public=True,
        summary="A circular and the units it says to lag behind",
    )
    def get_circular(self, call: Call) -> CircularView:
        return self._circular(call)

    @route(
        "GET",
        "/supervision/scores",
        query=ScoresQuery,
        response=list[ScoreRow],
        public=True,
        summary="Quarterly scores and ranks, the oldest first",
    )
    def list_scores(self, call: Call[None, ScoresQuery]) -> list[ScoreRow]:
        return lists.scores(self.figures.database, call.query.unit)

    def _notice(self, call: Call[Any, Any]) -> tuple[NoticeRow, list[HistoryEvent]]:
        number = call.path["notice_no"]
        row = lists.notice(self.figures.database, number)
        if row is None or ((own := own_unit(call, row.unit)) and own != row.unit):
            raise NotFoundError("there is no such notice")
        events = self.figures.events_of(notice_stream(number))
        return row, [history_event(event) for event in events]

    def _circular(self, call: Call[Any, Any]) -> CircularView:
        number = call.path["circular_no"]
        row = lists.circular(self.figures.database, number)
        if row is None:
            raise NotFoundError("there is no such circular")
        return CircularView(row, lists.lagging(self.figures.database, number))

    def _supervise(self, call: Call[Any, Any], act: Any, key: str) -> SupervisionDone:
        role = _role(call, act)
        mine = call.caller.unit if role == UNIT else None
        number = self._number_of(act, key)
        subject = number or "supervision"
        facts = Facts(self.clock.now(), subject, call.caller.actor(role), call.correlation_id)
        return _do(self.figures, facts, act, number, mine, key or None)

    def _number_of(self, act: Any, key: str) -> str:
        known = _LETTERS.get(type(act))
        if known is None:
            return ""
        letter, field = known
        return getattr(act, field) or _number(letter, self.clock.now(), key)


def _do(
    told: Any, facts: Facts, act: Any, number: str, unit: str | None, key: str | None
) -> SupervisionDone:
    done: SupervisionDone
    match act:
        case acts.StartCycles():
            done = told.start_cycles(facts, act.units, act.cycles, act.begins, key=key)
        case acts.EndCycle():
            done = told.end_cycle(facts, act.unit, act.cycle, act.on, key=key)
        case acts.Meet():
            done = told.meet_obligation(
                facts, act.obligation_no, act.on, act.evidence, unit=unit, key=key
            )
        case acts.IssueNotice():
            found = act.inspection_no or None
            done = told.issue_notice(
                facts, number, act.unit, act.issues, act.due_on, act.on, found, key=key
            )
        case acts.Answer():
            done = told.answer_notice(facts, act.notice_no, act.answer, act.on, unit=unit, key=key)
        case acts.Verify():
            done = told.verify_notice(
                facts, act.notice_no, act.accepted, act.on, act.remark, act.due_on, key=key
            )
        case acts.WithdrawCard():
            done = told.withdraw_card(facts, act.warning_no, CardExcuse.WRONG, key=key)
        case acts.Retract():
            done = told.retract_record(
                facts, act.kind, act.record_no, act.reason, act.page, act.begin, key=key
            )
        case _:
            done = _record(told, facts, act, number, key)
    return done


def _record(told: Any, facts: Facts, act: Any, number: str, key: str | None) -> SupervisionDone:
    done: SupervisionDone
    match act:
        case acts.PublishCircular():
            lags = [Lags(one.unit, one.reason) for one in act.lagging]
            period = act.period or f"{act.on:%Y-%m}"
            done = told.publish_circular(
                facts, number, act.title, act.units, act.on, act.text, period, lags, key=key
            )
        case acts.NameLagging():
            done = told.name_lagging(facts, act.unit, act.period, act.reason, act.on, key=key)
        case acts.ImportScore():
            ranked = (act.rank, act.of_units, act.source_document, act.on, act.unit or None)
            period = act.period.strip().upper()
            done = told.import_score(facts, period, act.hundredths, *ranked, key=key)
        case acts.HoldTraining():
            done = told.hold_training(facts, number, act.title, act.on, act.attendees, key=key)
        case acts.RecordInspection():
            faults = [Finding(c, act.text.strip() or words.CRITERIA[c.value]) for c in act.faults]
            done = told.record_inspection(
                facts, number, act.unit, act.covert, faults, act.on, key=key
            )
        case acts.HoldOutreach():
            asked = (act.form, act.count, act.enterprises, act.on, act.title, act.issues)
            done = told.hold_outreach(facts, number, *asked, key=key)
        case acts.RaiseIssue():
            done = told.raise_issue(facts, act.outreach_no, act.on, act.text, key=key)
        case acts.ResolveIssue():
            done = told.resolve_issue(facts, act.issue_no, act.on, act.text, key=key)
        case acts.CountVisitors():
            done = told.count_visitors(facts, act.counter, act.day, act.count, key=key)
        case acts.CountPageVisits():
            counted = (act.counter, act.page, act.begin, act.end, act.count)
            done = told.count_page_visits(facts, *counted, key=key)
        case acts.CountEnquiries():
            done = told.count_enquiries(facts, act.counter, act.begin, act.end, act.count, key=key)
        case acts.ReportFact():
            said = (act.code, act.name, act.value, act.unit, act.as_of, act.source_document)
            done = told.report_fact(facts, *said, key=key)
        case _:
            raise NotFoundError("there is no such act")
    return done


def _role(call: Call[Any, Any], act: Any) -> str:
    """Give the role somebody acts in: that of the house first, for a unit speaks for itself only.

    Raises:
        NotAllowedError: none of the caller's roles does that.
    """
    may = roles_for(type(act)) & call.caller.roles
    if not may:
        raise NotAllowedError(f"this needs the role {' or '.join(sorted(roles_for(type(act))))}")
    for role in (SUPERVISOR, acts.OFFICER):
        if role in may:
            return role
    if not call.caller.unit:
        raise NotAllowedError("this account belongs to no unit")
    return UNIT


def own_unit(call: Call[Any, Any], unit: str) -> str:
    """Give the unit whose rows are shown: who is of a unit only sees those of it."""
    if not call.caller.roles.isdisjoint(HOUSE):
        return unit
    if not call.caller.unit:
        raise NotAllowedError("this account belongs to no unit")
    return call.caller.unit


def moment_of_day(day: date | None, days: int = 0) -> datetime | None:
    return datetime.combine(day + timedelta(days=days), time(0), SHANGHAI) if day else None


def _number(letter: str, now: datetime, key: str) -> str:
    """Make a number: kind, date, serial; the same for a repeated request."""
    serial = int.from_bytes(sha256((key or token_hex(16)).encode()).digest()[:8]) % 10**8
    return f"{letter}{now.astimezone(SHANGHAI):%Y%m%d}{serial:08}"


def named(names: dict[str, str], units: Iterable[str]) -> str:
    """Give units in words, as far as their names are known."""
    return "、".join(names.get(unit, unit) for unit in units)
