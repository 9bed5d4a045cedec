"""Issues checkpoints: grows the tree, makes sure it still holds the last one, signs, keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

import psycopg2.extensions

from services.chassis.audit.notes import Head, SigningKey, origin_of, sign
from services.chassis.audit.tiles import Ask, Planted, grow, read_tree, trees
from services.chassis.audit.tree import HashAlg
from services.chassis.errors import BanjianError, RuleError
from services.chassis.eventlog.database import Database

_LOCK: Final = (
    "SELECT pg_advisory_xact_lock(hashtextextended('banjian.audit.' || current_schema(), 0))"
)
_COLUMNS: Final = "number, tree, size, position, root, note, issued_at"


class AlteredError(BanjianError):
    """The log is not what was signed before; nothing more is signed until a person has looked."""

    http_status = 500
    code = "log_altered"


class Reason(Enum):
    """Why a checkpoint was issued."""

    SCHEDULE = "schedule"
    PUBLISHED = "published"
    """A figure was published."""
    ROTATION = "rotation"
    SWITCH = "switch"
    """The last of a tree, or the first of the next, when the hash algorithm changes."""
    ASKED = "asked"


@dataclass(frozen=True)
class Checkpoint:
    """A signed head of a tree."""

    number: int
    tree: int
    size: int
    position: int
    """The last event it covers."""
    root: bytes
    note: str
    issued_at: datetime


def last(ask: Ask) -> Checkpoint | None:
    """Give the newest checkpoint."""
    return _one(ask(f"SELECT {_COLUMNS} FROM checkpoints ORDER BY number DESC LIMIT 1", ()))  # noqa: S608


def covering(ask: Ask, position: int) -> Checkpoint | None:
    """Give the first checkpoint that covers a position."""
    rows = ask(
        f"SELECT {_COLUMNS} FROM checkpoints WHERE position >= %s ORDER BY number LIMIT 1",  # noqa: S608
        (position,),
    )
    return _one(rows)


def cosigned(ask: Ask, checkpoint: Checkpoint) -> str:
    """Give the note with the lines of its witnesses below our own."""
    rows = ask(
        "SELECT line FROM cosignatures WHERE number = %s ORDER BY kept_at, witness",
        (checkpoint.number,),
    )
    return checkpoint.note + "".join(row[0] for row in rows)


class Checkpoints:
    """Issues the checkpoints of one log, through the service's own role.

    One at a time, by an advisory lock; any number of processes may try.
    """

    def __init__(
        self, database: Database, service: str, public_url: str, keys: list[SigningKey]
    ) -> None:
        """`keys`: the newest first; below it those that still have to hand over."""
        self._database = database
        self._service = service
        self._public_url = public_url
        self._keys = keys

    def issue(self, reason: Reason, *, grown_by: int = 1) -> Checkpoint | None:
        """Sign the tree as it is, if it grew by so many events or the key is a new one.

        Raises:
            AlteredError: the tree does not hold what was signed before.
            RuleError: the key changed, and the former is not there to sign the change.
            UnavailableError: no database; nothing was issued, or all of it.
        """
        self.grow()
        with self._locked() as ask:
            return self._issue(ask, self._current(ask), reason, grown_by)

    def grow(self) -> None:
        """Write every tile that is full."""
        more = True
        while more:
            with self._locked() as ask:
                planted = self._current(ask)
                more = grow(ask, planted, planted.size_at(_tip(ask)))

    def switch(self, alg: HashAlg) -> Checkpoint:
        """End the present tree and begin one with another algorithm; give its first checkpoint.

        Raises:
            RuleError: it has this algorithm already, or there is nothing to link to.
        """
        self.grow()
        with self._locked() as ask:
            planted = self._current(ask)
            if planted.alg is alg:
                raise RuleError(f"the log of {self._service} is hashed with {alg.value} already")
            end = self._issue(ask, planted, Reason.SWITCH) or last(ask)
            if end is None:
                raise RuleError(f"the log of {self._service} is empty: nothing to link to")
            number = planted.number + 1
            begun = Planted(
                number,
                origin_of(self._public_url, self._service, number),
                alg,
                end.position + 1,
                end.note.encode(),
            )
            self._plant(ask, begun)
            first = self._issue(ask, begun, Reason.SWITCH, upto=end.position)
            assert first is not None  # a new tree has no checkpoint yet
            return first

    def _issue(
        self,
        ask: Ask,
        planted: Planted,
        reason: Reason,
        grown_by: int = 1,
        upto: int | None = None,
    ) -> Checkpoint | None:
        position = _tip(ask) if upto is None else upto
        size = planted.size_at(position)
        before = last(ask)
        signers, rotated = self._signers(ask)
        tree = read_tree(ask, planted, size)
        if before is not None:
            if position < before.position:
                raise AlteredError(
                    f"the ledger ends at {position}, but checkpoint {before.number} covers"
                    f" {before.position}: events were taken away"
                )
            if before.tree == planted.number:
                if tree.root(before.size) != before.root:
                    raise AlteredError(
                        f"the first {before.size} leaves are not those of checkpoint"
                        f" {before.number}"
                    )
                if position - before.position < grown_by and not rotated:
                    return None
        if size == 0:
            return None
        root = tree.root()
        note = sign(Head(planted.origin, size, root, planted.alg), signers)
        number = 1 if before is None else before.number + 1
        rows = ask(
            "INSERT INTO checkpoints (number, tree, size, position, root, note, reason)"  # noqa: S608
            f" VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING {_COLUMNS}",
            (
                *(number, planted.number, size, position, root, note),
                (Reason.ROTATION if rotated and before else reason).value,
            ),
        )
        if rotated:
            ask(
                "INSERT INTO audit_keys (since, public) VALUES (%s, %s)",
                (number, self._keys[0].public()),
            )
        return _one(rows)

    def _signers(self, ask: Ask) -> tuple[list[SigningKey], bool]:
        """Give who signs the next checkpoint, and whether that brings a new key in."""
        newest = self._keys[0]
        rows = ask("SELECT public FROM audit_keys ORDER BY since DESC LIMIT 1", ())
        if not rows:
            return [newest], True
        recorded = bytes(rows[0][0])
        if recorded == newest.public():
            return [newest], False
        former = [key for key in self._keys[1:] if key.public() == recorded]
        if not former:
            raise RuleError(
                "the audit key changed, and the former key is not below it in the key file: both"
                " sign the first checkpoint of a new key"
            )
        return [newest, former[0]], True

    def _current(self, ask: Ask) -> Planted:
        planted = trees(ask)
        if planted:
            return planted[-1]
        first = Planted(1, origin_of(self._public_url, self._service), HashAlg.SHA_256)
        self._plant(ask, first)
        return first

    def _plant(self, ask: Ask, tree: Planted) -> None:
        ask(
            "INSERT INTO trees (tree, origin, algorithm, first, link) VALUES (%s, %s, %s, %s, %s)",
            (tree.number, tree.origin, tree.alg.value, tree.first, tree.link),
        )

    @contextmanager
    def _locked(self) -> Iterator[Ask]:
        with self._database.transaction() as cursor:
            ask = asking(cursor)
            ask(_LOCK, ())
            yield ask


def asking(cursor: psycopg2.extensions.cursor) -> Ask:
    """Ask through a cursor."""

    def ask(statement: str, params: Any) -> list[tuple[Any, ...]]:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []

    return ask


def _tip(ask: Ask) -> int:
    return int(ask("SELECT coalesce(max(position), 0) FROM ledger", ())[0][0])


def _one(rows: list[tuple[Any, ...]]) -> Checkpoint | None:
    if not rows:
        return None
    number, tree, size, position, root, note, issued_at = rows[0]
    return Checkpoint(number, tree, size, position, bytes(root), note, issued_at)


Issuing = Callable[[Reason], Checkpoint | None]
