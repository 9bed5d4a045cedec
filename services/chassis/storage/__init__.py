"""Files that are too large for the log: uploads of applicants, sealed, outside the database.

`Storage` is the port: bytes under a place. `FileStorage` keeps them in a folder, `S3Storage` in a
bucket; `storage_of(settings)` chooses. What is kept is sealed in pieces (`sealed`) under a key of
its own, and that key stands among the person's fields in the vault: to erase the person is to make
their files noise, also in every backup. `FileVault` does both, `sweep` takes away what was left.

Order of an upload: the place is written down, the file is stored, and only then the event commits,
with the file's key. A crash in between leaves bytes nobody can read, and a place to sweep.
"""

from services.chassis.storage.choice import storage_of
from services.chassis.storage.port import PLACE, Storage, new_place
from services.chassis.storage.sweeping import Swept, sweep
from services.chassis.storage.vaulted import FileVault, Kept, file_field

__all__ = [
    "PLACE",
    "FileVault",
    "Kept",
    "Storage",
    "Swept",
    "file_field",
    "new_place",
    "storage_of",
    "sweep",
]
