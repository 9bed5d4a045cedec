"""Keeps documents under the hash of their bytes: the same file is one file, and never changes.

A file that no event names, because its commit failed, is harmless: nobody knows its hash.
"""

from __future__ import annotations

from hashlib import sha256

from services.chassis.errors import NotFoundError
from services.chassis.storage import Storage

PLACE_DIGITS = 32


class Archive:
    """Files in the house's storage, by their SHA-256 in hex."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def keep(self, file: bytes) -> str:
        """Store a file and give its hash; when this returns, it survives a crash."""
        digest = sha256(file).hexdigest()
        self._storage.put(digest[:PLACE_DIGITS], [file])
        return digest

    def get(self, digest: str) -> bytes:
        """Give a file.

        Raises:
            NotFoundError: there is none, or what stands there is not what was kept.
        """
        file = b"".join(self._storage.open(digest[:PLACE_DIGITS]))
        if sha256(file).hexdigest() != digest:
            raise NotFoundError("the file is not what was kept")
        return file
