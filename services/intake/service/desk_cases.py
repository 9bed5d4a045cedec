"""One case at the window: look at it, and do what the law lets a clerk do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import ConflictError, NotFoundError, RuleError
from services.chassis.vault import DATA_OFFICER, Opening, Person, Purpose
from services.chassis.web import Call, Reply, route
from services.chassis.web.parts import Crumb
from services.chassis.web.spool import Upload
from services.intake.application.case_desk import CaseChangedError
from services.intake.case_answers import Refuse
from services.intake.desk_answers import ActForm, CaseQuery, DeskForm, MaterialForm, said
from services.intake.domain import Case, IntakeRuleError, NotBegunError
from services.intake.domain.fee_rules import over_since
from services.intake.issuing_answers import ShelveResult
from services.intake.material_answers import ChecklistView, checklist_view
from services.intake.pages.case_words import HOWS
from services.intake.pages.desk import Times, item_name
from services.intake.pages.desk_case import changed_page, desk_case, letter_of_refusal
from services.intake.pages.desk_fees import charges_of, fee_lines
from services.intake.pages.desk_words import DONE, PURPOSES, said_of
from services.intake.pages.offers import who_does
from services.intake.projections import catalog_of
from services.intake.projections.fees import list_fees
from services.intake.projections.issuing import list_results
from services.intake.projections.materials import CertificateLibrary
from services.intake.service.cases import PAGES
from services.intake.service.desk import CLERK, PRIVATE, QUEUE, READING, WATCHING, asked, go
from services.intake.service.desk_acts import ACTS, MATERIAL_ACTS
from services.intake.uploads import UPLOAD_BYTES
from services.kernel.clock import ClockRuleError
from services.kernel.identifiers import stream_id

REFUSED: Final = (IntakeRuleError, RuleError, ClockRuleError)
"""What is said on the page, beside what was typed."""
ACTING: Final = CLERK | {"officer", "supervisor"}
"""Who does something to a case at its page; `who_does` names them for each act."""


class DeskCasePages:
    """Pages of one case at the window; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any
    shelve_result: Callable[..., Any]
    issue_pickup_code: Callable[..., Reply]
    return_material: Callable[..., Any]
    _take_file: Callable[..., Reply]

    @route(
        "GET",
        "/desk/cases/<project_no>",
        html=True,
        roles=READING,
        query=CaseQuery,
        summary="A case at the window: its checklist, and what can be done",
    )
    def show_desk_case(self, call: Call[None, CaseQuery]) -> Reply:
        return self.desk_case_page(call, done=DONE.get(call.query.done, ""))

    @route(
        "POST",
        "/desk/cases/<project_no>/acts/<act>",
        html=True,
        roles=ACTING,
        request=ActForm,
        summary="Do one of the acts on a case; somebody else's change is shown (409)",
    )
    def act_on_case(self, call: Call[ActForm]) -> Reply:
        """Each act is for the roles its route in the API is for."""
        form, what = call.body, call.path["act"]
        if what not in ACTS:
            raise NotFoundError("there is no such act")
        call.caller.require_role(*who_does(what))
        if what == "refusal" and not form.confirmed:
            return self._preview_refusal(call, form)
        act = ACTS[what]

        def do() -> None:
            body = said(act.shape, expected_version=form.version or None, **act.fields(form))
            getattr(self, act.route)(turned(call, form, body))

        return self.done_at_desk(call, what, do)

    @route(
        "POST",
        "/desk/cases/<project_no>/materials/<code>/<act>",
        html=True,
        roles=CLERK,
        request=MaterialForm,
        summary="Receive, reject, reuse, promise or return one material",
    )
    def material_by_form(self, call: Call[MaterialForm]) -> Reply:
        form, what = call.body, call.path["act"]
        if what not in MATERIAL_ACTS and what != "return":
            raise NotFoundError("there is no such act")

        def do() -> None:
            if what == "return":
                self.return_material(turned(call, form, None))
                return
            name, shape, fields = MATERIAL_ACTS[what]
            getattr(self, name)(turned(call, form, said(shape, **fields(form))))

        return self.done_at_desk(call, "material", do)

    @route(
        "POST",
        "/desk/cases/<project_no>/materials/<code>/file",
        html=True,
        roles=CLERK,
        spooled=True,
        body_bytes=UPLOAD_BYTES,
        summary="File a scan of a material",
    )
    def scan_by_form(self, call: Call[Upload]) -> Reply:
        upload = call.body
        try:
            return self.done_at_desk(call, "material", lambda: self._take_file(call, upload))
        finally:
            upload.discard()

    @route(
        "POST",
        "/desk/cases/<project_no>/shelving",
        html=True,
        roles=CLERK,
        request=ActForm,
        summary="Hand the result over to the issuing window",
    )
    def shelve_by_form(self, call: Call[ActForm]) -> Reply:
        form = call.body

        def do() -> None:
            self.shelve_result(turned(call, form, said(ShelveResult, shelf=form.shelf.strip())))

        return self.done_at_desk(call, "shelving", do)

    @route(
        "POST",
        "/desk/cases/<project_no>/pickup-code",
        html=True,
        roles=CLERK,
        request=ActForm,
        summary="Print a pick-up code, this once",
    )
    def print_pickup_code(self, call: Call[ActForm]) -> Reply:
        try:
            told = self.issue_pickup_code(turned(call, call.body, None)).value
        except REFUSED as error:
            return self.desk_case_page(call, refused=said_of(error))
        return self.desk_case_page(call, code=told.code or "已经告知过，请重新打印。")

    @route(
        "POST",
        "/desk/cases/<project_no>/applicant",
        html=True,
        roles=CLERK | {DATA_OFFICER},
        request=ActForm,
        summary="Open who applies, for a purpose; it is written down",
    )
    def open_applicant(self, call: Call[ActForm]) -> Reply:
        """Masked for a clerk; plain for the data officer."""
        purposes = {one.value: one for one in PURPOSES}
        if call.body.purpose not in purposes:
            return self.desk_case_page(call, refused="请选择查看的用途。")
        return self.desk_case_page(call, purpose=purposes[call.body.purpose])

    def done_at_desk(
        self,
        call: Call[Any, Any],
        what: str,
        do: Callable[[], object],
        again: Callable[[str, str], Reply] | None = None,
    ) -> Reply:
        """Do it and lead back to the case; say on the page what the law refuses.

        Args:
            again: renders the form anew, with what is wrong and in which field.
        """
        number = call.path["project_no"]
        try:
            do()
        except (CaseChangedError, ConflictError):
            return self._desk_changed(call)
        except REFUSED as error:
            wrong = str(getattr(error, "field", ""))
            if again is not None:
                return again(said_of(error), wrong)
            return self.desk_case_page(call, refused=said_of(error), tried=what)
        return go(call, f"/desk/cases/{number}?done={what}")

    def desk_case_page(
        self,
        call: Call[Any, Any],
        *,
        done: str = "",
        refused: str = "",
        tried: str = "",
        code: str = "",
        purpose: Purpose | None = None,
    ) -> Reply:
        """Render the case as it stands now."""
        now, number, caller = self.clock.now(), call.path["project_no"], call.caller
        case, events = self._case_at_desk(number)
        database = self.cases.database
        known = catalog_of(database)([case.item_code])
        listed = known.items.get(case.item_code)
        results = list_results(database, numbers=[number])
        clerk = bool(caller.roles & CLERK)
        orders = list_fees(database, project_no=number) if clerk else []
        standing = case.accepted_at is not None and over_since(case) is None
        version = case.item_version or 0
        text = PAGES.render(
            "desk_case.html",
            call,
            title=f"办件 {number}",
            english="Case",
            crumbs=[QUEUE] if caller.roles & WATCHING else [],
            done=done,
            refused=refused,
            tried=tried,
            code=code,
            clerk=clerk,
            officer=DATA_OFFICER in caller.roles,
            key=token_hex(16),
            hows=HOWS,
            purposes={one.value: text for one, text in PURPOSES.items()},
            purpose=PURPOSES[purpose] if purpose else "",
            result=results[0] if results else None,
            fees=fee_lines(orders, Times.of(now, known.calendar)),
            charges=charges_of(database, case.item_code, version) if clerk and standing else (),
            **desk_case(
                case,
                events,
                self.checklist_at_desk(case, now),
                Times.of(now, known.calendar),
                listed.in_force(now) if listed else None,
                self._desk_person(call, case, purpose),
                caller.roles,
            ),
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def checklist_at_desk(self, case: Case, at: datetime) -> ChecklistView:
        """Give the checklist of a case, with the certificates that could stand in."""
        found = self.cases.checklist(case.project_no, at)
        library = CertificateLibrary(self.cases.database)
        return checklist_view(found, library.of(self.cases.same_person(case.subject_id)), at)

    def _preview_refusal(self, call: Call[ActForm], form: ActForm) -> Reply:
        number, now = call.path["project_no"], self.clock.now()
        case, _ = self._case_at_desk(number)
        try:
            said(Refuse, **ACTS["refusal"].fields(form))
        except REFUSED as error:
            return self.desk_case_page(call, refused=said_of(error), tried="refusal")
        text = PAGES.render(
            "desk_refusal.html",
            call,
            title="不予受理决定书（预览）",
            english="Refusal, a preview",
            crumbs=[QUEUE, Crumb(f"办件 {number}", f"/desk/cases/{number}")],
            case=case,
            form=form,
            item_name=case.item_name
            or item_name(catalog_of(self.cases.database)([case.item_code]), case.item_code, now),
            **letter_of_refusal(case, now, form.reason_code),
        )
        return Reply(text, headers=PRIVATE)

    def _desk_changed(self, call: Call[Any, Any]) -> Reply:
        """Say what others did since the page was opened; nothing of this was done."""
        number = call.path["project_no"]
        case, events = self._case_at_desk(number)
        seen = call.body.version if isinstance(call.body, DeskForm) else case.version
        text = PAGES.render(
            "desk_changed.html",
            call,
            title="办件已有变化",
            english="Somebody else was faster",
            crumbs=[QUEUE, Crumb(f"办件 {number}", f"/desk/cases/{number}")],
            **changed_page(case, events, seen),
        )
        return Reply(text, status=409, headers=PRIVATE)

    def _case_at_desk(self, number: str) -> tuple[Case, list[Any]]:
        stream = stream_id("case", number)
        case = self.cases.state_of(Case, stream)
        if case is None or not case.project_no:
            raise NotBegunError("there is no such case, or not yet")
        return case, self.cases.events_of(stream)

    def _desk_person(
        self, call: Call[Any, Any], case: Case, purpose: Purpose | None
    ) -> Person | None:
        """Open who applies: masked, or plain for the data officer who says what for."""
        roles = call.caller.roles
        officer = DATA_OFFICER in roles
        if not (officer or roles & CLERK) or not case.subject_id:
            return None
        plain = officer and purpose is not None
        role = DATA_OFFICER if officer else "clerk"
        opening = Opening(
            call.caller.id, role, purpose or Purpose.CASE_HANDLING, call.correlation_id
        )
        try:
            found: Person = self.cases.openings.view(case.subject_id, opening, plain=plain)
        except NotFoundError:
            return None
        return found


def turned(call: Call[Any, Any], form: DeskForm, body: Any) -> Call[Any, Any]:
    """Give the same call with the API's request in it; a form that is sent twice is one request."""
    key = f"form/intake/{call.caller.id}/{form.key}" if form.key else ""
    return asked(call, body, key)
