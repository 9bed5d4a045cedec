"""The bare references in PostgreSQL: the same columns and keys, by psycopg2 or pgbench."""

from __future__ import annotations

import io
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import extensions

from deploy.local.ground import installed_binaries
from tests.bench.cases import StepTaken, step, stored

# As the first log migration makes it, without its triggers, grants and ledger.
TABLE = """
DROP TABLE IF EXISTS bare_events;
CREATE TABLE bare_events (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id bigint GENERATED ALWAYS AS IDENTITY,
    stream uuid NOT NULL,
    version int NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (xid, id),
    UNIQUE (stream, version)
)
"""
INSERT = "INSERT INTO {table} (stream, version, topic, state) VALUES (%s, %s, %s, %s)"


@contextmanager
def connected(url: str) -> Iterator[extensions.connection]:
    """Lend an autocommit connection: an INSERT and its commit are one round trip."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def make_table(url: str) -> None:
    """Make the bare table anew, empty."""
    with connected(url) as connection, connection.cursor() as cursor:
        cursor.execute(TABLE)


def fill(url: str, table: str, first: int, cases: int, history: int) -> None:
    """Copy `history` events of each of `cases` cases into a table, with the right streams."""
    rows = io.StringIO()
    for number in range(first, first + cases):
        for version in range(1, history + 1):
            fact = step(number, version)
            state = stored(fact).hex()
            rows.write(f"{fact.originator_id}\t{version}\t{StepTaken.TOPIC}\t\\\\x{state}\n")
    rows.seek(0)
    with connected(url) as connection, connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} (stream, version, topic, state) FROM STDIN", rows)


def pgbench(
    url: str,
    script: str,
    *,
    clients: int,
    seconds: float,
    variables: Mapping[str, int] | None = None,
) -> float:
    """Run a script with pgbench, prepared statements, and give transactions a second.

    pgbench counts in whole seconds, and 32 connections take a while: two at least.
    """
    parts = urlsplit(url)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script)
        command = [
            str(installed_binaries() / "pgbench"),
            "--no-vacuum",
            "--protocol=prepared",
            f"--client={clients}",
            f"--jobs={min(clients, 2)}",
            f"--time={max(2, round(seconds))}",
            f"--file={file}",
            *(f"--define={name}={value}" for name, value in (variables or {}).items()),
            f"--host={parts.hostname}",
            f"--port={parts.port}",
            f"--username={unquote(parts.username or '')}",
            parts.path[1:],
        ]
        env = {**os.environ, "PGPASSWORD": unquote(parts.password or "")}
        done = subprocess.run(command, env=env, capture_output=True, text=True)
    found = re.search(r"tps = ([0-9.]+) \(without initial", done.stdout)
    if done.returncode != 0 or found is None:
        raise RuntimeError(f"pgbench failed:\n{done.stdout}\n{done.stderr}")
    return float(found.group(1))


def insert_script(table: str) -> str:
    """Give the script of one autocommit INSERT of the same event, a new stream each time."""
    state = stored(step(1, 1)).hex()
    return (
        f"INSERT INTO {table} (stream, version, topic, state)"
        f" VALUES (gen_random_uuid(), 1, '{StepTaken.TOPIC}', '\\x{state}');\n"
    )


def two_inserts_script(table: str) -> str:
    """Give the script of a case that begins: two events of one new stream in one commit."""
    state = stored(step(1, 1)).hex()
    rows = ", ".join(
        f"(md5(:number::text || :client_id)::uuid, {version}, '{StepTaken.TOPIC}', '\\x{state}')"
        for version in (1, 2)
    )
    return (
        "\\set number random(1, 9000000000000000)\n"
        f"INSERT INTO {table} (stream, version, topic, state) VALUES {rows};\n"
    )


def command_script(table: str, cases: int, history: int, first: int) -> str:
    """Give the four statements of a command, on one case after the other.

    The stream of a case here is an md5 of its number, which pgbench can write down itself.
    """
    state = stored(step(1, 1)).hex()
    stream = "md5((:case)::text)::uuid"
    return (
        "\\set turn :turn + 1\n"
        f"\\set case {first} + mod(:turn, {cases})\n"
        f"\\set version {history} + 1 + :turn / {cases}\n"
        "BEGIN;\n"
        f"SELECT version, topic, state FROM {table} WHERE stream = {stream} ORDER BY version;\n"
        f"INSERT INTO {table} (stream, version, topic, state)"
        f" VALUES ({stream}, :version, '{StepTaken.TOPIC}', '\\x{state}');\n"
        "COMMIT;\n"
    )


def fill_md5(url: str, table: str, first: int, cases: int, history: int) -> None:
    """Fill the streams `command_script` loads."""
    state = "\\x" + stored(step(1, 1)).hex()
    with connected(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (stream, version, topic, state)"
            " SELECT md5(n::text)::uuid, v, %s, %s FROM generate_series(%s, %s) n,"
            " generate_series(1, %s) v",
            (StepTaken.TOPIC, state, first, first + cases - 1, history),
        )
