"""Files of persons: sealed in the storage, their keys among the person's fields in the vault."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.database import Database
from services.chassis.projection import Change, Statement
from services.chassis.storage.port import PIECE_BYTES, Storage, checked, new_place
from services.chassis.storage.sealed import open_pieces, seal_pieces
from services.chassis.vault import Action, Opening, PersonalVault, new_key, record
from services.chassis.vault.openings import FILE_FIELD
from services.kernel.algorithms import CipherAlg

_ARRIVE: Final = "INSERT INTO stored_file (place, subject_id) VALUES (%s, %s)"
_REPLACE: Final = "UPDATE stored_file SET kept_at = NULL, arrived_at = '-infinity' WHERE place = %s"


@dataclass(frozen=True)
class Kept:
    """A file that is stored and that nobody can read yet."""

    place: str
    changes: Sequence[Change]
    """To be committed with the event that says it came: from then on it can be opened."""


class _Entry(msgspec.Struct, frozen=True):
    place: str
    key: str


class FileVault:
    """Takes files in for a person and gives them back, as long as the person's key is there."""

    def __init__(
        self,
        storage: Storage,
        vault: PersonalVault,
        database: Database,
        cipher: CipherAlg = CipherAlg.AES_256_GCM,
    ) -> None:
        self._storage = storage
        self._vault = vault
        self._database = database
        self._cipher = cipher

    def store(self, subject_id: str, field: str, path: Path) -> Kept:
        """Store a file under a fresh key, which is in nobody's hands until the changes commit.

        Args:
            field: see `file_field`; the same one again replaces the file.
            path: where its clear bytes lie.

        Raises:
            RuleError: the person was erased; nothing more is taken in about them.
            UnavailableError: the storage or the database does not answer.
        """
        place, key = new_place(), new_key(self._cipher)
        entry = _Entry(place, base64.b64encode(key).decode())
        text = msgspec.json.encode(entry).decode()
        changes: list[Change] = []
        with self._database.transaction() as cursor:
            changes.append(self._vault.adding(cursor.connection, subject_id, {field: text}))
            old = self._vault.open(cursor.connection, subject_id).get(field)
            cursor.execute(_ARRIVE, (place, subject_id))
        if old is not None:
            changes.append(Statement(_REPLACE, (msgspec.json.decode(old, type=_Entry).place,)))
        self._storage.put(place, seal_pieces(_read(path), key, place))
        return Kept(place, (*changes, Statement("SELECT keep_file(%s)", (place,))))

    def open(self, subject_id: str, field: str, opening: Opening) -> Iterator[bytes]:
        """Give a file in pieces; who opens it is written down before the first byte is read.

        Raises:
            NotFoundError: there is none, or the person was erased.
        """
        with self._database.transaction() as cursor:
            text = self._vault.open(cursor.connection, subject_id).get(field)
            if text is None:
                raise NotFoundError("there is no such file")
            entry = msgspec.json.decode(text, type=_Entry)
            sealed = self._storage.open(checked(entry.place))
            record(cursor.connection, opening, Action.VIEW, [subject_id], [field])
        key = base64.b64decode(entry.key)
        return open_pieces(sealed, key, entry.place)


def file_field(what: str, content_hash: str) -> str:
    """Name the vault field with the key of a file: what it is, and the hash of its clear bytes."""
    return f"{FILE_FIELD}{what}:{content_hash}"


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        while piece := file.read(PIECE_BYTES):
            yield piece
