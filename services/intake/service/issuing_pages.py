"""Pages of the unified issuing window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

import msgspec

from services.chassis.errors import RuleError
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.parts import Crumb
from services.intake.domain.issuing_terms import (
    CollectableStillError,
    IdentityError,
    NoPickupCodeError,
    NotSupervisorsActError,
    ResultLockedError,
    ReturnGround,
    SeparatedRolesError,
    WrongResultStateError,
)
from services.intake.domain.rules import IntakeRuleError
from services.intake.issuing_answers import HandOver, ResultsPageQuery
from services.intake.pages.issuing import result_filters, result_page, result_table
from services.intake.projections.issuing import ResultRow, list_results
from services.intake.projections.places import department_names
from services.intake.service.cases import PAGES
from services.intake.service.issuing import ISSUING, PRIVATE, READERS, SUPERVISOR, IssuingRoutes

DESK: Final = ISSUING | SUPERVISOR
Short = Annotated[str, msgspec.Meta(max_length=50)]
SAID: Final[Mapping[type[Exception], str]] = {
    SeparatedRolesError: "您受理或审批过这件办件，按三分离的规定不能由您出件。",
    NoPickupCodeError: "还没有告知取件码：请申请人、代理人先取得，或到前台窗口打印。",
    ResultLockedError: "取件码错满 5 次，已锁定；由督办人员解锁。",
    WrongResultStateError: "这件结果已经由别人办理，请看下面的经过。",
    IdentityError: "没有核实来人身份：不是申请人，也不是有权领取的代理人。",
    CollectableStillError: "保留期未过，申请人仍可领取。",
    NotSupervisorsActError: "只有督办人员可以解锁，且不能解锁自己试错的。",
}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A pick-up code or a case number."""

    wanted: Short = ""

    def __repr__(self) -> str:
        return "Wanted(...)"

    __str__ = __repr__


class HandOverForm(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever stands at the window named and showed."""

    code: Short = ""
    id_number: Short = ""
    agent: Short = ""
    attested: Short = ""

    def __repr__(self) -> str:
        return "HandOverForm(...)"

    __str__ = __repr__


class Nothing(msgspec.Struct, frozen=True):
    """A form without fields."""


class IssuingPages(IssuingRoutes):
    """Pages of the issuing window; a part of intake's service."""

    @route(
        "GET",
        "/issuing",
        html=True,
        roles=READERS,
        query=ResultsPageQuery,
        summary="The issuing window: search, and what waits",
    )
    def show_results(self, call: Call[None, ResultsPageQuery]) -> Reply:
        return self._window(call, call.query)

    @route(
        "POST",
        "/issuing/search",
        html=True,
        request=Wanted,
        roles=ISSUING,
        summary="Find a result by pick-up code or case number",
    )
    def find_result(self, call: Call[Wanted]) -> Reply:
        wanted = call.body.wanted.strip()
        found = self.found_by_code(wanted) if wanted else []
        if len(found) == 1:
            return self._result_page(call, found[0].project_no, code=wanted)
        if wanted and list_results(self.cases.database, numbers=[wanted]):
            return _to(call, f"/issuing/{wanted}")
        return self._window(call, ResultsPageQuery(), "没有找到：请核对取件码或办件编号。", wanted)

    @route(
        "GET",
        "/issuing/<project_no>",
        html=True,
        roles=READERS,
        summary="A result at the window",
    )
    def show_result(self, call: Call) -> Reply:
        return self._result_page(call, call.path["project_no"])

    @route(
        "POST",
        "/issuing/<project_no>/hand-over",
        html=True,
        request=HandOverForm,
        roles=ISSUING,
        summary="Check code and identity, and hand over",
    )
    def hand_over_by_form(self, call: Call[HandOverForm]) -> Reply:
        typed, number = call.body, call.path["project_no"]
        if not typed.code.strip():
            return self._result_page(call, number, "请输入取件码。", wrong="code")
        said = HandOver(
            code=typed.code,
            id_number=typed.id_number.strip(),
            agent=typed.agent.strip(),
            attested=bool(typed.attested),
        )
        try:
            done = self.try_hand_over(call, said)
        except IntakeRuleError as error:
            wrong = "id_number" if isinstance(error, IdentityError) else ""
            code = typed.code if wrong else ""
            return self._result_page(call, number, _said(error), wrong=wrong, code=code)
        if not done.handed:
            left = f"还可以试 {done.left} 次。" if done.left else "已锁定，由督办人员解锁。"
            return self._result_page(call, number, f"取件码不符，{left}", wrong="code")
        return _to(call, f"/issuing?done={number}")

    @route(
        "POST",
        "/issuing/<project_no>/unlock",
        html=True,
        request=Nothing,
        roles=SUPERVISOR,
        summary="Let codes be named again",
    )
    def unlock_by_form(self, call: Call[Nothing]) -> Reply:
        facts, number, _ = self._command_at(call, SUPERVISOR)
        return self._done(call, number, lambda: self.cases.unlock_result(facts, number))

    @route(
        "POST",
        "/issuing/<project_no>/return",
        html=True,
        request=Nothing,
        roles=ISSUING,
        summary="Send back what nobody collected",
    )
    def return_by_form(self, call: Call[Nothing]) -> Reply:
        facts, number, _ = self._command_at(call, ISSUING)
        ground = ReturnGround.NOT_COLLECTED
        return self._done(call, number, lambda: self.cases.return_result(facts, number, ground))

    def _done(self, call: Call[Any, Any], number: str, act: Callable[[], object]) -> Reply:
        try:
            act()
        except (IntakeRuleError, RuleError) as error:
            return self._result_page(call, number, _said(error))
        return _to(call, f"/issuing/{number}")

    def _window(
        self, call: Call[Any, Any], query: ResultsPageQuery, refused: str = "", wanted: str = ""
    ) -> Reply:
        page: Page[ResultRow] = self._page_of_results(query, state=query.state)
        text = PAGES.render(
            "issuing.html",
            call,
            title="统一出件窗口",
            english="Issuing window",
            done=query.done,
            refused=refused,
            wanted=wanted,
            issuer=bool(call.caller.roles & ISSUING),
            filters=result_filters(query),
            table=result_table(query, page),
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def _result_page(
        self,
        call: Call[Any, Any],
        project_no: str,
        refused: str = "",
        *,
        wrong: str = "",
        code: str = "",
    ) -> Reply:
        result, events = self._result_at(project_no)
        names = department_names(self.cases.database, {result.department})
        text = PAGES.render(
            "result.html",
            call,
            title=f"出件 {project_no}",
            english="Result",
            crumbs=[Crumb("统一出件窗口", "/issuing")],
            refused=refused,
            wrong=wrong,
            code=code,
            issuer=bool(call.caller.roles & ISSUING),
            supervisor=bool(call.caller.roles & SUPERVISOR),
            department_name=names.get(result.department, ""),
            **result_page(result, events),
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)


def _said(error: Exception) -> str:
    """Give a refusal in Chinese."""
    return SAID.get(type(error), str(error))


def _to(call: Call[Any, Any], path: str) -> Reply:
    """Lead to a page after a form, so that going back does not send it again."""
    return Reply("", status=303, headers={"Location": call.base + path})
