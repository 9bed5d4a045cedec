"""Supervision: the five cycles, notices, cards, records, counters; what each refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from services.disclosure.domain import (
    Circular,
    Counter,
    Lagging,
    Outreach,
    RectificationNotice,
    ReportedFact,
    Score,
    Supervision,
    Training,
)
from services.disclosure.domain.entry_terms import PersonalDataError
from services.disclosure.domain.rules import DisclosureRuleError
from services.disclosure.domain.supervision_notices import NoticeState
from services.disclosure.domain.supervision_periods import read_number, turn_of
from services.disclosure.domain.supervision_terms import (
    AlreadyRecordedError,
    CardExcuse,
    Colour,
    CountedBeforeError,
    Cycle,
    EmptyError,
    InTheFutureError,
    NoticeStateError,
    NotTheUnitError,
    NotUnderSupervisionError,
    OutreachForm,
    RecordKind,
    RetractedError,
    Retraction,
    ScoreError,
    UnknownPeriodError,
    ValueTextError,
)
from services.kernel.aggregate import Aggregate
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import legal_date
from tests.unit.disclosure.supervision_world import (
    CALENDAR,
    HOUSE,
    ISSUES,
    NOTICE,
    OFFICER,
    SUPERVISOR,
    TIMER,
    UNIT,
    at,
    by,
    card,
    day,
    limit,
    missed,
    noticed,
    owing,
)

WEEK = "2020-W38.D07"


def kinds(thing: Aggregate) -> list[str]:
    """Name what happened to an aggregate, without service and version."""
    return [one.TOPIC.split(".")[1] for one in thing.pending]


@pytest.mark.parametrize(
    ("cycle", "on", "period", "begin", "end", "due"),
    [
        ("WEEKLY_UPDATE", "2020-09-16", "2020-W38", "2020-09-14", "2020-09-20", "2020-09-18"),
        # The Sunday before the holidays is a working day (K01).
        ("WEEKLY_UPDATE", "2020-09-21", "2020-W39", "2020-09-21", "2020-09-27", "2020-09-27"),
        # Nobody works from 1 to 8 October; the Friday and the make-up Saturday are of W41.
        ("WEEKLY_UPDATE", "2020-10-05", "2020-W41", "2020-10-05", "2020-10-11", "2020-10-10"),
        # A week of holidays only: the first working day after it.
        ("WEEKLY_UPDATE", "2020-01-27", "2020-W05", "2020-01-27", "2020-02-02", "2020-02-03"),
        ("WEEKLY_UPDATE", "2021-01-01", "2020-W53", "2020-12-28", "2021-01-03", "2020-12-31"),
        ("MONTHLY_DISPATCH", "2020-10-31", "2020-M10", "2020-10-01", "2020-10-31", "2020-10-30"),
        ("MONTHLY_DISPATCH", "2020-02-01", "2020-M02", "2020-02-01", "2020-02-29", "2020-02-28"),
        (
            *("QUARTERLY_MONITORING", "2020-08-01", "2020-Q3", "2020-07-01", "2020-09-30"),
            "2020-10-21",
        ),
        (
            *("HALF_YEAR_INSPECTION", "2020-06-30", "2020-H1", "2020-01-01", "2020-06-30"),
            "2020-07-28",
        ),
        ("ANNUAL_APPRAISAL", "2020-05-01", "2020-Y", "2020-01-01", "2020-12-31", "2021-01-29"),
    ],
)
def test_turn_of_a_cycle_and_its_limit(
    cycle: str, on: str, period: str, begin: str, end: str, due: str
) -> None:
    turn = turn_of(Cycle(cycle), day(on), CALENDAR)

    assert (turn.period, turn.begin, turn.end) == (period, day(begin), day(end))
    assert legal_date(turn.due_at) == day(due)
    assert read_number(turn.number("3412XX001")) == ("3412XX001", Cycle(cycle))


@pytest.mark.parametrize("number", ["2020-W38", "W38.D07", "2020-X1.D07", "2020-W38.村", ""])
def test_number_that_is_none_is_refused(number: str) -> None:
    with pytest.raises(UnknownPeriodError):
        read_number(number)


def test_turn_is_owed_once() -> None:
    found = owing()

    found.schedule(
        by(SUPERVISOR, "2020-09-15"), "D07", Cycle.WEEKLY_UPDATE, day("2020-09-16"), CALENDAR
    )

    assert kinds(found) == ["supervision-cycle-scheduled"]


def test_obligation_met_in_time_is_never_missed() -> None:
    found = owing()
    found.meet(by(UNIT, "2020-09-17"), WEEK, day("2020-09-17"), "P2020091700000001")

    found.miss(by(TIMER, "2020-09-19", 0), WEEK, at("2020-09-19", 0), CALENDAR)

    assert kinds(found) == ["supervision-cycle-scheduled", "supervision-obligation-met"]
    assert found.pending[-1].late is None


def test_turn_of_a_day_is_owed_until_it_is_met() -> None:
    found = owing()
    assert found.owes(day("2020-09-13")) is None
    assert found.owes(day("2020-09-20")) == "2020-W38.D07", "late is not never"

    found.meet(by(UNIT, "2020-09-15"), "2020-W38.D07", day("2020-09-15"), "P2020091500000001")

    assert found.owes(day("2020-09-15")) is None


def test_missed_obligation_is_met_late_and_both_are_kept() -> None:
    found = missed()
    found.miss(by(TIMER, "2020-09-20", 0), WEEK, at("2020-09-20", 0), CALENDAR)
    found.meet(by(UNIT, "2020-09-22"), WEEK, day("2020-09-18"), "P2020091800000001")

    assert kinds(found)[1:] == ["supervision-obligation-missed", "supervision-obligation-met"]
    assert found.pending[-1].late is True


def test_timer_before_the_limit_is_over_says_nothing() -> None:
    found = owing()

    found.miss(by(TIMER, "2020-09-18", 23), WEEK, at("2020-09-18", 23), CALENDAR)

    assert kinds(found) == ["supervision-cycle-scheduled"]


def test_limit_of_a_year_not_announced_moves_before_it_is_missed() -> None:
    """The appraisal's limit lies in a year whose calendar came later."""
    without = WorkCalendar(edition for edition in CALENDAR.years.values() if edition.year < 2021)
    found = Supervision.of("D07", Cycle.ANNUAL_APPRAISAL)
    found.schedule(
        by(SUPERVISOR, "2020-01-02"), "D07", Cycle.ANNUAL_APPRAISAL, day("2020-01-02"), without
    )
    first = found.owed["2020-Y.D07"].due_at
    assert legal_date(first) == day("2021-01-28")

    found.miss(by(TIMER, "2021-01-29", 0), "2020-Y.D07", at("2021-01-29", 0), CALENDAR)

    assert kinds(found) == ["supervision-cycle-scheduled"] * 2
    assert legal_date(found.owed["2020-Y.D07"].due_at) == day("2021-01-29")
    found.miss(by(TIMER, "2021-01-30", 0), "2020-Y.D07", at("2021-01-30", 0), CALENDAR)
    assert kinds(found)[-1] == "supervision-obligation-missed"


def test_cycle_that_ended_asks_nothing_more_and_can_begin_again() -> None:
    found = owing()
    found.end(by(SUPERVISOR, "2020-09-18"), day("2020-10-01"))

    assert found.goes_on(day("2020-09-28"))
    assert not found.goes_on(day("2020-10-05"))
    with pytest.raises(NotUnderSupervisionError):
        found.end(by(SUPERVISOR, "2020-09-18"), day("2020-10-01"))
    again = (by(SUPERVISOR, "2020-11-02"), "D07", Cycle.WEEKLY_UPDATE, day("2020-11-02"), CALENDAR)
    found.schedule(*again)
    assert found.goes_on(day("2020-11-09"))


REFUSED: dict[str, tuple[Callable[[], object], type[DisclosureRuleError]]] = {
    "met twice": (
        lambda: [owing_met().meet(by(UNIT, "2020-09-18"), WEEK, day("2020-09-18"), "x")],
        AlreadyRecordedError,
    ),
    "met tomorrow": (
        lambda: owing().meet(by(UNIT, "2020-09-17"), WEEK, day("2020-09-18"), "x"),
        InTheFutureError,
    ),
    "met before its period": (
        lambda: owing().meet(by(UNIT, "2020-09-17"), WEEK, day("2020-09-11"), "x"),
        UnknownPeriodError,
    ),
    "met without evidence": (
        lambda: owing().meet(by(UNIT, "2020-09-17"), WEEK, day("2020-09-17"), " "),
        EmptyError,
    ),
    "evidence names somebody": (
        lambda: owing().meet(by(UNIT, "2020-09-17"), WEEK, day("2020-09-17"), "13800000000"),
        PersonalDataError,
    ),
    "not owed": (
        lambda: owing().meet(by(UNIT, "2020-09-17"), "2020-W39.D07", day("2020-09-17"), "x"),
        NotUnderSupervisionError,
    ),
    "notice of a number that is taken": (lambda: issue(onto=noticed()), AlreadyRecordedError),
    "notice without issues": (lambda: issue(issues=[" "]), EmptyError),
    "notice due before it is issued": (lambda: issue(due="2020-09-16"), UnknownPeriodError),
    "notice of tomorrow": (lambda: issue(on="2020-09-17"), InTheFutureError),
    "notice that names somebody": (lambda: issue(issues=["找13800000000"]), PersonalDataError),
    "answer of another unit": (
        lambda: noticed().answer(by(UNIT, "2020-09-18"), "D12", "改了", day("2020-09-18")),
        NotTheUnitError,
    ),
    "answer without words": (
        lambda: noticed().answer(by(UNIT, "2020-09-18"), "D07", " ", day("2020-09-18")),
        EmptyError,
    ),
    "answer of tomorrow": (
        lambda: noticed().answer(by(UNIT, "2020-09-18"), "D07", "改了", day("2020-09-19")),
        InTheFutureError,
    ),
    "answer before the notice": (
        lambda: noticed().answer(by(UNIT, "2020-09-18"), "D07", "改了", day("2020-09-15")),
        UnknownPeriodError,
    ),
    "verified before it was answered": (
        lambda: noticed().verify(by(SUPERVISOR, "2020-09-18"), True, day("2020-09-18")),
        NoticeStateError,
    ),
    "refused without saying why": (
        lambda: answered().verify(
            by(SUPERVISOR, "2020-09-19"), False, day("2020-09-19"), "", day("2020-10-09")
        ),
        EmptyError,
    ),
    "refused without another day": (
        lambda: answered().verify(by(SUPERVISOR, "2020-09-19"), False, day("2020-09-19"), "缺"),
        UnknownPeriodError,
    ),
    "score above 100": (lambda: score(10_001), ScoreError),
    "rank of none": (lambda: score(8149, rank=10), ScoreError),
    "quarter of none": (lambda: score(8149, period="2020Q5"), UnknownPeriodError),
    "score again": (lambda: score(8149, twice=True), AlreadyRecordedError),
    "training again": (lambda: training(twice=True), AlreadyRecordedError),
    "training of tomorrow": (lambda: training(on="2020-09-16"), InTheFutureError),
    "value that is none": (lambda: fact("约2万"), ValueTextError),
    "the same fact again": (lambda: fact("20000", twice=True), AlreadyRecordedError),
    "taken back twice": (
        lambda: (
            [one := training(), one.retract(by(OFFICER, "2020-09-16"), TWICE)]
            and one.retract(by(OFFICER, "2020-09-16"), TWICE)
        ),
        RetractedError,
    ),
    "day counted twice": (lambda: visitors("2020-09-14", "2020-09-14"), CountedBeforeError),
    "count of tomorrow": (lambda: visitors("2020-09-18"), InTheFutureError),
    "period that ends before it begins": (
        lambda: Counter.of(RecordKind.ENQUIRIES, "desk").count_enquiries(
            by(OFFICER, "2020-09-17"), "desk", day("2020-09-16"), day("2020-09-15"), 1
        ),
        UnknownPeriodError,
    ),
    "nothing to take back": (
        lambda: visitors("2020-09-14").retract(
            by(OFFICER, "2020-09-16"), day("2020-09-15"), Retraction.WRONG_FIGURES
        ),
        RetractedError,
    ),
    "problem of an outreach that was not held": (
        lambda: Outreach.of("W-1").raise_issue(by(OFFICER, "2020-06-11"), day("2020-06-11")),
        RetractedError,
    ),
    "problem solved twice": (
        lambda: (
            [
                one := outreach(),
                one.resolve_issue(by(OFFICER, "2020-07-20"), "W-1.1", day("2020-07-20")),
            ]
            and one.resolve_issue(by(OFFICER, "2020-07-21"), "W-1.1", day("2020-07-21"))
        ),
        AlreadyRecordedError,
    ),
    "circular without a title": (
        lambda: Circular.of("T-1").publish(
            by(OFFICER, "2020-10-12"), "T-1", " ", [], day("2020-10-12")
        ),
        EmptyError,
    ),
    "problem of no outreach": (
        lambda: outreach().resolve_issue(by(OFFICER, "2020-07-20"), "W-1.9", day("2020-07-20")),
        RetractedError,
    ),
    "problem solved before it was named": (
        lambda: outreach().resolve_issue(by(OFFICER, "2020-07-20"), "W-1.1", day("2020-06-10")),
        UnknownPeriodError,
    ),
    "card taken back twice": (
        lambda: (
            [one := card(), one.withdraw(by(HOUSE, "2020-09-24"), CardExcuse.WRONG)]
            and one.withdraw(by(HOUSE, "2020-09-25"), CardExcuse.WRONG)
        ),
        RetractedError,
    ),
}
TWICE = Retraction.ENTERED_TWICE


def owing_met() -> Supervision:
    found = owing()
    found.meet(by(UNIT, "2020-09-17"), WEEK, day("2020-09-17"), "x")
    return found


def issue(
    issues: list[str] = ISSUES,
    on: str = "2020-09-16",
    due: str = "2020-09-30",
    onto: RectificationNotice | None = None,
) -> RectificationNotice:
    notice = onto or RectificationNotice.of(NOTICE)
    notice.issue(by(SUPERVISOR, "2020-09-16"), NOTICE, "D07", issues, day(due), day(on))
    return notice


def answered() -> RectificationNotice:
    notice = noticed()
    notice.answer(by(UNIT, "2020-09-18"), "D07", "已更新", day("2020-09-18"))
    return notice


def score(hundredths: int, period: str = "2020Q2", rank: int = 2, twice: bool = False) -> Score:
    found = Score.of(period)
    for _ in range(2 if twice else 1):
        facts = by(OFFICER, "2020-07-20")
        found.import_score(facts, period, hundredths, rank, 9, "通报", day("2020-07-15"))
    return found


def training(on: str = "2020-09-15", twice: bool = False) -> Training:
    found = Training.of("X-1")
    for _ in range(2 if twice else 1):
        found.hold(by(OFFICER, "2020-09-15"), "X-1", "条例培训", day(on), 157)
    return found


def fact(value: str, twice: bool = False) -> ReportedFact:
    found = ReportedFact.of("guides-printed.2020-10-31")
    for _ in range(2 if twice else 1):
        said = ("guides-printed", "印发指南", value, "份", day("2020-10-31"), "总结")
        found.report(by(OFFICER, "2020-11-02"), *said)
    return found


def visitors(*days: str) -> Counter:
    found = Counter.of(RecordKind.VISITORS, "gate-1")
    for one in days:
        found.count_visitors(by(OFFICER, "2020-09-17"), "gate-1", day(one), 2086)
    return found


def outreach() -> Outreach:
    found = Outreach.of("W-1")
    facts, on = by(OFFICER, "2020-06-11"), day("2020-06-11")
    found.hold(facts, "W-1", OutreachForm.VISIT, 4, 7, on)
    found.raise_issue(facts, on, "希望增加夜间取件柜")
    return found


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    act, error = REFUSED[name]

    with pytest.raises(error):
        act()


def test_notice_is_overdue_once_a_day_for_an_answer() -> None:
    notice = noticed("2020-09-30")
    for moment in ("2020-09-30", "2020-10-01", "2020-10-02"):
        notice.overrun(by(TIMER, moment, 0), at(moment, 0))
    notice.answer(by(UNIT, "2020-10-09"), "D07", "更新了两个", day("2020-10-09"))
    notice.overrun(by(TIMER, "2020-10-10", 0), at("2020-10-10", 0))
    supervisor = by(SUPERVISOR, "2020-10-10")
    notice.verify(supervisor, False, day("2020-10-10"), "还有一个", day("2020-10-20"))
    notice.overrun(by(TIMER, "2020-10-21", 0), at("2020-10-21", 0))

    overdue = [one for one in notice.pending if "overdue" in one.TOPIC]
    assert [one.detected_at for one in overdue] == [at("2020-10-01", 0), at("2020-10-21", 0)]
    assert notice.state is NoticeState.ISSUED


def test_notice_ends_when_it_is_put_right_and_may_be_taken_back() -> None:
    notice = answered()
    notice.verify(by(SUPERVISOR, "2020-09-19"), True, day("2020-09-19"))

    assert (notice.state, notice.due_on) == (NoticeState.VERIFIED, None)
    notice.retract(by(SUPERVISOR, "2020-09-21"), Retraction.DID_NOT_HAPPEN)
    said = notice.pending[-1]
    assert (said.kind, said.units, said.count) == (RecordKind.NOTICE, ["D07"], 1)
    with pytest.raises(NoticeStateError):
        notice.retract(by(SUPERVISOR, "2020-09-21"), Retraction.DID_NOT_HAPPEN)


def test_what_is_taken_back_says_what_it_had_counted_and_can_be_said_anew() -> None:
    found = training()
    found.retract(by(OFFICER, "2020-09-16"), TWICE)
    said = found.pending[-1]
    assert (said.count, said.said_on) == (157, day("2020-09-15"))

    found.hold(by(OFFICER, "2020-09-16"), "X-1", "条例培训", day("2020-09-15"), 175)

    assert found.count == 175


def test_corrected_score_and_fact_take_the_place_of_the_first() -> None:
    found = score(8149)
    found.import_score(by(OFFICER, "2020-07-21"), "2020Q2", 8150, 2, 9, "更正", day("2020-07-16"))
    told = fact("20000")
    said = ("guides-printed", "印发指南", "21000", "份", day("2020-10-31"), "更正")
    told.report(by(OFFICER, "2020-11-03"), *said)

    assert found.said == (8150, 2, 9)
    assert told.value == "21000"


def test_periods_of_a_counter_never_overlap() -> None:
    found = Counter.of(RecordKind.PAGE_VISITS, "portal", "open-column")

    def count(begin: str, end: str) -> None:
        facts = by(OFFICER, "2020-11-02")
        found.count_page_visits(facts, "portal", "open-column", day(begin), day(end), 1)

    count("2020-09-01", "2020-09-30")
    for begin, end in (
        *(("2020-08-15", "2020-09-01"), ("2020-09-30", "2020-10-02")),
        *(("2020-09-10", "2020-09-11"), ("2020-08-01", "2020-10-31")),
    ):
        with pytest.raises(CountedBeforeError):
            count(begin, end)
    count("2020-10-01", "2020-10-31")
    found.retract(by(OFFICER, "2020-11-03"), day("2020-09-01"), Retraction.WRONG_FIGURES)
    assert found.pending[-1].record_no == "portal.open-column.2020-09-01"
    count("2020-09-01", "2020-09-15")

    assert sorted(found.periods) == [day("2020-09-01"), day("2020-10-01")]


def test_card_is_issued_once_and_again_only_after_it_was_taken_back() -> None:
    found = card()
    found.issue(by(HOUSE, "2020-09-19"), Colour.RED, limit(), "D07")
    assert kinds(found) == ["card-issued"]

    found.withdraw(by(HOUSE, "2020-09-24"), CardExcuse.LIMIT_MOVED)
    found.issue(by(HOUSE, "2020-09-25"), Colour.RED, limit(), "D07")

    assert kinds(found) == ["card-issued", "card-withdrawn", "card-issued"]


def test_number_of_a_card_tells_limits_and_colours_apart() -> None:
    numbers = {
        limit(due, clock).number(colour)
        for due in ("2020-09-18", "2020-09-21")
        for clock in ("PROMISED", "STATUTORY")
        for colour in Colour
    }

    assert len(numbers) == 8
    assert limit().number(Colour.RED).startswith("R20200918-")


def test_circular_and_lagging_unit() -> None:
    told = Circular.of("T-1")
    told.publish(by(OFFICER, "2020-10-12"), "T-1", "通报", ["D07", "D07"], day("2020-10-12"))
    named = Lagging.of("2020Q3.D07")
    named.name(by(OFFICER, "2020-10-12"), "D07", "2020Q3", "滞后", day("2020-10-12"))

    assert told.pending[0].units == ["D07"]
    with pytest.raises(AlreadyRecordedError):
        named.name(by(OFFICER, "2020-10-13"), "D07", "2020Q3", "滞后", date(2020, 10, 13))
