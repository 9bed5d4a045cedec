"""The window's pages: what waits, the search, and taking a case in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from secrets import token_hex
from typing import Any, Final

from services.chassis.clock import CHINA, Clock
from services.chassis.errors import NotFoundError, RuleError
from services.chassis.vault.routes import FoundSubject, SearchSubjects
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Crumb
from services.intake.answers import Applicant, SubmitCase
from services.intake.desk_answers import (
    EnquiryForm,
    FormError,
    IdentityForm,
    NewForm,
    NewQuery,
    QueueQuery,
    SearchQuery,
    said,
)
from services.intake.domain import IntakeRuleError, Known
from services.intake.pages import CHANNELS
from services.intake.pages.desk import (
    EVERYWHERE,
    MINE,
    Times,
    found_table,
    queue_page,
    scope_of,
    search_filters,
    waits_of,
)
from services.intake.pages.desk_words import DECLINES, DONE, said_of
from services.intake.projections import catalog_of
from services.intake.projections.appointments import list_appointments
from services.intake.projections.cases import CaseRow
from services.intake.projections.desk import (
    Scope,
    count_queue,
    find_cases,
    list_queue,
    queue_key,
)
from services.intake.projections.undoings import count_undoings
from services.intake.projections.visits import list_contacts
from services.intake.service.cases import PAGES
from services.intake.visit_answers import DeclineHandOver
from services.kernel.clock import legal_date

CLERK: Final = frozenset({"clerk"})
WATCHING: Final = CLERK | {"supervisor"}
READING: Final = WATCHING | {"data_officer", "officer"}
"""Who may look at one case as its clerks see it; only clerks act."""
PRIVATE: Final = {"Cache-Control": "no-store"}
QUEUE: Final = Crumb("窗口工作台", "/desk/queue")
_SHOWN: Final = 200
"""So many cases of one person are listed."""


class DeskPages:
    """Pages of the window; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any
    submit: Callable[..., Reply]
    acknowledge_hand_over: Callable[..., Any]
    decline_hand_over: Callable[..., Any]
    search_subjects: Callable[..., Reply]

    @route(
        "GET",
        "/desk/queue",
        html=True,
        roles=WATCHING,
        query=QueueQuery,
        summary="What waits for a window today",
    )
    def show_queue(self, call: Call[None, QueueQuery]) -> Reply:
        query, caller, database = call.query, call.caller, self.cases.database
        now = self.clock.now()
        times = Times.of(now, catalog_of(database)(()).calendar)
        wide = scope_of(query, caller.window)
        scope = Scope(
            window=caller.window if wide not in (MINE, EVERYWHERE) else "",
            clerk=caller.id if wide == MINE else "",
            channel=query.channel,
            item_code=query.item_code,
            department=query.department,
        )
        found = list_queue(
            database,
            scope,
            waits_of(query),
            now=now,
            today=times.today,
            after=read_cursor(query.cursor, tuple[str, str]),
            limit=query.limit + 1,
        )
        page = page_of(found, query.limit, queue_key)
        handed = list_contacts(database, state="handing_over", receiver=caller.id)
        booked = list_appointments(database, window=caller.window, day=legal_date(now))
        text = PAGES.render(
            "desk_queue.html",
            call,
            title="窗口工作台",
            english="The window's day",
            done=DONE.get(query.done, ""),
            window=caller.window,
            clerk=bool(caller.roles & CLERK),
            booked=len(booked),
            confirmations=count_undoings(database) if "supervisor" in caller.roles else None,
            declines=DECLINES,
            **queue_page(
                query,
                page,
                count_queue(database, scope, now=now, today=times.today),
                times,
                self._desk_known(row.item_code for row in page.items),
                caller.window,
                handed,
            ),
        )
        return Reply(text, headers=PRIVATE)

    @route(
        "GET",
        "/desk/search",
        html=True,
        roles=WATCHING,
        query=SearchQuery,
        summary="Find cases by number, item and dates",
    )
    def show_search(self, call: Call[None, SearchQuery]) -> Reply:
        query = call.query
        if not (query.number or query.item_code or query.since or query.until):
            return self._desk_search(call, query)
        try:
            since, until = _day("since", query.since), _day("until", query.until)
        except FormError as error:
            return self._desk_search(call, query, refused=said_of(error), wrong=error.field)
        found = find_cases(
            self.cases.database,
            numbers=[query.number.strip()] if query.number else None,
            item_code=query.item_code.strip(),
            since=since,
            until=until + timedelta(days=1) if until else None,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        page = page_of(found, query.limit, lambda row: (row.submitted_at, row.project_no))
        return self._desk_search(call, query, page)

    @route(
        "POST",
        "/desk/search",
        html=True,
        roles=CLERK,
        request=IdentityForm,
        summary="Find a person's cases by identity number; that it was asked for is written down",
    )
    def search_by_form(self, call: Call[IdentityForm]) -> Reply:
        typed = call.body
        try:
            wanted = said(
                SearchSubjects, id_number=typed.id_number.strip(), document=bool(typed.document)
            )
            answer = self.search_subjects(asked(call, wanted))
        except (IntakeRuleError, RuleError) as error:
            typed_badly = isinstance(error, FormError)
            told = said_of(error) if typed_badly else "证件号码的校验位不对，请核对。"
            return self._desk_search(call, SearchQuery(), refused=told, wrong="id_number")
        found: list[FoundSubject] = answer.value
        numbers = {hold.reason for one in found for hold in one.holds if hold.kind == "case"}
        cases = find_cases(self.cases.database, numbers=numbers, limit=_SHOWN)
        return self._desk_search(call, SearchQuery(), Page(cases), by_person=True)

    @route(
        "GET",
        "/desk/new",
        html=True,
        roles=CLERK,
        query=NewQuery,
        summary="Take a case in at the window",
    )
    def show_new(self, call: Call[None, NewQuery]) -> Reply:
        form = NewForm(item=call.query.item.strip(), channel="window", key=token_hex(16))
        return self._desk_new(call, form)

    @route(
        "POST",
        "/desk/new",
        html=True,
        roles=CLERK,
        request=NewForm,
        summary="Take a case in: accepted at once, or later",
    )
    def take_by_form(self, call: Call[NewForm]) -> Reply:
        form = call.body
        at_once = form.acceptance == "at_once"
        try:
            who = said(
                Applicant,
                name=form.name.strip(),
                id_number=form.id_number.strip(),
                phone=form.phone.strip(),
                address=form.address.strip(),
                kind=form.kind,
            )
            body = said(
                SubmitCase,
                item_code=form.item.strip(),
                applicant=who,
                channel=form.channel or "window",
                acceptance="at_once" if at_once else "later",
            )
            key = f"form/intake/{call.caller.id}/{form.key}" if form.key else ""
            done = self.submit(asked(call, body, key)).value
        except (IntakeRuleError, RuleError) as error:
            wrong = str(getattr(error, "field", ""))
            return self._desk_new(call, form, said_of(error), wrong)
        if done.reason_code:
            return go(call, f"/desk/cases/{done.project_no}?done=refusal")
        what = "taken-accepted" if done.state == "accepted" else "taken"
        return go(call, f"/desk/cases/{done.project_no}?done={what}")

    @route(
        "POST",
        "/desk/enquiries/<enquiry_no>/<act>",
        html=True,
        roles=CLERK,
        request=EnquiryForm,
        summary="Take an enquiry over, or say why not",
    )
    def hand_over_at_desk(self, call: Call[EnquiryForm]) -> Reply:
        what = call.path["act"]
        if what not in ("acknowledgement", "refusal"):
            raise NotFoundError("there is no such act")
        try:
            if what == "acknowledgement":
                self.acknowledge_hand_over(asked(call, None))
            else:
                self.decline_hand_over(asked(call, said(DeclineHandOver, reason=call.body.reason)))
        except (IntakeRuleError, RuleError) as error:
            raise RuleError(said_of(error), rule="hand_over") from None
        done = what if what == "acknowledgement" else "refusal-of-hand-over"
        return go(call, f"/desk/queue?done={done}")

    def _desk_new(
        self, call: Call[Any, Any], form: NewForm, refused: str = "", wrong: str = ""
    ) -> Reply:
        now = self.clock.now()
        listed = self._desk_known([form.item]).items.get(form.item) if form.item else None
        item = listed.in_force(now) if listed else None
        if form.item and item is None and not refused:
            refused, wrong = "没有正在实施的这个事项，请核对事项编码。", "item"
        needed = self.cases.needed_of(form.item, item.item_version) if item else ()
        text = PAGES.render(
            "desk_new.html",
            call,
            title="窗口收件",
            english="Take a case in",
            crumbs=[QUEUE],
            form=form,
            item=item,
            needed=needed,
            channels=CHANNELS,
            refused=refused,
            wrong=wrong,
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def _desk_search(
        self,
        call: Call[Any, Any],
        query: SearchQuery,
        page: Page[CaseRow] | None = None,
        *,
        refused: str = "",
        wrong: str = "",
        by_person: bool = False,
    ) -> Reply:
        caption = "这个证件号码名下的办件" if by_person else "找到的办件，最近提交的在前"
        text = PAGES.render(
            "desk_search.html",
            call,
            title="查找办件",
            english="Search",
            crumbs=[QUEUE],
            refused=refused,
            wrong=wrong,
            clerk=bool(call.caller.roles & CLERK),
            filters=search_filters(query, wrong if wrong in ("since", "until") else ""),
            table=found_table(query, page, caption) if page else None,
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def _desk_known(self, codes: Any) -> Known:
        return catalog_of(self.cases.database)(sorted(set(codes)))


def asked(call: Call[Any, Any], body: Any, key: str = "") -> Call[Any, Any]:
    """Give the same call as the API would get it, with its request and a key for this sending."""
    return replace(call, body=body, idempotency_key=key)


def go(call: Call[Any, Any], path: str) -> Reply:
    """Lead to a page after a form, so that going back does not send it again."""
    return Reply("", status=303, headers={"Location": call.base + path})


def _day(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(0), CHINA)
    except ValueError:
        raise FormError("请检查填写的内容：", name) from None
