"""Takes away files nobody can open any more: of uploads that broke off, and of erased persons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from services.chassis.eventlog.database import Database
from services.chassis.storage.port import Storage

PATIENCE_S: Final = 3600.0
"""An upload that has not ended after an hour never will: bodies and commits have limits of their
own, minutes long."""
_BATCH: Final = 100
# The rows stay locked until the files are gone: what is swept cannot be kept at the same time.
_CHOOSE: Final = """
SELECT f.place, f.kept_at IS NULL FROM stored_file f
LEFT JOIN vault_subject s USING (subject_id)
WHERE (f.kept_at IS NULL AND f.arrived_at < clock_timestamp() - %(patience)s * interval '1 second')
   OR s.erased_at IS NOT NULL
ORDER BY f.place LIMIT %(batch)s FOR UPDATE OF f SKIP LOCKED
"""


@dataclass(frozen=True)
class Swept:
    """What a sweep took away."""

    broken_off: int
    """Files of uploads no event tells of."""
    erased: int
    """Files of persons who were erased; they were unreadable already."""
    unfinished: int
    """Pieces of writes that broke off."""


def sweep(
    database: Database,
    storage: Storage,
    patience_s: float = PATIENCE_S,
    report: Callable[[int], None] = lambda _: None,
) -> Swept:
    """Sweep the storage of one service while it works; may be broken off and started again."""
    broken_off = erased = 0
    while True:
        with database.transaction() as cursor:
            cursor.execute(_CHOOSE, {"patience": patience_s, "batch": _BATCH})
            rows = cursor.fetchall()
            for place, orphan in rows:
                storage.delete(place)
                broken_off, erased = broken_off + orphan, erased + (not orphan)
            cursor.execute(
                "DELETE FROM stored_file WHERE place = ANY(%s)", ([place for place, _ in rows],)
            )
        report(broken_off + erased)
        if len(rows) < _BATCH:
            break
    return Swept(broken_off, erased, storage.tidy(patience_s))
