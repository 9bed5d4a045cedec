"""A small log with a table of what fired, and processes that fire its deadlines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from services.chassis.deadlines import Due
from services.chassis.deadlines.firing import Clockwork
from services.chassis.eventlog.application import Application
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.migrate import ServiceAccess, migrate_database
from services.chassis.projection import Statement
from tests.integration.eventlog.conftest import as_role
from tests.support.databases import fresh_database
from tests.support.processes import Child

FIRES = """
import sys
from tests.chaos.deadline_ground import Ground, unguarded
if sys.argv[2:] == ["unguarded"]:
    unguarded()
Ground("", sys.argv[1]).clockwork(batch=20).run()
"""


@dataclass
class Ground:
    """One service's deadlines; `admin` may look at anything."""

    admin: str
    url: str

    def __post_init__(self) -> None:
        self.application = Application(Database(self.url))

    def clockwork(self, **options: Any) -> Clockwork:
        """Give a loop whose handler writes down each firing."""
        return Clockwork(self.application, lambda turn: turn.run(self.note), **options)

    def note(self, due: Due) -> None:
        """The effect: one row a firing, with nothing that would refuse a second one."""
        self.application.change(
            Statement(
                "INSERT INTO fired (kind, key, due_at, fired_at) VALUES (%s, %s, %s, %s)",
                (due.kind, due.key, due.due_at, due.fired_at),
            )
        )

    def set(self, keys: int, after: str) -> None:
        """Set so many deadlines at an interval after now, by the database's clock."""
        self.rows(
            "INSERT INTO trial.deadlines (kind, key, due_at, try_at) SELECT 'k', n::text,"
            " now() + %s::interval, now() + %s::interval FROM generate_series(1, %s) AS n",
            after,
            after,
            keys,
        )

    def rows(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        """Ask the database as its administrator."""
        connection = psycopg2.connect(self.admin)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, params or None)
            found = list(cursor.fetchall()) if cursor.description else []
        connection.close()
        return found

    def fired(self) -> list[str]:
        """Give the keys that fired, each as often as it did."""
        return [key for (key,) in self.rows("SELECT key FROM trial.fired ORDER BY key")]

    def start(self, folder: Path, name: str, *guards: str) -> Child:
        """Start a process that fires until it is killed."""
        command = [sys.executable, "-W", "ignore", "-c", FIRES, self.url, *guards]
        return Child(command, {"PATH": "", "PYTHONPATH": "."}, folder / f"{name}.log")


@contextmanager
def fresh_ground(url: str) -> Iterator[Ground]:
    """Give an empty one."""
    with fresh_database(url, "deadlines") as admin:
        service = as_role(admin, "banjian_trial")
        migrate_database(admin, {"trial": ServiceAccess(service)})
        ground = Ground(admin, service)
        ground.rows(
            "CREATE TABLE trial.fired (kind text, key text, due_at timestamptz,"
            " fired_at timestamptz); GRANT ALL ON trial.fired TO banjian_trial"
        )
        yield ground
        ground.application.database.close()


def without_claim() -> None:
    """Take away the claim: everybody gets what is due, and nobody looks at it in the commit."""
    from services.chassis.deadlines import firing, table

    table._CLAIM = """
        SELECT gen_random_uuid(), kind, key, due_at, attempts, now() FROM deadlines
        WHERE state = 'pending' AND try_at <= now() ORDER BY try_at LIMIT %(limit)s"""

    def fire(_: object, dues: Any) -> Statement:
        return Statement("DELETE FROM deadlines WHERE key = ANY(%s)", ([due.key for due in dues],))

    firing.fire = fire


def without_key() -> None:
    """Take away the idempotency key: every firing has another."""
    from services.chassis.deadlines.table import Due
    from services.chassis.eventlog.unit_of_work import new_key

    Due.id = property(lambda _: new_key())  # type: ignore[assignment,method-assign]


def unguarded() -> None:
    """Take away both guards."""
    without_claim()
    without_key()
