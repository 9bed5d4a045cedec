"""One connection to PostgreSQL, with what it has prepared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import psycopg2.extensions

Params = Sequence[object] | Mapping[str, object] | None


class Connection(psycopg2.extensions.connection):
    """A connection that knows which statements it has prepared."""

    prepared: set[str]

    def prepare(self, *statements: tuple[str, str]) -> None:
        """Prepare each `(name, "PREPARE name ...")` once; a round trip at the first use only."""
        for name, sql in statements:
            if name not in self.prepared:
                with self.cursor() as cursor:
                    cursor.execute(sql)
                self.prepared.add(name)
