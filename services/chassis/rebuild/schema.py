"""Schemas of a read model: a fresh one beside the live one, with the same owner and rights."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from psycopg2 import sql

from services.chassis.errors import NotFoundError
from services.chassis.projection import ReadModel


def drop(cursor: Any, *schemas: str) -> None:
    """Drop these schemas if they are there, once nobody reads them any more."""
    for schema in schemas:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def create(cursor: Any, model: ReadModel) -> None:
    """Make an empty `<service>_model_next` from the model's DDL, owned as the live one is.

    Raises:
        NotFoundError: there is no live model to take its rights from.
    """
    live = f"{model.service}_model"
    cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", (live,))
    if not cursor.fetchone()[0]:
        raise NotFoundError(f"There is no schema {live}; run `banjian migrate` first.")
    cursor.execute("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = %s", (live,))
    owner, schema = sql.SQL(cursor.fetchone()[0]), sql.Identifier(f"{live}_next")
    cursor.execute(sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(schema, owner))
    cursor.execute(sql.SQL("SET ROLE {}; SET search_path = {}").format(owner, schema))
    for file in model.files:
        cursor.execute(file.read_text("utf-8"))
    cursor.execute("RESET ROLE; RESET search_path")


class Resting(NamedTuple):
    """What rests while a copy is filled, as the statements that end it."""

    indexes: list[str]
    ends: list[str]
    """To be run last."""

    def indexes_of(self, statements: Sequence[str]) -> list[str]:
        """Give the indexes of tables that one of these statements names."""
        said = " ".join(statements)
        return [index for index in self.indexes if _table_of(index) in re.findall(r"\w+", said)]


def _table_of(index: str) -> str:
    """Say what an index is on, by its definition as PostgreSQL writes it."""
    found = re.search(r" ON (?:ONLY )?\S+?\.(\w+) USING ", index)
    return found[1] if found else ""


def put_off(cursor: Any, model: ReadModel) -> Resting:
    """Let rest what costs less once the rows are there.

    That is autovacuum, the indexes that may come late, and what the model prepares itself.
    """
    cursor.execute(
        "SELECT format('ALTER TABLE %I.%I ', relnamespace::regnamespace, relname) FROM pg_class"
        " WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
    )
    resting = [name for (name,) in cursor.fetchall()]
    for name in resting:
        cursor.execute(f"{name} SET (autovacuum_enabled = off)")
    indexes = []
    for name in model.late:
        cursor.execute("SELECT pg_get_indexdef(%s::regclass)", (name,))
        indexes.append(str(cursor.fetchone()[0]))
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    for statement in model.prepare:
        cursor.execute(*statement)
    return Resting(indexes, [f"{name} RESET (autovacuum_enabled)" for name in resting])


def remember_shape(cursor: Any, model: ReadModel) -> None:
    """Tell `banjian migrate` that the live read model is now of the DDL's present shape."""
    for file in model.files:
        cursor.execute(
            sql.SQL(
                "INSERT INTO {} (name, digest) VALUES (%s, %s)"
                " ON CONFLICT (name) DO UPDATE SET digest = excluded.digest"
            ).format(sql.Identifier(model.service, "migrations")),
            (f"model/{file.name}", sha256(file.read_bytes()).digest()),
        )


def tables(cursor: Any, schema: str) -> list[str]:
    """List the tables of a schema, partitions left out (their parent stands for them)."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname",
        (schema,),
    )
    return [name for (name,) in cursor.fetchall()]


def copy_rights(cursor: Any, live: str, copy: str) -> None:
    """Grant on `copy` and all in it what was granted on `live`.

    A table that is new in `copy` gets the rights of any live table: all tables of a read model
    serve the same roles.
    """
    cursor.execute(_RIGHTS, {"live": live, "copy": copy})
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)


_RIGHTS = """
WITH live AS (SELECT oid, nspacl FROM pg_namespace WHERE nspname = %(live)s),
copied AS (
    SELECT c.relname, c.relkind,
           CASE WHEN same.oid IS NULL THEN other.relacl ELSE same.relacl END AS acl
    FROM pg_class AS c
    LEFT JOIN pg_class AS same ON same.relname = c.relname AND same.relkind = c.relkind
         AND same.relnamespace = (SELECT oid FROM live)
    LEFT JOIN LATERAL (
        SELECT any_one.relacl FROM pg_class AS any_one
        WHERE any_one.relnamespace = (SELECT oid FROM live)
          AND any_one.relkind IN (c.relkind, CASE c.relkind WHEN 'p' THEN 'r' END)
        ORDER BY any_one.relname LIMIT 1) AS other ON true
    WHERE c.relnamespace = %(copy)s::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
)
SELECT format('GRANT %%s ON SCHEMA %%I TO %%s', a.privilege_type, %(copy)s::text,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
FROM live, aclexplode(nspacl) AS a
UNION ALL
SELECT format('GRANT %%s ON %%s %%I.%%I TO %%s', a.privilege_type,
              CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, %(copy)s::text, relname,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
FROM copied, aclexplode(acl) AS a
"""
