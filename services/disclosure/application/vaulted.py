"""What disclosure knows of people and of time: its vault, and its copy of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.chassis.errors import NotFoundError, UnavailableError
from services.chassis.eventlog.application import Application
from services.chassis.eventlog.database import Database
from services.chassis.projection import ReadModel
from services.chassis.reference import Reference
from services.chassis.vault import Action, Opening, PersonalVault, Seal, record
from services.disclosure.application.ports import Look, Lookups
from services.kernel.calendar import WorkCalendar
from services.kernel.facts import Facts


class Vaulted(Application):
    """An application with a vault; without a seal everything works that names nobody."""

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
    def _vault(self) -> PersonalVault:
        if self._sealed is None:
            raise UnavailableError("no vault key is given here (BANJIAN_VAULT_KEY_FILE)")
        return self._sealed

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

    def _note(self, subject_id: str, name: str, text: str) -> None:
        """Keep a text, if there is one, with what this unit of work decides."""
        if text:
            with self.database.transaction() as cursor:
                change = self._vault.adding(cursor.connection, subject_id, {name: text})
            self.change(change)

    def _opened(self, subject_id: str, opening: Opening) -> Mapping[str, str]:
        """Give all that is known of somebody; that it was opened is written down."""
        with self.database.transaction() as cursor:
            try:
                known = self._vault.open(cursor.connection, subject_id)
            except NotFoundError:
                return {}
            record(cursor.connection, opening, Action.VIEW, [subject_id], sorted(known))
        return known
