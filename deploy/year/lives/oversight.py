"""Supervision of disclosure: cycles, circulars, scores, trainings, counters, what others report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from deploy.year.chance import Chance
from deploy.year.days import DAY, Days, at, hall, online, working_days_later, works
from deploy.year.lives.openness import Openness
from deploy.year.lives.scene import CALENDAR
from deploy.year.plan import CUT, CUT_LATER
from deploy.year.world import SYSTEM, person, told
from services.disclosure.domain.supervision_counters import Counter
from services.disclosure.domain.supervision_cycles import Supervision
from services.disclosure.domain.supervision_notices import RectificationNotice
from services.disclosure.domain.supervision_outreach import Outreach
from services.disclosure.domain.supervision_records import (
    Circular,
    Inspection,
    Lagging,
    ReportedFact,
    Score,
    Training,
)
from services.disclosure.domain.supervision_terms import (
    Criterion,
    Cycle,
    Finding,
    OutreachForm,
    RecordKind,
)
from services.kernel.aggregate import Aggregate
from services.kernel.facts import Actor, Facts

OFFICE: Final = person("disclosure-1", "D01", "disclosure_officer")
OVERSEER: Final = person("supervisor-1", "D01", "supervisor")
PAGE, COUNTER, DOOR, DESK = "disclosure-home", "portal-counter", "hall-door", "service-desk"
SOURCE: Final = "县政务服务中心2020年工作总结"
SCORES: Final = (("2020Q2", 8149, 2, (7, 20)), ("2020Q3", 8251, 2, (10, 20)))
OF_UNITS: Final = 8
UNITS: Final = tuple(f"D{number:02}" for number in range(1, 39))
REPORTED: Final = (
    ("guides-printed", "印发服务指南（告知单）", "20000", "份", (10, 31)),
    ("handbooks-printed", "印发并联审批手册", "5000", "册", (10, 31)),
    ("it-projects-reviewed", "统筹审核信息化项目", "29", "个", (10, 31)),
    ("machine-rooms", "统筹机房建设", "7", "个", (10, 31)),
    ("funds-saved", "节约财政资金", "40000000", "元", (10, 31)),
    ("yizhantong-trained", "一站通培训", "500", "人次", (11, 21)),
    ("departments-surveyed", "证照目录统计单位", "60", "家", (10, 31)),
    ("villages-on-network", "接入政务外网的行政村（社区）", "395", "个", (10, 31)),
    ("non-licence-approvals-cancelled", "取消的非行政许可审批", "30", "项", (10, 31)),
    ("list-batches", "实施清单梳理批次", "4", "批", (10, 31)),
)
"""What the report says and no service computes."""


class Oversight(Openness):
    """What the county's office sees to."""

    def oversee(self) -> None:
        """Live all of it: each thing is one stream, whatever its days are."""
        for place, unit in enumerate(self.supervised):
            for cycle in Cycle:
                self._cycle(unit, cycle, place)
        self._trainings()
        self._circulars()
        self._notices()
        self._scores()
        self._outreach()
        self._counters()
        self._inspections()
        self._reported()

    @property
    def supervised(self) -> Sequence[str]:
        """Give the units that owe the cycles; fewer where the year is small."""
        return UNITS[: max(1, int(len(UNITS) * min(1.0, self.plan.scale * 20)))]

    def _cycle(self, unit: str, cycle: Cycle, place: int) -> None:
        chance = self.chance(f"cycle-{cycle.value}", place)
        self.pen.begin()
        owed = Supervision.of(unit, cycle)
        day = date(self.plan.year, 1, 6)
        while day.year == self.plan.year:
            moment = at(day, 0, 5) + timedelta(seconds=place)
            facts = self._says(SYSTEM["disclosure"], moment, unit, chance)
            turn = owed.schedule(facts, unit, cycle, day, CALENDAR)
            if not owed.pending:
                break
            self.pen.put(owed, moment)
            if turn.due_at >= self.year_end:
                break
            number = turn.number(unit)
            late = chance.happens(0.03)
            met = at(_working(max(turn.begin, turn.end - chance.between(0, 3) * DAY)), 16)
            met += timedelta(minutes=chance.below(60), seconds=place)
            if late:
                over = turn.due_at + timedelta(seconds=1)
                facts = self._says(SYSTEM["disclosure"], over, unit, chance)
                owed.miss(facts, number, over, CALENDAR)
                if owed.pending:
                    self.pen.put(owed, over, 300)
                met = at(working_days_later(turn.due_at.date(), 2), 10) + timedelta(seconds=place)
            met = max(met, moment + timedelta(hours=9))
            if met < self.year_end:
                facts = self._says(OFFICE, met, unit, chance)
                owed.meet(facts, number, met.date(), f"更新记录 {turn.period}")
                self.pen.put(owed, met)
            day = max(turn.next_day, met.date() + DAY)

    def _trainings(self) -> None:
        plan = self.plan
        mean, more = divmod(plan.attendances, plan.trainings)
        for number in range(plan.trainings):
            day = self._spread(number, plan.trainings, (3, 20), (10, 20))
            training = Training.of(f"PX-{number + 1}")
            facts = self._on(OFFICE, day, 17, f"PX-{number + 1}")
            came = mean + (number < more)
            training.hold(facts, f"PX-{number + 1}", "政务公开业务培训", day, came)
            self._put(training, facts)

    def _circulars(self) -> None:
        plan = self.plan
        units = [UNITS[(7 * number + 3) % len(UNITS)] for number in range(plan.lagging)]
        for number in range(plan.circulars):
            day = self._spread(number, plan.circulars, (4, 10), (10, 15))
            mine = units[number :: plan.circulars]
            circular_no = f"TB-{plan.year}-{number + 1:02}"
            facts = self._on(OVERSEER, day, 10, circular_no)
            circular = Circular.of(circular_no)
            title = f"关于政务公开工作情况的通报（第{number + 1}期）"
            circular.publish(facts, circular_no, title, mine, day)
            self._put(circular, facts)
            for unit in mine:
                period = f"{plan.year}Q{(day.month - 1) // 3 + 1}"
                lagging = Lagging.of(f"{period}.{unit}")
                about = self._on(OVERSEER, day, 10, unit, 5)
                lagging.name(about, unit, period, "信息更新不及时", day, circular_no)
                self._put(lagging, about)

    def _notices(self) -> None:
        plan = self.plan
        for number in range(plan.notices):
            day = self._spread(number, plan.notices, (5, 12), (9, 8))
            notice_no, unit = f"ZG-{plan.year}-{number + 1:02}", UNITS[(11 * number + 5) % 38]
            notice = RectificationNotice.of(notice_no)
            facts = self._on(OVERSEER, day, 9, notice_no)
            due = working_days_later(day, 10)
            notice.issue(facts, notice_no, unit, ["栏目更新不及时", "目录不完整"], due, day)
            self._put(notice, facts)
            answered = working_days_later(day, 7)
            facts = self._on(person(f"unit-{unit}", unit, "unit"), answered, 11, notice_no)
            notice.answer(facts, unit, "已补齐栏目并明确专人维护", answered)
            self._put(notice, facts)
            looked = working_days_later(answered, 3)
            facts = self._on(OVERSEER, looked, 15, notice_no)
            notice.verify(facts, True, looked)
            self._put(notice, facts)

    def _scores(self) -> None:
        for period, hundredths, rank, month_day in SCORES:
            day = self.plan.day(month_day)
            score = Score.of(period)
            facts = self._on(OFFICE, day, 9, period)
            score.import_score(facts, period, hundredths, rank, OF_UNITS, "市政务公开测评通报", day)
            self._put(score, facts)

    def _outreach(self) -> None:
        plan = self.plan
        walks = plan.walks
        day = self.plan.day((4, 21))
        facts = self._on(OFFICE, day, 9, "WJ-1")
        form = OutreachForm.QUESTIONNAIRE
        asked = Outreach.of("WJ-1")
        asked.hold(facts, "WJ-1", form, plan.questionnaires, 0, day, "群众满意度问卷")
        self._put(asked, facts)
        mean, more = divmod(plan.enterprises, walks)
        issues = plan.issues
        for number in range(walks):
            day = self._spread(number, walks, (4, 22), (9, 25))
            outreach_no = f"ZF-{number + 1:02}"
            visit = Outreach.of(outreach_no)
            facts = self._on(OFFICE, day, 10, outreach_no)
            firms = mean + (number < more)
            visit.hold(facts, outreach_no, OutreachForm.VISIT, 1, firms, day, "走访企业")
            self._put(visit, facts)
            turns = issues // walks + (number < issues % walks)
            for _ in range(turns):
                facts = self._on(OFFICE, day, 11, outreach_no)
                issue = visit.raise_issue(facts, day, "办事流程咨询")
                self._put(visit, facts)
                solved = working_days_later(day, 6)
                facts = self._on(OFFICE, solved, 16, outreach_no)
                visit.resolve_issue(facts, issue, solved, "已协调解决")
                self._put(visit, facts)
        for number in range(plan.symposia):
            day = self._spread(number, plan.symposia, (5, 20), (9, 10))
            outreach_no = f"ZT-{number + 1}"
            talk = Outreach.of(outreach_no)
            facts = self._on(OFFICE, day, 15, outreach_no)
            talk.hold(facts, outreach_no, OutreachForm.SYMPOSIUM, 1, 0, day, "企业座谈会")
            self._put(talk, facts)

    def _counters(self) -> None:
        plan = self.plan
        first = date(plan.year, 1, 1)
        visitors = Counter.of(RecordKind.VISITORS, DOOR)
        came = Days(plan.visitors, first, plan.day(CUT), hall)
        day = first
        self.pen.begin()
        while day <= plan.day(CUT):
            if len(came.on(day)):
                facts = self._on(OFFICE, day, 18, DOOR)
                visitors.count_visitors(facts, DOOR, day, len(came.on(day)))
                self.pen.put(visitors, facts.occurred_at)
            day += DAY
        looked = Days(plan.page_visits, first, plan.day(CUT_LATER), online)
        asked = Days(plan.asked, first, plan.day(CUT_LATER), online)
        pages = Counter.of(RecordKind.PAGE_VISITS, COUNTER, PAGE)
        enquiries = Counter.of(RecordKind.ENQUIRIES, DESK)
        for begin, end in self._months(first, plan.day(CUT_LATER)):
            facts = self._on(OFFICE, end, 20, COUNTER)
            seen = sum(len(looked.on(one)) for one in _each(begin, end))
            pages.count_page_visits(facts, COUNTER, PAGE, begin, end, seen)
            self._put(pages, facts)
            facts = self._on(OFFICE, end, 21, DESK)
            said = sum(len(asked.on(one)) for one in _each(begin, end))
            enquiries.count_enquiries(facts, DESK, begin, end, said)
            self._put(enquiries, facts)

    def _inspections(self) -> None:
        few = max(1, int(28 * min(1.0, self.plan.scale * 20)))
        for number, township in enumerate(self.world.townships[:few]):
            chance = self.chance("inspection", number)
            day = self._spread(number, few, (5, 6), (11, 12))
            inspection_no = f"DC-{self.plan.year}-{number + 1:02}"
            facts = self._on(OVERSEER, day, 16, inspection_no)
            found = (
                [Finding(chance.one_of(tuple(Criterion)), "上墙内容不完整")]
                if chance.happens(0.4)
                else []
            )
            inspection = Inspection.of(inspection_no)
            inspection.inspect(facts, inspection_no, township, True, found, day)
            self._put(inspection, facts)

    def _reported(self) -> None:
        for code, name, value, unit, month_day in REPORTED:
            as_of = self.plan.day(month_day)
            fact = ReportedFact.of(f"{code}.{as_of.isoformat()}")
            facts = self._on(OFFICE, as_of, 17, code)
            fact.report(facts, code, name, value, unit, as_of, SOURCE)
            self._put(fact, facts)

    def _spread(
        self, number: int, count: int, first: tuple[int, int], last: tuple[int, int]
    ) -> date:
        """Give the working day of one of so many between two days."""
        begin, end = self.plan.day(first), self.plan.day(last)
        return _working(begin + (end - begin) * (number + 1) / (count + 1))

    def _months(self, first: date, last: date) -> list[tuple[date, date]]:
        found = []
        begin = first
        while begin <= last:
            following = date(begin.year + begin.month // 12, begin.month % 12 + 1, 1)
            found.append((begin, min(last, following - DAY)))
            begin = following
        return found

    def _put(self, aggregate: Aggregate, facts: Facts) -> None:
        self.pen.begin()
        self.pen.put(aggregate, facts.occurred_at)

    def _says(self, actor: Actor, moment: datetime, subject: str, chance: Chance) -> Facts:
        return told(moment, subject, actor, chance.digest(32))

    def _on(self, actor: Actor, day: date, hour: int, subject: str, minute: int = 0) -> Facts:
        chance = self.chance(f"oversight-{subject}", day.toordinal() * 24 + hour)
        moment = at(day, hour, minute) + timedelta(seconds=chance.below(50))
        return told(moment, subject, actor, chance.digest(32))


def _working(day: date) -> date:
    """Give this day, or the last working day before it."""
    while not works(day):
        day -= DAY
    return day


def _each(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]
