"""Pages of village certificates: the village agent's, and the township's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from secrets import token_hex
from typing import Annotated, Any, Final

import msgspec

from services.chassis.errors import RuleError
from services.chassis.web import Call, Reply, route
from services.chassis.web.parts import Crumb
from services.intake.application.pickup import shown_code
from services.intake.domain.rules import IntakeRuleError
from services.intake.domain.village_terms import (
    CertificateKind,
    CertificateRefusal,
    OthersCertificateError,
    OtherVillageError,
    OwnCertificateError,
    Stage,
    UnknownVillageError,
    WrongCertificateStateError,
)
from services.intake.domain.villages import VillageCertificate
from services.intake.pages.villages import (
    KINDS,
    certificate_filters,
    certificate_page,
    certificate_table,
)
from services.intake.projections.places import names_of
from services.intake.service.cases import PAGES
from services.intake.service.villages import (
    ACTORS,
    PRIVATE,
    READERS,
    TOWNSHIP,
    VILLAGE,
    VillageRoutes,
)
from services.intake.village_answers import CertificatesPageQuery, RequestCertificate

Typed = Annotated[str, msgspec.Meta(max_length=2000)]
LEDES: Final = {
    "township": (
        "本乡镇各村（社区）的证明申请，最近提出的在前；先村核实，后乡镇盖章，各一个工作日。",
        "Requests of the township's villages, newest first.",
    ),
    "village": (
        "本村（社区）的证明申请，最近提出的在前；核实后由乡镇盖章，各一个工作日。",
        "Requests of the village, newest first.",
    ),
    "": (
        "村（社区）证明申请，最近提出的在前。",
        "Requests for village certificates, newest first.",
    ),
}
PARTS: Final = ("name", "document_no", "text", "note", "refusal", "code")
SAID: Final[Mapping[type[Exception], str]] = {
    WrongCertificateStateError: "这件申请已经由别人办理，请看下面的经过。",
    OtherVillageError: "这件申请属于别的村（社区）或乡镇。",
    OwnCertificateError: "不能办理自己的申请；核实的人不能盖章。",
    OthersCertificateError: "只有申请的一方可以撤回。",
    UnknownVillageError: "账号所属的村（社区）编码不在本县。",
}


class NewForm(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it was typed. `turn` makes a form that is sent twice one request."""

    kind: Typed = ""
    text: Typed = ""
    name: Typed = ""
    id_number: Typed = ""
    phone: Typed = ""
    turn: Annotated[str, msgspec.Meta(max_length=64, pattern="^[0-9a-f]*$")] = ""

    def __repr__(self) -> str:
        return "NewForm(...)"

    __str__ = __repr__


class ActForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is done to a request."""

    act: Annotated[str, msgspec.Meta(max_length=16)] = ""
    reason: Annotated[str, msgspec.Meta(max_length=32)] = ""
    note: Typed = ""

    def __repr__(self) -> str:
        return "ActForm(...)"

    __str__ = __repr__


class VillagePages(VillageRoutes):
    """Pages about village certificates; a part of intake's service."""

    @route(
        "GET",
        "/villages",
        html=True,
        roles=READERS,
        query=CertificatesPageQuery,
        summary="Requests that wait, for a village or a township",
    )
    def show_certificates(self, call: Call[None, CertificatesPageQuery]) -> str:
        query, roles = call.query, call.caller.roles
        place = "township" if roles & TOWNSHIP else "village" if roles & VILLAGE else ""
        waiting = {"township": "verified", "village": "requested"}.get(place, "")
        state = waiting if query.state is None else query.state
        page = self._page_of_certificates(call, state=state, kind=query.kind)
        lede, english = LEDES[place]
        regions = {region for row in page.items for region in (row.village, row.township)}
        names = names_of(self.cases.database, regions | {call.caller.region})
        return PAGES.render(
            "villages.html",
            call,
            title="村（社区）证明",
            english="Village certificates",
            lede=lede,
            lede_english=english,
            done=query.done,
            may_ask=bool(roles & VILLAGE),
            filters=certificate_filters(query, state),
            own_place=names.get(call.caller.region, "") if place else "",
            table=certificate_table(query, state, page, self.clock.now(), names),
        )

    @route("GET", "/villages/new", html=True, roles=VILLAGE, summary="Ask for a villager")
    def begin_certificate(self, call: Call) -> Reply:
        return self._form(call, NewForm())

    @route(
        "POST",
        "/villages/new",
        html=True,
        request=NewForm,
        roles=VILLAGE,
        summary="Ask for a villager, by the form",
    )
    def ask_by_form(self, call: Call[NewForm]) -> Reply:
        typed = call.body
        for name, missing in (("text", "请写明需要证明的内容。"), ("name", "请填写姓名。")):
            if not getattr(typed, name).strip():
                return self._form(call, typed, missing, name)
        said = msgspec.structs.asdict(typed)
        del said["turn"]
        try:
            wish = msgspec.convert(said, RequestCertificate)
        except msgspec.ValidationError:
            return self._form(call, typed, "有一项填写得不对：请检查证件号码和电话。", "id_number")
        key = f"form/{call.caller.id}/{typed.turn}" if typed.turn else ""
        try:
            done = self.ask_for_certificate(replace(call, idempotency_key=key), wish)
        except IntakeRuleError as error:
            return self._form(call, typed, _said(error))
        return _to(call, f"/villages?done={done.key}")

    @route("GET", "/villages/<request_no>", html=True, roles=READERS, summary="A request's page")
    def show_certificate(self, call: Call) -> Reply:
        return self._certificate_page(call)

    @route(
        "POST",
        "/villages/<request_no>/act",
        html=True,
        request=ActForm,
        roles=ACTORS,
        summary="Open, verify, seal or refuse, by the form",
    )
    def act_by_form(self, call: Call[ActForm]) -> Reply:
        said, number = call.body, call.path["request_no"]
        acts: Mapping[str, Callable[[], object]] = {
            "verify": lambda: self._verify(call),
            "seal": lambda: self._seal(call),
            "refuse": lambda: self._refuse(call),
        }
        if said.act not in acts:
            return self._certificate_page(call, opened=said.act == "open")
        try:
            acts[said.act]()
        except (IntakeRuleError, RuleError) as error:
            return self._certificate_page(call, refused=_said(error))
        return _to(
            call, f"/villages?done={number}" if said.act != "seal" else f"/villages/{number}"
        )

    def _verify(self, call: Call[ActForm]) -> None:
        call.caller.require_role(*VILLAGE)
        facts, number, place, _ = self._command_on(call, VILLAGE)
        self.cases.verify_village_certificate(facts, number, place, call.body.note.strip())

    def _seal(self, call: Call[ActForm]) -> None:
        call.caller.require_role(*TOWNSHIP)
        facts, number, place, _ = self._command_on(call, TOWNSHIP)
        self.cases.seal_village_certificate(facts, number, place)

    def _refuse(self, call: Call[ActForm]) -> None:
        reason = {one.value: one for one in CertificateRefusal}.get(call.body.reason)
        if reason is None:
            raise RuleError("请选择不予出具的理由。", rule="form")
        facts, number, place, _ = self._command_on(call, ACTORS)
        self.cases.refuse_village_certificate(facts, number, place, reason, call.body.note.strip())

    def _form(
        self, call: Call[Any, Any], typed: NewForm, refused: str = "", wrong: str = ""
    ) -> Reply:
        text = PAGES.render(
            "village_new.html",
            call,
            title="代村民申请证明",
            english="New request",
            crumbs=[Crumb("村（社区）证明", "/villages")],
            said=msgspec.structs.asdict(typed),
            kinds={one.value: KINDS[one.value] for one in CertificateKind},
            turn=typed.turn or token_hex(16),
            refused=refused,
            wrong=wrong,
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def _certificate_page(
        self, call: Call[Any, Any], *, refused: str = "", opened: bool = False
    ) -> Reply:
        asked, events = self._certificate_of(call)
        act = _act_of(call, asked)
        text = PAGES.render(
            "village.html",
            call,
            title=f"证明申请 {asked.request_no}",
            english="Request",
            crumbs=[Crumb("村（社区）证明", "/villages")],
            refused=refused,
            opened=opened,
            texts=dict.fromkeys(PARTS, "") | (self._opened(call, asked) if opened else {}),
            may_open=bool(call.caller.roles & ACTORS),
            act=act,
            shown_code=shown_code,
            **certificate_page(
                asked,
                events,
                self.clock.now(),
                names_of(self.cases.database, {asked.village, asked.township}),
            ),
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)


def _act_of(call: Call[Any, Any], asked: VillageCertificate) -> str:
    """Give what the caller may do to it now."""
    roles, place = call.caller.roles, call.caller.region
    if asked.stage is Stage.VILLAGE and roles & VILLAGE and place == asked.village:
        return "verify"
    if asked.stage is Stage.TOWNSHIP and roles & TOWNSHIP and place == asked.township:
        return "seal"
    return ""


def _said(error: Exception) -> str:
    """Give a refusal in Chinese."""
    return SAID.get(type(error), str(error))


def _to(call: Call[Any, Any], path: str) -> Reply:
    """Lead to a page after a form, so that going back does not send it again."""
    return Reply("", status=303, headers={"Location": call.base + path})
