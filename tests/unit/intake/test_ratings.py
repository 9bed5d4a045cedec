"""Ratings: given events, when a command, then events or an error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from services.intake.domain import Application, Case, Decision, Rating, RecordKind
from services.intake.domain.clocks import breach_at
from services.intake.domain.endings import WHOLE
from services.intake.domain.rating_events import (
    BadReviewContactOverdue,
    BadReviewOpened,
    EvaluationDefaulted,
    EvaluationSubmitted,
)
from services.intake.domain.rating_terms import (
    AlreadyAppealedError,
    AlreadyInvitedError,
    AlreadyRatedError,
    Answer,
    AnsweredTooLateError,
    AppealGround,
    FinishInPastError,
    JudgeInOwnCaseError,
    Measure,
    NoAppealError,
    NoSuchLevelError,
    OtherUnitError,
    RatingState,
    Scale,
    ScaleMissingError,
    WrongRatingStateError,
    level_of,
)
from services.intake.domain.ratings import asked_after
from services.intake.domain.rules import IntakeRuleError
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Actor, ActorKind
from services.kernel.times import SHANGHAI
from tests.contract.rating_stories import BAD, SUPERVISOR, UNIT, bad_rating, invited
from tests.unit.facts import CLERK, HOUSE, NOW, facts
from tests.unit.intake.lives import told
from tests.unit.intake.rows import ITEM, RESULT, row
from tests.unit.intake.rows import accepted as reported

STRANGER = Actor(ActorKind.PERSON, "unit-9", unit="D09", role="unit")
GOOD = Answer(5, Scale.BEST_5, "app")
Do = Callable[[Rating], None]


def rated(said: Answer = BAD, at: datetime = NOW) -> Rating:
    rating = invited()
    rating.submit(facts(CLERK, at), said, False, SEED)
    return rating


def contacted() -> Rating:
    rating = rated()
    rating.contact(facts(UNIT), False)
    return rating


def planned() -> Rating:
    rating = contacted()
    rating.plan(facts(UNIT), [Measure.TRAINING], NOW.date(), False)
    return rating


def appealed() -> Rating:
    rating = rated()
    rating.contest(facts(UNIT), AppealGround.MISTAKEN, ["doc-1"], False)
    return rating


@pytest.mark.parametrize(
    ("value", "scale", "level"),
    [
        (5, Scale.BEST_5, 1),
        (4, Scale.BEST_5, 2),
        (3, Scale.BEST_5, 3),
        (1, Scale.BEST_5, 5),
        (1, Scale.BEST_1, 1),
        (5, Scale.BEST_1, 5),
    ],
)
def test_i10_level_is_that_of_the_standard(value: int, scale: Scale, level: int) -> None:
    assert level_of(value, scale) == level


def test_i10_scale_is_never_guessed() -> None:
    with pytest.raises(ScaleMissingError):
        invited().submit(facts(), Answer(5, None, "app"), False, SEED)


@pytest.mark.parametrize("value", [0, 6, -1])
def test_there_are_five_levels(value: int) -> None:
    with pytest.raises(NoSuchLevelError):
        level_of(value, Scale.BEST_5)


def test_praise_is_followed_by_nothing_and_keeps_what_the_source_said() -> None:
    rating = rated(GOOD)

    event = rating.pending[-1]
    assert isinstance(event, EvaluationSubmitted)
    assert (event.level, event.value, event.scale) == (1, 5, Scale.BEST_5)
    assert (rating.state, rating.counts, rating.good) == (RatingState.SUBMITTED, True, True)
    assert not rating.awaits_contact


@pytest.mark.parametrize(("level", "bad"), [(3, False), (4, True), (5, True)])
def test_last_two_levels_are_bad(level: int, bad: bool) -> None:
    rating = rated(Answer(level, Scale.BEST_1, "app"))

    assert rating.good is not bad
    assert isinstance(rating.pending[-1], BadReviewOpened) is bad


@pytest.mark.parametrize(
    ("given", "due"),
    [
        (datetime(2020, 10, 20, 9, 0, tzinfo=SHANGHAI), date(2020, 10, 21)),
        (datetime(2020, 10, 23, 9, 0, tzinfo=SHANGHAI), date(2020, 10, 26)),
        (datetime(2020, 9, 30, 9, 0, tzinfo=SHANGHAI), date(2020, 10, 9)),
    ],
)
def test_named_bad_rating_is_contacted_within_one_working_day(given: datetime, due: date) -> None:
    rating = Rating.of("case-1", 1)
    rating.invite(facts(CLERK, given), "case-1", 1, "s-1", ["app"], SEED)
    rating.submit(facts(CLERK, given), BAD, False, SEED)

    assert rating.contact_due_at == datetime(due.year, due.month, due.day, 23, 59, 59, 0, SHANGHAI)
    assert rating.awaits_contact


def test_anonymous_bad_rating_has_nobody_to_contact_and_is_set_right_all_the_same() -> None:
    rating = rated(Answer(5, Scale.BEST_1, "app", named=False))

    assert (rating.contact_due_at, rating.awaits_contact) == (None, False)
    with pytest.raises(WrongRatingStateError):
        rating.contact(facts(UNIT), False)
    rating.plan(facts(UNIT), [Measure.GUIDE], NOW.date(), False)
    assert rating.state is RatingState.RECTIFYING


def test_one_invitation_and_one_rating_a_stage() -> None:
    rating = rated()

    with pytest.raises(AlreadyInvitedError):
        rating.invite(facts(), "case-1", 2, "s-1", ["app"], SEED)
    with pytest.raises(AlreadyRatedError):
        rating.submit(facts(), GOOD, False, SEED)


def test_no_answer_is_not_counted_as_good() -> None:
    rating = invited()
    assert rating.answer_until is not None
    late = breach_at(rating.answer_until)
    rating.default(facts(HOUSE, late), rating.answer_until)
    assert rating.state is RatingState.INVITED

    rating.default(facts(HOUSE, late), late)
    rating.default(facts(HOUSE, late), late)

    assert [type(fact) for fact in rating.pending[1:]] == [EvaluationDefaulted]
    assert (rating.counts, rating.good) == (False, None)
    with pytest.raises(AnsweredTooLateError):
        rating.submit(facts(), GOOD, False, SEED)


def test_answer_counts_until_the_last_second_of_the_invitation() -> None:
    last = invited().answer_until
    assert last == datetime(2020, 11, 4, 23, 59, 59, tzinfo=SHANGHAI)

    assert rated(GOOD, last).counts
    with pytest.raises(AnsweredTooLateError):
        rated(GOOD, breach_at(last))
    given = rated(GOOD)
    given.default(facts(HOUSE, breach_at(last)), breach_at(last))
    assert given.counts


def test_missed_contact_is_said_once_and_the_contact_is_still_owed() -> None:
    rating = rated()
    due_at = rating.contact_due_at
    assert due_at is not None
    late = breach_at(due_at)
    rating.miss_contact(facts(HOUSE, late), due_at)
    assert not rating.overdue

    rating.miss_contact(facts(HOUSE, late), late)
    rating.miss_contact(facts(HOUSE, late), late)

    assert [type(fact) for fact in rating.pending].count(BadReviewContactOverdue) == 1
    rating.contact(facts(UNIT, late), False)
    assert getattr(rating.pending[-1], "on_time") is False  # noqa: B009


def test_contact_in_time_is_never_overdue() -> None:
    rating = contacted()

    assert getattr(rating.pending[-1], "on_time") is True  # noqa: B009
    rating.miss_contact(facts(HOUSE), NOW + timedelta(days=9))
    assert not rating.overdue


OTHERS: list[Do] = [
    lambda rating: rating.contact(facts(STRANGER), False),
    lambda rating: rating.contest(facts(STRANGER), AppealGround.MISTAKEN, ["d"], False),
]


@pytest.mark.parametrize("do", OTHERS)
def test_only_the_unit_that_was_rated_answers_for_it(do: Do) -> None:
    with pytest.raises(OtherUnitError):
        do(rated())


def test_other_units_neither_plan_nor_set_right_and_the_unit_does_not_follow_itself_up() -> None:
    with pytest.raises(OtherUnitError):
        contacted().plan(facts(STRANGER), [Measure.OTHER], NOW.date(), False)
    rating = planned()
    with pytest.raises(OtherUnitError):
        rating.rectify(facts(STRANGER), False)
    rating.rectify(facts(UNIT), False)
    with pytest.raises(OtherUnitError):
        rating.follow_up(facts(UNIT), True, False)


def plan(rating: Rating) -> None:
    rating.plan(facts(UNIT), [Measure.OTHER], NOW.date(), False)


def follow_up(rating: Rating) -> None:
    rating.follow_up(facts(SUPERVISOR), None, False)


OUT_OF_ORDER: list[tuple[Callable[[], Rating], Do, type[IntakeRuleError]]] = [
    (rated, plan, WrongRatingStateError),
    (contacted, lambda rating: rating.contact(facts(UNIT), False), WrongRatingStateError),
    (contacted, lambda rating: rating.rectify(facts(UNIT), False), WrongRatingStateError),
    (planned, follow_up, WrongRatingStateError),
    (lambda: rated(GOOD), plan, WrongRatingStateError),
    (
        lambda: rated(GOOD),
        lambda rating: rating.contest(facts(UNIT), AppealGround.MISTAKEN, ["d"], False),
        WrongRatingStateError,
    ),
    (rated, lambda rating: rating.judge(facts(SUPERVISOR), True, [], False), NoAppealError),
]


@pytest.mark.parametrize(("given", "do", "error"), OUT_OF_ORDER)
def test_steps_come_in_their_order(
    given: Callable[[], Rating], do: Do, error: type[IntakeRuleError]
) -> None:
    rating = given()
    before = rating.version

    with pytest.raises(error):
        do(rating)

    assert rating.version == before


def test_plan_ends_on_a_day_to_come() -> None:
    with pytest.raises(FinishInPastError):
        contacted().plan(facts(UNIT), [Measure.OTHER], NOW.date() - timedelta(days=1), False)


@pytest.mark.parametrize(("days", "on_time"), [(0, True), (1, False)])
def test_rectification_is_measured_by_its_plan(days: int, on_time: bool) -> None:
    rating = planned()

    rating.rectify(facts(UNIT, NOW + timedelta(days=days)), False)

    assert getattr(rating.pending[-1], "on_time") is on_time  # noqa: B009


def test_excluded_rating_does_not_count_and_waits_for_nothing() -> None:
    rating = appealed()
    rating.judge(facts(SUPERVISOR), True, ["clerk-12"], False)

    assert (rating.state, rating.counts, rating.good) == (RatingState.EXCLUDED, False, None)
    assert not rating.awaits_contact
    with pytest.raises(NoAppealError):
        rating.judge(facts(SUPERVISOR), False, [], False)
    with pytest.raises(WrongRatingStateError):
        rating.contact(facts(UNIT), False)


def test_upheld_rating_goes_on_and_is_not_appealed_again() -> None:
    rating = appealed()
    rating.judge(facts(SUPERVISOR), False, [], False)

    assert (rating.counts, rating.good, rating.awaits_contact) == (True, False, True)
    with pytest.raises(AlreadyAppealedError):
        rating.contest(facts(UNIT), AppealGround.MALICIOUS, ["d"], False)


def judge_as(who: str, unit: str = "D01") -> Actor:
    return Actor(ActorKind.PERSON, who, unit=unit, role="supervisor")


@pytest.mark.parametrize(
    "judge",
    [
        judge_as("officer-3"),  # had a hand in the case
        judge_as("clerk-12"),  # was rated
        judge_as("unit-7"),  # appealed
        judge_as("somebody", "D07"),  # is of the unit
    ],
    ids=lambda judge: judge.id,
)
def test_who_handled_it_does_not_judge_the_appeal(judge: Actor) -> None:
    rating = appealed()

    with pytest.raises(JudgeInOwnCaseError):
        rating.judge(facts(judge), True, ["officer-3"], False)

    rating.judge(facts(SUPERVISOR), True, ["officer-3"], False)


def test_story_ends_followed_up() -> None:
    rating = bad_rating()

    assert (rating.state, rating.overdue, rating.good) == (RatingState.FOLLOWED_UP, True, False)


def test_2_5_each_visit_is_rated_at_a_counter_and_the_matter_as_a_whole_online() -> None:
    at_window, online, outside = life("window"), life("online"), reported()

    assert [stage for stage, _ in asked_after(at_window)] == [1, 2]
    assert [stage for stage, _ in asked_after(online)] == [2]
    outside.report(facts(), row(RecordKind.RESULT), RESULT)
    outside.complete(facts(), Decision(True, 0, RESULT.completed_at, "row-result"))
    assert asked_after(outside) == []


def test_2_5_nobody_is_asked_of_what_came_to_nothing() -> None:
    case = life("online", decided=False)
    case.withdraw(told("2020-09-29 10:00"), WHOLE, (), "", SEED)

    assert asked_after(case) == []


def life(channel: str, *, decided: bool = True) -> Case:
    said = Application("case-1", "I1", channel, "s-1", at_once=False)
    case = Case.submit(told("2020-09-28 10:00"), said, calendar=SEED)
    case.accept(told("2020-09-28 10:00"), ITEM, told("2020-09-28 10:00").occurred_at, SEED)
    if decided:
        done = told("2020-09-29 10:00")
        case.complete(done, Decision(True, 0, done.occurred_at))
    return case
