"""Disclosure: what is published unasked, and requests for information."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from deploy.year.chance import Chance
from deploy.year.days import DAY, at, counter_time, works
from deploy.year.lives.scene import CALENDAR, Scene, after
from deploy.year.world import TIMER, person, told
from services.disclosure.domain import Entry, FoiRequest
from services.disclosure.domain.directory import BASIC, Place
from services.disclosure.domain.entries import Draft
from services.disclosure.domain.entry_terms import (
    Boost,
    Facet,
    Level,
    SecrecyFault,
    WithdrawalReason,
)
from services.disclosure.domain.foi_base import after as after_due
from services.disclosure.domain.foi_remedies import remedies
from services.disclosure.domain.foi_terms import (
    NAMES_A_PLACE,
    Category,
    Channel,
    Delivery,
    Form,
    Ground,
    Outcome,
    Point,
    Reply,
    Route,
    Scale,
)
from services.kernel.clock import Reason
from services.kernel.facts import Actor, Facts

FOI: Final = person("foi-officer-1", "D01", "foi_officer")
HEAD: Final = person("foi-head-1", "D01", "foi_office_head")
_KINDS: Final = ("通知公告", "工作动态", "办理结果公示", "实施意见", "情况说明", "名单公示")
_REPLIES: Final = (
    *((Reply.PROVIDED, ()),) * 42,
    *((Reply.PARTIALLY_PROVIDED, (Ground.THIRD_PARTY,)),) * 9,
    *((Reply.NOT_FOUND, (Ground.NOT_HELD,)),) * 20,
    *((Reply.ALREADY_PUBLIC, ()),) * 15,
    *((Reply.NOT_THIS_AUTHORITY, (Ground.NOT_HELD,)),) * 9,
    *((Reply.REFUSED, (Ground.INTERNAL_AFFAIRS,)),) * 5,
)


class Openness(Scene):
    """What the county makes public."""

    def entry(self, number: int, day: date) -> None:
        """Live one entry: formed, written, reviewed, approved, published."""
        chance = self.chance("entry", number)
        self.pen.begin()
        node = _node(chance)
        published = counter_time(day, chance)
        late = chance.happens(0.015) and day.month > 2
        back = chance.between(30, 45) if late else chance.below(12)
        formed = day - back * DAY
        entry_no = f"G{day:%Y%m%d}{number:06}"
        place = self._place(node, chance)
        draft = Draft(
            node.node,
            chance.one_of(tuple(Facet)),
            (chance.one_of(tuple(Boost)),),
            node.level,
            f"{node.title}：{_KINDS[chance.below(len(_KINDS))]}（第{number + 1}号）",
            f"{node.content}。本条信息由{node.publisher}公开，形成于{formed:%Y年%m月%d日}。",
            formed,
            place,
        )
        unit = f"D{chance.between(1, 38):02}"
        # All of it on the day it is published: nothing lies about.
        steps = sorted(chance.unit() for _ in range(3))
        opens = at(day, 8, 31)
        write, check, agree = (opens + (published - opens) * (0.9 * part) for part in steps)
        entry = Entry.of(entry_no)
        writer = person(f"editor-{unit}", unit, "disclosure_editor")
        entry.write(self._by(writer, write, entry_no, chance), entry_no, draft, CALENDAR)
        self.pen.put(entry, write)
        reviewer = person(f"reviewer-{unit}", unit, "secrecy_reviewer")
        if chance.happens(0.01):
            entry.review(self._by(reviewer, check, entry_no, chance), SecrecyFault.UNCLEAR)
            self.pen.put(entry, check)
            again = check + timedelta(seconds=30)
            entry.write(self._by(writer, again, entry_no, chance), entry_no, draft, CALENDAR)
            self.pen.put(entry, again)
            check = again + timedelta(seconds=20)
        entry.review(self._by(reviewer, check, entry_no, chance), None)
        self.pen.put(entry, check)
        agree = max(agree, check + timedelta(seconds=20))
        entry.approve(
            self._by(person(f"approver-{unit}", unit, "approver"), agree, entry_no, chance)
        )
        self.pen.put(entry, agree)
        published = max(published, agree + timedelta(seconds=20))
        entry.publish(self._by(writer, published, entry_no, chance), node)
        self.pen.put(entry, published)
        if chance.happens(0.004):
            ended = published + chance.between(5, 40) * DAY
            entry.withdraw(
                self._by(writer, ended, entry_no, chance),
                chance.one_of((WithdrawalReason.SUPERSEDED, WithdrawalReason.REPEALED)),
            )
            self.pen.put(entry, ended)

    def request(self, number: int, day: date) -> None:
        """Live one request for information."""
        chance = self.chance("foi", number)
        self.pen.begin()
        moment = counter_time(day, chance)
        request_no = f"F{day:%Y%m%d}{number:09}"
        channel = chance.one_of((Channel.INTERNET, Channel.IN_PERSON, Channel.REGISTERED_POST))
        request = FoiRequest.of(request_no)
        request.receive(
            self._by(FOI, moment, request_no, chance),
            CALENDAR,
            request_no=request_no,
            channel=channel,
            raw_on=day,
            category=Category.NATURAL if chance.happens(0.86) else Category.COMMERCIAL,
            form_wanted=chance.one_of((Form.PAPER, Form.ELECTRONIC)),
            delivery=chance.one_of((Delivery.POST, Delivery.ONLINE)),
            code_digest=chance.digest(64),
            subject_id=f"s-{chance.digest(16)}",
        )
        self.pen.put(request, moment)
        now = after(moment, 60)
        if channel is Channel.INTERNET:
            request.confirm(self._by(FOI, now, request_no, chance), now.date(), CALENDAR)
            self.pen.put(request, now)
            now = after(now, 20)
        request.assign(
            self._by(FOI, now, request_no, chance),
            f"D{chance.between(1, 38):02}",
            chance.one_of(("land-price-2020", "demolition-plan", "budget-2020", "")),
        )
        self.pen.put(request, now)
        self._answer(request, request_no, now, chance)

    def _answer(self, request: FoiRequest, request_no: str, now: datetime, chance: Chance) -> None:
        draw = chance.unit()
        if draw < 0.1:
            now = after(now, 400)
            until = now.date() + 20 * DAY
            about = self._by(FOI, now, request_no, chance)
            request.ask_correction(about, f"BZ-{request_no}", [Point.DESCRIPTION], until, CALENDAR)
            self.pen.put(request, now)
            if draw < 0.02:
                over = at(until + DAY, 0)
                request.abandon(self._by(TIMER["disclosure"], over, request_no, chance), over)
                self.pen.put(request, over, 300)
                return
            now = after(now, chance.between(900, 3_000))
            request.correct(self._by(FOI, now, request_no, chance), now.date(), CALENDAR)
            self.pen.put(request, now)
        elif draw < 0.13:
            now = after(now, 300)
            request.withdraw(self._by(FOI, now, request_no, chance))
            self.pen.put(request, now)
            return
        elif draw < 0.15:
            now = after(now, 300)
            about = self._by(FOI, now, request_no, chance)
            request.ask_fee(about, Scale.BY_PAGES, 101, f"SF-{request_no}", CALENDAR)
            self.pen.put(request, now)
            now = after(now, 1_500)
            about = self._by(FOI, now, request_no, chance)
            request.pay_fee(about, request.fee_fen, now.date(), CALENDAR)
            self.pen.put(request, now)
        reply, grounds = chance.one_of(_REPLIES)
        if reply is Reply.PARTIALLY_PROVIDED:
            now = self._consulted(request, request_no, now, chance)
        if chance.happens(0.05):
            now = after(now, 200)
            about = self._by(HEAD, now, request_no, chance)
            request.extend(about, 20, f"YQ-{request_no}", CALENDAR)
            self.pen.put(request, now)
        due = request.due_at
        assert due is not None
        done = now + (due - now) * (0.2 + 0.7 * chance.unit())
        done = at(done.date(), 15, chance.below(60)) if works(done.date()) else after(done, 30)
        done = max(done, after(now, 5))
        if chance.happens(0.02):
            over = after_due(due)
            request.overrun(self._by(TIMER["disclosure"], over, request_no, chance), over)
            self.pen.put(request, over, 300)
            done = after(over, chance.between(60, 1_500))
        about = self._by(FOI, done, request_no, chance)
        request.answer_with(
            about,
            reply,
            list(grounds),
            remedies(done, reply),
            form=request.form_wanted,
            letter_no=f"GK-{request_no}",
            sealed_by="SP-D01",
            where="县政府网站信息公开专栏" if reply in NAMES_A_PLACE else "",
        )
        self.pen.put(request, done)
        served = after(done, chance.between(60, 1_200))
        about = self._by(FOI, served, request_no, chance)
        request.serve(about, served.date(), Delivery.POST)
        self.pen.put(request, served)
        if chance.happens(0.03):
            filed = after(served, chance.between(2_000, 8_000))
            if filed > self.year_end:
                return
            about = self._by(FOI, filed, request_no, chance)
            request.file_remedy(about, Route.RECONSIDERATION, f"FY-{request_no}", filed.date())
            self.pen.put(request, filed)
            settled = after(filed, 9_000)
            if settled < self.year_end:
                about = self._by(FOI, settled, request_no, chance)
                outcome = Outcome.UPHELD if chance.happens(0.8) else Outcome.CORRECTED
                request.settle_remedy(about, f"FY-{request_no}", outcome, settled.date())
                self.pen.put(request, settled)

    def _consulted(
        self, request: FoiRequest, request_no: str, now: datetime, chance: Chance
    ) -> datetime:
        now = after(now, 120)
        about = self._by(FOI, now, request_no, chance)
        request.consult(about, Reason.THIRD_PARTY, "party-1", now.date(), CALENDAR)
        self.pen.put(request, now)
        now = after(now, chance.between(800, 3_500))
        about = self._by(FOI, now, request_no, chance)
        request.answer(about, "party-1", False, now.date(), CALENDAR)
        self.pen.put(request, now)
        return now

    def _place(self, node: Place, chance: Chance) -> str:
        if node.level is Level.VILLAGE:
            return chance.one_of(self.world.places).village
        if node.level is Level.TOWNSHIP:
            return chance.one_of(self.world.townships)
        return ""

    def _by(self, actor: Actor, moment: datetime, subject: str, chance: Chance) -> Facts:
        return told(moment, subject, actor, chance.digest(32))


def _node(chance: Chance) -> Place:
    """Choose a place of the directory; villages publish most."""
    draw = chance.unit()
    if draw < 0.34:
        return next(one for one in BASIC if one.level is Level.VILLAGE)
    if draw < 0.52:
        return next(one for one in BASIC if one.level is Level.TOWNSHIP)
    county = [one for one in BASIC if one.level is Level.COUNTY and one.node != "asked"]
    return chance.one_of(county)
