"""Commitment letters and credit records over HTTP, and the register's pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from services.approval.commitment_answers import (
    CertificateBar,
    CheckEligibility,
    CommitmentsQuery,
    CommitmentView,
    CreditView,
    DecideOnCommitment,
    ExtendCommitment,
    ReceivePromised,
    RegisterQuery,
    RepairCredit,
    RequestCommitment,
    SignCommitment,
    commitment_view,
)
from services.approval.domain.commitment_terms import Eligibility, Letter
from services.approval.domain.commitments import Commitment, commitment_stream
from services.approval.domain.credit import Credit, credit_stream
from services.approval.pages.commitments import commitment_page, register_page
from services.approval.projections.applicants import applicants_of
from services.approval.projections.commitments import (
    CommitmentRow,
    count_commitments,
    list_commitments,
)
from services.approval.service.site_room import (
    APPLICANT,
    ASKERS,
    CLERK,
    OFFICER,
    READERS,
    SUPERVISOR,
    check_applicant,
    site_facts,
    site_told,
)
from services.approval.service.survey_lists import PAGES
from services.approval.site_answers import SiteTold
from services.chassis.clock import Clock
from services.chassis.errors import NotFoundError
from services.chassis.events import Event
from services.chassis.web import Call, Page, route
from services.chassis.web.histories import history_event, page_reply, wants_page
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Crumb

HEAD: Final = frozenset({"department_head"})


class CommitmentRoutes:
    """Routes about letters; a part of approval's service."""

    name: str
    clock: Clock
    frame: Any
    tasks: Any

    @route(
        "POST",
        "/processes/<process_no>/commitments",
        request=RequestCommitment,
        response=SiteTold,
        roles=CLERK | APPLICANT,
        status=201,
        summary="Promise papers for a task instead of handing them in",
    )
    def request_commitment(self, call: Call[RequestCommitment]) -> SiteTold:
        said, process_no = call.body, call.path["process_no"]
        clerk = "clerk" in call.caller.roles
        if not clerk:
            check_applicant(self, call, process_no)
        task = self.tasks.process_of(process_no).task(said.task_id)
        known = applicants_of(self.tasks.database, [task.project_no])
        if not known:
            raise NotFoundError("intake's word about this case has not come yet; try again soon")
        done = self.tasks.request_commitment(
            site_facts(self, call, process_no, CLERK if clerk else APPLICANT),
            task.task_id,
            said.scheme,
            said.papers(),
            said.defers,
            known[0].subject_id,
            key=call.idempotency_key or None,
        )
        return site_told(self, call, done)

    @route(
        "POST",
        "/commitments/<commitment_no>/eligibility",
        request=CheckEligibility,
        response=SiteTold,
        roles=OFFICER,
        summary="Put the facts a letter stands on on record; without them it is refused",
    )
    def check_eligibility(self, call: Call[CheckEligibility]) -> SiteTold:
        said = call.body
        found = Eligibility(
            mutual_prerequisite=False,
            policy_fit=said.policy_fit,
            policy_basis=said.policy_basis,
            higher_authority=said.higher_authority or None,
            consultation_no=said.consultation_no or None,
            consulted_authority=said.consulted_authority or None,
            consulted_on=said.consulted_on,
        )
        return self._on_letter(call, OFFICER, "check_eligibility", found)

    @route(
        "POST",
        "/commitments/<commitment_no>/signature",
        request=SignCommitment,
        response=SiteTold,
        roles=CLERK,
        summary="Take the signed letter; it cuts what waits for each other loose",
    )
    def sign_commitment(self, call: Call[SignCommitment]) -> SiteTold:
        said = call.body
        letter = Letter(
            said.due_on, said.liability, said.signature_ref, said.document_hash, said.rectify_days
        )
        return self._on_letter(call, CLERK, "sign_commitment", letter)

    @route(
        "POST",
        "/commitments/<commitment_no>/decision",
        request=DecideOnCommitment,
        response=SiteTold,
        roles=OFFICER,
        summary="Decide before the papers are there",
    )
    def decide_on_commitment(self, call: Call[DecideOnCommitment]) -> SiteTold:
        return self._on_letter(call, OFFICER, "decide_on_commitment", call.body.reason or None)

    @route(
        "POST",
        "/commitments/<commitment_no>/materials",
        request=ReceivePromised,
        response=SiteTold,
        roles=ASKERS,
        summary="Take a promised paper; with the last one in time the promise is kept",
    )
    def receive_promised(self, call: Call[ReceivePromised]) -> SiteTold:
        said = call.body
        told = (said.material_code, said.content_hash)
        return self._on_letter(call, ASKERS, "receive_promised", *told)

    @route(
        "POST",
        "/commitments/<commitment_no>/extension",
        request=ExtendCommitment,
        response=SiteTold,
        roles=HEAD,
        summary="Grant more time: once, before the day has passed",
    )
    def extend_commitment(self, call: Call[ExtendCommitment]) -> SiteTold:
        said = call.body
        letter = Letter(said.due_on, "", "", "")
        return self._on_letter(call, HEAD, "extend_commitment", letter, said.reason)

    @route(
        "POST",
        "/commitments/<commitment_no>/withdrawal",
        response=SiteTold,
        roles=CLERK | APPLICANT,
        summary="Take the promise back before the decision",
    )
    def withdraw_commitment(self, call: Call) -> SiteTold:
        clerk = "clerk" in call.caller.roles
        if not clerk:
            letter, _ = self._letter_of(call)
            check_applicant(self, call, letter.process_no)
        return self._on_letter(call, CLERK if clerk else APPLICANT, "withdraw_commitment")

    @route(
        "GET",
        "/commitments",
        query=CommitmentsQuery,
        response=Page[CommitmentRow],
        roles=READERS,
        summary="List commitment letters, newest first",
    )
    def list_commitments(self, call: Call[None, CommitmentsQuery]) -> Page[CommitmentRow]:
        query = call.query
        return self._page_of_letters(
            query,
            scheme=query.scheme.value if query.scheme else "",
            state=query.state.value if query.state else "",
            project_no=query.project_no,
            process_no=query.process_no,
        )

    @route(
        "GET",
        "/commitments/<commitment_no>",
        response=CommitmentView,
        roles=READERS | APPLICANT,
        summary="A commitment letter and its history",
    )
    def get_commitment(self, call: Call) -> Any:
        letter, events = self._letter_of(call)
        if not call.caller.roles & READERS:
            check_applicant(self, call, letter.process_no)
        if wants_page(call):
            return page_reply(self._letter_page(call, letter, events))
        return commitment_view(letter, [history_event(event) for event in events])

    @route(
        "GET",
        "/cases/<project_no>/certificate-bar",
        response=CertificateBar,
        roles=READERS,
        summary="What keeps the certificate of a case back, if a letter does",
    )
    def get_certificate_bar(self, call: Call) -> CertificateBar:
        project_no = call.path["project_no"]
        bar = self.tasks.certificate_bar(project_no)
        return CertificateBar(project_no, bar.value if bar else None)

    @route(
        "GET",
        "/credit/<subject_id>",
        response=CreditView,
        roles=READERS,
        summary="An applicant's record of broken promises",
    )
    def get_credit(self, call: Call) -> CreditView:
        subject_id = call.path["subject_id"]
        credit = self.tasks.state_of(Credit, credit_stream(subject_id))
        credit = credit or Credit.of(subject_id)
        return CreditView(subject_id, credit.flagged, credit.open, credit.repaired)

    @route(
        "POST",
        "/credit/<subject_id>/repair",
        request=RepairCredit,
        response=SiteTold,
        roles=SUPERVISOR,
        summary="Record that a record is repaired, so that promises are taken again",
    )
    def repair_credit(self, call: Call[RepairCredit]) -> SiteTold:
        subject_id = call.path["subject_id"]
        facts = site_facts(self, call, subject_id, SUPERVISOR)
        key = call.idempotency_key or None
        done = self.tasks.repair_credit(facts, subject_id, call.body.basis, key=key)
        return site_told(self, call, done)

    @route(
        "GET",
        "/commitment-register",
        html=True,
        query=RegisterQuery,
        roles=READERS,
        summary="The register of commitment letters: due, kept, broken",
    )
    def show_register(self, call: Call[None, RegisterQuery]) -> str:
        query, now = call.query, self.clock.now()
        page = self._page_of_letters(query, scheme=query.scheme)
        counts = count_commitments(self.tasks.database, now, query.department)
        return PAGES.render(
            "commitment_register.html",
            call,
            title="承诺书台账",
            english="Commitment register",
            **register_page(query, page, counts, now),
        )

    def _letter_page(self, call: Call, letter: Commitment, events: list[Event]) -> str:
        return PAGES.render(
            "commitment.html",
            call,
            title=f"承诺书 {letter.commitment_no}",
            english="Commitment letter",
            crumbs=[Crumb("承诺书台账", "/commitment-register")],
            **commitment_page(letter, events, self.clock.now()),
        )

    def _page_of_letters(
        self, query: CommitmentsQuery | RegisterQuery, **filters: str
    ) -> Page[CommitmentRow]:
        rows = list_commitments(
            self.tasks.database,
            department=query.department,
            outcome=query.outcome,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
            **filters,
        )
        return page_of(rows, query.limit, lambda row: (row.requested_at, row.commitment_no))

    def _letter_of(self, call: Call[Any, Any]) -> tuple[Commitment, list[Event]]:
        stream = commitment_stream(call.path["commitment_no"])
        letter = self.tasks.state_of(Commitment, stream)
        if letter is None:
            raise NotFoundError("there is no such letter")
        return letter, self.tasks.events_of(stream)

    def _on_letter(
        self, call: Call[Any, Any], roles: frozenset[str], act: str, *said: object
    ) -> SiteTold:
        number = call.path["commitment_no"]
        facts = site_facts(self, call, number, roles)
        key = call.idempotency_key or None
        return site_told(self, call, getattr(self.tasks, act)(facts, number, *said, key=key))
