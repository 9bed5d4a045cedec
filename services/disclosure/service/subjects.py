"""The rights of a person in disclosure (PIPL art. 45 to 47): look, export, erase."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import msgspec

from services.chassis.clock import SystemClock
from services.chassis.errors import RuleError
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
from services.disclosure.domain.foi import foi_stream
from services.disclosure.domain.foi_terms import OFFICER as FOI_OFFICER
from services.disclosure.domain.own_records import record_stream
from services.disclosure.record_answers import (
    EraseAsked,
    FindSubjects,
    HoldSeen,
    PurposeQuery,
    SubjectExport,
    SubjectFound,
    SubjectGone,
    SubjectSeen,
)
from services.kernel.facts import Facts
from services.kernel.identity_numbers import IdentityNumberError, verified

READERS: Final = frozenset({DATA_OFFICER, FOI_OFFICER})
OFFICERS: Final = frozenset({DATA_OFFICER})
PRIVATE: Final = {"Cache-Control": "no-store"}
STREAMS: Final = {"request": foi_stream, "record_correction": record_stream}
log = get_logger()


class SubjectRoutes:
    """Routes about those who ask; a part of disclosure's service."""

    name: str
    clock: SystemClock
    figures: Any

    @route(
        "POST",
        "/subjects/search",
        request=FindSubjects,
        response=list[SubjectFound],
        roles=READERS,
        summary="Find a person by identity number: their references, requests and applications",
    )
    def search_subjects(self, call: Call[FindSubjects]) -> Reply:
        """A number with a wrong check digit is refused: nobody has it. The list may be empty."""
        try:
            number = verified(call.body.id_number)
        except IdentityNumberError as error:
            # Never quotes the number.
            raise RuleError(str(error), rule=error.reason, field="id_number") from None
        found = self.figures.openings.search(number, _opening(call, call.body.purpose))
        holds = self.figures.named(self.figures.openings.holds(found))
        answer = [
            SubjectFound(one, _holds(hold for hold in holds if hold.subject_id == one))
            for one in found
        ]
        return Reply(answer, headers=PRIVATE)

    @route(
        "GET",
        "/subjects/<subject_id>",
        query=PurposeQuery,
        response=SubjectSeen,
        roles=READERS,
        summary="A person: masked, or plain for the data officer who says what for",
    )
    def get_subject(self, call: Call[None, PurposeQuery]) -> Reply:
        purpose = call.query.purpose
        plain = purpose is not None and DATA_OFFICER in call.caller.roles
        opening = _opening(call, purpose or Purpose.CASE_HANDLING)
        person = self.figures.openings.view(call.path["subject_id"], opening, plain=plain)
        return Reply(self._person_seen(person), headers=PRIVATE)

    @route(
        "GET",
        "/subjects/<subject_id>/export",
        query=PurposeQuery,
        response=SubjectExport,
        roles=OFFICERS,
        summary="Everything known about a person, with their requests and who opened what",
    )
    def export_subject(self, call: Call[None, PurposeQuery]) -> Reply:
        """For the person themself (PIPL art. 45), or with `purpose=archive` for the archive."""
        opening = _opening(call, call.query.purpose or Purpose.SUBJECT_REQUEST)
        dossier = self.figures.openings.export(call.path["subject_id"], opening)
        holds = self.figures.named(one for person in dossier.persons for one in person.holds)
        files = sorted({(one.reason, one.kind) for one in holds if one.kind in STREAMS})
        answer = SubjectExport(
            self.clock.now(),
            [self._person_seen(person) for person in dossier.persons],
            [
                {"kind": kind, "number": number, "history": self._history(kind, number)}
                for number, kind in files
            ],
            dossier.accesses,
        )
        return Reply(answer, headers=PRIVATE)

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
            self.figures.database,
            [call.path["subject_id"]],
            before=before[0],
            limit=call.query.limit + 1,
        )
        return page_of(rows, call.query.limit, lambda row: (row.id,))

    @route(
        "POST",
        "/subjects/<subject_id>/erasure",
        request=EraseAsked,
        response=SubjectGone,
        roles=OFFICERS,
        summary="Erase a person for good, unless a hold stands (422 names it)",
    )
    def erase_subject(self, call: Call[EraseAsked]) -> SubjectGone:
        """Destroys the keys; the log keeps that it happened, not who it was. Idempotent."""
        subject_id = call.path["subject_id"]
        actor = call.caller.actor(DATA_OFFICER)
        facts = Facts(self.clock.now(), subject_id, actor, call.correlation_id)
        done = self.figures.erase_subject(
            facts, subject_id, call.body.ground, key=call.idempotency_key or None
        )
        log.info("subject_erased", subjects=len(done.subject_ids), bodies=0)
        place = written(call, self.figures.database, self.name, done.stream, done.version)
        return SubjectGone(done.subject_ids, place.event, place.position)

    def _person_seen(self, person: Person) -> SubjectSeen:
        said = replace(person, holds=self.figures.named(person.holds))
        return SubjectSeen(
            said.subject_id, said.masked, said.fields, _holds(said.holds), said.erased_at
        )

    def _history(self, kind: str, number: str) -> Any:
        events = self.figures.events_of(STREAMS[kind](number))
        return msgspec.to_builtins([history_event(event) for event in events])


def _opening(call: Call[Any, Any], purpose: Purpose) -> Opening:
    role = DATA_OFFICER if DATA_OFFICER in call.caller.roles else FOI_OFFICER
    return Opening(call.caller.id, role, purpose, call.correlation_id)


def _holds(holds: Iterable[Hold]) -> list[HoldSeen]:
    return [HoldSeen(one.reason, one.kind, one.released_at) for one in holds]
