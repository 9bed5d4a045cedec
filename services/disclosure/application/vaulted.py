"""What disclosure knows of people and of time: its vault, and its copy of the calendar."""

from __future__ import annotations

from dataclasses import replace

from services.chassis.eventlog.database import Database
from services.chassis.projection import ReadModel
from services.chassis.reference import Reference
from services.chassis.vault import PersonalVault, Seal
from services.chassis.vault.persons import Persons
from services.disclosure.application.ports import Look, Lookups
from services.disclosure.domain.erasure import Subject
from services.kernel.calendar import WorkCalendar
from services.kernel.facts import Facts


class Vaulted(Persons):
    """An application with a vault; without a seal everything works that names nobody."""

    SUBJECT = Subject

    def __init__(
        self,
        database: Database,
        project: ReadModel | None = None,
        seal: Seal | None = None,
        region: str = "",
        *,
        look: Look | None = None,
    ) -> None:
        """`look` asks the read model; without it only what asks nothing of it works."""
        super().__init__(database, project)
        self._lookups = look(database) if look is not None else None
        self._sealed = PersonalVault(seal) if seal is not None else None
        self._region = region
        self.reference = Reference(database)

    @property
    def _rows(self) -> Lookups:
        if self._lookups is None:
            raise RuntimeError("this application was given nothing to look things up with")
        return self._lookups

    @property
    def _calendar(self) -> WorkCalendar:
        return self.reference.calendar().calendar

    def _here(self, facts: Facts) -> Facts:
        return replace(facts, region=self._region)
