"""What the applicant's pages share: whose case it is, who acts, and where a form leads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from services.chassis.errors import BanjianError, NotFoundError
from services.chassis.web import Call, Reply
from services.chassis.web.parts import Crumb
from services.intake.application.case_desk import CaseChangedError
from services.intake.application.cases import stream_of
from services.intake.domain.agency_terms import AgencyScope
from services.intake.domain.case import Case
from services.intake.domain.items import ItemVersion, ListedItem
from services.intake.domain.rules import IntakeRuleError
from services.intake.pages.portal.words import refusal_of
from services.intake.projections import catalog_of

OWNERS: Final = frozenset({"applicant", "agent"})
PRIVATE: Final = {"Cache-Control": "no-store"}
MINE: Final = Crumb("我的办件", "/my/cases")
REFUSED: Final = (IntakeRuleError, CaseChangedError)
"""What a page says next to the form instead of giving up."""


def own_case(service: Any, call: Call[Any, Any], scope: AgencyScope = AgencyScope.FOLLOW) -> Case:
    """Give the case the path names to who may see it.

    Raises:
        NotFoundError: there is none, or it is somebody else's: nobody is told which.
    """
    number, account = call.path["project_no"], call.caller.id
    case: Case | None = service.cases.find(Case, stream_of(number))
    if case is not None and (
        (case.account is not None and case.account == account)
        or service.cases.acts_for(account, number, scope)
    ):
        return case
    raise NotFoundError("there is no such case")


def may(service: Any, call: Call[Any, Any], case: Case, scope: AgencyScope) -> bool:
    """Say whether the caller may do this, for the buttons of a page."""
    mine = case.account is not None and case.account == call.caller.id
    return mine or bool(service.cases.acts_for(call.caller.id, case.project_no, scope))


def item_of(service: Any, code: str) -> ListedItem | None:
    """Give what is known of an item; None when no list ever named it."""
    found: ListedItem | None = catalog_of(service.cases.database)({code}).items.get(code)
    return found


def version_of(service: Any, case: Case) -> ItemVersion | None:
    """Give the version a case is bound to; before its acceptance the one in force."""
    listed = item_of(service, case.item_code)
    if listed is None:
        return None
    bound = listed.version(case.item_version) if case.item_version else None
    return bound or listed.in_force(service.clock.now())


def saying(call: Call[Any, Any], body: object, key: str = "") -> Call[Any, Any]:
    """Give the call as the API's own route takes it, with this body."""
    return replace(call, body=body, idempotency_key=key)


def channel_of(call: Call[Any, Any]) -> str:
    """Say by which way an application comes: a telephone's browser says so itself."""
    return "mobile" if "Mobi" in call.headers.get("User-Agent", "") else "pc"


def go(call: Call[Any, Any], path: str, **query: str) -> Reply:
    """Lead to a page after a form, so that going back does not send it again."""
    told = urlencode({name: text for name, text in query.items() if text})
    place = f"{call.base}{path}" + (f"?{told}" if told else "")
    return Reply("", status=303, headers={"Location": place})


def said(error: Exception) -> str:
    """Say in the applicant's words why something was not done."""
    return error.message if isinstance(error, BanjianError) else refusal_of(error)


def crumb_of(case: Case) -> Crumb:
    """Lead back to a case."""
    return Crumb(case.item_name or "办件", f"/my/cases/{case.project_no}")
