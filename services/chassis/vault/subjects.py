"""What is known about people, each under a key that can be destroyed alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.chassis.errors import NotFoundError, RuleError
from services.chassis.projection import Statement
from services.chassis.vault.ciphers import new_key
from services.chassis.vault.index import NUMBER_FIELD, Index
from services.chassis.vault.seals import Seal
from services.kernel.identity_numbers import IdentityNumber

CASE: Final = "case"
"""A hold's usual kind: the case is open. The others are in `access.sql`."""
SEARCHED: Final = 8
"""A shorter number stands in texts by chance, so nobody is looked for by it."""

_STORE: Final = (
    "INSERT INTO vault_field (subject_id, name, sealed) VALUES (%s, %s, %s)"
    " ON CONFLICT (subject_id, name) DO UPDATE"
    " SET sealed = excluded.sealed, stored_at = clock_timestamp()"
)
# The lock makes an erasure that runs at the same time wait, or be seen (see erase_subjects).
_HOLD: Final = (
    "WITH person AS (SELECT 1 FROM vault_subject WHERE subject_id = %s FOR SHARE)"
    " INSERT INTO vault_hold (subject_id, reason, kind, released_at)"
    " SELECT %s, %s, %s, {at} FROM (SELECT count(*) FROM person) AS locked"
    " ON CONFLICT (subject_id, reason) DO UPDATE SET released_at = {again}"
)
_HOLDING: Final = _HOLD.format(at="NULL", again="NULL")
_RELEASING: Final = _HOLD.format(
    at="clock_timestamp()", again="coalesce(vault_hold.released_at, clock_timestamp())"
)


@dataclass(frozen=True)
class Hold:
    """Why a person is not erased, or, once released, a case they had."""

    subject_id: str
    reason: str
    """Case number, or the number of the suit or reconsideration."""
    kind: str
    released_at: datetime | None


class PersonalVault:
    """What is known about people, each under a key of their own (DDL: `vault.sql`, `access.sql`).

    Every method works on the caller's psycopg2 connection and inside its transaction, so personal
    data and the events that refer to it come or go together. Erasing destroys the person's key: the
    sealed rows, also those in every backup, are noise from then on, while log, proofs and figures,
    which hold only the `subject_id`, stay as they are. (Backups of the key tables themselves are
    the exception, see docs/privacy.md.)
    """

    def __init__(self, seal: Seal) -> None:
        self._seal = seal
        self._index = Index(seal)

    def store(self, connection: Any, subject_id: str, fields: Mapping[str, str]) -> None:
        """Keep these fields of a person, replacing those of the same name.

        Raises:
            RuleError: the person was erased.
        """
        own = self._key(connection, subject_id, create=True)
        rows = [
            (subject_id, name, own.seal(text.encode(), about(subject_id, name)))
            for name, text in sorted(fields.items())
        ]
        with connection.cursor() as cursor:
            cursor.executemany(_STORE, rows)
            if NUMBER_FIELD in fields:
                cursor.execute("DELETE FROM vault_index WHERE subject_id = %s", (subject_id,))
                for kind, entry in self._index.entries(fields):
                    cursor.execute(
                        "INSERT INTO vault_index (subject_id, kind, digest) VALUES (%s, %s, %s)",
                        (subject_id, kind, entry),
                    )

    def introducing(self, subject_id: str, fields: Mapping[str, str]) -> Statement:
        """Give the change that takes in a person not known yet, for a unit of work to write.

        Under a fresh key, in one statement; a person who is known already stays as they are.
        """
        own = Seal(key := new_key(self._seal.cipher))
        names = sorted(fields)
        sealed = [own.seal(fields[name].encode(), about(subject_id, name)) for name in names]
        entries = self._index.entries(fields)
        return Statement(
            "WITH person AS (INSERT INTO vault_subject (subject_id, wrapped) VALUES (%s, %s)"
            " ON CONFLICT (subject_id) DO NOTHING RETURNING subject_id),"
            " entry AS (INSERT INTO vault_index (subject_id, kind, digest)"
            " SELECT subject_id, kind, digest"
            " FROM person, unnest(%s::text[], %s::bytea[]) AS entry (kind, digest))"
            " INSERT INTO vault_field (subject_id, name, sealed) SELECT subject_id, name, sealed"
            " FROM person, unnest(%s::text[], %s::bytea[]) AS field (name, sealed)",
            (
                subject_id,
                self._seal.seal(key, about(subject_id)),
                [kind for kind, _ in entries],
                [entry for _, entry in entries],
                names,
                sealed,
            ),
        )

    def adding(self, connection: Any, subject_id: str, fields: Mapping[str, str]) -> Statement:
        """Give the change that does what `store` does, for a unit of work to write with its events.

        Only for fields that nobody is looked for by. A person who is erased before it is written
        stays as they are.

        Raises:
            RuleError: the person was erased.
        """
        own = self._key(connection, subject_id, create=True)
        names = sorted(fields)
        sealed = [own.seal(fields[name].encode(), about(subject_id, name)) for name in names]
        return Statement(
            "WITH person AS (SELECT subject_id FROM vault_subject"
            " WHERE subject_id = %s AND wrapped IS NOT NULL FOR SHARE)"
            " INSERT INTO vault_field (subject_id, name, sealed) SELECT subject_id, name, sealed"
            " FROM person, unnest(%s::text[], %s::bytea[]) AS field (name, sealed)"
            " ON CONFLICT (subject_id, name) DO UPDATE"
            " SET sealed = excluded.sealed, stored_at = clock_timestamp()",
            (subject_id, names, sealed),
        )

    @staticmethod
    def holding(subject_id: str, reason: str, kind: str = CASE) -> Statement:
        """Give the change that does what `hold` does, for a unit of work to write."""
        return Statement(_HOLDING, (subject_id, subject_id, reason, kind))

    @staticmethod
    def releasing(subject_id: str, reason: str, kind: str = CASE) -> Statement:
        """Give the change that does what `release` does, for a unit of work to write."""
        return Statement(_RELEASING, (subject_id, subject_id, reason, kind))

    @staticmethod
    def erasing(subject_ids: Sequence[str]) -> Statement:
        """Give the change that destroys these persons' keys, fields and index entries.

        A hold that stands makes the transaction fail with a `ConflictError`: ask `holds` first.
        """
        return Statement("SELECT erase_subjects(%s::text[])", (list(subject_ids),))

    def open(self, connection: Any, subject_id: str) -> dict[str, str]:
        """Give all fields of a person. For people, use `Openings`: it masks, and writes it down.

        Raises:
            NotFoundError: nothing is known about the person, or they were erased.
        """
        own = self._key(connection, subject_id, create=False)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sealed FROM vault_field WHERE subject_id = %s", (subject_id,)
            )
            rows = cursor.fetchall()
        return {
            name: own.open(bytes(sealed), about(subject_id, name)).decode() for name, sealed in rows
        }

    def hold(self, connection: Any, subject_id: str, reason: str, kind: str = CASE) -> None:
        """Forbid erasing while `reason` (a case number) lasts. Repeating it changes nothing."""
        with connection.cursor() as cursor:
            cursor.execute(*self.holding(subject_id, reason, kind))

    def release(self, connection: Any, subject_id: str, reason: str) -> None:
        """End a hold. Repeating it changes nothing."""
        with connection.cursor() as cursor:
            cursor.execute(*self.releasing(subject_id, reason))

    def holds(self, connection: Any, subject_ids: Collection[str]) -> list[Hold]:
        """Give the holds of these persons, those that ended too: their cases."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT subject_id, reason, kind, released_at FROM vault_hold"
                " WHERE subject_id = ANY(%s) ORDER BY reason, subject_id",
                (list(subject_ids),),
            )
            return [Hold(*row) for row in cursor.fetchall()]

    def subjects_of(self, connection: Any, number: IdentityNumber) -> list[str]:
        """Give every person that stands in the vault with this identity number."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT subject_id FROM vault_index WHERE kind = %s AND digest = ANY(%s)"
                " ORDER BY subject_id",
                (number.kind.value, self._index.candidates(number)),
            )
            return [row[0] for row in cursor.fetchall()]

    def number(self, connection: Any, subject_id: str) -> str:
        """Give the number this person is looked for by, as it is compared; empty when unusable.

        Raises:
            NotFoundError: nothing is known about the person, or they were erased.
        """
        number = self._index.number(self.open(connection, subject_id))
        return number.text if number and len(number.text) >= SEARCHED else ""

    def same_person(self, connection: Any, subject_id: str) -> list[str]:
        """Give everybody who is this person, them included: who has the same verified number."""
        with connection.cursor() as cursor:
            # Not by the digests: while keys are rotated the same number has several.
            cursor.execute(
                "SELECT FROM vault_index WHERE subject_id = %s AND kind <> 'document'",
                (subject_id,),
            )
            if cursor.fetchone() is None:
                return [subject_id]
        number = self._index.number(self.open(connection, subject_id))
        found = self.subjects_of(connection, number) if number else []
        return sorted({subject_id, *found})

    def erase(self, connection: Any, subject_id: str) -> bool:
        """Destroy a person's key and fields; say whether there was anything to erase.

        Raises:
            RuleError: a retention hold stands; the error carries how many.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT wrapped IS NOT NULL FROM vault_subject WHERE subject_id = %s FOR UPDATE",
                (subject_id,),
            )
            row = cursor.fetchone()
            holds = [one for one in self.holds(connection, [subject_id]) if not one.released_at]
            if holds:
                raise RuleError("a case of this person is still open", holds=len(holds))
            cursor.execute(*self.erasing([subject_id]))
        return bool(row and row[0])

    def _key(self, connection: Any, subject_id: str, *, create: bool) -> Seal:
        with connection.cursor() as cursor:
            if create:
                key = new_key(self._seal.cipher)
                cursor.execute(
                    "INSERT INTO vault_subject (subject_id, wrapped) VALUES (%s, %s)"
                    " ON CONFLICT (subject_id) DO NOTHING",
                    (subject_id, self._seal.seal(key, about(subject_id))),
                )
            # FOR SHARE: an erasure that runs at the same time waits, or is seen.
            cursor.execute(
                "SELECT wrapped FROM vault_subject WHERE subject_id = %s FOR SHARE", (subject_id,)
            )
            row = cursor.fetchone()
        if row is None or row[0] is None:
            if create:
                raise RuleError("this person's data was erased and is not taken in again")
            raise NotFoundError("nothing is known about this person")
        return Seal(self._seal.open(bytes(row[0]), about(subject_id)))


def about(subject_id: str, name: str = "") -> bytes:
    """Give the associated data of a field; without a name, of the person's key."""
    return f"{subject_id}\x00{name}".encode()


__all__ = ["CASE", "Hold", "PersonalVault", "about"]
