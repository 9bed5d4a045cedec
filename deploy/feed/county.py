"""Invent a working week of the county: cases, steps and results, the same for the same seed.

Volume and mix follow the county's report (273,468 cases by the end of October). What people ask
for, where and of whom, is the sample county's: its resident items in the version of the day, its
windows, its accounts. Nothing is real: applicants are called 测试甲子, their document numbers begin
with region 000000, their telephones with 100.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from deploy.feed.exchange import Acceptance, Exchange, Step
from deploy.feed.matters import ITEMS_IN_HALL, Directory, Matter, common_windows, directory
from deploy.feed.records import Applicant, Record, in_time_order
from deploy.feed.sample.house import Window
from services.chassis.errors import ContractError
from services.kernel.times import SHANGHAI
from services.kernel.workdays import due

CASES_A_WEEK = 6_700
"""273,468 cases in the 204 working days up to 31 October 2020, times five."""
DATA_SOURCE = "county-week"
AT_COMMON_WINDOWS = 0.12
"""Share of cases taken at a comprehensive window or the central one."""
DECIDED_BY_CHIEF = "首席代表审定"
CHANNELS = (("1", 70), ("2", 22), ("3", 5), ("4", 3))
"""GB/T 39046-2020 A.5 (1 window, 2 online, 3 mobile, 4 post), with their weight."""
STEPS = ("受理审核", "部门审查", "现场踏勘", DECIDED_BY_CHIEF, "制证")
HOURS = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))
MINUTES_A_DAY = 420
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


@dataclass(frozen=True)
class Week:
    """What the county sends: records in time order, about items of the directory."""

    directory: Directory
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
        ContractError: the week has no working day or the county no items yet, or a count is out
            of range.
    """
    if cases < 1:
        raise ContractError(f"A week needs at least one case, not {cases}.")
    days = working_days(day)
    if not days:
        raise ContractError(f"The week of {day} has no working day. Choose another --week.")
    try:
        hall_items = directory(items)
    except ValueError as problem:
        raise ContractError(f"Cannot make the items: {problem}.") from problem
    open_to = {day: hall_items.on(day) for day in days}
    if not all(open_to.values()):
        raise ContractError(f"The county has no items in the week of {day}. Choose another --week.")
    batch = f"{days[0]:%Y%m%d}-{seed}-{cases}-{items}"
    hall = _Hall(Random(f"county/{batch}"), open_to, Exchange(DATA_SOURCE, batch))
    records = [record for arrival in hall.arrivals(cases) for record in hall.case(arrival)]
    closing = datetime.combine(days[-1], HOURS[-1][1], SHANGHAI)
    inside = (record for record in records if record.at <= closing)
    return Week(hall_items, in_time_order(inside), days, batch)


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
    open_to: dict[date, list[Matter]]
    """What can be asked for on each working day."""
    exchange: Exchange

    def __post_init__(self) -> None:
        self._weights = {
            day: list(accumulate(matter.weight for matter in matters))
            for day, matters in self.open_to.items()
        }
        self._common = common_windows()
        self._serials: Counter[tuple[str, date]] = Counter()
        self._number = 0

    def arrivals(self, cases: int) -> list[tuple[date, int]]:
        # Nobody comes in the last ten minutes; the first hours are the busiest.
        last = MINUTES_A_DAY - 10
        draw, days = self.chance, list(self.open_to)
        return sorted(
            (draw.choice(days), int(min(draw.random(), draw.random()) ** 0.8 * last))
            for _ in range(cases)
        )

    def case(self, arrival: tuple[date, int]) -> list[Record]:
        day, minute = arrival
        draw, weights = self.chance, self._weights[day]
        matter = self.open_to[day][bisect(weights, draw.random() * weights[-1])]
        self._serials[matter.code, day] += 1
        self._number += 1
        accepted_at = _clock(day, minute, draw.randrange(60))
        window = self._window(matter)
        accept = Acceptance(
            project_no=f"{matter.code}{day:%Y%m%d}{self._serials[matter.code, day]:04d}",
            task_code=matter.code,
            task_version=matter.version,
            accepted_at=accepted_at,
            promise_at=None if matter.immediate else due(accepted_at, matter.promised_days).at,
            channel=draw.choices([c for c, _ in CHANNELS], [w for _, w in CHANNELS])[0],
            org_code=matter.department,
            org_name=matter.department_name,
            immediate=matter.immediate,
            handler=draw.choice(window.clerks),
            window=window.code,
            applicant=self._applicant(),
        )
        return [self.exchange.accept(accept), *self._handling(matter, accept, arrival)]

    def _window(self, matter: Matter) -> Window:
        common = self.chance.random() < AT_COMMON_WINDOWS
        return self.chance.choice(self._common if common else matter.windows)

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
        for number, (marked, minutes) in enumerate(zip(names, spent, strict=True), start=1):
            name = marked.rstrip("\0")
            place = self._later(place, minutes)
            ended = max(_clock(*place, draw.randrange(60)), started)
            last = number == len(names)
            returned = marked != name or (last and rejected)
            records.append(
                self.exchange.process(
                    Step(
                        accept.project_no,
                        (str(number),),
                        name,
                        started,
                        ended,
                        self._officer(matter, name, accept.handler),
                        matter.department_name,
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
        share = (
            draw.uniform(1.05, 1.4) if draw.random() < 0.015 else 0.03 + 0.87 * draw.random() ** 3
        )
        total = matter.promised_days * MINUTES_A_DAY * share
        parts = [draw.random() + 0.1 for _ in range(steps)]
        return [max(1, int(total * part / sum(parts))) for part in parts]

    def _later(self, place: tuple[date, int], minutes: int) -> tuple[date, int]:
        day, minute = place[0], place[1] + minutes
        while minute >= MINUTES_A_DAY:
            day, minute = _next_working_day(day), minute - MINUTES_A_DAY
        return day, minute

    def _officer(self, matter: Matter, step: str, accepted_by: str) -> str:
        """Choose who does a step: who accepts does not decide."""
        if step == DECIDED_BY_CHIEF:
            return matter.chief
        if step == STEPS[0]:
            return accepted_by
        return self.chance.choice(self.chance.choice(matter.windows).clerks)

    def _applicant(self) -> Applicant:
        draw, number = self.chance, self._number
        name = f"测试{draw.choice(_STEMS)}{draw.choice(_BRANCHES)}"
        phone, address = f"100{number:08d}", f"测试路{draw.randint(1, 999)}号"
        if draw.random() < 0.2:
            return Applicant(f"{name}有限公司", "2", f"00000000{number:09d}X", phone, address)
        return Applicant(name, "1", f"00000019000101{number % 1000:03d}X", phone, address)
