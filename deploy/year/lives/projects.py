"""Projects of many departments: parallel approval, review meetings, silence that consents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from deploy.feed.sample.changes import schemes
from deploy.year.chance import Chance
from deploy.year.days import at, working_days_later
from deploy.year.lives.going import Going
from deploy.year.lives.parallel import CLERK
from deploy.year.lives.scene import CALENDAR, SECOND, after
from deploy.year.lives.sites import Sites
from deploy.year.world import SYSTEM, Asked, told
from services.approval.domain import (
    Limits,
    Member,
    Opening,
    Process,
    ReviewMeeting,
    Verdict,
    VoidGround,
    breach_at,
)
from services.approval.messages import facts_after as facts_there
from services.intake.domain import Project
from services.intake.domain.projects import ProjectCase
from services.kernel.limits import Limit

KINDS: Final = {
    "ENTERPRISE_ESTABLISHMENT": "企业设立",
    "GOVERNMENT_INVESTMENT": "政府投资建设项目",
    "PRIVATE_INVESTMENT": "社会投资建设项目",
}
BUILDING: Final = frozenset({"GOVERNMENT_INVESTMENT", "PRIVATE_INVESTMENT"})
"""Kinds of projects whose site is looked at."""
SILENT: Final = frozenset({1, 4, 9, 15, 20})
"""Projects in which a department says nothing within its promise."""
VOIDED: Final = 9
"""The one whose silence is found to be counted wrongly."""


class Projects(Sites):
    """Projects, each with the meeting that looks at it."""

    @cached_property
    def _schemes(self) -> list[dict[str, Any]]:
        return [dict(row) for row in schemes(self.world.sample.items, self.plan.year)]

    def members_of(self, number: int) -> list[dict[str, Any]]:
        """Give the members of the scheme a project goes by."""
        scheme = self._schemes[number % len(self._schemes)]
        return list(scheme["members"])

    @property
    def member_cases(self) -> int:
        """Cases that belong to projects."""
        return sum(len(self.members_of(number)) for number in range(self.plan.projects))

    def meeting(self, number: int, day: date) -> None:
        """Live a review meeting with the projects it is about."""
        chance = self.chance("meeting", number)
        plan = self.plan
        mine = [
            project
            for project in range(plan.projects)
            if project * plan.meetings // plan.projects == number
        ]
        held = at(working_days_later(day, 3), 15)
        codes = []
        units: set[str] = set()
        for project in mine:
            codes.append(self._project(project, day, held))
            units |= {member["department"] for member in self.members_of(project)}
        self.pen.begin()
        meeting_no = f"LS{day:%Y%m%d}-{number + 1:02}"
        called = at(working_days_later(day, 1), 10)
        meeting = ReviewMeeting.schedule(
            told(called, meeting_no, CLERK, chance.digest(32)),
            meeting_no,
            codes,
            sorted(units),
            held,
            "政务服务中心三楼会议室",
        )
        self.pen.put(meeting, called)
        came = sorted(units)[: -1 if chance.happens(0.2) else None]
        over = held + timedelta(minutes=70)
        facts = told(over, meeting_no, CLERK, chance.digest(32))
        meeting.hold(facts, came, chance.digest(64))
        self.pen.put(meeting, over)

    def _project(self, number: int, day: date, reviewed: datetime) -> str:
        """Live one project; gives its code."""
        chance = self.chance("project", number)
        self.pen.begin()
        scheme = self._schemes[number % len(self._schemes)]
        code = f"P{day:%Y%m%d}{chance.below(10**11):011}"
        moment = at(day, 9, 15) + timedelta(minutes=11 * (number % 12))
        goings = self._members(number, code, moment, chance)
        opened = told(moment, code, CLERK, chance.digest(32))
        project = Project.open(
            opened,
            code,
            scheme["scheme"],
            1,
            f"{KINDS[scheme['scheme_kind']]}（{number + 1}号）",
            "window",
            [
                ProjectCase(g.number, g.case.item_code, g.case.item_version, g.case.department)
                for g in goings
            ],
            CLERK.window,
        )
        event = self.pen.put(project, moment)
        needs = {one["item_code"]: one for one in self.members_of(number)}
        opening = Opening(
            code,
            scheme["scheme"],
            1,
            scheme["scheme_kind"],
            scheme["lead"],
            Limit(scheme["joint_limit_days"]),
            scheme["joint_extension_days"],
            [
                Member(
                    g.number,
                    g.case.item_code,
                    g.case.department,
                    g.case.item_version,
                    tuple(needs[g.case.item_code]["needs"]),
                    needs[g.case.item_code]["waivable"],
                    Limits(g.asked.item.promised, g.asked.item.statutory),
                )
                for g in goings
            ],
            CLERK.id,
            CLERK.window,
        )
        process = Process.open(facts_there(event), opening, CALENDAR)
        by_number = {g.number: replace_process(g, process) for g in goings}
        self._written(process, moment, by_number)
        begun = max(reviewed, moment)
        if scheme["scheme_kind"] in BUILDING:
            begun = max(begun, self.survey(number, process, by_number, moment, chance))
        self._decide_all(number, process, by_number, begun, chance)
        return code

    def _members(self, number: int, code: str, moment: datetime, chance: Chance) -> list[Going]:
        found = []
        for turn, member in enumerate(self.members_of(number)):
            item = self.world.items[member["item_code"]]
            asked = self.world.asked(item, moment, chance)
            window = self.world.windows[None][-1]
            asked = replace(asked, clerk=CLERK, window=window)
            found.append(
                self.accept(
                    self.chance("member", number * 16 + turn),
                    "member",
                    number * 16 + turn,
                    asked,
                    moment,
                    project_code=code,
                )
            )
        return found

    def _decide_all(
        self,
        number: int,
        process: Process,
        goings: dict[str, Going],
        begun: datetime,
        chance: Chance,
    ) -> None:
        """Have every department decide when its turn comes; one may keep silent."""
        silent = number in SILENT
        now = begun
        letter = self._promise(process, goings, now, chance) if process.cycles else None
        while True:
            ready = [task for task in process.tasks.values() if task.undecided]
            if not ready:
                break
            task = ready[0]
            going = goings[task.project_no]
            ahead = any(not one.final for one in process.dependants(task.task_id))
            promised = letter is not None and letter.task_id == task.task_id
            if silent and ahead and not promised:
                silent = False
                now = self._silence(number, process, goings, going, task.task_id, now, chance)
                continue
            ready_at = task.ready_at or now
            now = max(now, ready_at + SECOND)
            due = process.binding_due(task)
            done = after(now, chance.between(60, 420))
            if due is not None and done >= due:
                done = now + (due - now) * 0.6 if now < due else done
            now = done
            if letter is not None and promised:
                self._decide_first(letter, process, goings, going.asked, done, chance)
            else:
                self._decide(process, goings, going.asked, task.task_id, done, chance)
        if letter is not None:
            self._supply(letter, process, goings, after(now, chance.between(60, 900)), chance)

    def _decide(
        self,
        process: Process,
        goings: dict[str, Going],
        asked: Asked,
        task_id: str,
        done: datetime,
        chance: Chance,
    ) -> None:
        facts = self._officer(process, asked, done, chance)
        process.start(facts, task_id)
        verdict = Verdict(True, 0, done, delegation=asked.delegation)
        process.decide(facts, verdict, task_id)
        self._written(process, done, goings)

    def _silence(
        self,
        number: int,
        process: Process,
        goings: dict[str, Going],
        going: Going,
        task_id: str,
        now: datetime,
        chance: Chance,
    ) -> datetime:
        """Let a promise pass: the next stage goes on, window and department answer for it."""
        task = process.task(task_id)
        due = process.binding_due(task)
        assert due is not None
        noticed = breach_at(due)
        own = told(due, process.process_no, SYSTEM["approval"], chance.digest(32))
        process.pass_by(replace(own, department=task.department), task_id, noticed)
        self._red_cards = self._written(process, noticed, goings, 300)
        now = max(now, after(noticed, 30))
        if number == VOIDED:
            facts = told(now, process.process_no, CLERK, chance.digest(32))
            process.void(facts, task_id, VoidGround.WRONG_CLOCK, chance.digest(64))
            self._written(process, now, goings)
            now = after(now, 20)
            facts = self._officer(process, going.asked, now, chance)
            process.decide(facts, Verdict(True, 0, due - timedelta(minutes=5)), task_id)
        else:
            facts = self._officer(process, going.asked, now, chance)
            process.late_decision(facts, task_id, Verdict(True, 0, now))
        self._written(process, now, goings)
        return now


def replace_process(going: Going, process: Process) -> Going:
    """Give a case of a project the process it is decided in."""
    going.process = process
    return going
