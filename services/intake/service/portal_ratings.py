"""The ratings of a case (好差评) by its applicant, from their own page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import NotFoundError
from services.chassis.web import Call, Reply, route
from services.intake.domain import Rating
from services.intake.domain.agency_terms import AgencyScope
from services.intake.domain.case import Case
from services.intake.domain.rating_terms import STAGES, Answer, RatingState, Scale
from services.intake.domain.ratings import rating_stream
from services.intake.domain.terms import CaseState
from services.intake.pages.portal import words
from services.intake.portal_answers import RateForm
from services.intake.service.cases import PAGES
from services.intake.service.portal_desk import (
    MINE,
    OWNERS,
    PRIVATE,
    REFUSED,
    channel_of,
    crumb_of,
    go,
    may,
    own_case,
    said,
    version_of,
)
from services.intake.service.ratings import facts_of

AFTER: Final = frozenset({CaseState.COMPLETED, CaseState.DELIVERED, CaseState.ARCHIVED})


class PortalRatingRoutes:
    """Pages of the ratings of one case."""

    clock: Clock
    frame: Any
    cases: Any

    @route(
        "GET",
        "/my/cases/<project_no>/ratings/<int:stage>",
        html=True,
        roles=OWNERS,
        summary="Rate a stage of my case",
    )
    def ask_rating(self, call: Call) -> Reply:
        return self._portal_rating(call, own_case(self, call), RateForm())

    @route(
        "POST",
        "/my/cases/<project_no>/ratings/<int:stage>",
        html=True,
        roles=OWNERS,
        request=RateForm,
        summary="Rate a stage of my case, once",
    )
    def rate_by_form(self, call: Call[RateForm]) -> Reply:
        case, form = own_case(self, call, AgencyScope.FULL), call.body
        stage = int(call.path["stage"])
        if not 1 <= form.level <= len(words.LEVELS):
            return self._portal_rating(call, case, form, "请选择一个满意程度。")
        channel = channel_of(call)
        answer = Answer(
            form.level,
            Scale.BEST_1,
            channel,
            named=not form.unnamed,
            clerk=case.accepted_by or None,
            window=case.window,
        )
        facts = facts_of(self, call, case.project_no, OWNERS)
        try:
            with self.cases.unit_of_work():
                if self.cases.find(Rating, rating_stream(case.project_no, stage)) is None:
                    self.cases.invite_rating(facts, case.project_no, stage, [channel])
                self.cases.submit_rating(facts, case.project_no, stage, answer, form.note.strip())
        except REFUSED as error:
            return self._portal_rating(call, case, form, said(error))
        return go(call, f"/my/cases/{case.project_no}", done="rated")

    def _portal_rating(
        self, call: Call[Any, Any], case: Case, form: RateForm, refused: str = ""
    ) -> Reply:
        stage = int(call.path["stage"])
        if stage not in STAGES:
            raise NotFoundError("there is no such stage")
        if stage not in ratable_stages(self, call, case) and not refused:
            return go(call, f"/my/cases/{case.project_no}")
        version = version_of(self, case)
        text = PAGES.render(
            "portal/rate.html",
            call,
            title=f"评价{words.STAGES[stage]}",
            english="Rate the service",
            crumbs=[MINE, crumb_of(case)],
            case=case,
            name=version.name if version else case.item_code,
            stage=stage,
            form=form,
            levels=words.LEVELS,
            refused=refused,
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)


def ratable_stages(service: Any, call: Call[Any, Any], case: Case) -> Sequence[int]:
    """Give the stages that are reached and not rated, the completion first.

    None to an agent whose mandate is not the whole: it is the applicant's own word.
    """
    if not may(service, call, case, AgencyScope.FULL):
        return []
    reached = [2] if case.completed_at and case.state in AFTER else []
    reached += [1] if case.accepted_at else []
    return [stage for stage in reached if _waits(service, case.project_no, stage)]


def _waits(service: Any, project_no: str, stage: int) -> bool:
    found: Rating | None = service.cases.find(Rating, rating_stream(project_no, stage))
    if found is None:
        return True
    until = found.answer_until
    return found.state is RatingState.INVITED and (until is None or service.clock.now() <= until)
