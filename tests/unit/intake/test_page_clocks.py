"""The strip on a case's page shows what was counted, by the calendar it was counted by."""

from __future__ import annotations

from datetime import date, datetime

from services.intake.domain import Case, Decision
from services.intake.pages import case_page
from services.intake.pages.clocks import strip
from services.kernel.calendar_seed import SEED_EDITIONS, calendar_as_of
from services.kernel.clock import Cause, Kind
from services.kernel.limits import Limit
from services.kernel.times import SHANGHAI
from tests.unit.facts import NOW, facts
from tests.unit.intake.rows import accepted, later
from tests.unit.intake.test_clocks import case_of

BEFORE_NEW_YEAR = datetime(2020, 1, 16, 10, tzinfo=SHANGHAI)
AMENDED = calendar_as_of(date(2020, 2, 1))


def spring_case() -> Case:
    """Give a case accepted under the first edition of 2020."""
    return case_of(BEFORE_NEW_YEAR, calendar_as_of(date(2020, 1, 1)), promised=Limit(10))


def last_day(case: Case, at: datetime = NOW) -> date:
    shown = strip(case, Kind.PROMISED, SEED_EDITIONS, at)
    assert shown is not None
    last = shown.weeks[-1].days[-1]
    assert last.due
    return last.day


def test_an_end_is_drawn_by_its_own_edition_until_it_is_counted_again() -> None:
    case = spring_case()
    assert case.promised_due_at is not None
    assert last_day(case) == case.promised_due_at.date() == date(2020, 2, 4)

    case.recalculate(facts(), AMENDED, Cause.CALENDAR_AMENDED)

    assert last_day(case) == case.promised_due_at.date() == date(2020, 2, 6)


def test_without_the_edition_it_was_counted_by_nothing_is_drawn() -> None:
    others = [one for one in SEED_EDITIONS if (one.year, one.version) != (2020, 1)]

    assert strip(spring_case(), Kind.PROMISED, others, NOW) is None
    assert strip(spring_case(), Kind.PROMISED, [], NOW) is None


def test_a_year_nobody_announced_is_drawn_as_it_was_counted() -> None:
    at = datetime(2098, 3, 3, 10, tzinfo=SHANGHAI)
    case = case_of(at, AMENDED, promised=Limit(2))

    shown = strip(case, Kind.PROMISED, SEED_EDITIONS, at)

    assert shown is not None
    assert shown.weeks[0].days[-1].tags == ["截止", "暂定"]


def test_the_day_before_the_first_counted_year_is_not_called_provisional() -> None:
    at = datetime(2019, 12, 31, 10, tzinfo=SHANGHAI)
    case = case_of(at, AMENDED, promised=Limit(2))

    shown = strip(case, Kind.PROMISED, SEED_EDITIONS, at)

    assert shown is not None
    assert [one.tags for week in shown.weeks for one in week.days] == [
        ["起算", "今天"],
        [],
        [],
        ["截止"],
    ]


def test_the_page_marks_today_or_the_day_it_ended() -> None:
    case = accepted()
    open_page = case_page(case, [], later(2), SEED_EDITIONS)
    case.complete(facts(at=later(1)), Decision(True, 0, later(1)))
    ended_page = case_page(case, [], later(9), SEED_EDITIONS)

    def marked(page: dict[str, object], name: str) -> list[tuple[date, str]]:
        shown = page[name]
        return [
            (one.day, one.tags[0])
            for week in shown.weeks  # type: ignore[attr-defined]
            for one in week.days
            if one.now
        ]

    for name in ("promised", "statutory"):
        assert marked(open_page, name) == [(date(2020, 10, 22), "今天")]
        assert marked(ended_page, name) == [(date(2020, 10, 21), "办结")]
    assert case_page(case, [], NOW)["promised"] is None, "no calendar, no picture"
