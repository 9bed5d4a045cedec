"""The rights of an applicant over HTTP: the house's routes, and an export with their cases."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from services.chassis.vault import DATA_OFFICER, Access
from services.chassis.vault import routes as house
from services.chassis.vault.persons import Persons
from services.chassis.vault.routes import OFFICERS, PRIVATE, PurposeQuery, SubjectView
from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import history_event
from services.intake.application.subjects import stream_of_hold
from services.kernel.identifiers import stream_id

READERS: Final = frozenset({"clerk", DATA_OFFICER})


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


class SubjectRoutes(house.SubjectRoutes):
    """Routes about persons; a part of intake's service."""

    subject_readers = READERS
    cases: Any

    @property
    def persons(self) -> Persons:
        """The service's application."""
        found: Persons = self.cases
        return found

    @route(
        "GET",
        "/subjects/<subject_id>/export",
        query=PurposeQuery,
        response=Export,
        roles=OFFICERS,
        summary="Everything known about a person, with their cases and who opened what",
    )
    def export_subject(self, call: Call[None, PurposeQuery]) -> Reply:
        """For the person themself (PIPL art. 45), or with `purpose=archive` for the archive."""
        known = self.known_of(call)
        numbers = {one.reason for one in known.holds if one.kind == "case"}
        others = {(one.kind, one.reason): stream_of_hold(one) for one in known.holds}
        answer = Export(
            known.exported_at,
            known.subjects,
            [self._case_file(number) for number in sorted(numbers)],
            [
                {"kind": kind, "number": number, "history": self._history(stream, kind, number)}
                for (kind, number), stream in sorted(others.items())
                if stream is not None and kind != "case"
            ],
            known.accesses,
        )
        return Reply(answer, headers=PRIVATE)

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
