"""D10: neither the service, nor the owner, nor the administrator rewrites the log."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2 import errors

from services.chassis.eventlog.database import Database
from services.chassis.eventlog.failures import REWRITTEN
from services.chassis.eventlog.reader import read_log
from services.chassis.eventlog.sealer import Sealer
from tests.integration.eventlog.conftest import as_role
from tests.integration.eventlog.domain import Counters, facts

REWRITES = [
    "UPDATE trial.events SET state = ''",
    "UPDATE trial.events SET recorded_at = now()",
    "DELETE FROM trial.events",
    "TRUNCATE trial.events",
    "UPDATE trial.ledger SET leaf = ''",
    "DELETE FROM trial.ledger",
    "TRUNCATE trial.ledger",
]
ONLY_THE_OWNER = [
    "ALTER TABLE trial.events DISABLE TRIGGER ALL",
    "ALTER TABLE trial.events DISABLE TRIGGER append_only",
    "ALTER TABLE trial.ledger DISABLE TRIGGER ALL",
    "DROP TRIGGER append_only ON trial.events",
    "DROP TABLE trial.events CASCADE",
    "ALTER TABLE trial.events DROP COLUMN state",
    "DROP FUNCTION trial.refuse_rewriting CASCADE",
    "CREATE OR REPLACE FUNCTION trial.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NULL; END'",
    "SET session_replication_role = replica",
    "SET ROLE banjian_owner",
    "UPDATE trial.migrations SET digest = ''",
    "UPDATE trial.commands SET result = ''",
    "DELETE FROM trial.commands",
]
FORGERIES = [
    "INSERT INTO trial.events (xid, stream, version, topic, state)"
    " VALUES ('3', gen_random_uuid(), 1, 't', '')",
    "INSERT INTO trial.events (stream, version, topic, state, recorded_at)"
    " VALUES (gen_random_uuid(), 1, 't', '', '2011-01-01')",
]


@pytest.mark.parametrize("statement", REWRITES + ONLY_THE_OWNER + FORGERIES)
def test_the_service_role_is_denied(log: Database, log_url: str, statement: str) -> None:
    Counters(log).count(facts(), "a")
    connection = psycopg2.connect(log_url)
    with pytest.raises(errors.InsufficientPrivilege):
        connection.cursor().execute(statement)
    connection.close()


def test_the_service_role_cannot_give_itself_rights(log: Database, log_url: str) -> None:
    connection = psycopg2.connect(log_url)
    connection.autocommit = True
    connection.cursor().execute("GRANT ALL ON trial.events TO banjian_trial")  # only warns
    with pytest.raises(errors.InsufficientPrivilege):
        connection.cursor().execute(REWRITES[0])
    connection.close()


@pytest.mark.parametrize("statement", REWRITES)
@pytest.mark.parametrize("role", ["banjian_owner", "postgres"])
def test_the_owner_is_refused_by_the_trigger(
    log: Database, database: str, statement: str, role: str
) -> None:
    Counters(log).count(facts(), "a")
    connection = psycopg2.connect(database)
    cursor = connection.cursor()
    if role == "banjian_owner":
        cursor.execute("SET ROLE banjian_owner")
    with pytest.raises(psycopg2.Error) as refused:
        cursor.execute(statement)
    assert refused.value.pgcode == REWRITTEN
    connection.close()


def test_the_auditor_reads_the_log_and_nothing_else(
    log: Database, log_url: str, database: str
) -> None:
    Counters(log).count(facts(), "a")
    while not Sealer(log, "trial").seal():
        pass
    auditor = as_role(database, "banjian_auditor")
    assert [e.version for batch in read_log(auditor, "trial") for e in batch] == [1]
    connection = psycopg2.connect(auditor)
    connection.autocommit = True
    for statement in [*REWRITES, "SELECT * FROM trial.commands", FORGERIES[0]]:
        with pytest.raises(errors.InsufficientPrivilege):
            connection.cursor().execute(statement)
    connection.close()
