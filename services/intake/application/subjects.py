"""What may be done with the data of an applicant: look, export, and erase for good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from services.chassis.errors import NotFoundError, RuleError
from services.chassis.eventlog.application import Application, command
from services.chassis.vault import (
    Action,
    BodyVault,
    Hold,
    Opening,
    Openings,
    PersonalVault,
    Purpose,
    Seal,
    exported_since_stored,
    find_bodies,
    recording,
    refuse_under_way,
)
from services.intake.domain.case import Case
from services.intake.domain.contacts import contact_stream
from services.intake.domain.erasure import Ground, Subject
from services.intake.domain.slots import slot_of, slot_stream
from services.intake.domain.tickets import ticket_stream
from services.intake.domain.villages import village_stream
from services.intake.domain.visits import visit_stream
from services.intake.refused import BODIES
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

CASE: Final = "case"
NAMED: int = 20
"""So many holds are named in a refusal."""


@dataclass(frozen=True)
class Erasure:
    """What was erased: everybody who is this person, and parked or refused messages about them."""

    subject_ids: list[str]
    bodies: int
    stream: str
    version: int


class Subjects(Application):
    """Commands of intake about persons; a part of its application."""

    _vault: PersonalVault
    _seal: Seal

    @property
    def openings(self) -> Openings:
        """The way for people to personal data."""
        return Openings(self._vault, self.database)

    @command
    def erase_subject(
        self, facts: Facts, subject_id: str, ground: Ground, *, key: str | None = None
    ) -> Erasure:
        """Erase a person under every subject id their verified number stands under (R01, R03).

        Keys, fields, index entries and the bodies of parked or refused messages go in the
        transaction that says so in the log. Idempotent; a repetition also takes what came since.

        Raises:
            NotFoundError: there is no such person.
            RuleError: a case is open (R02), or a case has not been exported for the archive (R05),
                or a message about them is still under way.
        """
        with self.database.transaction() as cursor:
            connection = cursor.connection
            ids = self.openings.same_person(connection, subject_id)
            holds = self.named(self._vault.holds(connection, ids))
            number = self._number(connection, subject_id, holds)
            exported = exported_since_stored(connection, ids, Purpose.ARCHIVE.value)
        _refuse_held(holds)
        cases = sorted({one.reason for one in holds if one.kind == "case"})
        if ground is not Ground.UNLAWFUL and not exported and self._any_accepted(cases):
            raise RuleError(
                "the case file goes to the archive first: export with purpose=archive, then erase",
                rule="archive_first",
            )
        bodies = find_bodies(
            self.database, BodyVault(self._seal, self.database), BODIES, cases, number
        )
        refuse_under_way(bodies)
        opening = Opening(
            facts.actor.id, facts.actor.role, Purpose.SUBJECT_REQUEST, facts.correlation_id
        )
        self.change(
            self._vault.erasing(ids),
            *bodies.destroying(),
            recording(opening, Action.ERASE, ids),
        )
        asked = self._say_erased(facts, subject_id, ids, holds, ground)
        return Erasure(ids, bodies.count, str(asked.id), asked.version)

    def named(self, holds: Iterable[Hold]) -> list[Hold]:
        """Say of each hold of intake what it is: the vault knows only that a number stands."""
        known = list(holds)
        streams = {
            stream: (one.reason, what)
            for one in known
            if one.kind == CASE
            for what, stream in _streams(one.reason)
        }
        rows = self.database.read(
            "SELECT stream FROM events WHERE stream = ANY(%s::uuid[]) AND version = 1",
            ([str(stream) for stream in streams],),
        )
        kinds = dict(streams[UUID(str(stream))] for (stream,) in rows)
        return [replace(one, kind=kinds.get(one.reason, one.kind)) for one in known]

    def _say_erased(
        self,
        facts: Facts,
        subject_id: str,
        ids: Sequence[str],
        holds: Sequence[Hold],
        ground: Ground,
    ) -> Subject:
        """Record the erasure of each of them; gives the one that was asked for."""
        case_of = {one.subject_id: one.reason for one in holds if one.kind == "case"}
        found: dict[str, Subject] = {}
        for one in ids:
            person = self.find(Subject, stream_id("subject-data", one)) or Subject.of(one)
            person.erase(replace(facts, subject=case_of.get(one, one)), one, ground)
            self.keep(person)
            found[one] = person
        return found[subject_id]

    def _number(self, connection: Any, subject_id: str, holds: Sequence[Hold]) -> str:
        """Give the identity number, to look for in bodies; empty when there is none any more."""
        try:
            return self._vault.number(connection, subject_id)
        except NotFoundError:
            if not holds and self.find(Subject, stream_id("subject-data", subject_id)) is None:
                raise
            return ""

    def _any_accepted(self, cases: Sequence[str]) -> bool:
        found = (self.find(Case, stream_id("case", number)) for number in cases)
        return any(case is not None and case.accepted_at is not None for case in found)


def _streams(number: str) -> Iterator[tuple[str, UUID]]:
    """Give the streams a number may be of, by what they are of."""
    yield CASE, stream_id("case", number)
    yield "ticket", ticket_stream(number)
    yield "home_visit", visit_stream(number)
    yield "village_certificate", village_stream(number)
    yield "enquiry", contact_stream(number)
    yield "appointment", slot_stream(slot_of(number))


def stream_of_hold(hold: Hold) -> UUID | None:
    """Give the stream of what a named hold is about; None when it is nothing of intake."""
    return dict(_streams(hold.reason)).get(hold.kind)


def _refuse_held(holds: Sequence[Hold]) -> None:
    standing = [one for one in holds if one.released_at is None]
    if standing:
        named = ", ".join(f"{one.kind} {one.reason}" for one in standing[:NAMED])
        more = f" and {len(standing) - NAMED} more" if len(standing) > NAMED else ""
        raise RuleError(
            f"nothing is erased while these stand: {named}{more}",
            rule="held",
            holds=len(standing),
        )
