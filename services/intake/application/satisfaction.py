"""How satisfied an applicant was, as a result row says it: a rating of the completed case (I10)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from services.intake.application.cases import stream_of
from services.intake.application.ratings import Ratings
from services.intake.application.records import Records
from services.intake.domain import Case, Decision, Rating, ResultSaid
from services.intake.domain.rating_terms import Answer, Scale
from services.intake.domain.ratings import rating_stream
from services.kernel.facts import Actor, ActorKind, Facts

STAGE: Final = 2
CHANNEL: Final = "exchange"


class Satisfaction(Ratings, Records):
    """The way of a satisfaction from an outside system into the ratings."""

    def complete(self, facts: Facts, project_no: str, decision: Decision) -> None:
        """Complete a case; the satisfaction its result row reported becomes its rating.

        A case has one rating of its completion: where there is one already, that stays.
        """
        super().complete(facts, project_no, decision)
        case = self.find(Case, stream_of(project_no))
        row = case.rows.result(decision.row_guid) if case is not None else None
        said = row.said if row is not None and not row.retracted else None
        if case is None or case.completed_at is None or not isinstance(said, ResultSaid):
            return
        stream = rating_stream(project_no, STAGE)
        if not said.satisfaction or self.find(Rating, stream) is not None:
            return
        actor = Actor(ActorKind.EXTERNAL, case.rows.owner or CHANNEL, role="exchange")
        about = replace(facts, occurred_at=case.completed_at, actor=actor)
        self.invite_rating(about, project_no, STAGE, [CHANNEL])
        answer = Answer(said.satisfaction, Scale(said.satisfaction_scale), CHANNEL)
        self.submit_rating(about, project_no, STAGE, answer)
