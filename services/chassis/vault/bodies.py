"""Bodies of messages that could not take effect: each sealed under a key that stands elsewhere.

A parked body may name persons. It goes into backups with its table; its key is in `vault_body`,
which like the keys of persons has a short-lived backup of its own. To erase a person is to
destroy the keys of the bodies that are about them.
Sealed form: format byte, id of the body (16 random bytes), then what `Seal` made.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from services.chassis.errors import RuleError
from services.chassis.eventlog.database import Database
from services.chassis.projection import Statement
from services.chassis.vault.ciphers import new_key
from services.chassis.vault.seals import Seal, SealError
from services.kernel.codes import normal

FORMAT: Final = b"\x10"
ID_BYTES: Final = 16
_KEY: Final = "SELECT wrapped FROM vault_body WHERE id = %s"
_BATCH: Final = 500
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


class BodyVault:
    """Seals bodies; opens them as long as their key is there. Also opens what `Seal` made alone."""

    def __init__(self, seal: Seal, database: Database) -> None:
        self._seal = seal
        self._database = database

    def seal_body(self, plain: bytes, about: bytes) -> tuple[bytes, bytes, bytes]:
        """Give the sealed body, and the row (id, wrapped) of `vault_body` that opens it."""
        body_id, key = os.urandom(ID_BYTES), new_key(self._seal.cipher)
        sealed = FORMAT + body_id + Seal(key).seal(plain, about)
        return sealed, body_id, self._seal.seal(key, body_id)

    def open(self, sealed: bytes, about: bytes = b"") -> bytes:
        """Give the plain body back.

        Raises:
            SealError: its key was destroyed, or see `Seal.open`.
        """
        if sealed[:1] != FORMAT:
            return self._seal.open(sealed, about)
        rows = self._database.read(_KEY, (body_id_of(sealed),))
        return self.open_with(sealed, about, bytes(rows[0][0]) if rows else None)

    def open_with(self, sealed: bytes, about: bytes, wrapped: bytes | None) -> bytes:
        """Do as `open`, with the key row that was looked up already."""
        if sealed[:1] != FORMAT:
            return self._seal.open(sealed, about)
        if wrapped is None:
            raise SealError("its key was destroyed: a person in it was erased")
        key = self._seal.open(wrapped, body_id_of(sealed))
        return Seal(key).open(sealed[1 + ID_BYTES :], about)


def body_id_of(sealed: bytes) -> bytes:
    """Give the id under which a sealed body's key stands."""
    return bytes(sealed[1 : 1 + ID_BYTES])


def keeping(insert: str, params: Sequence[object], key: Sequence[bytes]) -> Statement:
    """Give the change that inserts a row with a body, and the body's key only if it did."""
    if not key:
        return Statement(insert, tuple(params))
    return Statement(
        f"WITH kept AS ({insert} RETURNING 1)"  # noqa: S608 - the caller's own statement
        " INSERT INTO vault_body (id, wrapped) SELECT %s, %s FROM kept",
        (*params, *key),
    )


class BodyTable(NamedTuple):
    """A table with sealed bodies (columns id, body, digest), by names of our own."""

    name: str
    case: str
    """Column with the case number the body claims; empty or NULL when it claims none."""
    where: str
    """Which rows are bodies from outside."""
    under_way: str
    """Which of them will still take effect."""
    gone: str
    """What else is set when a body is destroyed."""


HELD: Final = BodyTable(
    "held",
    "subject",
    "sealed AND position IS NULL",
    "state IN ('waiting', 'retrying')",
    ", state = 'discarded', retry_at = 'infinity', decided_by = 'vault',"
    " decided_why = 'subject_erased', decided_at = clock_timestamp()",
)


@dataclass
class FoundBodies:
    """The bodies about a person."""

    tables: Sequence[BodyTable]
    rows: dict[str, list[int]] = field(default_factory=dict)
    """Row ids by table."""
    keys: list[bytes] = field(default_factory=list)
    under_way: list[int] = field(default_factory=list)
    """Ids in `held` of those that will still take effect."""

    @property
    def count(self) -> int:
        return sum(map(len, self.rows.values()))

    def destroying(self) -> Iterator[Statement]:
        """Give the changes after which nobody reads these bodies, here or in a backup.

        The digest of the plain body goes too: who knows all but a few digits could try them.
        """
        for table in self.tables:
            yield Statement(
                f"UPDATE {table.name} SET body = ''::bytea,"  # noqa: S608 - our own names
                f" digest = sha256(uuid_send(gen_random_uuid())){table.gone} WHERE id = ANY(%s)",
                (self.rows[table.name],),
            )
        if self.keys:
            yield Statement("DELETE FROM vault_body WHERE id = ANY(%s)", (self.keys,))


def find_bodies(
    database: Database,
    vault: BodyVault,
    tables: Sequence[BodyTable],
    cases: Collection[str],
    number: str = "",
) -> FoundBodies:
    """Find the bodies of these cases, and those of any case in which this number stands.

    A body that claims no case, or another one, is opened and read: its sender may have misspelt
    the case, or it was refused before it had one. With no `number` only the cases count.
    """
    found = FoundBodies(tables)
    for table in tables:
        ids = found.rows.setdefault(table.name, [])
        for row_id, body, digest, of_case, under_way, wrapped in _rows(database, table, cases):
            if not of_case and not (number and _names(vault, body, digest, wrapped, number)):
                continue
            ids.append(row_id)
            if body[:1] == FORMAT:
                found.keys.append(body_id_of(body))
            if under_way:
                found.under_way.append(row_id)
    return found


def refuse_under_way(found: FoundBodies) -> None:
    """Refuse while a message about the person has still to take effect.

    Raises:
        RuleError: there is one; names the messages.
    """
    if found.under_way:
        numbers = ", ".join(str(number) for number in found.under_way[:20])
        raise RuleError(
            f"messages about this person are still under way: {numbers} (banjian parked list)",
            rule="under_way",
        )


def _rows(
    database: Database, table: BodyTable, cases: Collection[str]
) -> Iterator[tuple[int, bytes, bytes, bool, bool, bytes | None]]:
    after = 0
    while True:
        rows = database.read(
            f"SELECT t.id, t.body, t.digest, coalesce(t.{table.case} = ANY(%s), false),"  # noqa: S608 - our own names
            f" {table.under_way}, k.wrapped FROM {table.name} t"
            " LEFT JOIN vault_body k ON k.id = substring(t.body FROM 2 FOR 16)"
            f" WHERE t.id > %s AND {table.where} AND octet_length(t.body) > 0"
            " ORDER BY t.id LIMIT %s",
            (list(cases), after, _BATCH),
        )
        for row_id, body, digest, of_case, under_way, wrapped in rows:
            key = None if wrapped is None else bytes(wrapped)
            yield row_id, bytes(body), bytes(digest), of_case, under_way, key
        if len(rows) < _BATCH:
            return
        after = rows[-1][0]


def _names(
    vault: BodyVault, body: bytes, digest: bytes, wrapped: bytes | None, number: str
) -> bool:
    try:
        plain = vault.open_with(body, digest, wrapped)
    except SealError:
        return False
    return number in _readable(plain)


def _readable(plain: bytes) -> str:
    """Give all that may be read in bytes of any charset, JSON escapes resolved, in plain capitals.

    UTF-16 is read by leaving its zero bytes out: only digits and letters are looked for.
    """
    plain = plain.replace(b"\0", b"")
    text = plain.decode("utf-8", "replace") + "\n" + plain.decode("gb18030", "replace")
    return normal(_ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text))
