"""Personal data over HTTP: masked for clerks, plain for the data officer with a purpose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from services.chassis.clock import Clock
from services.chassis.errors import RuleError
from services.chassis.identity import Caller
from services.chassis.logs import get_logger
from services.chassis.vault import (
    DATA_OFFICER,
    Access,
    Hold,
    Opening,
    Person,
    Purpose,
    list_accesses,
)
from services.chassis.web import Call, Page, PageQuery, Reply, route
from services.chassis.web.histories import history_event, written
from services.chassis.web.paging import page_of, read_cursor
from services.intake.application.subjects import Erasure, stream_of_hold
from services.intake.domain.erasure import Ground
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from services.kernel.identity_numbers import (
    IdentityNumber,
    IdentityNumberError,
    NumberKind,
    identity_of,
    verified,
)

READERS: Final = frozenset({"clerk", DATA_OFFICER})
OFFICER: Final = frozenset({DATA_OFFICER})
log = get_logger()
_PRIVATE: Final = {"Cache-Control": "no-store"}


class PurposeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What for; without it a data officer sees as little as a clerk."""

    purpose: Purpose | None = None


class SearchSubjects(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search by identity number. In a body, so that it stands in no URL and no access log."""

    id_number: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    purpose: Purpose = Purpose.CASE_HANDLING
    document: bool = False
    """A passport or another document without a check digit that is known here."""

    def __repr__(self) -> str:
        return "SearchSubjects(...)"

    __str__ = __repr__


class EraseSubject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request to erase."""

    ground: Ground


class HoldView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A case of the person, or a suit; it forbids erasing until it is released."""

    reason: str
    kind: str
    released_at: datetime | None = None


class SubjectView(msgspec.Struct, frozen=True):
    """What is shown of a person."""

    subject_id: str
    masked: bool
    fields: dict[str, str]
    """Empty when the person was erased."""
    holds: list[HoldView]
    erased_at: datetime | None


class FoundSubject(msgspec.Struct, frozen=True):
    """One subject id of the person who was looked for."""

    subject_id: str
    holds: list[HoldView]


class Export(msgspec.Struct, frozen=True):
    """Everything known about one human being, for them."""

    exported_at: datetime
    subjects: list[SubjectView]
    cases: list[dict[str, Any]]
    """Every case of theirs with its history, materials and files; the log holds nothing personal.

    A file itself is fetched under its case and material, by its hash.
    """
    others: list[dict[str, Any]]
    """Appointments, visits, certificates, tickets and enquiries of theirs, with their history."""
    accesses: list[Access]


class Erased(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an erasure did."""

    subject_ids: list[str]
    bodies: int
    """Parked and refused messages that nobody can read any more."""
    event: str
    position: int | None = None


class SubjectRoutes:
    """Routes about persons; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/subjects/search",
        request=SearchSubjects,
        response=list[FoundSubject],
        roles=READERS,
        summary="Find a person by identity number: their subject ids and cases",
    )
    def search_subjects(self, call: Call[SearchSubjects]) -> Reply:
        """A number with a wrong check digit is refused: nobody has it. The list may be empty."""
        number = _number(call.body)
        found = self.cases.openings.search(number, _opening(call, call.body.purpose))
        holds = self.cases.named(self.cases.openings.holds(found))
        answer = [
            FoundSubject(one, _holds(hold for hold in holds if hold.subject_id == one))
            for one in found
        ]
        return Reply(answer, headers=_PRIVATE)

    @route(
        "GET",
        "/subjects/<subject_id>",
        query=PurposeQuery,
        response=SubjectView,
        roles=READERS,
        summary="A person: masked, or plain for the data officer who says what for",
    )
    def get_subject(self, call: Call[None, PurposeQuery]) -> Reply:
        plain = call.query.purpose is not None and DATA_OFFICER in call.caller.roles
        opening = _opening(call, call.query.purpose or Purpose.CASE_HANDLING)
        person = self.cases.openings.view(call.path["subject_id"], opening, plain=plain)
        return Reply(self._view(person), headers=_PRIVATE)

    @route(
        "GET",
        "/subjects/<subject_id>/export",
        query=PurposeQuery,
        response=Export,
        roles=OFFICER,
        summary="Everything known about a person, with their cases and who opened what",
    )
    def export_subject(self, call: Call[None, PurposeQuery]) -> Reply:
        """For the person themself (PIPL art. 45), or with `purpose=archive` for the archive."""
        opening = _opening(call, call.query.purpose or Purpose.SUBJECT_REQUEST)
        dossier = self.cases.openings.export(call.path["subject_id"], opening)
        holds = self.cases.named(one for person in dossier.persons for one in person.holds)
        numbers = {one.reason for one in holds if one.kind == "case"}
        others = {(one.kind, one.reason): stream_of_hold(one) for one in holds}
        answer = Export(
            self.clock.now(),
            [self._view(person) for person in dossier.persons],
            [self._case_file(number) for number in sorted(numbers)],
            [
                {"kind": kind, "number": number, "history": self._history(stream, kind, number)}
                for (kind, number), stream in sorted(others.items())
                if stream is not None and kind != "case"
            ],
            dossier.accesses,
        )
        return Reply(answer, headers=_PRIVATE)

    @route(
        "GET",
        "/subjects/<subject_id>/accesses",
        query=PageQuery,
        response=Page[Access],
        roles=OFFICER,
        summary="Who opened what about a person, newest first; without values",
    )
    def list_subject_accesses(self, call: Call[None, PageQuery]) -> Page[Access]:
        before = read_cursor(call.query.cursor, tuple[int]) or (0,)
        rows = list_accesses(
            self.cases.database,
            [call.path["subject_id"]],
            before=before[0],
            limit=call.query.limit + 1,
        )
        return page_of(rows, call.query.limit, lambda row: (row.id,))

    @route(
        "POST",
        "/subjects/<subject_id>/erasure",
        request=EraseSubject,
        response=Erased,
        roles=OFFICER,
        summary="Erase a person for good, unless a hold stands (422 names it)",
    )
    def erase_subject(self, call: Call[EraseSubject]) -> Erased:
        """Destroys the keys; the log keeps that it happened, not who it was. Idempotent."""
        facts = Facts(
            occurred_at=self.clock.now(),
            subject=call.path["subject_id"],
            actor=call.caller.actor(DATA_OFFICER),
            correlation_id=call.correlation_id,
            region=self.frame.settings.region,
        )
        done: Erasure = self.cases.erase_subject(
            facts, call.path["subject_id"], call.body.ground, key=call.idempotency_key or None
        )
        log.info("subject_erased", subjects=len(done.subject_ids), bodies=done.bodies)
        place = written(call, self.cases.database, self.name, done.stream, done.version)
        return Erased(done.subject_ids, done.bodies, place.event, place.position)

    def _view(self, person: Person) -> SubjectView:
        return _view(replace(person, holds=self.cases.named(person.holds)))

    def _case_file(self, project_no: str) -> dict[str, Any]:
        papers = self.cases.materials_of(project_no)
        files = [
            {"material_code": code, "content_hash": one, **asdict(said)}
            for (code, one), said in papers.files.items()
        ]
        return {
            "project_no": project_no,
            "history": self._history(stream_id("case", project_no)),
            "materials": msgspec.to_builtins(list(papers.held.values())),
            "files": files,
        }

    def _history(self, stream: UUID, kind: str = "", number: str = "") -> Any:
        """Give a history; of a slot, which is many people's, what is about this one alone."""
        events = self.cases.events_of(stream)
        if kind == "appointment":
            events = [one for one in events if number.encode() in bytes(one.body.data)]
        return msgspec.to_builtins([history_event(event) for event in events])


def _opening(call: Call[Any, Any], purpose: Purpose) -> Opening:
    return Opening(call.caller.id, _role(call.caller), purpose, call.correlation_id)


def _role(caller: Caller) -> str:
    return DATA_OFFICER if DATA_OFFICER in caller.roles else "clerk"


def _number(said: SearchSubjects) -> IdentityNumber:
    """Give the number that was asked for; a refusal never quotes it."""
    try:
        return verified(said.id_number)
    except IdentityNumberError as error:
        number = identity_of(said.id_number)
        if said.document and number is not None and number.kind is NumberKind.DOCUMENT:
            return number
        raise RuleError(str(error), rule=error.reason, field="id_number") from None


def _view(person: Person) -> SubjectView:
    return SubjectView(
        person.subject_id, person.masked, person.fields, _holds(person.holds), person.erased_at
    )


def _holds(holds: Iterable[Hold]) -> list[HoldView]:
    return [HoldView(one.reason, one.kind, one.released_at) for one in holds]
