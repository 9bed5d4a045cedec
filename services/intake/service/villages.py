"""Village certificates (一站通) over HTTP."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.events import Event
from services.chassis.identity import Caller
from services.chassis.vault import Opening, Purpose
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.histories import history_event, written
from services.chassis.web.paging import page_of, read_cursor
from services.intake.application.ratings import Done
from services.intake.application.villages import is_code, villager_of
from services.intake.domain.village_terms import TOWNSHIP_CHARACTERS, CertificateWish
from services.intake.domain.villages import VillageCertificate, village_stream
from services.intake.projections.villages import (
    CertificateRow,
    list_certificates,
    sealed_certificate,
)
from services.intake.rating_answers import NotedAct, Told
from services.intake.service.case_desk import seen_by
from services.intake.service.ratings import facts_of
from services.intake.village_answers import (
    CertificatesPageQuery,
    CertificatesQuery,
    CertificateView,
    CheckCertificate,
    CheckedCertificate,
    RefuseCertificate,
    RequestCertificate,
    certificate_view,
)
from services.kernel.facts import Facts
from services.kernel.times import SHANGHAI

APPLICANT: Final = frozenset({"applicant"})
VILLAGE: Final = frozenset({"village_clerk"})
TOWNSHIP: Final = frozenset({"township_clerk"})
SUPERVISOR: Final = frozenset({"supervisor"})
ASKERS: Final = APPLICANT | VILLAGE
ACTORS: Final = VILLAGE | TOWNSHIP
READERS: Final = ASKERS | TOWNSHIP | SUPERVISOR
PRIVATE: Final = {"Cache-Control": "no-store"}


class VillageRoutes:
    """Routes about village certificates; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/village-certificates",
        request=RequestCertificate,
        response=Told,
        roles=ASKERS,
        status=201,
        summary="Ask for a certificate: oneself, or the village for one of its villagers",
    )
    def request_certificate(self, call: Call[RequestCertificate]) -> Told:
        """The village has one working day to verify it, the township one more to seal it."""
        return self._told_of_certificate(call, self.ask_for_certificate(call, call.body))

    @route(
        "POST",
        "/village-certificates/<request_no>/verification",
        request=NotedAct,
        response=Told,
        roles=VILLAGE,
        summary="Verify it, for the village it belongs to",
    )
    def verify_certificate(self, call: Call[NotedAct]) -> Told:
        facts, number, place, key = self._command_on(call, VILLAGE)
        done = self.cases.verify_village_certificate(
            facts, number, place, call.body.note, seen=seen_by(call), key=key
        )
        return self._told_of_certificate(call, done)

    @route(
        "POST",
        "/village-certificates/<request_no>/seal",
        response=Told,
        roles=TOWNSHIP,
        summary="Seal it, for the township of the village: it is issued",
    )
    def seal_certificate(self, call: Call) -> Told:
        """Its verification code is among the texts, to be printed with it."""
        facts, number, place, key = self._command_on(call, TOWNSHIP)
        done = self.cases.seal_village_certificate(
            facts, number, place, seen=seen_by(call), key=key
        )
        return self._told_of_certificate(call, done)

    @route(
        "POST",
        "/village-certificates/<request_no>/refusal",
        request=RefuseCertificate,
        response=Told,
        roles=ACTORS,
        summary="Give none, with a listed reason",
    )
    def refuse_certificate(self, call: Call[RefuseCertificate]) -> Told:
        facts, number, place, key = self._command_on(call, ACTORS)
        said = call.body
        done = self.cases.refuse_village_certificate(
            facts, number, place, said.reason, said.note, seen=seen_by(call), key=key
        )
        return self._told_of_certificate(call, done)

    @route(
        "POST",
        "/village-certificates/<request_no>/withdrawal",
        response=Told,
        roles=ASKERS,
        summary="Take the request back",
    )
    def withdraw_certificate(self, call: Call) -> Told:
        facts, number, place, key = self._command_on(call, ASKERS)
        done = self.cases.withdraw_village_certificate(
            facts, number, place, seen=seen_by(call), key=key
        )
        return self._told_of_certificate(call, done)

    @route(
        "GET",
        "/village-certificates",
        query=CertificatesQuery,
        response=Page[CertificateRow],
        roles=READERS,
        summary="List requests, newest first; everybody sees their own village, township or self",
    )
    def list_certificates(self, call: Call[None, CertificatesQuery]) -> Page[CertificateRow]:
        query = call.query
        return self._page_of_certificates(
            call,
            state=query.state.value if query.state else "",
            kind=query.kind.value if query.kind else "",
            overdue=query.overdue,
            village=query.village,
        )

    @route(
        "GET",
        "/village-certificates/<request_no>",
        response=CertificateView,
        roles=READERS,
        summary="A request and its history",
    )
    def get_certificate(self, call: Call) -> CertificateView:
        asked, events = self._certificate_of(call)
        return certificate_view(asked, [history_event(event) for event in events])

    @route(
        "GET",
        "/village-certificates/<request_no>/texts",
        response=dict[str, str],
        roles=READERS - SUPERVISOR,
        summary="Who it is about and what it says; that it is opened is written down",
    )
    def get_certificate_texts(self, call: Call) -> Reply:
        asked, _ = self._certificate_of(call)
        return Reply(self._opened(call, asked), headers=PRIVATE)

    @route(
        "POST",
        "/village-certificate-checks",
        request=CheckCertificate,
        response=CheckedCertificate,
        public=True,
        summary="Check a certificate by its number and code; anybody may",
    )
    def check_certificate(self, call: Call[CheckCertificate]) -> CheckedCertificate:
        found = sealed_certificate(self.cases.database, call.body.certificate_no.strip())
        if found is None or not is_code(call.body.code, found.code_digest):
            return CheckedCertificate(False)
        return CheckedCertificate(
            True,
            self.clock.now() < found.valid_until,
            found.kind,
            found.township,
            found.issued_at,
            found.valid_until,
        )

    def ask_for_certificate(self, call: Call[Any, Any], said: RequestCertificate) -> Done:
        """Ask as the village for its own, else for oneself."""
        caller, key = call.caller, call.idempotency_key or None
        own = bool(caller.roles & VILLAGE) and said.village in ("", caller.region)
        village = said.village or caller.region
        if not own and not caller.roles & APPLICANT:
            raise NotAllowedError("this belongs to another village")
        number = _request_no(village, self.clock.now(), key)
        wish = CertificateWish(
            request_no=number,
            kind=said.kind,
            village=village,
            channel=said.channel,
            subject_id=villager_of(number),
            has_text=bool(said.text),
            account=None if own else caller.id,
        )
        facts = facts_of(self, call, number, VILLAGE if own else APPLICANT)
        done: Done = self.cases.request_village_certificate(
            facts, wish, caller.region, said.told(), key=key
        )
        return done

    def _page_of_certificates(
        self,
        call: Call[None, CertificatesQuery] | Call[None, CertificatesPageQuery],
        **filters: Any,
    ) -> Page[CertificateRow]:
        query = call.query
        rows = list_certificates(
            self.cases.database,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
            **filters | scope_of(call.caller),
        )
        return page_of(rows, query.limit, lambda row: (row.requested_at, row.request_no))

    def _certificate_of(self, call: Call[Any, Any]) -> tuple[VillageCertificate, list[Event]]:
        stream = village_stream(call.path["request_no"])
        asked = self.cases.state_of(VillageCertificate, stream)
        if asked is None:
            raise NotFoundError("there is no such request")
        if not _may_see(call.caller, asked):
            raise NotAllowedError("this belongs to another village")
        return asked, self.cases.events_of(stream)

    def _opened(self, call: Call[Any, Any], asked: VillageCertificate) -> dict[str, str]:
        role = min(call.caller.roles & READERS)
        opening = Opening(call.caller.id, role, Purpose.CASE_HANDLING, call.correlation_id)
        texts: dict[str, str] = self.cases.certificate_texts(asked, opening)
        return texts

    def _command_on(
        self, call: Call[Any, Any], roles: frozenset[str]
    ) -> tuple[Facts, str, str, str | None]:
        number = call.path["request_no"]
        facts = facts_of(self, call, number, roles)
        return facts, number, call.caller.region, call.idempotency_key or None

    def _told_of_certificate(self, call: Call[Any, Any], done: Done) -> Told:
        place = written(call, self.cases.database, self.name, done.stream, done.version)
        return Told(done.key, done.state, place.event, place.position, done.version)


def scope_of(caller: Caller) -> dict[str, str]:
    """Give the filter that confines a caller to what is theirs; nothing for a supervisor.

    Raises:
        NotAllowedError: the caller's token names no place.
    """
    if caller.roles & SUPERVISOR:
        return {}
    if caller.roles & ACTORS:
        if not caller.region:
            raise NotAllowedError("your account names no village or township")
        if caller.roles & TOWNSHIP and len(caller.region) == TOWNSHIP_CHARACTERS:
            return {"township": caller.region}
        return {"village": caller.region}
    return {"account": caller.id}


def _may_see(caller: Caller, asked: VillageCertificate) -> bool:
    if caller.roles & SUPERVISOR or (asked.account and caller.id == asked.account):
        return True
    places = {asked.village} if caller.roles & VILLAGE else set()
    places |= {asked.township} if caller.roles & TOWNSHIP else set()
    return bool(caller.region) and caller.region in places


def _request_no(village: str, now: datetime, key: str | None) -> str:
    """Make a request number: village, date, serial; the same for a repeated request."""
    serial = int.from_bytes(sha256((key or token_hex(16)).encode()).digest()[:8]) % 10**11
    return f"V{village}{now.astimezone(SHANGHAI):%Y%m%d}{serial:011}"
