"""What people write in ratings and tickets: kept in the vault under the key of whom it is about."""

from __future__ import annotations

from services.chassis.errors import NotFoundError
from services.chassis.vault import Action, Opening, record
from services.intake.application.cases import Cases


class Notes(Cases):
    """The way of free texts into the vault, with the event that says there is one, and out."""

    def _note(self, subject_id: str, name: str, text: str) -> None:
        """Keep a text, if there is one, with what this unit of work decides.

        Raises:
            RuleError: the person was erased; nothing more is taken in about them.
        """
        if text:
            with self.database.transaction() as cursor:
                change = self._vault.adding(cursor.connection, subject_id, {name: text})
            self.change(change)

    def _texts(self, subject_id: str, names: list[str], opening: Opening) -> dict[str, str]:
        """Give these texts as far as there are any; that they were opened is written down."""
        with self.database.transaction() as cursor:
            try:
                known = self._vault.open(cursor.connection, subject_id)
            except NotFoundError:
                return {}
            found = {name: known[name] for name in names if name in known}
            if found:
                record(cursor.connection, opening, Action.VIEW, [subject_id], sorted(found))
        return found
