"""The log's own statements. Prepared ones are prepared once a connection and called by EXECUTE."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg2.extensions
from eventsourcing.persistence import StoredEvent

APPEND = (
    "append",
    "PREPARE append (uuid, int, text, bytea) AS"
    " INSERT INTO events (stream, version, topic, state) VALUES ($1, $2, $3, $4)",
)
LOAD = (
    "load",
    "PREPARE load (uuid) AS"
    " SELECT version, topic, state FROM events WHERE stream = $1 ORDER BY version",
)
REMEMBER = (
    "remember",
    "PREPARE remember (text, bytea, bytea) AS"
    " INSERT INTO commands (key, request, result) VALUES ($1, $2, $3)",
)

FEW = 4
"""Up to so many events the prepared statement, once for each, costs less than one that is not."""


def append_script(cursor: psycopg2.extensions.cursor, events: Sequence[StoredEvent]) -> bytes:
    """Give the SQL that appends these events, in this order: EXECUTE for a few, else one INSERT.

    `APPEND` must be prepared on the cursor's connection.
    """
    rows = [(e.originator_id, e.originator_version, e.topic, e.state) for e in events]
    if len(rows) <= FEW:
        return b";".join(cursor.mogrify("EXECUTE append (%s, %s, %s, %s)", row) for row in rows)
    values = b",".join(cursor.mogrify("(%s,%s,%s,%s)", row) for row in rows)
    return b"INSERT INTO events (stream, version, topic, state) VALUES " + values
