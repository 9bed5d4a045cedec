"""What `banjian migrate` would apply, found without changing anything."""

from __future__ import annotations

import os

import psycopg2
from psycopg2 import sql

from deploy.console.settings import variable
from services.chassis.errors import UnavailableError
from services.chassis.eventlog.migrate import pending


def pending_files(admin_url: str, service: str) -> list[str]:
    """List the files of a service that are not applied, or not in their present form.

    Raises:
        UnavailableError: the database does not answer.
    """
    url = os.environ.get(variable(service, "DATABASE_URL"), admin_url)
    where = psycopg2.extensions.parse_dsn(url).get("dbname")
    try:
        connection = psycopg2.connect(admin_url, connect_timeout=5, dbname=where)
    except psycopg2.OperationalError as problem:
        reason = str(problem).strip().splitlines()[0]
        raise UnavailableError(f"The database does not answer: {reason}") from problem
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{service}.migrations",))
            applied: dict[str, bytes] = {}
            if cursor.fetchone() == (True,):
                table = sql.Identifier(service, "migrations")
                cursor.execute(sql.SQL("SELECT name, digest FROM {}").format(table))
                applied = {name: bytes(digest) for name, digest in cursor.fetchall()}
    finally:
        connection.close()
    return pending(service, applied)
