"""Rows of outside sources, and what is read of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Statement, Update

SOURCE = ("name", "disabled", "kinds", "departments", "since", "reason")
TABLES = {"source_row": SOURCE}
_SET = """
INSERT INTO source_row (name, disabled, kinds, departments, since, reason)
VALUES (%s, false, %s, %s, %s, NULL)
ON CONFLICT (name) DO UPDATE SET disabled = false, kinds = excluded.kinds,
    departments = excluded.departments, since = excluded.since, reason = NULL
"""


class SourceRow(msgspec.Struct, frozen=True):
    """One source in a list."""

    name: str
    disabled: bool
    kinds: list[str]
    departments: list[str]
    """Empty: all."""
    since: datetime
    """When it became as it is."""
    reason: str | None = None
    """Why it is disabled."""


class _Said(msgspec.Struct, frozen=True):
    data_source: str
    kinds: list[str] = []
    departments: list[str] = []
    reason: str = ""


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    match event.type:
        case "intake.source-admitted.v1" | "intake.source-permitted.v1":
            said = event.read(_Said)
            row = (said.data_source, said.kinds, said.departments, event.body.occurred_at)
            yield Statement(_SET, row)
        case "intake.source-disabled.v1":
            said = event.read(_Said)
            yield Update(
                "source_row",
                {"name": said.data_source},
                {"disabled": True, "reason": said.reason, "since": event.body.occurred_at},
            )


def list_sources(database: Database) -> list[SourceRow]:
    """List every source that was ever admitted, by name."""
    rows = database.read(f"SELECT {', '.join(SOURCE)} FROM source_row ORDER BY name")  # noqa: S608 - our own column names
    return [SourceRow(*row) for row in rows]
