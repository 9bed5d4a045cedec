"""Schemas of a read model: a fresh one beside the live one, with the same owner and rights."""

from __future__ import annotations

from typing import Any

from psycopg2 import sql

from services.chassis.errors import NotFoundError
from services.chassis.projection import ReadModel


def drop(cursor: Any, *schemas: str) -> None:
    """Drop these schemas if they are there, once nobody reads them any more."""
    for schema in schemas:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def create(cursor: Any, model: ReadModel) -> None:
    """Make an empty `<service>_model_next` from the model's DDL.

    Raises:
        NotFoundError: there is no live model to take its rights from.
    """
    live = f"{model.service}_model"
    cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", (live,))
    if not cursor.fetchone()[0]:
        raise NotFoundError(f"There is no schema {live}; run `banjian migrate` first.")
    schema = sql.Identifier(f"{live}_next")
    cursor.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
    cursor.execute(sql.SQL("SET search_path = {}").format(schema))
    cursor.execute(model.ddl.read_text())


def tables(cursor: Any, schema: str) -> list[str]:
    """List the tables of a schema, partitions left out (their parent stands for them)."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname",
        (schema,),
    )
    return [name for (name,) in cursor.fetchall()]


def copy_rights(cursor: Any, live: str, copy: str) -> None:
    """Give `copy` and all in it the owner and the grants that `live` has.

    A table that is new in `copy` gets the rights of any live table: the tables of a read model
    serve one role.
    """
    for statement in _rights(cursor, live, copy):
        cursor.execute(statement)


_RIGHTS = """
WITH live AS (SELECT oid, nspowner, nspacl FROM pg_namespace WHERE nspname = %(live)s),
copied AS (
    SELECT c.oid, c.relname, c.relkind,
           coalesce(same.relowner, first.relowner) AS owner,
           CASE WHEN same.oid IS NULL THEN first.relacl ELSE same.relacl END AS acl
    FROM pg_class AS c
    LEFT JOIN pg_class AS same ON same.relname = c.relname
         AND same.relnamespace = (SELECT oid FROM live) AND same.relkind = c.relkind
    LEFT JOIN LATERAL (
        SELECT f.relowner, f.relacl FROM pg_class AS f
        WHERE f.relnamespace = (SELECT oid FROM live) AND f.relkind = c.relkind
        ORDER BY f.relname LIMIT 1) AS first ON true
    WHERE c.relnamespace = %(copy)s::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
)
SELECT format('ALTER SCHEMA %%I OWNER TO %%I', %(copy)s::text, nspowner::regrole) FROM live
UNION ALL
SELECT format('GRANT %%s ON SCHEMA %%I TO %%s', a.privilege_type, %(copy)s::text,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
FROM live, aclexplode(nspacl) AS a
UNION ALL
SELECT format('ALTER %%s %%I.%%I OWNER TO %%I',
              CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                           ELSE 'TABLE' END, %(copy)s::text, relname, owner::regrole)
FROM copied WHERE relkind <> 'S' AND owner IS NOT NULL
UNION ALL
SELECT format('GRANT %%s ON %%s %%I.%%I TO %%s', a.privilege_type,
              CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, %(copy)s::text, relname,
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
FROM copied, aclexplode(acl) AS a
UNION ALL
SELECT format('ALTER ROUTINE %%s OWNER TO %%I', p.oid::regprocedure, l.proowner::regrole)
FROM pg_proc AS p JOIN pg_proc AS l
     ON l.proname = p.proname AND l.pronamespace = (SELECT oid FROM live)
WHERE p.pronamespace = %(copy)s::regnamespace
"""


def _rights(cursor: Any, live: str, copy: str) -> list[str]:
    # regprocedure leaves a schema on the search path unnamed, so nothing may be on it.
    cursor.execute("SET search_path = pg_catalog")
    cursor.execute(_RIGHTS, {"live": live, "copy": copy})
    return [statement for (statement,) in cursor.fetchall()]
