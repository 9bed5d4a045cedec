"""The county's year: its calibration, its chance, its days, and its lives without a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from heapq import merge

import pytest

from deploy.year import days
from deploy.year.chance import Chance, begin
from deploy.year.days import Days
from deploy.year.pen import Row
from deploy.year.plan import CUT, FEE_STEP_FEN, Plan, plan
from deploy.year.stream import Year
from deploy.year.tariffs import Tariffs
from deploy.year.world import World, world

SMALL = 0.002


@pytest.fixture(name="world")
def the_world() -> World:
    return world(1, 2020)


def test_the_whole_year_is_the_reports() -> None:
    whole = plan()
    assert [one for one in whole.targets() if one.planned != one.report] == []
    assert (whole.accepted, whole.completed, whole.open) == (273_468, 273_411, 57)
    assert (whole.online_units, whole.online_charges) == (4, 31)
    assert whole.asked + whole.tickets + whole.contacts == 31_700


@pytest.mark.parametrize("scale", [0.0005, SMALL, 0.01, 0.3])
def test_a_smaller_year_has_the_floor_of_each_share_and_at_least_one(scale: float) -> None:
    made, whole = plan(scale), plan()
    assert made.accepted == int(whole.accepted * scale)
    assert made.completed == made.accepted - made.open
    assert made.meetings == max(1, int(whole.meetings * scale))
    assert min(value for value in vars(made).values() if not isinstance(value, float)) >= 1
    assert made.online_applied < made.online_cases


@pytest.mark.parametrize("scale", [0, -1, 1.5])
def test_no_year_is_larger_than_itself(scale: float) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        plan(scale)


@pytest.mark.parametrize("scale", [1.0, 0.1, 0.013, SMALL])
def test_fees_add_up_to_the_fen(world: World, scale: float) -> None:
    made = plan(scale)
    tariffs = Tariffs(made, world)
    price = {
        item.code: item.versions[0].form.fee_fen for item in world.items.values() if item.versions
    }
    school = [tariffs.school(number) for number in range(made.app_payments)]
    other = [tariffs.other(number) for number in range(made.other_payments)]

    assert {due.channel for due in school} == {"app"}
    assert {due.item.department_code for due in school} == {"D12"}
    assert min(due.units for due in [*school, *other]) >= 1
    assert sum(due.units * price[due.item.code] for due in school) == made.app_fen
    kept = sum(due.units * price[due.item.code] for due in other if not due.refunded)
    assert kept + made.app_fen == made.fees_fen
    paid = {due.item.code for due in other if due.channel in ("alipay", "wechat", "web")}
    assert len(paid | {due.item.code for due in school}) == made.online_charges
    assert made.fees_fen % FEE_STEP_FEN == 0


def test_chance_is_the_same_for_the_same_thing_and_spreads() -> None:
    drawn = [Chance(begin("a", 1), number).unit() for number in range(2_000)]
    assert drawn == [Chance(begin("a", 1), number).unit() for number in range(2_000)]
    assert drawn != [Chance(begin("a", 2), number).unit() for number in range(2_000)]
    assert 0.47 < sum(drawn) / 2_000 < 0.53
    assert min(drawn) >= 0 and max(drawn) < 1
    assert len({Chance(begin("a"), number).digest(64) for number in range(100)}) == 100


def test_people_come_on_days_the_hall_is_open() -> None:
    whole = plan()
    cut = whole.day(CUT)
    came = Days(whole.accepted, date(2020, 1, 1), cut, days.hall)
    by_day = {day: len(came.on(day)) for day in days_of(date(2020, 1, 1), cut)}

    assert sum(by_day.values()) == whole.accepted
    assert all(days.works(day) for day, count in by_day.items() if count)
    assert sum(count > 0 for count in by_day.values()) == 205  # X9: 1,334 a working day
    assert by_day[date(2020, 2, 10)] < by_day[date(2020, 6, 8)] / 2
    assert came.day_of(0) == date(2020, 1, 2)
    assert all(number in came.on(came.day_of(number)) for number in range(0, whole.accepted, 997))


def test_minutes_of_open_hall_pass_over_noon_nights_and_holidays() -> None:
    friday = days.at(date(2020, 9, 25), 17, 20)
    assert days.after(friday, 30).strftime("%m-%d %H:%M") == "09-27 08:50"  # a Sunday worked
    assert days.after(days.at(date(2020, 9, 30), 11, 50), 20).strftime("%H:%M") == "14:10"
    assert days.after(days.at(date(2020, 9, 30), 17, 20), 20).date() == date(2020, 10, 9)


def test_the_same_seed_gives_the_same_rows_in_whatever_shares(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("deploy.year.lives.county.County.before", lambda county: None)
    made = plan(0.0005)
    one = _digests(Year(made).days())
    assert one == _digests(_merged(made, 2))
    assert one != _digests(Year(plan(0.0005, seed=2)).days())


def test_each_stream_goes_on_in_order_and_nothing_stays_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("deploy.year.lives.county.County.before", lambda county: None)
    year = Year(plan(0.0005))
    versions: Counter[tuple[int, bytes]] = Counter()
    latest = [0] * 5
    for _, bucket in year.days():
        for service, rows in enumerate(bucket):
            for recorded, stream, version, _ in rows:
                assert recorded >= latest[service]
                latest[service] = recorded
                versions[service, stream] += 1
                assert versions[service, stream] == version
    assert not year._buckets


def days_of(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += days.DAY


def _merged(made: Plan, shares: int) -> Iterator[tuple[date, list[list[Row]]]]:
    parts: dict[date, list[list[list[Row]]]] = {}
    for share in range(shares):
        for day, bucket in Year(made, share, shares).days():
            parts.setdefault(day, []).append(bucket)
    for day, buckets in sorted(parts.items()):
        yield day, [list(merge(*rows)) for rows in zip(*buckets, strict=True)]


def _digests(year: Iterator[tuple[date, list[list[Row]]]]) -> list[str]:
    found = [sha256() for _ in range(5)]
    for _, bucket in year:
        for digest, rows in zip(found, bucket, strict=True):
            for row in rows:
                digest.update(row[3])
    return [digest.hexdigest() for digest in found]
