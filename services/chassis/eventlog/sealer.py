"""The sealer: gives committed events their gap-free position and their Merkle leaf, in commit order."""

from __future__ import annotations

from psycopg2 import sql

from services.chassis.eventlog.database import Database

# Two statements, one round trip, one transaction: the second one's snapshot is taken after the lock, so
# it sees every position the one before it gave. A leaf is sha256(0x00 || merkle.canonical(...)).
SEAL = """
SELECT pg_advisory_xact_lock({lock});
WITH tip AS (
    SELECT position, xid, id FROM {ledger} ORDER BY position DESC LIMIT 1
), tail AS MATERIALIZED (
    SELECT e.xid, e.id, e.stream, e.version,
           coalesce((SELECT position FROM tip), 0)
               + row_number() OVER (ORDER BY e.xid, e.id) AS position,
           sha256('\\x00'::bytea || uuid_send(e.stream) || int8send(e.version)
               || timestamptz_send(e.recorded_at) || int4send(octet_length(n.topic))
               || n.topic || e.state) AS leaf
    FROM {events} e, LATERAL (SELECT convert_to(e.topic, 'UTF8') AS topic) n
    WHERE (e.xid, e.id) > (coalesce((SELECT xid FROM tip), '0'), coalesce((SELECT id FROM tip), 0))
      AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY e.xid, e.id LIMIT {limit}
), placed AS (
    SELECT t.*, lag(t.position) OVER (PARTITION BY t.stream ORDER BY t.position) AS before FROM tail t
), sealed AS (
    INSERT INTO {ledger} (position, xid, id, previous, leaf)
    SELECT p.position, p.xid, p.id,
           coalesce(p.before, (
               SELECT l.position FROM {events} b JOIN {ledger} l ON l.xid = b.xid AND l.id = b.id
               WHERE b.stream = p.stream AND b.version < p.version
               ORDER BY b.version DESC LIMIT 1), 0),
           p.leaf
    FROM placed p ORDER BY p.position
    RETURNING 1
) SELECT count(*) FROM sealed
"""


def table(service: str, name: str) -> sql.Composable:
    """Name a table of a service's schema; of the connection's own schema when `service` is empty."""
    return sql.Identifier(service, name) if service else sql.Identifier(name)


class Sealer:
    """The only reader of the `(xid, id)` cursor. Any number may run; they take turns by an advisory lock."""

    def __init__(self, database: Database, service: str = "") -> None:
        """`service` names the schema whose log is sealed; empty: the connection's own."""
        self._database = database
        self._lock = sql.SQL("hashtextextended('banjian.sealer.' || {}, 0)").format(
            sql.Literal(service) if service else sql.SQL("current_schema()")
        )
        self._events = table(service, "events")
        self._ledger = table(service, "ledger")

    def seal(self, limit: int = 5_000) -> int:
        """Seal up to `limit` events in one round trip; give how many (less than `limit`: the tail is reached).

        Raises:
            UnavailableError: no database; nothing was sealed, or all of it was: just call again.
        """
        with self._database.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(SEAL).format(
                    lock=self._lock,
                    events=self._events,
                    ledger=self._ledger,
                    limit=sql.Literal(limit),
                )
            )
            row = cursor.fetchone()
        return int(row[0]) if row else 0
