"""The county's year: its calibration, its chance, its days, and its lives without a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from heapq import merge
from struct import Struct

import msgspec
import pytest

import contracts
from deploy.year import days
from deploy.year.chance import Chance, begin
from deploy.year.days import Days
from deploy.year.lives.county import County
from deploy.year.pen import Row
from deploy.year.plan import CUT, FEE_STEP_FEN, Plan, plan
from deploy.year.stream import Year
from deploy.year.tariffs import Tariffs
from deploy.year.world import World, world
from services.kernel.certificate_numbers import CertificateNumber

SMALL = 0.002
_HEAD = Struct(">q6x16s4xi")
"""When a row was recorded, of which stream, and which version it is."""


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
            for row in rows:
                recorded, stream, version = _HEAD.unpack_from(row)
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
                digest.update(row)
    return [digest.hexdigest() for digest in found]


def test_sites_are_looked_at_and_decisions_become_papers(world: World) -> None:
    made = plan()
    facts = _Facts()
    county = County(made, world, facts.take)
    days_of_meetings = Days(made.meetings, date(2020, 3, 10), date(2020, 8, 14), days.hall)
    for number in range(made.meetings):
        county.meeting(number, days_of_meetings.day_of(number))
    seen = facts.seen

    assert seen["approval.parallel-approval-started.v1"] == made.projects
    held = seen["approval.joint-survey-held.v1"]
    assert held == len(BUILDING_PROJECTS) + seen["approval.resurvey-requested.v1"]
    assert seen["approval.survey-concluded.v1"] == held
    for once in (
        "approval.survey-not-held.v1",
        "approval.survey-opinion-overdue.v1",
        "approval.survey-participant-absent.v1",
        "approval.rectification-opinion-issued.v1",
    ):
        assert seen[once] >= 1, once
    # The applicant stayed away: the promise stood still in both rooms, and went on.
    assert seen["approval.clock-suspended.v1"] == seen["intake.case-suspended.v1"] >= 1
    assert seen["approval.clock-resumed.v1"] == seen["intake.case-resumed.v1"] >= 1

    papers = seen["approval.decision-issued.v1"]
    silences = seen["approval.task-deemed-consented.v1"] - 1  # one of them was void
    assert papers == county.member_cases - silences
    assert papers == seen["approval.seal-applied.v1"] == seen["approval.certificate-issued.v1"]
    assert papers == seen["approval.issuing-limit-started.v1"]
    served = seen["approval.certificate-served.v1"]
    assert served == seen["approval.issuing-met.v1"]
    assert papers - served == seen["approval.issuing-breached.v1"]
    assert facts.numbers == sorted(set(facts.numbers)) != []


def test_systems_correct_and_delete_what_they_reported(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for share in ("ACCEPTANCE_CORRECTED", "RESULT_CORRECTED", "RESULT_UNDONE"):
        monkeypatch.setattr(f"deploy.year.lives.reported.{share}", 0.5)
    facts = _Facts()
    county = County(plan(), world, facts.take)
    lives = 30
    for number in range(lives):
        county.in_hall(number, date(2020, 6, 8))
    seen = facts.seen
    assert seen["intake.case-accepted.v1"] == lives
    assert seen["intake.external-record-corrected.v1"] > lives / 3
    undone = seen["intake.external-record-retracted.v1"]
    assert undone == seen["approval.task-reopened.v1"] > 0
    # What lost its result has another one, and is completed by it: each is completed at the end.
    for ended in ("intake.result-reported.v1", "intake.case-completed.v1"):
        assert seen[ended] == lives + undone
    assert seen["notify.notice-recorded.v1"] == 2 * lives  # each tells once

    before = seen.copy()
    for number in range(5):
        county.taken_back(number, date(2020, 6, 8))
    assert seen - before == Counter(
        {
            "intake.case-submitted.v1": 5,
            "intake.case-accepted.v1": 5,
            "intake.external-record-retracted.v1": 5,
            "approval.task-created.v1": 5,
            "approval.task-cancelled.v1": 5,
            "notify.notice-recorded.v1": 5,
        }
    )


CERTIFICATE = "approval.certificate-issued.v1"
EACH = 2
BUILDING_PROJECTS = [number for number in range(24) if number % 3]


class _Facts:
    """Takes rows, some of each kind as their contract has them; tells what was written."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.numbers: list[str] = []
        """Of certificates."""

    def take(self, service: int, day: int, row: Row) -> None:
        """Take one row."""
        length = int.from_bytes(row[38:42])
        topic = row[42 : 42 + length].decode()
        self.seen[topic] += 1
        if self.seen[topic] > EACH and topic != CERTIFICATE:
            return
        state = msgspec.json.decode(row[46 + length : -12])
        contracts.validate(topic, state["data"])
        if topic == CERTIFICATE:
            self.numbers.append(CertificateNumber.parse(state["data"]["certificate_no"]).text)
            self.numbers.sort()
