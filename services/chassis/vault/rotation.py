"""Changes the master key while the service works: re-wraps every key, batch by batch, resumably.

What has the newest key is passed over, so breaking off loses nothing and starting again goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.chassis.eventlog.database import Database
from services.chassis.vault.bodies import FORMAT, BodyTable, BodyVault
from services.chassis.vault.ciphers import KEY_BYTES, new_key
from services.chassis.vault.index import NUMBER_FIELD, Index
from services.chassis.vault.seals import CIPHERS, Seal, head_of
from services.chassis.vault.subjects import about
from services.kernel.algorithms import CipherAlg, DigestAlg

BATCH: Final = 500
PATIENCE_S: Final = 30.0
"""How long rows that others keep locked are waited for."""

_SUBJECTS: Final = (
    "SELECT subject_id, wrapped FROM vault_subject WHERE wrapped IS NOT NULL"
    " AND (substring(wrapped FROM 1 FOR 9) <> %(head)s OR octet_length(wrapped) <> %(size)s)"
    " AND subject_id > %(after)s ORDER BY subject_id LIMIT %(batch)s FOR UPDATE SKIP LOCKED"
)
_ENTRIES: Final = (
    "SELECT s.subject_id, s.wrapped, f.sealed FROM vault_index i JOIN vault_subject s"
    " USING (subject_id) LEFT JOIN vault_field f"
    " ON f.subject_id = s.subject_id AND f.name = %(name)s"
    " WHERE substring(i.digest FROM 1 FOR 9) <> %(head)s AND s.wrapped IS NOT NULL"
    " AND s.subject_id > %(after)s ORDER BY s.subject_id LIMIT %(batch)s"
    " FOR UPDATE OF i, s SKIP LOCKED"
)
_BODIES: Final = (
    "SELECT id, wrapped FROM vault_body WHERE substring(wrapped FROM 1 FOR 9) <> %(head)s"
    " AND id > %(after)s ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED"
)


@dataclass(frozen=True)
class Progress:
    """How far a rotation is."""

    phase: str
    """`subjects`, `index`, `body keys`, or a table with bodies."""
    done: int
    left: int


@dataclass(frozen=True)
class Count:
    """How much stands under one key."""

    what: str
    """`subjects`, `fields`, `index`, `body keys`, `bodies`, or `erased`."""
    key_id: str
    """Hex id of the master key; empty where each has a key of its own."""
    algorithm: str
    count: int
    current: bool
    """Under the key that seals now (fields and bodies: of the cipher that seals now)."""
    here: bool
    """Whether the key is in the key file."""


class Rotation:
    """Brings everything of one service's vault under the newest key and the chosen cipher.

    Args:
        tables: where bodies are kept.
        report: told after every batch.
    """

    def __init__(
        self,
        database: Database,
        seal: Seal,
        tables: Sequence[BodyTable],
        report: Callable[[Progress], None] = lambda progress: None,
        batch: int = BATCH,
    ) -> None:
        self._database = database
        self._seal = seal
        self._index = Index(seal)
        self._bodies = BodyVault(seal, database)
        self._tables = tables
        self._report = report
        self._batch = batch

    def run(self) -> int:
        """Rotate everything that is not under the newest key; give the number of rows changed.

        Raises:
            SealError: something is under a key that is not in the key file; nothing of its batch
                is changed.
        """
        size = len(self._seal.seal(new_key(self._seal.cipher)))
        head = {"head": self._seal.head, "size": size}
        done = self._phase("subjects", _SUBJECTS, head, "", self._subject)
        entries = {"head": self._index.head, "name": NUMBER_FIELD}
        done += self._phase("index", _ENTRIES, entries, "", self._entry)
        done += self._phase("body keys", _BODIES, head, b"", self._body_key)
        for table in self._tables:
            select = (
                f"SELECT id, body, digest FROM {table.name} WHERE {table.where}"  # noqa: S608 - our own names
                " AND octet_length(body) > 0 AND substring(body FROM 1 FOR 1) <> %(form)s"
                " AND id > %(after)s ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED"
            )
            done += self._phase(table.name, select, {"form": FORMAT}, 0, self._body(table.name))
        return done

    def _phase(
        self,
        phase: str,
        select: str,
        params: Mapping[str, object],
        start: object,
        change: Callable[[Any, tuple[Any, ...]], None],
    ) -> int:
        """Change what `select` finds, a batch a transaction, until it finds nothing."""
        count = f"SELECT count(*) FROM ({select.partition(' ORDER BY')[0]}) AS rest"  # noqa: S608 - our own
        first = {**params, "batch": self._batch, "after": start}
        left, done, after = int(self._database.read(count, first)[0][0]), 0, start
        give_up_at = time.monotonic() + PATIENCE_S
        while left:
            with self._database.transaction() as cursor:
                cursor.execute(select, first | {"after": after})
                rows = cursor.fetchall()
                for row in rows:
                    change(cursor, row)
            if rows:
                after, done, left = rows[-1][0], done + len(rows), max(left - len(rows), 0)
                give_up_at = time.monotonic() + PATIENCE_S
                self._report(Progress(phase, done, left))
                if left:
                    continue
            # At the end: what was locked by others, or written by them under an older key.
            after, left = start, int(self._database.read(count, first)[0][0])
            if left and not rows:
                if time.monotonic() > give_up_at:
                    break
                time.sleep(0.05)
        return done

    def _subject(self, cursor: Any, row: tuple[Any, ...]) -> None:
        """Re-wrap a person's key; one of another cipher is replaced and the fields sealed anew."""
        subject_id, wrapped = row[0], bytes(row[1])
        key = self._seal.open(wrapped, about(subject_id))
        if len(key) != KEY_BYTES[self._seal.cipher]:
            old, key = Seal(key), new_key(self._seal.cipher)
            new = Seal(key)
            cursor.execute(
                "SELECT name, sealed FROM vault_field WHERE subject_id = %s", (subject_id,)
            )
            for name, sealed in cursor.fetchall():
                where = about(subject_id, name)
                again = new.seal(old.open(bytes(sealed), where), where)
                cursor.execute(
                    "UPDATE vault_field SET sealed = %s WHERE subject_id = %s AND name = %s",
                    (again, subject_id, name),
                )
        cursor.execute(
            "UPDATE vault_subject SET wrapped = %s WHERE subject_id = %s",
            (self._seal.seal(key, about(subject_id)), subject_id),
        )

    def _entry(self, cursor: Any, row: tuple[Any, ...]) -> None:
        subject_id, wrapped, sealed = row
        cursor.execute("DELETE FROM vault_index WHERE subject_id = %s", (subject_id,))
        if sealed is None:
            return
        own = Seal(self._seal.open(bytes(wrapped), about(subject_id)))
        number = own.open(bytes(sealed), about(subject_id, NUMBER_FIELD)).decode()
        for kind, entry in self._index.entries({NUMBER_FIELD: number}):
            cursor.execute(
                "INSERT INTO vault_index (subject_id, kind, digest) VALUES (%s, %s, %s)",
                (subject_id, kind, entry),
            )

    def _body_key(self, cursor: Any, row: tuple[Any, ...]) -> None:
        body_id, wrapped = bytes(row[0]), bytes(row[1])
        cursor.execute(
            "UPDATE vault_body SET wrapped = %s WHERE id = %s",
            (self._seal.seal(self._seal.open(wrapped, body_id), body_id), body_id),
        )

    def _body(self, table: str) -> Callable[[Any, tuple[Any, ...]], None]:
        """Give a body that was sealed by the master key itself a key of its own."""

        def change(cursor: Any, row: tuple[Any, ...]) -> None:
            row_id, body, digest = row[0], bytes(row[1]), bytes(row[2])
            sealed, *key = self._bodies.seal_body(self._seal.open(body, digest), digest)
            cursor.execute("INSERT INTO vault_body (id, wrapped) VALUES (%s, %s)", key)
            cursor.execute(
                f"UPDATE {table} SET body = %s WHERE id = %s",  # noqa: S608 - our own name
                (sealed, row_id),
            )

        return change


def counts(database: Database, seal: Seal, tables: Sequence[BodyTable]) -> list[Count]:
    """Count what stands under which key and cipher."""
    selects = {
        "subjects": "SELECT substring(wrapped FROM 1 FOR 9) AS head FROM vault_subject"
        " WHERE wrapped IS NOT NULL",
        "fields": "SELECT substring(sealed FROM 1 FOR 1) FROM vault_field",
        "index": "SELECT substring(digest FROM 1 FOR 9) FROM vault_index",
        "body keys": "SELECT substring(wrapped FROM 1 FOR 9) FROM vault_body",
    }
    for table in tables:
        selects[table.name] = (
            f"SELECT substring(body FROM 1 FOR 9) FROM {table.name} WHERE {table.where}"  # noqa: S608 - our own names
            f" AND octet_length(body) > 0 AND substring(body FROM 1 FOR 1) <> '\\x{FORMAT.hex()}'"
        )
    found = []
    for what, select in selects.items():
        rows = database.read(
            f"SELECT head, count(*) FROM ({select}) AS found (head) GROUP BY 1 ORDER BY 1"  # noqa: S608 - our own
        )
        found += [_count(seal, what, bytes(head), number) for head, number in rows]
    erased = database.read("SELECT count(*) FROM vault_subject WHERE wrapped IS NULL")[0][0]
    return [*found, Count("erased", "", "", int(erased), True, True)]


def removable(found: Sequence[Count], seal: Seal) -> list[str]:
    """Give the older keys of the file under which nothing stands any more."""
    used = {one.key_id for one in found if one.count}
    return [key_id for key_id in seal.key_ids[1:] if key_id not in used]


def _count(seal: Seal, what: str, head: bytes, number: int) -> Count:
    if what == "index":
        digest = DigestAlg.SHA256 if head[:1] == b"\x01" else DigestAlg.SM3
        key_id, algorithm = head[1:].hex(), f"hmac-{digest.value}"
        current = head == Index(seal).head
    elif what == "fields":
        cipher = CIPHERS[head]
        key_id, algorithm, current = "", cipher.value, cipher is seal.cipher
    else:
        known = head_of(head)
        key_id = known.key_id if known else ""
        algorithm = known.cipher.value if known else CipherAlg.AES_256_GCM.value
        current = head == seal.head
    return Count(
        what, key_id, algorithm, int(number), current, not key_id or key_id in seal.key_ids
    )
