"""Personal data, sealed: keys that can be destroyed one person at a time.

`Seal` holds the master keys. `PersonalVault` keeps what is known about people, each under a data
key of their own, and finds them by the keyed hash of their identity number. `BodyVault` keeps the
bodies of messages that could not take effect. `Openings` shows people to people: by role, for a
purpose, and written down. `Rotation` changes the master key. An application is one of `persons`,
a service has the routes of `routes`: looking, exporting, erasing for good. (docs/privacy.md)
"""

from services.chassis.vault.accesses import (
    Access,
    Action,
    Opening,
    Purpose,
    list_accesses,
    record,
    recording,
)
from services.chassis.vault.bodies import (
    HELD,
    BodyTable,
    BodyVault,
    FoundBodies,
    find_bodies,
    keeping,
    refuse_under_way,
)
from services.chassis.vault.ciphers import new_key
from services.chassis.vault.openings import (
    DATA_OFFICER,
    Dossier,
    Openings,
    Person,
    exported_since_stored,
)
from services.chassis.vault.rotation import Count, Progress, Rotation, counts, removable
from services.chassis.vault.seals import Head, Seal, SealError, head_of
from services.chassis.vault.subjects import Hold, PersonalVault

__all__ = [
    "DATA_OFFICER",
    "HELD",
    "Access",
    "Action",
    "BodyTable",
    "BodyVault",
    "Count",
    "Dossier",
    "FoundBodies",
    "Head",
    "Hold",
    "Opening",
    "Openings",
    "Person",
    "PersonalVault",
    "Progress",
    "Purpose",
    "Rotation",
    "Seal",
    "SealError",
    "counts",
    "exported_since_stored",
    "find_bodies",
    "head_of",
    "keeping",
    "list_accesses",
    "new_key",
    "record",
    "recording",
    "refuse_under_way",
    "removable",
]
