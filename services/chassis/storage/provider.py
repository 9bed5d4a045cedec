"""nameko dependency: the storage of uploaded files, as the settings choose it."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from services.chassis.errors import UnavailableError
from services.chassis.eventlog.database import Database
from services.chassis.frame import frame_of
from services.chassis.storage.choice import storage_of
from services.chassis.storage.port import Storage
from services.chassis.storage.vaulted import FileVault
from services.chassis.vault import PersonalVault, Seal


class Files:
    """Gives the file vault over an application's own database."""

    def __init__(self, storage: Storage | None, seal: Seal) -> None:
        self._storage = storage
        self._seal = seal

    def over(self, database: Database) -> FileVault:
        """Raises:
        UnavailableError: no storage is set.
        """
        if self._storage is None:
            raise UnavailableError("no storage of files is set here (BANJIAN_STORAGE)")
        vault = PersonalVault(self._seal)
        return FileVault(self._storage, vault, database, self._seal.cipher)


class FilesProvider(DependencyProvider):  # type: ignore[misc]  # nameko is untyped
    """Gives the service its `Files`; readiness does not ask the storage: all else works without."""

    def setup(self) -> None:
        settings = frame_of(self.container).settings
        seal = Seal.from_file(settings.vault_key_file, settings.vault_cipher)
        storage = (
            storage_of(settings.storage, settings.storage_key_file) if settings.storage else None
        )
        self._files = Files(storage, seal)

    def get_dependency(self, worker_ctx: Any) -> Files:
        return self._files
