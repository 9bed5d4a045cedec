"""Statements that come again and again are prepared once a connection, found by their text.

A command sends half a dozen statements of a line or two; parsing and planning them anew costs the
server more than running them.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import count

import psycopg2
import psycopg2.extensions

from services.chassis.eventlog.connection import Connection, Params

AFTER = 3
"""A text is prepared when it comes for the time after this."""
MOST = 200
"""Texts prepared at most: each costs memory in every session of the server."""
_PLACE = re.compile(r"%(.)")


class Plans:
    """The texts of one pool's statements, and those of them that have a name."""

    def __init__(self) -> None:
        self._uses: Counter[str] = Counter()
        self._named: dict[str, tuple[str, str] | None] = {}
        self._numbers = count()

    def call(self, cursor: psycopg2.extensions.cursor, sql: str, params: Params) -> bytes:
        """Write the statement with its parameters; EXECUTE once it is worth it.

        Must run before the transaction it goes into begins: preparing is a round trip of its own.
        """
        connection = cursor.connection
        if isinstance(params, (tuple, list)) and isinstance(connection, Connection):
            plan = self._plan(sql)
            if plan is not None and self._prepared(connection, sql, plan):
                places = ", ".join(["%s"] * len(params))
                given = f" ({places})" if params else ""
                return cursor.mogrify(f"EXECUTE {plan[0]}{given}", params or None)
        return cursor.mogrify(sql, params)

    def _plan(self, sql: str) -> tuple[str, str] | None:
        """Give the name and the PREPARE of a text that has earned them."""
        if sql in self._named:
            return self._named[sql]
        if len(self._named) >= MOST or ";" in sql:  # several statements would run while preparing
            return None
        self._uses[sql] += 1
        if self._uses[sql] <= AFTER:
            return None
        self._uses.pop(sql, None)
        name = f"plan_{next(self._numbers)}"  # threads may be here at once: no name twice
        plan = self._named[sql] = (name, f"PREPARE {name} AS {numbered(sql)}")
        return plan

    def _prepared(self, connection: Connection, sql: str, plan: tuple[str, str]) -> bool:
        try:
            connection.prepare(plan)
        except (psycopg2.ProgrammingError, psycopg2.NotSupportedError):
            # For example: the type of a parameter is known from its value only.
            self._named[sql] = None
            return False
        return True


def numbered(sql: str) -> str:
    """Turn each %s into $1, $2, ... and %% into %."""
    number = 0

    def place(found: re.Match[str]) -> str:
        nonlocal number
        if found[1] == "%":
            return "%"
        number += 1
        return f"${number}"

    return _PLACE.sub(place, sql)
