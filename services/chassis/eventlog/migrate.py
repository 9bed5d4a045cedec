"""Bring the databases to the released shape: roles, schemas, tables, grants (`banjian migrate`).

Order for a service: the log's files (services/chassis/eventlog/migrations), the service's own
(services/<s>/migrations), its read model (services/<s>/read_model.sql into schema <s>_model, with
the parts of the chassis that a line `-- with: <part>` of it names). In a migration a line
`-- include: <part>/<file>.sql` stands for that file of the chassis, which is released with it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import errors as pg
from psycopg2 import extensions, sql

OWNER = "banjian_owner"
AUDITOR = "banjian_auditor"
SERVICES = Path(__file__).resolve().parents[2]
LOG_FILES = Path(__file__).resolve().parent / "migrations"
CHASSIS = LOG_FILES.parents[1]
_INCLUDE = re.compile(r"^-- include: ([a-z_]+/[a-z_]+\.sql)\n", re.MULTILINE)
_WITH = re.compile(r"^-- with: ([a-z_]+)$", re.MULTILINE)
RACES = (
    pg.DuplicateObject,
    pg.UniqueViolation,
    pg.SerializationFailure,
    pg.DeadlockDetected,
    psycopg2.InternalError,  # "tuple concurrently updated": roles belong to the whole cluster
)


@dataclass(frozen=True)
class ServiceAccess:
    """How one service reaches its database; the role and its password are those of the URL."""

    url: str


@dataclass
class Migrated:
    """What a run did: files applied as `<service>:<file>`, and read models to be rebuilt."""

    applied: list[str] = field(default_factory=list)
    stale_models: list[str] = field(default_factory=list)


class MigrationError(Exception):
    """A released migration was changed, or the admin may not do what is needed."""


def migrate_database(
    admin_url: str, services: Mapping[str, ServiceAccess], auditor_url: str | None = None
) -> Migrated:
    """Bring every service's schema up to date; idempotent and safe to run twice at once.

    A service whose URL names another database of the same server is migrated there. Roles
    banjian_owner (no login), one per service and banjian_auditor are made when missing; passwords
    are set from the URLs when these have one. The admin is a superuser, or has CREATEROLE and owns
    the databases.

    Raises:
        MigrationError: an applied file has changed since, or rights are missing.
    """
    done = Migrated()
    auditor = extensions.parse_dsn(auditor_url) if auditor_url else {}
    for service, access in services.items():
        target = extensions.parse_dsn(access.url)
        where = {"dbname": target["dbname"]} if "dbname" in target else {}
        with _admin(admin_url, where) as connection:
            role = target.get("user", f"banjian_{service}")
            watcher = auditor.get("user", AUDITOR)
            try:
                _ensure_role(connection, OWNER, login=False)
                _ensure_role(connection, role, login=True, password=target.get("password"))
                _ensure_role(connection, watcher, login=True, password=auditor.get("password"))
                _migrate_service(connection, service, role, watcher, done)
            except pg.InsufficientPrivilege as error:
                raise MigrationError(
                    f"the admin role may not migrate {service}: {str(error).splitlines()[0]}"
                    " (it needs CREATEROLE and must own the database)"
                ) from error
    return done


def _migrate_service(
    connection: extensions.connection, service: str, role: str, watcher: str, done: Migrated
) -> None:
    model = f"{service}_model"
    names = {
        "service": sql.Identifier(service),
        "model": sql.Identifier(model),
        "owner": sql.Identifier(OWNER),
        "role": sql.Identifier(role),
        "watcher": sql.Identifier(watcher),
        "database": sql.Identifier(connection.info.dbname),
    }

    def run(text: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(text).format(**names))

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (f"migrate.{service}",))
    run("CREATE SCHEMA IF NOT EXISTS {service} AUTHORIZATION {owner}")
    run("CREATE SCHEMA IF NOT EXISTS {model} AUTHORIZATION {role}")
    run(
        "SET ROLE {owner};"
        "GRANT USAGE ON SCHEMA {service} TO {role}, {watcher};"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {service}"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {service} GRANT USAGE ON SEQUENCES TO {role};"
        "CREATE TABLE IF NOT EXISTS {service}.migrations (name text PRIMARY KEY,"
        " digest bytea NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp());"
        "REVOKE ALL ON {service}.migrations FROM {role};"
        "GRANT SELECT ON {service}.migrations TO {role}, {watcher};"
        "RESET ROLE"
    )
    _insist(
        lambda: run("ALTER ROLE {role} IN DATABASE {database} SET search_path = {service}, {model}")
    )
    applied = _applied(connection, service)
    live = any(name.startswith("model/") for name in applied)
    for name, path in _files(service):
        text = text_of(path)
        digest = sha256(text.encode()).digest()
        is_model = name.startswith("model/")
        if is_model and live and applied.get(name) != digest:
            if service not in done.stale_models:  # a new part has events to catch up with, too
                done.stale_models.append(service)
            continue
        if name in applied:
            if applied[name] == digest:
                continue
            raise MigrationError(
                f"{path} was changed after it was applied to {service};"
                " undo the change and add a new file"
            )
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                sql.SQL(
                    "SET LOCAL ROLE {}; SET LOCAL search_path = {};"
                    "SELECT set_config('banjian.service_role', {}, true)"
                ).format(
                    names["role"] if is_model else names["owner"],
                    sql.SQL(", ").join(
                        [names["model"]] if is_model else [names["service"], names["model"]]
                    ),
                    sql.Literal(role),
                )
            )
            try:
                cursor.execute(text)
            except psycopg2.Error as error:
                cursor.execute("ROLLBACK")
                if isinstance(error, pg.InsufficientPrivilege):
                    raise
                raise MigrationError(f"{path} failed on {service}: {error}") from error
            cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(names["owner"]))
            cursor.execute(
                sql.SQL("INSERT INTO {}.migrations (name, digest) VALUES (%s, %s)").format(
                    names["service"]
                ),
                (name, digest),
            )
            cursor.execute("COMMIT")
        done.applied.append(f"{service}:{name}")
    run(
        "SET ROLE {owner};"
        "GRANT SELECT ON {service}.events, {service}.ledger, {service}.log,"
        " {service}.trees, {service}.tiles, {service}.checkpoints, {service}.audit_keys,"
        " {service}.cosignatures, {service}.timestamps TO {watcher};"
        "RESET ROLE"
    )


def pending(service: str, applied: Mapping[str, bytes]) -> list[str]:
    """Name the files of a service that are not applied, or not in their present form.

    `applied` is the service's table `migrations`: name and SHA-256 digest.
    """
    return [
        name
        for name, path in _files(service)
        if applied.get(name) != sha256(text_of(path).encode()).digest()
    ]


def text_of(path: Path) -> str:
    """Give the SQL of a file, with what it includes; its digest is that of the whole."""
    text = path.read_text(encoding="utf-8")
    return _INCLUDE.sub(lambda found: (CHASSIS / found[1]).read_text(encoding="utf-8"), text)


def _files(service: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(LOG_FILES.glob("[0-9]*.sql")):
        yield f"log/{path.name}", path
    for path in sorted((SERVICES / service / "migrations").glob("[0-9]*.sql")):
        yield f"own/{path.name}", path
    model = SERVICES / service / "read_model.sql"
    if model.exists():
        yield f"model/{model.name}", model
        for part in _WITH.findall(model.read_text(encoding="utf-8")):
            yield f"model/{part}.sql", SERVICES / "chassis" / part / f"{part}.sql"


def _applied(connection: extensions.connection, service: str) -> dict[str, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT name, digest FROM {}.migrations").format(sql.Identifier(service))
        )
        return {name: bytes(digest) for name, digest in cursor.fetchall()}


@contextmanager
def _admin(url: str, where: Mapping[str, Any]) -> Iterator[extensions.connection]:
    try:
        connection = psycopg2.connect(url, connect_timeout=10, **where)
    except psycopg2.OperationalError as error:
        raise MigrationError(f"cannot connect as admin: {str(error).strip()}") from error
    try:
        connection.autocommit = True
        yield connection
    finally:
        connection.close()


def _ensure_role(
    connection: extensions.connection, name: str, *, login: bool, password: str | None = None
) -> None:
    """Make the role if it is missing, let the admin act as it, set its password if one is given."""

    def attempt() -> None:
        role = sql.Identifier(name)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s),"
                " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)",
                (name,),
            )
            there, superuser = cursor.fetchone() or (False, False)
            if not there:
                kind = sql.SQL("LOGIN" if login else "NOLOGIN")
                cursor.execute(sql.SQL("CREATE ROLE {} {}").format(role, kind))
            if not superuser:
                cursor.execute("SELECT pg_has_role(current_user, %s, 'SET')", (name,))
                if not (cursor.fetchone() or (False,))[0]:
                    cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
            if password:
                verifier = extensions.encrypt_password(password, name, connection, "scram-sha-256")
                cursor.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(verifier))
                )

    _insist(attempt)


def _insist(attempt: Callable[[], None], times: int = 20) -> None:
    """Run it again while another migration of the same cluster is changing the same roles."""
    for left in range(times, 0, -1):
        try:
            return attempt()
        except RACES:
            if left == 1:
                raise
            time.sleep(0.05)
