"""How a case is taken in: at a window, or applied for online."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256

from deploy.year.chance import Chance
from deploy.year.days import any_time, counter_time
from deploy.year.lives.going import Going
from deploy.year.lives.scene import (
    BUS_MS,
    CALENDAR,
    DAY,
    after,
    following,
    then,
    timed,
)
from deploy.year.lives.worked import Worked
from deploy.year.world import Asked, person, told
from services.approval.domain import Process
from services.approval.messages import assignment
from services.approval.messages import facts_after as facts_there
from services.chassis.events import Event
from services.intake.application.cases import subject_of
from services.intake.domain import (
    Application,
    Case,
    NoticeItem,
)
from services.intake.domain.accepted import BY_ATTESTATION
from services.intake.domain.clocks import breach_at, count
from services.kernel.clock import Kind
from services.kernel.facts import Facts
from services.kernel.limits import Limit

AT_COMMON = "comprehensive_window"


class Taken(Worked):
    """How cases this house works on begin."""

    def number(self, code: str, day: date, kind: str, number: int) -> str:
        """Make a case number as the house does: item, day, serial."""
        serial = int.from_bytes(sha256(f"{kind}/{number}".encode()).digest()[:6]) % 10**11
        return f"{code[:31]}{day:%Y%m%d}{serial:011}"

    def arrive(
        self, kind: str, number: int, day: date, channel: str = "window"
    ) -> tuple[Chance, datetime]:
        """Give the chance of a life, and when it begins."""
        chance = self.chance(kind, number)
        moment = counter_time(day, chance) if channel == "window" else any_time(day, chance)
        self.pen.begin()
        return chance, moment

    def own(self, chance: Chance, kind: str, number: int, asked: Asked, moment: datetime) -> None:
        """Take a case at the window and work on it."""
        going = self.accept(chance, kind, number, asked, moment)
        if asked.immediate:
            self.on_spot(going, moment)
        else:
            self.work(going, moment)

    def accept(
        self,
        chance: Chance,
        kind: str,
        number: int,
        asked: Asked,
        moment: datetime,
        project_code: str | None = None,
    ) -> Going:
        """Take and accept it at once: the clerk attests that everything is there."""
        channel = AT_COMMON if asked.window.department is None else "window"
        project_no = self.number(asked.item.item_code, moment.date(), kind, number)
        said = Application(
            project_no,
            asked.item.item_code,
            channel,
            subject_of(project_no),
            window=asked.window.code,
            project_code=project_code,
        )
        facts = told(
            moment, project_no, asked.clerk, chance.digest(32), department=asked.department
        )
        case = Case.submit(facts, said, calendar=CALENDAR)
        case.accept(facts, asked.item, moment, CALENDAR, BY_ATTESTATION)
        return self.accepted(Going(case, asked, facts, chance), alone=project_code is None)

    def applied(
        self,
        chance: Chance,
        kind: str,
        number: int,
        asked: Asked,
        moment: datetime,
        accepted_at: datetime,
    ) -> None:
        """Take what was applied for online; some have to bring more first."""
        project_no = self.number(asked.item.item_code, moment.date(), kind, number)
        account = f"applicant-{chance.below(60_000):05}"
        said = Application(
            project_no,
            asked.item.item_code,
            "online",
            subject_of(project_no),
            item_version_seen=asked.item.item_version,
            account=account,
            at_once=False,
        )
        applicant = person(account, "", "applicant")
        facts = told(moment, project_no, applicant, chance.digest(32), department=asked.department)
        case = Case.submit(facts, said, calendar=CALENDAR)
        self.pen.put(case, moment)
        if chance.happens(0.12) and moment < self.cut - 30 * DAY:
            accepted_at = self._corrected(case, asked, facts, chance, accepted_at)
        elif chance.happens(0.004) and moment < self.cut - 30 * DAY:
            assert case.notice_due_at is not None
            noticed = breach_at(case.notice_due_at)
            own = timed(facts, "intake", case.notice_due_at, chance)
            version = self.world.version_on(asked.item.item_code, case.received_at or moment)
            case.deem_accepted(own, version, noticed, CALENDAR)
            going = self.accepted(Going(case, asked, replace(own, occurred_at=noticed), chance))
            self.finish(going, after(noticed, chance.between(10, 400)))
            return
        item = self.world.version_on(asked.item.item_code, accepted_at)
        asked = replace(asked, item=item, immediate=item.case_type == "IMMEDIATE")
        taken = then(facts, accepted_at, asked.clerk, chance)
        case.accept(taken, item, accepted_at, CALENDAR, BY_ATTESTATION)
        going = self.accepted(Going(case, asked, taken, chance))
        if asked.immediate:
            self.on_spot(going, accepted_at)
        else:
            self.work(going, accepted_at)

    def _corrected(
        self, case: Case, asked: Asked, facts: Facts, chance: Chance, moment: datetime
    ) -> datetime:
        """Tell once what is missing; it comes. Gives when the case is accepted then."""
        days = 10
        due = count(Kind.NOTICE, Limit(days), moment, CALENDAR)
        items = [
            NoticeItem("m-1", "申请表", "缺少签字或者盖章"),
            NoticeItem("m-2", "身份证明", "图像不清晰，请重新上传"),
        ][: chance.between(1, 2)]
        notice = then(facts, moment, asked.clerk, chance)
        case.notify(notice, items, due, asked.clerk.id, asked.clerk.window, days)
        self.pen.put(case, moment)
        brought = after(moment, chance.between(60, 2_400))
        case.take_corrections(
            then(facts, brought, facts.actor, chance), [one.code for one in items], CALENDAR
        )
        self.pen.put(case, brought)
        return after(brought, chance.between(5, 200))

    def accepted(self, going: Going, alone: bool = True) -> Going:
        """Let the house follow an acceptance: task, route, notice, and who is asked to rate it."""
        case, facts = going.case, going.facts
        event = self.pen.put(case, facts.occurred_at)
        self.invite(case, facts, 1)
        if alone:
            self._assign(going, event)
        self.notice(event)
        return going

    def _assign(self, going: Going, accepted: Event, later_ms: int = 0) -> None:
        """Let approval make its task of it, and intake follow."""
        case, at_ = going.case, going.facts.occurred_at
        process = Process.create(facts_there(accepted), assignment(accepted))
        going.process = process.counting_by(CALENDAR)
        created = self.pen.put(process, at_, later_ms + BUS_MS)
        case.route(following(created, "intake"), case.department, case.project_no)
        if case.pending:
            self.pen.put(case, at_, later_ms + 2 * BUS_MS)
