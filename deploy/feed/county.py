"""Invent a working week of the county: cases, steps and results, the same for the same seed.

Volume and mix follow the county's report (273,468 cases by the end of October, 38 departments, 72
windows, 132 clerks, a promised limit near 6 working days). Nothing is real: applicants are called
测试甲子, their document numbers begin with region 000000, their telephones with 100.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from deploy.feed.bureaus import ITEMS_IN_HALL, Matter, directory
from deploy.feed.exchange import Acceptance, Exchange, Step
from deploy.feed.records import Applicant, Item, Record, in_time_order
from services.chassis.errors import ContractError
from services.kernel.times import SHANGHAI
from services.kernel.workdays import due

CASES_A_WEEK = 6_700
"""273,468 cases in the 204 working days up to 31 October 2020, times five."""
DATA_SOURCE = "county-week"
CLERKS = 132
CHANNELS = (("1", 70), ("2", 22), ("3", 5), ("4", 3))
"""GB/T 39046-2020 A.5 (1 window, 2 online, 3 mobile, 4 post), with their weight."""
STEPS = ("受理审核", "部门审查", "现场踏勘", "首席代表审定", "制证")
HOURS = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))
MINUTES_A_DAY = 420
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


@dataclass(frozen=True)
class Week:
    """What the county sends: its directory first, then the records in time order."""

    items: list[Item]
    records: list[Record]
    days: list[date]
    batch: str


def last_whole_week(today: date) -> date:
    """Give the Monday of the last week that is over on `today`."""
    return today - timedelta(days=today.weekday() + 7)


def week(
    day: date, *, cases: int = CASES_A_WEEK, seed: int = 1, items: int = ITEMS_IN_HALL
) -> Week:
    """Generate the working week that contains `day`; what happens after its last hour stays open.

    Raises:
        ContractError: the week has no working day, or a count is out of range.
    """
    if cases < 1:
        raise ContractError(f"A week needs at least one case, not {cases}.")
    days = working_days(day)
    if not days:
        raise ContractError(f"The week of {day} has no working day. Choose another --week.")
    try:
        matters = directory(seed, items)
    except ValueError as problem:
        raise ContractError(f"Cannot make the items: {problem}.") from problem
    batch = f"{days[0]:%Y%m%d}-{seed}-{cases}-{items}"
    hall = _Hall(Random(f"county/{batch}"), matters, days, Exchange(DATA_SOURCE, batch))
    records = [record for arrival in hall.arrivals(cases) for record in hall.case(arrival)]
    closing = datetime.combine(days[-1], HOURS[-1][1], SHANGHAI)
    inside = (record for record in records if record.at <= closing)
    return Week([matter.item for matter in matters], in_time_order(inside), days, batch)


def working_days(day: date) -> list[date]:
    """List the working days of the week of `day`, make-up Saturdays and Sundays included."""
    monday = day - timedelta(days=day.weekday())
    return [
        candidate
        for candidate in (monday + timedelta(days=n) for n in range(7))
        if _next_working_day(candidate - timedelta(days=1)) == candidate
    ]


def _next_working_day(day: date) -> date:
    return due(datetime.combine(day, time(12), SHANGHAI), 1).at.date()


def _clock(day: date, minute: int, second: int = 0) -> datetime:
    """Turn the n-th working minute of a day into a time of day."""
    morning = HOURS[0][0]
    start, offset = (morning, minute) if minute < 210 else (HOURS[1][0], minute - 210)
    return datetime.combine(day, start, SHANGHAI) + timedelta(minutes=offset, seconds=second)


@dataclass
class _Hall:
    chance: Random
    matters: list[Matter]
    days: list[date]
    exchange: Exchange

    def __post_init__(self) -> None:
        self._weights = list(accumulate(matter.weight for matter in self.matters))
        self._serials: Counter[tuple[str, date]] = Counter()
        self._number = 0

    def arrivals(self, cases: int) -> list[tuple[date, int]]:
        # Nobody comes in the last ten minutes; the first hours are the busiest.
        last = MINUTES_A_DAY - 10
        draw = self.chance
        return sorted(
            (draw.choice(self.days), int(min(draw.random(), draw.random()) ** 0.8 * last))
            for _ in range(cases)
        )

    def case(self, arrival: tuple[date, int]) -> list[Record]:
        day, minute = arrival
        draw = self.chance
        matter = self.matters[bisect(self._weights, draw.random() * self._weights[-1])]
        self._serials[matter.item.code, day] += 1
        self._number += 1
        project_no = f"{matter.item.code}{day:%Y%m%d}{self._serials[matter.item.code, day]:04d}"
        accepted_at = _clock(day, minute, draw.randrange(60))
        accept = Acceptance(
            project_no=project_no,
            task_code=matter.item.code,
            task_version=1,
            accepted_at=accepted_at,
            promise_at=None if matter.immediate else due(accepted_at, matter.promised_days).at,
            channel=draw.choices([c for c, _ in CHANNELS], [w for _, w in CHANNELS])[0],
            org_code=matter.bureau.code,
            org_name=matter.bureau.name,
            immediate=matter.immediate,
            handler=self._clerk(),
            window=draw.choice(matter.bureau.windows),
            applicant=self._applicant(),
        )
        return [self.exchange.accept(accept), *self._handling(matter, accept, arrival)]

    def _handling(
        self, matter: Matter, accept: Acceptance, arrival: tuple[date, int]
    ) -> list[Record]:
        draw = self.chance
        shortest, longest = (1, 2) if matter.immediate else (2, 5)
        names = list(STEPS[: draw.randint(shortest, longest)])
        rejected = draw.random() < (0.004 if matter.immediate else 0.02)
        if draw.random() < 0.015:
            # Returned once: the step is done again.
            again = draw.randrange(len(names))
            names.insert(again, names[again] + "\0")
        spent = self._working_minutes(matter, len(names))
        records = []
        started, place = accept.accepted_at, arrival
        for number, (name, minutes) in enumerate(zip(names, spent, strict=True), start=1):
            place = self._later(place, minutes)
            ended = max(_clock(*place, draw.randrange(60)), started)
            last = number == len(names)
            returned = name.endswith("\0") or (last and rejected)
            records.append(
                self.exchange.process(
                    Step(
                        accept.project_no,
                        (str(number),),
                        name.rstrip("\0"),
                        started,
                        ended,
                        self._clerk(),
                        matter.bureau.name,
                        "return" if returned else "pass",
                    )
                )
            )
            started = ended
        if draw.random() < 0.995:
            records.append(self.exchange.result(accept.project_no, started, not rejected))
        return records

    def _working_minutes(self, matter: Matter, steps: int) -> list[int]:
        draw = self.chance
        if matter.immediate:
            return [draw.randint(2, 9) for _ in range(steps)]
        share = draw.uniform(1.05, 1.4) if draw.random() < 0.015 else draw.uniform(0.05, 0.9)
        total = matter.promised_days * MINUTES_A_DAY * share
        parts = [draw.random() + 0.1 for _ in range(steps)]
        return [max(1, int(total * part / sum(parts))) for part in parts]

    def _later(self, place: tuple[date, int], minutes: int) -> tuple[date, int]:
        day, minute = place[0], place[1] + minutes
        while minute >= MINUTES_A_DAY:
            day, minute = _next_working_day(day), minute - MINUTES_A_DAY
        return day, minute

    def _clerk(self) -> str:
        return f"C{self.chance.randint(1, CLERKS):03d}"

    def _applicant(self) -> Applicant:
        draw, number = self.chance, self._number
        name = f"测试{draw.choice(_STEMS)}{draw.choice(_BRANCHES)}"
        phone, address = f"100{number:08d}", f"测试路{draw.randint(1, 999)}号"
        if draw.random() < 0.2:
            return Applicant(f"{name}有限公司", "2", f"00000000{number:09d}X", phone, address)
        return Applicant(name, "1", f"00000019000101{number % 1000:03d}X", phone, address)
