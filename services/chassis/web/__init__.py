"""HTTP of the house: routes, checked input, one error shape, OpenAPI, and the shell of the pages.

class Service:
    name = "intake"
    errors = {CaseRuleError: RuleError}      # domain errors, mapped here and nowhere else

    @route("POST", "/cases", request=SubmitCase, response=CaseView, roles=frozenset({"clerk"}),
           summary="Take in a case", status=201)
    def submit(self, call: Call[SubmitCase]) -> CaseView: ...

    @route("GET", "/cases/<case_no>", response=CaseView, public=True, summary="Show a case")
    def show(self, call: Call[None]) -> CaseView: ...

    @route("GET", "/", html=True, public=True, query=BoardQuery, summary="The board")
    def board(self, call: Call[None, BoardQuery]) -> str:
        return PAGES.render("board.html", call, title="办件公示", figures=figures)
"""

from services.chassis.web.call import Call, Reply
from services.chassis.web.entrypoint import Route, route, routes_of
from services.chassis.web.freshness import Position
from services.chassis.web.pages import Pages
from services.chassis.web.paging import Page, PageQuery
from services.chassis.web.tables import csv_reply

__all__ = [
    "Call",
    "Page",
    "PageQuery",
    "Pages",
    "Position",
    "Reply",
    "Route",
    "csv_reply",
    "route",
    "routes_of",
]
