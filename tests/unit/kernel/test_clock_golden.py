"""The golden dates of DOMAIN.md 3.7, by their numbers there, each also explained day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.kernel.calendar import Edition, WorkCalendar
from services.kernel.calendar_seed import SEED, calendar_as_of
from services.kernel.clock import (
    ONLINE,
    Approver,
    Cause,
    Clock,
    Clocks,
    Due,
    Kind,
    Light,
    Reason,
    Why,
    explain,
    legal_date,
    light,
    recalculate,
    received_on,
)
from services.kernel.clock.errors import (
    AlreadyExtendedError,
    AlreadySuspendedError,
    DoesNotStopError,
    ExtendedTooLateError,
    NotRestartableError,
    NotSuspendedError,
    SuspendedAfterDueError,
    WrongApproverError,
)
from services.kernel.limits import Limit, Unit
from services.kernel.times import SHANGHAI

AUTHORITY, GOVERNMENT = Approver.AUTHORITY_HEAD.value, Approver.GOVERNMENT_HEAD.value
FOI_OFFICE = Approver.FOI_OFFICE_HEAD.value


def at(text: str) -> datetime:
    """Read `2020-09-25` (ten in the morning) or `2020-09-25 23:59`, in Asia/Shanghai."""
    day, _, clock = text.partition(" ")
    return datetime.fromisoformat(f"{day}T{clock or '10:00'}").replace(tzinfo=SHANGHAI)


def clock(
    start: str, value: int, kind: Kind = Kind.STATUTORY, unit: Unit = Unit.WORKING_DAY
) -> Clock:
    return Clock(kind, Limit(value, unit), at(start))


def end(of: Clock, calendar: WorkCalendar = SEED) -> str:
    """Give the last day, after the explanation has come to the same."""
    due = of.due(calendar)
    assert due is not None
    assert explain(of, calendar)[-1].day == due.day
    return due.day.isoformat()


@pytest.mark.parametrize(
    ("row", "start", "days", "last"),
    [
        ("K01", "2020-09-25", 5, "2020-10-09"),
        ("K02", "2020-09-30", 2, "2020-10-10"),
        ("K03", "2020-09-07", 20, "2020-10-10"),
        ("K05", "2020-01-20", 45, "2020-03-31"),
        ("K09", "2026-12-21", 8, "2026-12-31"),
        ("K09", "2026-12-21", 20, "2027-01-18"),
        ("K24", "2020-09-24", 5, "2020-09-30"),
        ("F01", "2020-09-21", 20, "2020-10-23"),
        ("H01", "2020-09-29", 5, "2020-10-13"),
    ],
)
def test_limit_in_working_days(row: str, start: str, days: int, last: str) -> None:
    assert end(clock(start, days)) == last, row


@pytest.mark.parametrize(
    ("row", "kind", "start", "days", "more", "role", "last"),
    [
        ("K03", Kind.STATUTORY, "2020-09-07", 20, 10, AUTHORITY, "2020-10-23"),
        ("K05", Kind.JOINT, "2020-01-20", 45, 15, GOVERNMENT, "2020-04-22"),
        ("F01", Kind.FOI, "2020-09-21", 20, 20, FOI_OFFICE, "2020-11-20"),
    ],
)
def test_limit_extended(
    row: str, kind: Kind, start: str, days: int, more: int, role: str, last: str
) -> None:
    running = clock(start, days, kind)

    extended = running.extend(more, role, running.started_at + timedelta(days=3), SEED)

    assert end(extended) == last, row


def test_k06_holiday_made_longer_moves_the_end_and_the_old_end_is_kept() -> None:
    running = clock("2020-01-20", 20)
    old = running.due(calendar_as_of(date(2020, 1, 20)))
    assert old == Due(at("2020-02-21 23:59:59"), "2020.1")

    found = recalculate(running, old, calendar_as_of(date(2020, 1, 27)), Cause.CALENDAR_AMENDED)

    assert found is not None and found.moved
    assert found.old == old
    assert found.new == Due(at("2020-02-25 23:59:59"), "2020.2")


def test_k06_amendment_elsewhere_in_the_year_changes_only_the_label() -> None:
    running = clock("2020-09-07", 20)
    old = running.due(calendar_as_of(date(2020, 1, 20)))

    found = recalculate(running, old, SEED, Cause.CALENDAR_AMENDED)

    assert found is not None and not found.moved
    assert recalculate(running, found.new, SEED, Cause.CALENDAR_AMENDED) is None


def test_k07_end_on_a_make_up_saturday_that_became_a_day_off() -> None:
    running = clock("2020-01-22", 3, Kind.PROMISED)

    assert end(running, calendar_as_of(date(2020, 1, 22))) == "2020-02-01"
    assert end(running) == "2020-02-04"
    assert not running.breached(SEED, at("2020-02-02"))


def test_k09_end_in_a_year_not_announced_is_marked_and_counted_again_later() -> None:
    running = clock("2026-12-21", 20)
    provisional = running.due(SEED)
    assert provisional == Due(at("2027-01-18 23:59:59"), "2026.1+2027.0", provisional=True)
    marked = [cell.day.year for cell in explain(running, SEED) if cell.provisional]
    assert set(marked) == {2027}

    announced = Edition(2027, 1, "文件", date(2026, 11, 5), {date(2027, 1, 1): "元旦"}, {})
    found = recalculate(running, provisional, SEED.amended(announced), Cause.CALENDAR_AMENDED)

    assert found is not None
    assert found.new == Due(at("2027-01-19 23:59:59"), "2026.1+2027.1")


def test_k11_days_it_stands_still_are_not_counted() -> None:
    running = clock("2020-09-28", 7)
    assert end(running) == "2020-10-14"

    held = running.suspend(Reason.HEARING, at("2020-09-29"), SEED)
    assert held.due(SEED) is None

    assert end(held.resume(Reason.HEARING, at("2020-10-09"))) == "2020-10-16"


def test_k12_standing_still_in_a_holiday_changes_nothing() -> None:
    held = clock("2020-09-25", 5).suspend(Reason.HEARING, at("2020-10-01"), SEED)

    assert end(held.resume(Reason.HEARING, at("2020-10-09"))) == "2020-10-09"


def test_k15_two_reasons_at_once_are_counted_once() -> None:
    running = (
        clock("2020-11-02", 10)
        .suspend(Reason.HEARING, at("2020-11-04"), SEED)
        .suspend(Reason.TESTING, at("2020-11-06"), SEED)
        .resume(Reason.HEARING, at("2020-11-10"))
    )
    assert running.due(SEED) is None

    whole = running.resume(Reason.TESTING, at("2020-11-12"))

    # Six working days, 4 to 11 November; four and four would be eight.
    assert end(whole) == "2020-11-24"
    cells = {cell.day.isoformat(): cell for cell in explain(whole, SEED)}
    assert cells["2020-11-09"].reasons == (Reason.HEARING, Reason.TESTING)
    assert cells["2020-11-10"].reasons == (Reason.TESTING,)
    assert cells["2020-11-12"].counted


def test_k16_suspended_and_resumed_on_one_day_excludes_nothing() -> None:
    held = clock("2020-09-28", 7).suspend(Reason.HEARING, at("2020-09-29 09:00"), SEED)

    assert end(held.resume(Reason.HEARING, at("2020-09-29 17:00"))) == "2020-10-14"


def test_k17_resumed_without_being_suspended_or_suspended_twice_is_refused() -> None:
    running = clock("2020-09-28", 7)
    with pytest.raises(NotSuspendedError):
        running.resume(Reason.HEARING, at("2020-09-29"))

    held = running.suspend(Reason.HEARING, at("2020-09-29"), SEED)
    with pytest.raises(AlreadySuspendedError):
        held.suspend(Reason.HEARING, at("2020-09-30"), SEED)
    with pytest.raises(NotSuspendedError):
        held.resume(Reason.TESTING, at("2020-09-30"))


def test_k18_suspended_after_the_breach_is_refused_and_the_breach_stands() -> None:
    running = clock("2020-09-25", 5)
    held = running.suspend(Reason.HEARING, at("2020-10-09 23:59:59"), SEED)
    assert held.suspended(at("2020-10-10"))

    with pytest.raises(SuspendedAfterDueError):
        running.suspend(Reason.HEARING, at("2020-10-10 00:00"), SEED)
    assert light(running, SEED, at("2020-10-10 00:00")) is Light.RED


def test_k19_extension_is_decided_on_the_last_day_and_not_after_it() -> None:
    running = clock("2020-09-25", 5)

    extended = running.extend(10, AUTHORITY, at("2020-10-09 17:00"), SEED)

    assert end(extended) == "2020-10-22"
    with pytest.raises(ExtendedTooLateError):
        running.extend(10, AUTHORITY, at("2020-10-10"), SEED)


def test_k20_extension_by_the_wrong_role_is_refused() -> None:
    with pytest.raises(WrongApproverError, match="government_head"):
        clock("2020-01-20", 45, Kind.JOINT).extend(15, AUTHORITY, at("2020-02-10"), SEED)


def test_k21_second_extension_is_refused() -> None:
    extended = clock("2020-09-07", 20).extend(5, AUTHORITY, at("2020-09-10"), SEED)

    with pytest.raises(AlreadyExtendedError):
        extended.extend(5, AUTHORITY, at("2020-09-11"), SEED)


def test_k22_last_minute_online_is_in_time_and_at_the_counter_too_late() -> None:
    online = clock("2020-09-25", 5)
    counter = Clock(Kind.STATUTORY, Limit(5), at("2020-09-25"), closes=time(17, 30))
    last_minute = at("2020-10-09 23:59")

    assert not online.breached(SEED, last_minute + timedelta(seconds=59, milliseconds=900))
    assert online.breached(SEED, at("2020-10-10 00:00"))
    assert not counter.breached(SEED, at("2020-10-09 17:30"))
    assert counter.breached(SEED, last_minute)
    assert received_on(last_minute, ONLINE, SEED) == date(2020, 10, 9)
    assert received_on(last_minute, time(17, 30), SEED) == date(2020, 10, 10)
    assert received_on(at("2020-10-09 17:30:00.5"), time(17, 30), SEED) == date(2020, 10, 9)
    assert received_on(at("2020-10-03 11:00"), time(17, 30), SEED) == date(2020, 10, 9)
    assert received_on(at("2020-10-03 11:00"), ONLINE, SEED) == date(2020, 10, 3)


def test_k23_day_is_the_day_in_shanghai() -> None:
    late_in_utc = datetime(2020, 9, 24, 16, 30, tzinfo=UTC)

    assert legal_date(late_in_utc) == date(2020, 9, 25)
    assert end(Clock(Kind.STATUTORY, Limit(5), late_in_utc)) == "2020-10-09"
    assert not clock("2020-09-25", 5).breached(SEED, datetime(2020, 10, 9, 15, 59, tzinfo=UTC))
    assert clock("2020-09-25", 5).breached(SEED, datetime(2020, 10, 9, 16, 0, tzinfo=UTC))


def test_k24_start_moves_back_when_the_one_time_notice_was_not_given() -> None:
    notice = clock("2020-09-24", 5, Kind.NOTICE)
    decision = clock("2020-10-12", 20)
    old = decision.due(SEED)
    assert notice.breached(SEED, at("2020-10-01"))

    deemed = decision.start_as_of(notice.started_at)

    found = recalculate(deemed, old, SEED, Cause.RETROACTIVE_START)
    assert found is not None and found.new is not None and found.old == old
    assert found.new.day == date(2020, 10, 28)


def test_k25_second_correction_notice_does_not_start_the_five_days_again() -> None:
    notice = clock("2020-09-24", 5, Kind.NOTICE)

    with pytest.raises(NotRestartableError):
        notice.restart(at("2020-09-28"))
    with pytest.raises(DoesNotStopError):
        notice.suspend(Reason.CORRECTION, at("2020-09-28"), SEED)


def test_k26_limit_in_calendar_days_moves_off_the_holiday() -> None:
    running = clock("2020-09-26", 7, Kind.PROMISED, Unit.CALENDAR_DAY)

    assert end(running) == "2020-10-09"
    moved = [cell.day.day for cell in explain(running, SEED) if cell.why is Why.MOVED]
    assert moved == [4, 5, 6, 7, 8, 9]
    # A make-up Saturday is no day off.
    assert end(clock("2020-10-03", 7, Kind.PROMISED, Unit.CALENDAR_DAY)) == "2020-10-10"


def test_k26_last_day_does_not_move_into_days_it_stands_still() -> None:
    # The seventh day is Sunday 8 November; from that Monday on it stands still.
    held = clock("2020-11-01", 7, Kind.PROMISED, Unit.CALENDAR_DAY).suspend(
        Reason.TESTING, at("2020-11-09"), SEED
    )
    assert held.due(SEED) is None

    assert end(held.resume(Reason.TESTING, at("2020-11-11"))) == "2020-11-11"


@pytest.mark.parametrize("limit", [Limit(0, Unit.IMMEDIATE), Limit(0)])
def test_k27_immediate_item_is_over_with_its_day(limit: Limit) -> None:
    running = Clock(Kind.PROMISED, limit, at("2020-10-01 09:00"))

    assert end(running) == "2020-10-01"
    assert not running.breached(SEED, at("2020-10-01 23:59:59"))
    assert running.breached(SEED, at("2020-10-02 00:00"))


def test_k28_overdue_step_does_not_colour_the_case() -> None:
    step, case = clock("2020-11-02", 2, Kind.STEP), clock("2020-11-02", 20)

    assert light(step, SEED, at("2020-11-05")) is Light.RED
    assert light(case, SEED, at("2020-11-05")) is Light.GREEN


@pytest.mark.parametrize(
    ("start", "hours", "last"),
    [
        ("2020-11-02 10:00", 1, "2020-11-02 11:00"),
        ("2020-11-02 11:00", 2, "2020-11-02 15:00"),
        ("2020-11-02 08:00", 7, "2020-11-02 17:30"),
        ("2020-11-02 17:30", 1, "2020-11-03 09:30"),
        ("2020-09-30 17:00", 1, "2020-10-09 09:00"),
        ("2020-10-03 12:00", 7, "2020-10-09 17:30"),
    ],
)
def test_k29_hours_are_hours_at_which_the_office_is_open(start: str, hours: int, last: str) -> None:
    running = clock(start, hours, Kind.PROMISED, Unit.HOUR)
    due = running.due(SEED)

    assert due is not None and due.at == at(last)
    assert sum(cell.seconds for cell in explain(running, SEED)) == hours * 3600


def test_k29_hours_stand_still_from_moment_to_moment() -> None:
    held = clock("2020-11-02 09:00", 4, Kind.PROMISED, Unit.HOUR).suspend(
        Reason.TESTING, at("2020-11-02 11:00"), SEED
    )
    running = held.resume(Reason.TESTING, at("2020-11-02 15:00"))
    due = running.due(SEED)

    assert due is not None and due.at == at("2020-11-02 17:00")
    assert str(running.hours_used(SEED, at("2020-11-02 15:30"))) == "2.50"


@pytest.mark.parametrize("day", ["2018-03-08", "2018-05-04", "2021-03-08"])
def test_k30_half_days_of_march_and_may_are_working_days(day: str) -> None:
    assert SEED.works(date.fromisoformat(day))


def test_p16_survey_does_not_stop_the_statutory_clock() -> None:
    plain = Clocks.start(at("2020-11-02"), statutory=Limit(20), promised=Limit(5))
    with pytest.raises(DoesNotStopError):
        plain.suspend(Reason.SURVEY, at("2020-11-03"), SEED)

    said = Clocks.start(
        at("2020-11-02"), statutory=Limit(20), promised=Limit(5), also_stops_promised=["SURVEY"]
    )
    held = said.suspend(Reason.SURVEY, at("2020-11-03"), SEED)

    assert held.promised is not None and held.promised.due(SEED) is None
    assert held.statutory is not None and end(held.statutory) == "2020-11-30"


def test_f06_corrected_request_is_answered_in_a_whole_new_limit() -> None:
    asked = (
        clock("2020-09-21", 20, Kind.FOI)
        .suspend(Reason.THIRD_PARTY, at("2020-09-23"), SEED)
        .resume(Reason.THIRD_PARTY, at("2020-09-25"))
    )

    corrected = asked.restart(at("2020-09-28"))

    assert end(corrected) == end(clock("2020-09-28", 20)) == "2020-11-02"
    assert corrected.days_used(SEED, at("2020-09-29")) == 1
