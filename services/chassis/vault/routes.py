"""Personal data over HTTP: masked for the desk, plain for the data officer with a purpose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple

import msgspec

from services.chassis.clock import Clock
from services.chassis.errors import RuleError
from services.chassis.logs import get_logger
from services.chassis.vault.accesses import Access, Opening, Purpose, list_accesses
from services.chassis.vault.openings import DATA_OFFICER, Person
from services.chassis.vault.persons import Persons
from services.chassis.vault.subjects import Hold
from services.chassis.web import Call, Page, PageQuery, Reply, route
from services.chassis.web.histories import written
from services.chassis.web.paging import page_of, read_cursor
from services.kernel.erasure import ErasureGround
from services.kernel.facts import Facts
from services.kernel.identity_numbers import (
    IdentityNumber,
    IdentityNumberError,
    NumberKind,
    identity_of,
    verified,
)

OFFICERS: Final = frozenset({DATA_OFFICER})
PRIVATE: Final = {"Cache-Control": "no-store"}
log = get_logger()


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

    ground: ErasureGround


class HoldView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A case, a request or a suit of the person; it forbids erasing until it is released."""

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


class Erased(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an erasure did."""

    subject_ids: list[str]
    bodies: int
    """Parked and refused messages that nobody can read any more."""
    event: str
    position: int | None = None


class Known(NamedTuple):
    """Everything the vault knows about one human being, as it is told to them."""

    exported_at: datetime
    subjects: list[SubjectView]
    holds: list[Hold]
    accesses: list[Access]


class SubjectRoutes:
    """Routes about persons. A service adds its own export: what belongs to them besides."""

    name: str
    clock: Clock
    subject_readers: frozenset[str]
    """Who finds people and sees them masked; the data officer is one of them."""

    @property
    def persons(self) -> Persons:
        """The service's application."""
        raise NotImplementedError

    @route(
        "POST",
        "/subjects/search",
        request=SearchSubjects,
        response=list[FoundSubject],
        roles="subject_readers",
        summary="Find a person by identity number: their subject ids, and what they are held for",
    )
    def search_subjects(self, call: Call[SearchSubjects]) -> Reply:
        """A number with a wrong check digit is refused: nobody has it. The list may be empty."""
        number = _number(call.body)
        found = self.persons.openings.search(number, self._opening(call, call.body.purpose))
        holds = self.persons.named(self.persons.openings.holds(found))
        answer = [
            FoundSubject(one, _holds(hold for hold in holds if hold.subject_id == one))
            for one in found
        ]
        return Reply(answer, headers=PRIVATE)

    @route(
        "GET",
        "/subjects/<subject_id>",
        query=PurposeQuery,
        response=SubjectView,
        roles="subject_readers",
        summary="A person: masked, or plain for the data officer who says what for",
    )
    def get_subject(self, call: Call[None, PurposeQuery]) -> Reply:
        plain = call.query.purpose is not None and DATA_OFFICER in call.caller.roles
        opening = self._opening(call, call.query.purpose or Purpose.CASE_HANDLING)
        person = self.persons.openings.view(call.path["subject_id"], opening, plain=plain)
        return Reply(self._view(person), headers=PRIVATE)

    @route(
        "GET",
        "/subjects/<subject_id>/accesses",
        query=PageQuery,
        response=Page[Access],
        roles=OFFICERS,
        summary="Who opened what about a person, newest first; without values",
    )
    def list_subject_accesses(self, call: Call[None, PageQuery]) -> Page[Access]:
        before = read_cursor(call.query.cursor, tuple[int]) or (0,)
        rows = list_accesses(
            self.persons.database,
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
        roles=OFFICERS,
        summary="Erase a person for good, unless a hold stands (422 names it)",
    )
    def erase_subject(self, call: Call[EraseSubject]) -> Erased:
        """Destroys the keys; the log keeps that it happened, not who it was. Idempotent."""
        subject_id = call.path["subject_id"]
        actor = call.caller.actor(DATA_OFFICER)
        facts = Facts(self.clock.now(), subject_id, actor, call.correlation_id)
        done = self.persons.erase_subject(
            facts, subject_id, call.body.ground, key=call.idempotency_key or None
        )
        log.info("subject_erased", subjects=len(done.subject_ids), bodies=done.bodies)
        place = written(call, self.persons.database, self.name, done.stream, done.version)
        return Erased(done.subject_ids, done.bodies, place.event, place.position)

    def known_of(self, call: Call[None, PurposeQuery]) -> Known:
        """Open everything about a person, for an export; by default for the person themself."""
        opening = self._opening(call, call.query.purpose or Purpose.SUBJECT_REQUEST)
        dossier = self.persons.openings.export(call.path["subject_id"], opening)
        return Known(
            self.clock.now(),
            [self._view(person) for person in dossier.persons],
            self.persons.named(one for person in dossier.persons for one in person.holds),
            dossier.accesses,
        )

    def _opening(self, call: Call[Any, Any], purpose: Purpose) -> Opening:
        held = call.caller.roles & self.subject_readers
        role = DATA_OFFICER if DATA_OFFICER in held else min(held)
        return Opening(call.caller.id, role, purpose, call.correlation_id)

    def _view(self, person: Person) -> SubjectView:
        said = replace(person, holds=self.persons.named(person.holds))
        return SubjectView(
            said.subject_id, said.masked, said.fields, _holds(said.holds), said.erased_at
        )


def _number(said: SearchSubjects) -> IdentityNumber:
    """Give the number that was asked for; a refusal never quotes it."""
    try:
        return verified(said.id_number)
    except IdentityNumberError as error:
        number = identity_of(said.id_number)
        if said.document and number is not None and number.kind is NumberKind.DOCUMENT:
            return number
        raise RuleError(str(error), rule=error.reason, field="id_number") from None


def _holds(holds: Iterable[Hold]) -> list[HoldView]:
    return [HoldView(one.reason, one.kind, one.released_at) for one in holds]


__all__ = [
    "OFFICERS",
    "PRIVATE",
    "EraseSubject",
    "Erased",
    "FoundSubject",
    "HoldView",
    "Known",
    "PurposeQuery",
    "SearchSubjects",
    "SubjectRoutes",
    "SubjectView",
]
