"""A copy of the outside sources, as intake admits and disables them; and rows that took effect."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import msgspec

from services.approval.domain.refusal import Known
from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Statement, Update

SOURCE = ("name", "disabled", "kinds", "departments")
DISABLED: Final = "intake.source-disabled.v1"
_SET = """
INSERT INTO source_copy (name, disabled, kinds, departments) VALUES (%s, false, %s, %s)
ON CONFLICT (name) DO UPDATE SET disabled = false, kinds = excluded.kinds,
    departments = excluded.departments
"""
_KEEP = """
INSERT INTO outside_row (data_source, row_guid, record, project_no, source_time, retracted, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (data_source, row_guid) DO UPDATE SET source_time = excluded.source_time,
    retracted = excluded.retracted, digest = excluded.digest
"""


class Source(msgspec.Struct, frozen=True):
    """What one source may send."""

    data_source: str
    kinds: list[str] = []
    departments: list[str] = []
    disabled: bool = False


READS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "intake.source-admitted.v1": Source,
    "intake.source-permitted.v1": Source,
    DISABLED: Source,
}


def project(event: Event) -> Iterable[Change]:
    """Give what an event of intake changes in the copy."""
    said = event.read(Source)
    if event.type == DISABLED:
        yield Update("source_copy", {"name": said.data_source}, {"disabled": True})
    else:
        yield Statement(_SET, (said.data_source, said.kinds, said.departments))


def sources_named(database: Database, names: Collection[str]) -> dict[str, Source]:
    """Give those of these sources that were ever admitted."""
    rows = database.read(
        "SELECT name, kinds, departments, disabled FROM source_copy WHERE name = ANY(%s)",
        (list(names),),
    )
    return {row[0]: Source(*row) for row in rows}


def known_row(database: Database, key: tuple[str, str]) -> Known | None:
    """Give the last state of a row, by (data_source, row_guid)."""
    rows = database.read(
        "SELECT record, project_no, source_time, retracted, digest FROM outside_row"
        " WHERE data_source = %s AND row_guid = %s",
        key,
    )
    for record, project_no, source_time, retracted, digest in rows:
        return Known(record, project_no, source_time, retracted, bytes(digest))
    return None


def keep_row(key: tuple[str, str], state: Known) -> Statement:
    """Give the change that remembers the state of a row."""
    return Statement(_KEEP, (*key, *state))
