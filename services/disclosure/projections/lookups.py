"""What disclosure's commands look up in its rows (`application.ports.Lookups`)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from services.chassis.eventlog.database import Database
from services.disclosure.domain.annual import Asked
from services.disclosure.domain.directory import Place
from services.disclosure.projections import entries, foi


@dataclass(frozen=True)
class Rows:
    """The rows of one database."""

    database: Database

    def directory(self) -> dict[str, Place]:
        return entries.directory(self.database)

    def matters(self) -> list[foi.Matter]:
        return foi.matters(self.database)

    def asked_until(self, year: int) -> list[Asked]:
        return foi.asked_until(self.database, year)

    def ordinal_in_month(self, subject_ids: Collection[str], request_no: str) -> int:
        return foi.ordinal_in_month(self.database, subject_ids, request_no)
