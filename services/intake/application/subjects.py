"""What may be done with the data of an applicant: look, export, and erase for good."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from services.chassis.vault import BodyVault, FoundBodies, Hold, Seal, find_bodies
from services.chassis.vault.persons import Persons
from services.intake.domain.case import Case
from services.intake.domain.contacts import contact_stream
from services.intake.domain.erasure import Subject
from services.intake.domain.slots import slot_of, slot_stream
from services.intake.domain.tickets import ticket_stream
from services.intake.domain.villages import village_stream
from services.intake.domain.visits import visit_stream
from services.intake.refused import BODIES
from services.kernel.identifiers import stream_id

CASE: Final = "case"


class Subjects(Persons):
    """Commands of intake about persons; a part of its application."""

    SUBJECT = Subject
    _seal: Seal

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

    def _archives(self, holds: Sequence[Hold]) -> bool:
        """Say whether a case of theirs was accepted: its file goes to the archive first."""
        found = (self.find(Case, stream_id(CASE, one.reason)) for one in holds if one.kind == CASE)
        return any(case is not None and case.accepted_at is not None for case in found)

    def _bodies_about(self, cases: Collection[str], number: str) -> FoundBodies:
        keeper = BodyVault(self._seal, self.database)
        return find_bodies(self.database, keeper, BODIES, cases, number)


def _streams(number: str) -> Iterator[tuple[str, UUID]]:
    """Give the streams a number may be of, by what they are of."""
    yield CASE, stream_id(CASE, number)
    yield "ticket", ticket_stream(number)
    yield "home_visit", visit_stream(number)
    yield "village_certificate", village_stream(number)
    yield "enquiry", contact_stream(number)
    yield "appointment", slot_stream(slot_of(number))


def stream_of_hold(hold: Hold) -> UUID | None:
    """Give the stream of what a named hold is about; None when it is nothing of intake."""
    return dict(_streams(hold.reason)).get(hold.kind)
