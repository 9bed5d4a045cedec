"""Working days of what has ended, counted as limits are."""

from __future__ import annotations

from datetime import datetime

import pytest

from deploy.exports.lives import Life, measure
from services.kernel.calendar_seed import SEED

BOTH = ("PROMISED", "STATUTORY")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2020-{text}+08:00")


def life(*turns: tuple[str, str] | tuple[str, str, str, tuple[str, ...]]) -> Life:
    made = Life()
    for what, when, *rest in turns:
        reason, clocks = rest if rest else ("", BOTH)
        made.turn(what, at(when), str(reason), tuple(clocks))
    return made


def test_the_day_it_began_does_not_count_the_day_it_ended_does() -> None:
    found = measure(life(("begin", "10-12T17:00:00"), ("stop", "10-13T09:00:00")), {}, SEED)

    assert found["working_days"] == found["statutory_working_days"] == 1
    assert found["elapsed_days"] == pytest.approx(16 / 24, abs=1e-6)


def test_holidays_do_not_count_and_make_up_days_do() -> None:
    found = measure(life(("begin", "09-30T09:00:00"), ("stop", "10-12T09:00:00")), {}, SEED)

    assert found["working_days"] == 3  # 9, 10 (a Saturday) and 12 October


def test_each_clock_stands_still_for_itself() -> None:
    made = life(
        ("begin", "10-12T09:00:00"),
        ("suspend", "10-13T09:00:00", "APPLICANT_CAUSE", ("PROMISED",)),
        ("resume", "10-15T09:00:00", "APPLICANT_CAUSE", ("PROMISED",)),
        ("stop", "10-16T09:00:00"),
    )

    found = measure(made, {}, SEED)

    assert (found["working_days"], found["suspended_days"]) == (2, 2)
    assert (found["statutory_working_days"], found["statutory_suspended_days"]) == (4, 0)


def test_a_suspension_without_an_end_ends_with_the_case() -> None:
    made = life(
        ("begin", "10-12T09:00:00"),
        ("suspend", "10-13T09:00:00", "HEARING", BOTH),
        ("stop", "10-16T09:00:00"),
    )

    assert measure(made, {}, SEED)["working_days"] == 0


def test_suspensions_that_overlap_are_one() -> None:
    made = life(
        ("begin", "10-12T09:00:00"),
        ("suspend", "10-13T09:00:00", "HEARING", BOTH),
        ("suspend", "10-14T09:00:00", "TESTING", BOTH),
        ("resume", "10-15T09:00:00", "HEARING", BOTH),
        ("resume", "10-16T09:00:00", "TESTING", BOTH),
        ("stop", "10-19T09:00:00"),
    )

    found = measure(made, {}, SEED)

    assert (found["working_days"], found["suspended_days"]) == (2, 3)


@pytest.mark.parametrize(
    "turns",
    [
        (("begin", "10-12T09:00:00"),),
        (("stop", "10-12T09:00:00"),),
        (("begin", "10-12T09:00:00"), ("stop", "10-13T09:00:00"), ("reopen", "10-14T09:00:00")),
        (("begin", "10-12T09:00:00"), ("stop", "10-13T09:00:00"), ("forget", "10-14T09:00:00")),
    ],
)
def test_what_is_open_has_no_days(turns: tuple[tuple[str, str], ...]) -> None:
    assert measure(life(*turns), {}, SEED) == {}


def test_the_limits_are_judged_by_their_last_word() -> None:
    due = {
        "promised_due_at": "2020-10-13T08:59:59+08:00",
        "statutory_due_at": "2020-10-13T09:00:00+08:00",
    }

    found = measure(life(("begin", "10-12T09:00:00"), ("stop", "10-13T09:00:00")), due, SEED)

    assert (found["within_promise"], found["within_statute"]) == (False, True)
