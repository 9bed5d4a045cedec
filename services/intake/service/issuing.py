"""The unified issuing window (统一窗口出件) over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import NotFoundError
from services.chassis.events import Event
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.histories import history_event, written
from services.chassis.web.paging import page_of, read_cursor
from services.intake.application.issuing import HandedOver, Untold
from services.intake.application.pickup import new_code, shown_code
from services.intake.application.ratings import Done
from services.intake.domain.issuing import Result, result_stream
from services.intake.issuing_answers import (
    CodeTold,
    HandedOverTold,
    HandOver,
    ResultsPageQuery,
    ResultsQuery,
    ResultView,
    ReturnResult,
    SearchResults,
    ShelveResult,
    result_view,
)
from services.intake.projections.issuing import ResultRow, list_results
from services.intake.rating_answers import Told
from services.intake.service.ratings import facts_of
from services.kernel.facts import Facts

CLERK: Final = frozenset({"clerk"})
ISSUING: Final = frozenset({"issuing_clerk"})
SUPERVISOR: Final = frozenset({"supervisor"})
SHELVERS: Final = CLERK | ISSUING
RECIPIENTS: Final = frozenset({"applicant", "agent", "clerk"})
READERS: Final = CLERK | ISSUING | SUPERVISOR
WRONG_CODE: Final = "wrong_pickup_code"
PRIVATE: Final = {"Cache-Control": "no-store"}


class IssuingRoutes:
    """Routes about results at the window; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/results/<project_no>/shelving",
        request=ShelveResult,
        response=Told,
        roles=SHELVERS,
        status=201,
        summary="Put the result of a completed case on a shelf by hand",
    )
    def shelve_result(self, call: Call[ShelveResult]) -> Told:
        """What is decided here is shelved by itself; this is for what came from elsewhere."""
        facts, number, key = self._command_at(call, SHELVERS)
        done = self.cases.shelve_result(facts, number, call.body.shelf, key=key)
        return self._told_of_result(call, done)

    @route(
        "POST",
        "/results/<project_no>/pickup-code",
        response=CodeTold,
        roles=RECIPIENTS,
        status=201,
        summary="Be told a new pick-up code, once: the applicant, their agent, or at a window",
    )
    def issue_pickup_code(self, call: Call) -> Reply:
        """An earlier code is void. Repeating the request tells no code: ask for another one."""
        facts, number, key = self._command_at(call, RECIPIENTS)
        code = new_code()
        done = self.cases.issue_pickup_code(facts, number, Untold(code), key=key)
        fresh = self.cases.is_kept(number, code, done.version)
        place = written(call, self.cases.database, self.name, done.stream, done.version)
        told = shown_code(code) if fresh else ""
        answer = CodeTold(done.key, done.state, place.event, place.position, told)
        return Reply(answer, headers=PRIVATE)

    @route(
        "POST",
        "/results/<project_no>/hand-over",
        request=HandOver,
        response=HandedOverTold,
        roles=ISSUING,
        summary="Hand it over to whoever names the code and is shown to be the applicant (422)",
    )
    def hand_over_result(self, call: Call[HandOver]) -> Reply:
        """A wrong code is counted: five lock the result until a supervisor unlocks it."""
        done = self.try_hand_over(call, call.body)
        place = written(call, self.cases.database, self.name, done.stream, done.version)
        code = "" if done.handed else WRONG_CODE
        left = 0 if done.handed else done.left
        answer = HandedOverTold(done.key, done.state, place.event, place.position, code, left)
        return Reply(answer, status=200 if done.handed else 422)

    @route(
        "POST",
        "/results/<project_no>/unlocking",
        response=Told,
        roles=SUPERVISOR,
        summary="Let codes be named again, after five wrong ones",
    )
    def unlock_result(self, call: Call) -> Told:
        facts, number, key = self._command_at(call, SUPERVISOR)
        return self._told_of_result(call, self.cases.unlock_result(facts, number, key=key))

    @route(
        "POST",
        "/results/<project_no>/return",
        request=ReturnResult,
        response=Told,
        roles=ISSUING,
        summary="Send it back to the department: recalled, or not collected in its days",
    )
    def return_result(self, call: Call[ReturnResult]) -> Told:
        facts, number, key = self._command_at(call, ISSUING)
        done = self.cases.return_result(facts, number, call.body.reason, key=key)
        return self._told_of_result(call, done)

    @route(
        "GET",
        "/results",
        query=ResultsQuery,
        response=Page[ResultRow],
        roles=READERS,
        summary="List results, newest first",
    )
    def list_results(self, call: Call[None, ResultsQuery]) -> Page[ResultRow]:
        query = call.query
        return self._page_of_results(
            query,
            state=query.state.value if query.state else "",
            locked=query.locked,
            overdue=query.overdue,
        )

    @route(
        "POST",
        "/results/search",
        request=SearchResults,
        response=list[ResultRow],
        roles=ISSUING,
        summary="Find what waits under a pick-up code",
    )
    def search_results(self, call: Call[SearchResults]) -> list[ResultRow]:
        return self.found_by_code(call.body.code)

    @route(
        "GET",
        "/results/<project_no>",
        response=ResultView,
        roles=READERS,
        summary="A result and its history",
    )
    def get_result(self, call: Call) -> ResultView:
        result, events = self._result_at(call.path["project_no"])
        return result_view(result, [history_event(event) for event in events])

    def try_hand_over(self, call: Call[Any, Any], said: HandOver) -> HandedOver:
        """Hand over, as far as code and identity allow."""
        facts, number, key = self._command_at(call, ISSUING)
        done: HandedOver = self.cases.hand_over(
            facts, number, said.code, said.id_number, said.agent, said.attested, key=key
        )
        return done

    def found_by_code(self, code: str) -> list[ResultRow]:
        """Give what waits under a pick-up code."""
        numbers = self.cases.shelves_of(code)
        return list_results(self.cases.database, numbers=numbers) if numbers else []

    def _page_of_results(
        self, query: ResultsQuery | ResultsPageQuery, **filters: Any
    ) -> Page[ResultRow]:
        rows = list_results(
            self.cases.database,
            department=query.department,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
            **filters,
        )
        return page_of(rows, query.limit, lambda row: (row.shelved_at, row.project_no))

    def _result_at(self, project_no: str) -> tuple[Result, list[Event]]:
        stream = result_stream(project_no)
        result: Result | None = self.cases.state_of(Result, stream)
        if result is None:
            raise NotFoundError("the case has no result at the window")
        return result, self.cases.events_of(stream)

    def _command_at(
        self, call: Call[Any, Any], roles: frozenset[str]
    ) -> tuple[Facts, str, str | None]:
        number = call.path["project_no"]
        return facts_of(self, call, number, roles), number, call.idempotency_key or None

    def _told_of_result(self, call: Call[Any, Any], done: Done) -> Told:
        place = written(call, self.cases.database, self.name, done.stream, done.version)
        return Told(done.key, done.state, place.event, place.position)
