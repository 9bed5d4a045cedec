"""The rights of who asks over HTTP: the house's routes, and an export with their requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from services.chassis.vault import DATA_OFFICER, Access
from services.chassis.vault import routes as house
from services.chassis.vault.persons import Persons
from services.chassis.vault.routes import OFFICERS, PRIVATE, PurposeQuery, SubjectView
from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import history_event
from services.disclosure.domain.foi import foi_stream
from services.disclosure.domain.foi_terms import OFFICER
from services.disclosure.domain.own_records import record_stream

STREAMS: Final = {"request": foi_stream, "record_correction": record_stream}


class Export(msgspec.Struct, frozen=True):
    """Everything disclosure knows about one human being, for them."""

    exported_at: datetime
    subjects: list[SubjectView]
    files: list[dict[str, Any]]
    """Every request and application of theirs with its history; the log holds nothing personal."""
    accesses: list[Access]


class SubjectRoutes(house.SubjectRoutes):
    """Routes about those who ask; a part of disclosure's service."""

    subject_readers = frozenset({DATA_OFFICER, OFFICER})
    figures: Any

    @property
    def persons(self) -> Persons:
        """The service's application."""
        found: Persons = self.figures
        return found

    @route(
        "GET",
        "/subjects/<subject_id>/export",
        query=PurposeQuery,
        response=Export,
        roles=OFFICERS,
        summary="Everything known about a person, with their requests and who opened what",
    )
    def export_subject(self, call: Call[None, PurposeQuery]) -> Reply:
        """For the person themself (PIPL art. 45), or with `purpose=archive` for the archive."""
        known = self.known_of(call)
        files = sorted({(one.reason, one.kind) for one in known.holds if one.kind in STREAMS})
        answer = Export(
            known.exported_at,
            known.subjects,
            [
                {"kind": kind, "number": number, "history": self._history(kind, number)}
                for number, kind in files
            ],
            known.accesses,
        )
        return Reply(answer, headers=PRIVATE)

    def _history(self, kind: str, number: str) -> Any:
        events = self.figures.events_of(STREAMS[kind](number))
        return msgspec.to_builtins([history_event(event) for event in events])
