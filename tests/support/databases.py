"""A fresh database for a test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql


def in_database(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def fresh_database(admin_url: str, prefix: str = "test", template: str = "") -> Iterator[str]:
    """Give the administrator's URL of a database, empty or like `template`; drop it afterwards."""
    name = f"{prefix}_{uuid.uuid4().hex[:12]}"
    like = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
    _run(admin_url, sql.SQL("CREATE DATABASE {}{}").format(sql.Identifier(name), like))
    try:
        yield in_database(admin_url, name)
    finally:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        _run(admin_url, drop)


def _run(url: str, statement: sql.Composed) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
