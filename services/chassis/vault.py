"""Personal data, sealed: AES-256-GCM under keys that can be destroyed one person at a time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.chassis.errors import BanjianError, NotFoundError, RuleError
from services.chassis.projection import Statement

FORMAT: Final = b"\x01"
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
ID_BYTES: Final = 8


class SealError(BanjianError):
    """Sealed bytes cannot be opened: another key, another place, or they were changed."""

    code = "seal_broken"


class Seal:
    """Seals bytes so that only a holder of the key opens them, and only where they belong.

    The first key seals; it and all older keys open, so a key is changed by putting a new one first.
    Sealed form: format byte, key id (8 bytes), nonce (12 random bytes), ciphertext with tag.
    """

    def __init__(self, key: bytes, *older: bytes) -> None:
        for one in (key, *older):
            if len(one) != KEY_BYTES:
                raise ValueError(f"a vault key has {KEY_BYTES} bytes")
        self._ciphers = {_key_id(one): AESGCM(one) for one in (key, *older)}
        self._current = _key_id(key)

    @classmethod
    def from_file(cls, path: str | Path) -> Seal:
        """Read keys from a file: one in base64 a line, the current one first.

        Raises:
            ValueError: a line is not 32 bytes in base64, or there is none.
        """
        lines = Path(path).read_text(encoding="ascii").split()
        if not lines:
            raise ValueError("the vault key file is empty")
        try:
            keys = [base64.b64decode(line, validate=True) for line in lines]
        except binascii.Error:
            raise ValueError("the vault key file is not base64") from None
        return cls(*keys)

    def seal(self, plain: bytes, about: bytes = b"") -> bytes:
        """Seal `plain`; `about` is not hidden but has to be told again when opening."""
        nonce = os.urandom(NONCE_BYTES)
        head = FORMAT + self._current
        return head + nonce + self._ciphers[self._current].encrypt(nonce, plain, head + about)

    def open(self, sealed: bytes, about: bytes = b"") -> bytes:
        """Give the plain bytes back.

        Raises:
            SealError: the key is not among ours, `about` is another one, or a bit was changed.
        """
        head, rest = bytes(sealed[: 1 + ID_BYTES]), bytes(sealed[1 + ID_BYTES :])
        cipher = self._ciphers.get(head[1:])
        if head[:1] != FORMAT or cipher is None:
            raise SealError("sealed with a key that is not here")
        try:
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + about)
        except (InvalidTag, ValueError):
            raise SealError("this is not what was sealed here") from None


def new_key() -> bytes:
    """Make a random key."""
    return os.urandom(KEY_BYTES)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"banjian vault key id" + key).digest()[:ID_BYTES]


class PersonalVault:
    """What is known about people, each under a key of their own (DDL: `vault.sql`).

    Every method works on the caller's psycopg2 connection and inside its transaction, so personal
    data and the events that refer to it come or go together. Erasing destroys the person's key: the
    sealed rows, also those in every backup, are noise from then on, while log, proofs and figures,
    which hold only the `subject_id`, stay as they are. (A backup of the key table itself ages out
    by its own retention.)
    """

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def store(self, connection: Any, subject_id: str, fields: Mapping[str, str]) -> None:
        """Keep these fields of a person, replacing those of the same name.

        Raises:
            RuleError: the person was erased.
        """
        own = self._key(connection, subject_id, create=True)
        rows = [
            (subject_id, name, own.seal(text.encode(), _about(subject_id, name)))
            for name, text in sorted(fields.items())
        ]
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO vault_field (subject_id, name, sealed) VALUES (%s, %s, %s)"
                " ON CONFLICT (subject_id, name) DO UPDATE SET sealed = excluded.sealed",
                rows,
            )

    def introducing(self, subject_id: str, fields: Mapping[str, str]) -> Statement:
        """Give the change that takes in a person not known yet, for a unit of work to write.

        Under a fresh key, in one statement; a person who is known already stays as they are.
        """
        own = Seal(key := new_key())
        names = sorted(fields)
        sealed = [own.seal(fields[name].encode(), _about(subject_id, name)) for name in names]
        return Statement(
            "WITH person AS (INSERT INTO vault_subject (subject_id, wrapped) VALUES (%s, %s)"
            " ON CONFLICT (subject_id) DO NOTHING RETURNING subject_id)"
            " INSERT INTO vault_field (subject_id, name, sealed) SELECT subject_id, name, sealed"
            " FROM person, unnest(%s::text[], %s::bytea[]) AS field (name, sealed)",
            (subject_id, self._seal.seal(key, _about(subject_id, "")), names, sealed),
        )

    @staticmethod
    def holding(subject_id: str, reason: str) -> Statement:
        """Give the change that does what `hold` does, for a unit of work to write."""
        return Statement(
            "INSERT INTO vault_hold (subject_id, reason) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (subject_id, reason),
        )

    @staticmethod
    def releasing(subject_id: str, reason: str) -> Statement:
        """Give the change that does what `release` does, for a unit of work to write."""
        return Statement(
            "DELETE FROM vault_hold WHERE subject_id = %s AND reason = %s", (subject_id, reason)
        )

    def open(self, connection: Any, subject_id: str) -> dict[str, str]:
        """Give all fields of a person.

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
            name: own.open(bytes(sealed), _about(subject_id, name)).decode()
            for name, sealed in rows
        }

    def hold(self, connection: Any, subject_id: str, reason: str) -> None:
        """Forbid erasing while `reason` (a case number) lasts. Repeating it changes nothing."""
        with connection.cursor() as cursor:
            cursor.execute(*self.holding(subject_id, reason))

    def release(self, connection: Any, subject_id: str, reason: str) -> None:
        """End a hold. Repeating it changes nothing."""
        with connection.cursor() as cursor:
            cursor.execute(*self.releasing(subject_id, reason))

    def erase(self, connection: Any, subject_id: str) -> bool:
        """Destroy a person's key and fields; say whether there was anything to erase.

        Raises:
            RuleError: a retention hold stands; the error carries how many.
        """
        with connection.cursor() as cursor:
            # Whoever stores takes the same lock first, so no hold slips in between.
            cursor.execute(
                "SELECT 1 FROM vault_subject WHERE subject_id = %s FOR UPDATE", (subject_id,)
            )
            cursor.execute("SELECT count(*) FROM vault_hold WHERE subject_id = %s", (subject_id,))
            holds = cursor.fetchone()[0]
            if holds:
                raise RuleError("a case of this person is still open", holds=holds)
            cursor.execute(
                "UPDATE vault_subject SET wrapped = NULL, erased_at = clock_timestamp()"
                " WHERE subject_id = %s AND wrapped IS NOT NULL",
                (subject_id,),
            )
            erased: bool = cursor.rowcount > 0
            cursor.execute("DELETE FROM vault_field WHERE subject_id = %s", (subject_id,))
        return erased

    def _key(self, connection: Any, subject_id: str, *, create: bool) -> Seal:
        about = _about(subject_id, "")
        with connection.cursor() as cursor:
            if create:
                cursor.execute(
                    "INSERT INTO vault_subject (subject_id, wrapped) VALUES (%s, %s)"
                    " ON CONFLICT (subject_id) DO NOTHING",
                    (subject_id, self._seal.seal(new_key(), about)),
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
        return Seal(self._seal.open(bytes(row[0]), about))


def _about(subject_id: str, name: str) -> bytes:
    return f"{subject_id}\x00{name}".encode()
