"""What `banjian migrate` would apply, found without changing anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import psycopg2
from psycopg2 import sql

from deploy.console.settings import variable
from services.chassis.errors import UnavailableError
from services.chassis.eventlog.migrate import LOG_FILES, SERVICES


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
    return [
        name
        for name, path in _files(service)
        if applied.get(name) != sha256(path.read_bytes()).digest()
    ]


def _files(service: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(LOG_FILES.glob("[0-9]*.sql")):
        yield f"log/{path.name}", path
    for path in sorted((SERVICES / service / "migrations").glob("[0-9]*.sql")):
        yield f"own/{path.name}", path
    model = SERVICES / service / "read_model.sql"
    if model.exists():
        yield f"model/{model.name}", model
