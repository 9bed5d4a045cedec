"""Who applied, as intake says: a reference and an account, so that the right one is asked.

Also which cases belong to a project, because intake says that before the project arrives.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement

APPLICANT = ("project_no", "subject_id", "account")
MEMBER = ("project_no", "project_code")
SUBMITTED = "intake.case-submitted.v1"
ACCEPTED = "intake.case-accepted.v1"


class Applicant(msgspec.Struct, frozen=True):
    """Who applied; says nothing about the person."""

    project_no: str
    subject_id: str
    account: str | None = None


class _Accepted(msgspec.Struct, frozen=True):
    project_no: str
    project_code: str | None = None


READS: Final[Mapping[str, type[msgspec.Struct]]] = {SUBMITTED: Applicant}


def project(event: Event) -> Iterable[Change]:
    """Give what an event of intake changes in the rows."""
    if event.type == SUBMITTED:
        said = event.read(Applicant)
        yield Insert("case_applicant", (said.project_no, said.subject_id, said.account))
    elif event.type == ACCEPTED:
        accepted = event.read(_Accepted)
        if accepted.project_code is not None:
            yield Statement(
                "INSERT INTO member_case (project_no, project_code) VALUES (%s, %s)"
                " ON CONFLICT (project_no) DO UPDATE SET project_code = excluded.project_code",
                (accepted.project_no, accepted.project_code),
            )


def applicants_of(database: Database, project_nos: Collection[str]) -> list[Applicant]:
    """Give who applied in these cases, as far as intake's word has come."""
    rows = database.read(
        "SELECT project_no, subject_id, account FROM case_applicant WHERE project_no = ANY(%s)",
        (list(project_nos),),
    )
    return [Applicant(*row) for row in rows]


def is_awaited(database: Database, project_no: str) -> bool:
    """Say whether a case belongs to a project, as intake said when it accepted the case."""
    return bool(database.read("SELECT 1 FROM member_case WHERE project_no = %s", (project_no,)))
