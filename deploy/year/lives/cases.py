"""Cases: who comes for what, and what never becomes a case or stops being one."""

from __future__ import annotations

from datetime import date, datetime

from deploy.year.chance import Chance
from deploy.year.lives.reported import Reported
from deploy.year.lives.scene import (
    BUS_MS,
    CALENDAR,
    after,
    following,
    then,
    timed,
)
from deploy.year.world import HALL_SOURCE, SOURCES, Asked, told
from services.intake.application.cases import subject_of
from services.intake.domain import (
    Application,
    Case,
    NoticeItem,
)
from services.intake.domain.clocks import breach_at, count
from services.kernel.clock import Kind
from services.kernel.facts import Facts
from services.kernel.limits import Limit

OWN = 0.06
"""Share of the hall's cases that are worked on in this house; the rest departments report."""
IMMEDIATE = 0.86
"""Share of the cases that are decided while one waits: 57 are open after ten months."""


class Cases(Reported):
    """How cases go."""

    def hall(self, number: int, day: date) -> None:
        """Live one of the many: somebody comes for something."""
        chance, moment = self.arrive("hall", number, day)
        immediate = chance.happens(IMMEDIATE)
        matter = self.world.matter(day, chance, immediate)
        asked = self.world.asked(matter, moment, chance)
        if chance.happens(OWN):
            self.own(chance, "hall", number, asked, moment)
        else:
            source = SOURCES[self.world.place_of[asked.department] % len(SOURCES)]
            self.reported(chance, "hall", number, asked, moment, source)

    def open(self, number: int, day: date) -> None:
        """Live one that is still open when the report counts."""
        chance, moment = self.arrive("open", number, day)
        matter = self.world.matter(day, chance, False)
        asked = self.world.asked(matter, moment, chance)
        going = self.accept(chance, "open", number, asked, moment)
        self.work(going, moment, stay_open=True)

    def online(self, number: int, day: date) -> None:
        """Live one that was applied for online: a clerk looks at it the same or the next day."""
        chance, moment = self.arrive("online", number, day, "online")
        matter = self.world.matter(day, chance, chance.happens(0.6))
        asked = self.world.asked(matter, moment, chance)
        if chance.happens(0.3):
            accepted_at = self.by(moment, after(moment, chance.between(5, 240)), chance.unit())
            self.applied(chance, "online", number, asked, moment, accepted_at)
            return
        self.reported(chance, "online", number, asked, moment, HALL_SOURCE, "online")

    def in_hall(self, number: int, day: date) -> None:
        """Live one of the provincial hall that nobody applied for there."""
        chance, moment = self.arrive("provincial", number, day)
        matter = self.world.matter(day, chance, chance.happens(IMMEDIATE))
        asked = self.world.asked(matter, moment, chance)
        self.reported(chance, "provincial", number, asked, moment, HALL_SOURCE, "provincial")

    def school(self, number: int, day: date) -> None:
        """Live one of the fees parents pay to a school in the app."""
        chance, moment = self.arrive("school", number, day)
        due = self.tariffs.school(number)
        asked = self.world.asked(due.item, moment, chance)
        source = "department-education"
        self.reported(chance, "school", number, asked, moment, source, fee=due, fee_number=number)

    def charged(self, number: int, day: date) -> None:
        """Live one for which a fee is taken."""
        chance, moment = self.arrive("charged", number, day)
        due = self.tariffs.other(number)
        asked = self.world.asked(due.item, moment, chance)
        source = SOURCES[self.world.place_of[asked.department] % len(SOURCES)]
        self.reported(chance, "charged", number, asked, moment, source, fee=due, fee_number=number)

    def refused(self, number: int, day: date) -> None:
        """Refuse an application, say why and what can be done about it."""
        chance, moment = self.arrive("refused", number, day)
        asked = self.world.asked(self.world.matter(day, chance), moment, chance)
        case, facts = self._waits(chance, "refused", number, asked, moment)
        at_ = after(moment, chance.between(3, 300))
        refused = then(facts, at_, asked.clerk, chance)
        if chance.happens(0.5):
            case.refuse(refused, "no_jurisdiction", "不属于本机关职权范围。", "市级主管部门")
        else:
            case.refuse(refused, "conditions_not_met", "不具备申请资格。")
        self.notice(self.pen.put(case, at_))

    def not_required(self, number: int, day: date) -> None:
        """Say that nothing is needed for what somebody wants to do."""
        chance, moment = self.arrive("not-required", number, day)
        asked = self.world.asked(self.world.matter(day, chance), moment, chance)
        case, facts = self._waits(chance, "not-required", number, asked, moment)
        at_ = after(moment, chance.between(3, 300))
        case.declare_not_required(
            then(facts, at_, asked.clerk, chance), "该活动依法不需要取得行政许可。"
        )
        self.pen.put(case, at_)

    def abandoned(self, number: int, day: date) -> None:
        """Ask for what is missing; it never comes."""
        chance, moment = self.arrive("abandoned", number, day)
        asked = self.world.asked(self.world.matter(day, chance), moment, chance)
        case, facts = self._waits(chance, "abandoned", number, asked, moment)
        days, at_ = 10, after(moment, chance.between(20, 400))
        due = count(Kind.NOTICE, Limit(days), at_, CALENDAR)
        items = [NoticeItem("m-1", "申请表", "未提交")]
        case.notify(
            then(facts, at_, asked.clerk, chance),
            items,
            due,
            asked.clerk.id,
            asked.clerk.window,
            days,
        )
        self.pen.put(case, at_)
        over = breach_at(due.at)
        case.lapse_corrections(timed(facts, "intake", due.at, chance), over)
        self.pen.put(case, over, 300)

    def deleted(self, number: int, day: date) -> None:
        """Enter a case that should never have been entered; it counts nowhere."""
        chance, moment = self.arrive("deleted", number, day)
        matter = self.world.matter(day, chance, False)
        asked = self.world.asked(matter, moment, chance)
        going = self.accept(chance, "deleted", number, asked, moment)
        at_ = after(moment, chance.between(3, 200))
        facts = then(going.facts, at_, asked.clerk, chance)
        going.case.delete_in_error(facts, "supervisor-1", "重复录入")
        own = following(self.pen.put(going.case, at_), "approval")
        assert going.process is not None
        going.process.end_case(own, going.number, "deleted_in_error")
        self.pen.put(going.process, at_, BUS_MS)

    def _waits(
        self, chance: Chance, kind: str, number: int, asked: Asked, moment: datetime
    ) -> tuple[Case, Facts]:
        project_no = self.number(asked.item.item_code, moment.date(), kind, number)
        said = Application(
            project_no,
            asked.item.item_code,
            "window",
            subject_of(project_no),
            window=asked.window.code,
            at_once=False,
        )
        facts = told(
            moment, project_no, asked.clerk, chance.digest(32), department=asked.department
        )
        case = Case.submit(facts, said, calendar=CALENDAR)
        self.pen.put(case, moment)
        return case, facts
