"""What disclosure's commands look up in its rows (`application.ports.Lookups`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.chassis.eventlog.database import Database
from services.disclosure.domain import Counted, Figure, Recount
from services.disclosure.domain.annual import Asked
from services.disclosure.domain.directory import Place
from services.disclosure.projections import entries, foi, rechecks, supervision_lists


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

    def unit_of_limit(self, process_no: str, project_no: str | None) -> str:
        return supervision_lists.unit_of_limit(self.database, process_no, project_no)

    def liability_dues(self, liability_nos: Collection[str]) -> list[datetime]:
        return supervision_lists.liability_dues(self.database, liability_nos)

    def recount(
        self, figure: Figure, said: Counted, positions: Mapping[str, int]
    ) -> Recount | None:
        return rechecks.recount(self.database, figure, said, positions)
