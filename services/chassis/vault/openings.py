"""Shows personal data to people: by role, for a purpose, masked or plain, always written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.eventlog.database import Database
from services.chassis.vault.accesses import Access, Action, Opening, list_accesses, record
from services.chassis.vault.subjects import Hold, PersonalVault
from services.kernel.identity_numbers import IdentityNumber
from services.kernel.masking import masked

DATA_OFFICER: Final = "data_officer"
"""The only role that sees personal data as it is, and that erases."""
ALL_ACCESSES: Final = 100_000
FILE_FIELD: Final = "file:"
"""Fields whose name begins so hold the key of a file of theirs, which is opened by other ways."""


@dataclass(frozen=True)
class Person:
    """What is shown of a person."""

    subject_id: str
    fields: dict[str, str]
    masked: bool
    erased_at: datetime | None
    holds: list[Hold]


@dataclass(frozen=True)
class Dossier:
    """Everything the vault knows about one human being, under whichever subject ids."""

    persons: list[Person]
    accesses: list[Access]


class Openings:
    """The one way for people to personal data."""

    def __init__(self, vault: PersonalVault, database: Database) -> None:
        self._vault = vault
        self._database = database

    def view(self, subject_id: str, opening: Opening, *, plain: bool = False) -> Person:
        """Show one person.

        Raises:
            NotFoundError: there is no such person.
            NotAllowedError: `plain` is for the data officer alone.
        """
        if plain:
            _require_officer(opening)
        with self._database.transaction() as cursor:
            connection = cursor.connection
            person = self._person(connection, subject_id, plain=plain)
            if person.fields:
                names = [name if plain else f"{name}*" for name in person.fields]
                record(connection, opening, Action.VIEW, [subject_id], names)
        return person

    def search(self, number: IdentityNumber, opening: Opening) -> list[str]:
        """Give the subject ids under which this number stands; the search is written down."""
        with self._database.transaction() as cursor:
            found = self._vault.subjects_of(cursor.connection, number)
            record(cursor.connection, opening, Action.SEARCH, found or [None], [number.kind.value])
        return found

    def export(self, subject_id: str, opening: Opening) -> Dossier:
        """Give everything known about somebody, plain, with the log of who opened it; for them.

        Raises:
            NotFoundError: there is no such person.
            NotAllowedError: it is for the data officer alone.
        """
        _require_officer(opening)
        with self._database.transaction() as cursor:
            connection = cursor.connection
            ids = self.same_person(connection, subject_id)
            # A field that is being stored waits: an export that counts has seen all of it.
            cursor.execute(
                "SELECT FROM vault_subject WHERE subject_id = ANY(%s)"
                " ORDER BY subject_id FOR UPDATE",
                (ids,),
            )
            persons = [self._person(connection, one, plain=True) for one in ids]
            for person in persons:
                record(connection, opening, Action.EXPORT, [person.subject_id], person.fields)
        accesses = list_accesses(self._database, ids, limit=ALL_ACCESSES)
        return Dossier(persons, accesses)

    def holds(self, subject_ids: Sequence[str]) -> list[Hold]:
        """Give their cases and what else forbids erasing them."""
        with self._database.connection() as connection:
            return self._vault.holds(connection, subject_ids)

    def same_person(self, connection: Any, subject_id: str) -> list[str]:
        """Give everybody who is this person; for one that was erased, only them."""
        try:
            return self._vault.same_person(connection, subject_id)
        except NotFoundError:
            return [subject_id]

    def _person(self, connection: Any, subject_id: str, *, plain: bool) -> Person:
        holds = self._vault.holds(connection, [subject_id])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT erased_at FROM vault_subject WHERE subject_id = %s", (subject_id,)
            )
            row = cursor.fetchone()
        if row is None and not holds:
            raise NotFoundError("nothing is known about this person")
        erased_at = row[0] if row else None
        fields: dict[str, str] = {}
        if row is not None and erased_at is None:
            known = self._vault.open(connection, subject_id)
            fields = {name: text for name, text in known.items() if not name.startswith(FILE_FIELD)}
        return Person(subject_id, fields if plain else masked(fields), not plain, erased_at, holds)


def exported_since_stored(connection: Any, subject_ids: Sequence[str], purpose: str) -> bool:
    """Say whether all that is stored of these persons was exported for this purpose since."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(bool_and(f.stored_at < coalesce((SELECT max(a.at) FROM vault_access a"
            " WHERE a.subject_id = f.subject_id AND a.action = 'export' AND a.purpose = %s),"
            " '-infinity')), true) FROM vault_field f WHERE f.subject_id = ANY(%s)",
            (purpose, list(subject_ids)),
        )
        return bool(cursor.fetchone()[0])


def _require_officer(opening: Opening) -> None:
    if opening.role != DATA_OFFICER:
        raise NotAllowedError(f"this needs the role {DATA_OFFICER}")
