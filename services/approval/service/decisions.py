"""Decision documents and the seals on them over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.approval.certificate_answers import (
    ApplySeal,
    DecisionsQuery,
    DecisionView,
    IssueDecision,
    Told,
    decision_view,
)
from services.approval.domain.decision_terms import DecisionResult, Remedies, Wording
from services.approval.domain.decisions import Decision, decision_stream
from services.approval.projections.papers import DecisionRow, list_decisions
from services.approval.service.paper_room import (
    KEEPER,
    OFFICER,
    READERS,
    PaperRoom,
    own_department,
    seen,
)
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.histories import history_event
from services.chassis.web.paging import page_of, read_cursor


class DecisionRoutes(PaperRoom):
    """Routes of the nameko service."""

    @route(
        "POST",
        "/cases/<project_no>/decision-document",
        request=IssueDecision,
        response=Told,
        roles=OFFICER,
        status=201,
        summary="Put the decision of a case into words, inside a live delegation",
    )
    def issue_decision(self, call: Call[IssueDecision]) -> Told:
        """A refusal states its reasons and its remedies (行政许可法 art. 38)."""
        return self._issue_decision(call, call.path["project_no"])

    @route(
        "POST",
        "/projects/<process_no>/tasks/<item_code>/decision-document",
        request=IssueDecision,
        response=Told,
        roles=OFFICER,
        status=201,
        summary="Put the decision of one task of a parallel process into words",
    )
    def issue_task_decision(self, call: Call[IssueDecision]) -> Told:
        return self._issue_decision(call, f"{call.path['process_no']}/{call.path['item_code']}")

    @route(
        "POST",
        "/decisions/<decision_no>/seal",
        request=ApplySeal,
        response=Told,
        roles=KEEPER,
        status=201,
        summary="Put the seal on a decision: this very document, by the keeper of the seal",
    )
    def apply_seal(self, call: Call[ApplySeal]) -> Told:
        said = call.body
        number = call.path["decision_no"]
        done = self.tasks.apply_seal(
            self._certificate_facts(call, KEEPER),
            number,
            said.seal,
            said.document_hash,
            said.place,
            key=call.idempotency_key or None,
        )
        return self._told_of(call, done)

    @route(
        "GET",
        "/decisions",
        query=DecisionsQuery,
        response=Page[DecisionRow],
        roles=READERS,
        summary="List decision documents, newest first; an officer sees their own department's",
    )
    def list_decisions(self, call: Call[None, DecisionsQuery]) -> Page[DecisionRow]:
        query = call.query
        rows = list_decisions(
            self.tasks.database,
            department=own_department(call) or query.department,
            project_no=query.project_no,
            light=query.light,
            unserved=query.unserved,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.issued_at, row.decision_no))

    @route(
        "GET",
        "/decisions/<decision_no>",
        response=DecisionView,
        roles=READERS,
        summary="A decision's document and its history",
    )
    def get_decision(self, call: Call) -> DecisionView:
        decision = self._decision_of(call)
        events = self.tasks.events_of(decision.id)
        return decision_view(decision, [history_event(event) for event in events])

    @route(
        "GET",
        "/decisions/<decision_no>/file",
        roles=READERS,
        html=True,
        media="application/pdf",
        summary="The document as a PDF: the sealed one when there is one",
    )
    def get_decision_file(self, call: Call) -> Reply:
        decision = self._decision_of(call)
        return self._file(decision.file_hash or decision.document_hash, decision.decision_no)

    def _issue_decision(self, call: Call[IssueDecision], task_id: str) -> Told:
        said = call.body
        refused = said.result is DecisionResult.REFUSED
        wording = Wording(
            document=said.document,
            result=said.result,
            reasons=said.reasons,
            legal_basis=said.legal_basis,
            remedies=Remedies(said.review, said.court) if refused else None,
        )
        done = self.tasks.issue_decision(
            self._certificate_facts(call, OFFICER),
            task_id,
            wording,
            said.statement,
            key=call.idempotency_key or None,
        )
        return self._told_of(call, done)

    def _decision_of(self, call: Call[Any, Any]) -> Decision:
        found: Decision | None = self.tasks.state_of(
            Decision, decision_stream(call.path["decision_no"])
        )
        return seen(call, found, "there is no such decision")
