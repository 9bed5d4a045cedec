"""The sealer: gives committed events their position and Merkle leaf, in commit order, gap-free."""

from __future__ import annotations

from psycopg2 import sql

from services.chassis.eventlog.database import Database


def table(service: str, name: str) -> sql.Composable:
    """Name a thing of a service's schema; of the connection's own when `service` is empty."""
    return sql.Identifier(service, name) if service else sql.Identifier(name)


SOON = "set_config('synchronous_commit', 'off', true)"
"""In the FROM of a statement: its transaction does not wait for the disk."""


AT_ONCE = 5_000
"""Most events sealed in one round trip."""


class Sealer:
    """Calls `seal` (migrations/0001_log.sql), the only reader of the `(xid, id)` cursor.

    Any number may run: they take turns by an advisory lock inside the statement. The disk is not
    waited for: what is sealed is on it already, and a ledger that lost its end in a crash gets the
    same end again, position by position (DECISIONS 46).
    """

    def __init__(self, database: Database, service: str = "") -> None:
        """`service` names the schema whose log is sealed; empty: the connection's own."""
        self._database = database
        self._function = table(service, "seal")

    def seal(self, limit: int = AT_ONCE) -> int:
        """Seal up to `limit` events in one round trip; give how many (fewer: the tail is reached).

        Raises:
            UnavailableError: no database; nothing was sealed, or all of it was: just call again.
        """
        with self._database.connection() as connection, connection.cursor() as cursor:
            seal = sql.SQL("SELECT {}(%s) FROM {}").format(self._function, sql.SQL(SOON))
            cursor.execute(seal, (limit,))
            row = cursor.fetchone()
        return int(row[0]) if row else 0
