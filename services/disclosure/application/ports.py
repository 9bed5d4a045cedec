"""What disclosure's commands look up in its read model; projections give it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.chassis.eventlog.database import Database
from services.disclosure.domain import Counted, Figure, Recount
from services.disclosure.domain.annual import Asked
from services.disclosure.domain.directory import Place


class AskedOften(Protocol):
    """What several requests asked for, and the entry that answers for all, if there is one."""

    @property
    def matter(self) -> str: ...
    @property
    def request_nos(self) -> list[str]: ...
    @property
    def entry_no(self) -> str | None: ...


class Lookups(Protocol):
    """Questions to the rows."""

    def directory(self) -> Mapping[str, Place]:
        """Give the directory, by code."""

    def matters(self) -> Sequence[AskedOften]:
        """List what several requests asked for."""

    def asked_until(self, year: int) -> Sequence[Asked]:
        """Give what the table of a year is counted from."""

    def ordinal_in_month(self, subject_ids: Collection[str], request_no: str) -> int:
        """Give the place of a request among those of one person in its calendar month (M05)."""

    def unit_of_limit(self, process_no: str, project_no: str | None) -> str:
        """Give the department a limit binds, or that leads the process; "" when not known."""

    def liability_dues(self, liability_nos: Collection[str]) -> Sequence[datetime]:
        """Give the ends of the limits that somebody answers for under these numbers."""

    def recount(
        self, figure: Figure, said: Counted, positions: Mapping[str, int]
    ) -> Recount | None:
        """Ask a published figure again with all that is known now; None: nobody counts it now.

        Its causes are what came since `positions`, when it was last `said`.
        """


Look = Callable[[Database], Lookups]
