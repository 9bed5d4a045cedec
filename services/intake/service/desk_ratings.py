"""Bad reviews (差评) in a browser: contact, plan, set right, follow up, appeal, rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Crumb
from services.intake.desk_answers import BadQuery, RatingForm, said, words, yes_or_no
from services.intake.domain.ratings import rating_stream
from services.intake.pages.desk import Times
from services.intake.pages.desk_ratings import PARTS, bad_filters, bad_table, rating_page
from services.intake.pages.desk_words import said_of
from services.intake.projections import catalog_of
from services.intake.projections.desk import count_bad, list_bad
from services.intake.rating_answers import (
    AppealRating,
    FollowUp,
    JudgeAppeal,
    Noted,
    PlanRectification,
)
from services.intake.service.cases import PAGES
from services.intake.service.desk import PRIVATE, go
from services.intake.service.desk_cases import REFUSED, turned
from services.intake.service.ratings import (
    READERS,
    SUPERVISOR,
    TEXT_READERS,
    UNIT,
    RatingRoutes,
    opening_of,
    own_unit,
)

RATINGS: Final = Crumb("好差评", "/desk/ratings")
ACTS: Final[
    Mapping[str, tuple[str, frozenset[str], type[Any], Callable[[RatingForm], Mapping[str, Any]]]]
] = {
    "contact": ("contact_rater", UNIT, Noted, lambda form: {}),
    "plan": (
        "plan_rectification",
        UNIT,
        PlanRectification,
        lambda form: {"measures": form.measures, "finish_by": form.finish_by},
    ),
    "rectification": ("complete_rectification", UNIT, Noted, lambda form: {}),
    "appeal": (
        "appeal_rating",
        UNIT,
        AppealRating,
        lambda form: {"ground": form.ground, "evidence": words(form.evidence)},
    ),
    "follow-up": (
        "follow_up_rating",
        SUPERVISOR,
        FollowUp,
        lambda form: {"satisfied": yes_or_no(form.satisfied)},
    ),
    "ruling": (
        "judge_appeal",
        SUPERVISOR,
        JudgeAppeal,
        lambda form: {"excluded": yes_or_no(form.excluded)},
    ),
}


class DeskRatingPages(RatingRoutes):
    """Pages of bad reviews; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "GET",
        "/desk/ratings",
        html=True,
        roles=READERS,
        query=BadQuery,
        summary="Bad reviews, with the clock of their contact",
    )
    def show_bad(self, call: Call[None, BadQuery]) -> Reply:
        query, database, now = call.query, self.cases.database, self.clock.now()
        own = own_unit(call.caller, READERS - UNIT)
        found = list_bad(
            database,
            state=query.state,
            department=own or query.department,
            overdue=query.overdue == "yes",
            after=read_cursor(query.cursor, tuple[datetime, str, int]),
            limit=query.limit + 1,
        )
        page = page_of(
            found, query.limit, lambda row: (row.submitted_at, row.project_no, row.stage)
        )
        text = PAGES.render(
            "desk_ratings.html",
            call,
            title="好差评：差评办理",
            english="Bad reviews",
            counts=count_bad(database, own or query.department, now),
            filters=bad_filters(query, own),
            table=bad_table(query, page, self._rating_times()),
        )
        return Reply(text, headers=PRIVATE)

    @route(
        "GET",
        "/desk/ratings/<project_no>/<int:stage>",
        html=True,
        roles=READERS,
        summary="One rating and what follows it",
    )
    def show_rating(self, call: Call) -> Reply:
        return self._rating_page(call)

    @route(
        "POST",
        "/desk/ratings/<project_no>/<int:stage>/texts",
        html=True,
        roles=TEXT_READERS,
        request=RatingForm,
        summary="Open what was written; that is written down",
    )
    def open_rating_texts(self, call: Call[RatingForm]) -> Reply:
        rating, _ = self._rating_of(call)
        texts = self.cases.rating_texts(rating, opening_of(call, TEXT_READERS))
        return self._rating_page(call, texts=texts)

    @route(
        "POST",
        "/desk/ratings/<project_no>/<int:stage>/<act>",
        html=True,
        roles=TEXT_READERS,
        request=RatingForm,
        summary="Contact, plan, set right, follow up, appeal or rule",
    )
    def rating_by_form(self, call: Call[RatingForm]) -> Reply:
        form, what = call.body, call.path["act"]
        if what not in ACTS:
            raise NotFoundError("there is no such act")
        name, roles, shape, fields = ACTS[what]
        call.caller.require_role(*roles)
        try:
            body = said(shape, note=form.note.strip(), **fields(form))
            getattr(self, name)(turned(call, form, body))
        except REFUSED as error:
            return self._rating_page(call, refused=said_of(error), tried=what)
        return go(call, f"/desk/ratings/{call.path['project_no']}/{call.path['stage']}")

    def _rating_page(
        self,
        call: Call[Any, Any],
        *,
        refused: str = "",
        tried: str = "",
        texts: Mapping[str, str] | None = None,
    ) -> Reply:
        rating, _ = self._rating_of(call)
        caller = call.caller
        events = self.cases.events_of(rating_stream(rating.project_no, rating.stage))
        text = PAGES.render(
            "desk_rating.html",
            call,
            title=f"评价 {rating.project_no}",
            english="Rating",
            crumbs=[RATINGS],
            refused=refused,
            tried=tried,
            key=token_hex(16),
            reader=bool(caller.roles & TEXT_READERS),
            clerk="clerk" in caller.roles or "supervisor" in caller.roles,
            form=call.body if isinstance(call.body, RatingForm) else RatingForm(),
            texts=None if texts is None else [(PARTS[one], texts[one]) for one in texts],
            **rating_page(rating, events, self._rating_times(), caller.roles, caller.unit),
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def _rating_times(self) -> Times:
        return Times.of(self.clock.now(), catalog_of(self.cases.database)(()).calendar)
