"""Cases over HTTP: taking in, lists, one case as it was at any time, and its pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from services.chassis.bus.positions import is_done
from services.chassis.clock import Clock
from services.chassis.errors import ContractError, NotAllowedError, NotFoundError
from services.chassis.events import Event
from services.chassis.reference import Reference
from services.chassis.reference.rules import ItemRules, rules_of
from services.chassis.web import Call, Page, Pages, Reply, route
from services.chassis.web.histories import (
    AtQuery,
    HistoryEvent,
    history_event,
    moment_of,
    page_reply,
    wants_page,
)
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Crumb
from services.intake import projections
from services.intake.answers import (
    CaseHistory,
    CasesQuery,
    SubmitCase,
    Taken,
    case_view,
)
from services.intake.application import subject_of
from services.intake.domain import (
    Application,
    Case,
)
from services.intake.pages import case_page, case_table, filters
from services.intake.projections import CaseRow
from services.intake.projections.places import department_names
from services.intake.service.case_desk import APPLYING, facts_of_case, taken
from services.kernel.identifiers import stream_id
from services.kernel.times import SHANGHAI

PAGES: Final = Pages("intake", Path(__file__).parents[1] / "pages")


class CaseRoutes:
    """Routes of the nameko service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/cases",
        request=SubmitCase,
        response=Taken,
        roles=APPLYING,
        status=201,
        summary="Take in a case: accepted at once by a clerk, waiting, or refused (422)",
    )
    def submit(self, call: Call[SubmitCase]) -> Reply:
        """Idempotent by Idempotency-Key. A refused application is on file all the same."""
        said, now = call.body, self.clock.now()
        if said.submitted_at is not None and said.submitted_at.tzinfo is None:
            raise ContractError("submitted_at needs an offset", field="submitted_at")
        key = call.idempotency_key or None
        given = said.project_no if "clerk" in call.caller.roles else ""
        project_no = given or _project_no(said.item_code, now, key)
        facts = facts_of_case(self, call, project_no, APPLYING)
        applied, person = _applied(call, project_no), said.applicant.fields()
        if said.draft:
            receipt = self.cases.draft_case(facts, applied, person, key=key)
        else:
            receipt = self.cases.submit(facts, applied, person, numbered=not given, key=key)
        answer = taken(self, call, receipt)
        return Reply(answer, status=201 if not receipt.reason_code else 422)

    @route(
        "GET",
        "/cases",
        query=CasesQuery,
        response=Page[CaseRow],
        public=True,
        after=True,
        summary="List cases, newest first",
    )
    def list_cases(self, call: Call[None, CasesQuery]) -> Page[CaseRow]:
        """Drafts are listed only when asked for; those of an account only for it and for clerks."""
        call.wait_until_fresh(self._has)
        _check_account(call)
        return self._page(call.query)

    @route(
        "GET",
        "/cases/<project_no>",
        query=AtQuery,
        response=CaseHistory,
        public=True,
        after=True,
        summary="A case and its history, now or as it was",
    )
    def get_case(self, call: Call[None, AtQuery]) -> Any:
        """Rebuilt from events; `at` goes by when things happened in the world."""
        call.wait_until_fresh(self._has)
        project_no, at = call.path["project_no"], moment_of(call.query.at)
        stream = stream_id("case", project_no)
        events = self.cases.events_of(stream, at)
        case = self.cases.state_of(Case, stream, at)
        if case is None or not case.project_no:
            raise NotFoundError("there is no such case, or there was none then")
        if wants_page(call):
            return page_reply(self._page_of(call, case, events))
        return CaseHistory(case_view(case), [history_event(event) for event in events])

    @route(
        "GET",
        "/cases/<project_no>/history",
        response=list[HistoryEvent],
        public=True,
        after=True,
        summary="Every event of a case",
    )
    def get_history(self, call: Call) -> list[HistoryEvent]:
        call.wait_until_fresh(self._has)
        events = self.cases.events_of(stream_id("case", call.path["project_no"]))
        if not events:
            raise NotFoundError("there is no such case")
        return [history_event(event) for event in events]

    @route(
        "GET",
        "/cases/<project_no>/events/<int:version>",
        response=HistoryEvent,
        public=True,
        summary="One event of a case, as stored",
    )
    def get_event(self, call: Call) -> HistoryEvent:
        for event in self.cases.events_of(stream_id("case", call.path["project_no"])):
            if event.version == int(call.path["version"]):
                return history_event(event)
        raise NotFoundError("there is no such event")

    @route(
        "GET",
        "/items/<item_code>/rules",
        query=AtQuery,
        response=ItemRules,
        public=True,
        after=True,
        summary="The rules of an item now or at an instant: version, materials, limits, calendar",
    )
    def get_rules(self, call: Call[None, AtQuery]) -> ItemRules:
        """From the service's own copy of the catalog; catalog need not be there."""
        call.wait_until_fresh(self._has)
        at = moment_of(call.query.at) or self.clock.now()
        return rules_of(self.cases.database, call.path["item_code"], at)

    @route("GET", "/", html=True, public=True, query=CasesQuery, summary="The cases")
    def show(self, call: Call[None, CasesQuery]) -> str:
        _check_account(call)
        return PAGES.render(
            "cases.html",
            call,
            title="办件",
            english="Cases",
            filters=filters(call.query),
            table=case_table(call.query, self._page(call.query)),
        )

    def _page_of(self, call: Call[None, AtQuery], case: Case, events: Sequence[Event]) -> str:
        return PAGES.render(
            "case.html",
            call,
            title=f"办件 {case.project_no}",
            english="Case",
            crumbs=[Crumb("办件", "/")],
            at=call.query.at,
            department_name=department_names(self.cases.database, {case.department}).get(
                case.department, ""
            ),
            **case_page(
                case,
                events,
                moment_of(call.query.at) or self.clock.now(),
                Reference(self.cases.database).editions() if case.counts else (),
            ),
        )

    def _page(self, query: CasesQuery) -> Page[CaseRow]:
        rows = projections.list_cases(
            self.cases.database,
            state=query.state,
            department=query.department,
            channel=query.channel,
            item_code=query.item_code,
            window=query.window,
            account=query.account,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.submitted_at, row.project_no))

    def _has(self, source: str, position: int) -> bool:
        return source == self.name or is_done(self.cases.database, source, position)


def _applied(call: Call[SubmitCase], project_no: str) -> Application:
    """Read an application. Only a clerk attests, backdates, and names another account."""
    said, clerk = call.body, "clerk" in call.caller.roles
    own = "village" if "village_clerk" in call.caller.roles else "online"
    return Application(
        project_no=project_no,
        item_code=said.item_code,
        channel=said.channel if clerk or said.channel != "window" else own,
        subject_id=subject_of(project_no),
        submitted_at=said.submitted_at if clerk else None,
        item_version_seen=said.item_version_seen,
        handling_form=said.handling_form or None,
        window=said.window or call.caller.window or None,
        account=(said.account or None) if clerk else call.caller.id,
        declared_trust=said.declared_trust or None,
        at_once=clerk and said.acceptance != "later",
    )


def _check_account(call: Call[None, CasesQuery]) -> None:
    asked, caller = call.query.account, call.caller
    if asked and asked != caller.id and caller.roles.isdisjoint({"clerk", "supervisor"}):
        raise NotAllowedError("you may list the cases of your own account")


def _project_no(item_code: str, now: datetime, key: str | None) -> str:
    """Make a case number: item, date, serial (DOMAIN.md 2.3), at most 50 characters.

    The serial comes from the idempotency key, so a repeated request gets the same number, and no
    counter has to be locked.
    """
    seed = key or token_hex(16)
    serial = int.from_bytes(sha256(seed.encode()).digest()[:8]) % 10**11
    return f"{item_code[:31]}{now.astimezone(SHANGHAI):%Y%m%d}{serial:011}"
