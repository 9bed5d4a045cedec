"""Migrations: in order, once, by anybody at the same time, and never changed behind our back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest

from services.chassis.eventlog import migrate
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.migrate import MigrationError, ServiceAccess, migrate_database
from tests.integration.eventlog.conftest import as_role
from tests.integration.eventlog.domain import Counters, facts


def access(url: str, *services: str) -> dict[str, ServiceAccess]:
    return {name: ServiceAccess(as_role(url, f"banjian_{name}")) for name in services}


def test_a_second_run_does_nothing(database: str) -> None:
    first = migrate_database(database, access(database, "trial"))
    assert first.applied[:2] == ["trial:log/0001_log.sql", "trial:log/0002_bus.sql"]
    assert migrate_database(database, access(database, "trial")).applied == []


def test_four_at_once_apply_each_file_once(database: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = [
            pool.submit(migrate_database, database, access(database, "trial", "other"))
            for _ in range(4)
        ]
        applied = [name for run in runs for name in run.result().applied]
    assert len(applied) == len(set(applied)) == 2 * len(list(migrate.LOG_FILES.glob("*.sql")))


def test_a_changed_file_is_an_error(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "SERVICES", tmp_path)
    folder = tmp_path / "trial" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_own.sql").write_text("CREATE TABLE own (n int)")
    assert "trial:own/0001_own.sql" in migrate_database(database, access(database, "trial")).applied
    (folder / "0001_own.sql").write_text("CREATE TABLE own (n bigint)")
    with pytest.raises(MigrationError, match=r"0001_own\.sql was changed"):
        migrate_database(database, access(database, "trial"))


def test_a_failing_file_leaves_nothing_behind(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "SERVICES", tmp_path)
    folder = tmp_path / "trial" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_own.sql").write_text("CREATE TABLE own (n int); SELECT nonsense()")
    with pytest.raises(MigrationError, match="nonsense"):
        migrate_database(database, access(database, "trial"))
    (folder / "0001_own.sql").write_text("CREATE TABLE own (n int)")
    migrate_database(database, access(database, "trial"))


def test_a_changed_read_model_is_reported_for_a_rebuild(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "SERVICES", tmp_path)
    model = tmp_path / "trial" / "read_model.sql"
    model.parent.mkdir()
    model.write_text("CREATE TABLE shown (n int)")
    migrate_database(database, access(database, "trial"))
    service = Database(as_role(database, "banjian_trial"))
    service.run("INSERT INTO shown VALUES (1); UPDATE shown SET n = 2; DELETE FROM shown")
    service.close()
    model.write_text("CREATE TABLE shown (n bigint)")
    assert migrate_database(database, access(database, "trial")).stale_models == ["trial"]


def test_a_service_has_no_right_in_anothers_schema(database: str) -> None:
    migrate_database(database, access(database, "trial", "other"))
    service = Database(as_role(database, "banjian_other"))
    for table in ("trial.events", "trial.commands", "trial.inbox"):
        with pytest.raises(Exception, match="InsufficientPrivilege"):
            service.run(f"SELECT * FROM {table}")
    service.close()


def test_an_admin_who_is_no_superuser_can_do_it(database: str) -> None:
    name = f"admin_{uuid4().hex[:8]}"
    own = f"{name}_db"
    boss = psycopg2.connect(database)
    boss.autocommit = True
    cursor = boss.cursor()
    cursor.execute(f"CREATE ROLE {name} LOGIN CREATEROLE CREATEDB PASSWORD 'x'")
    services = ("trial", "other")
    for role in ("banjian_owner", "banjian_auditor", *(f"banjian_{s}" for s in services)):
        # Roles other tests made before belong to the superuser: lend them to this admin.
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,))
        if cursor.fetchall():
            cursor.execute(f"GRANT {role} TO {name} WITH ADMIN OPTION")
    try:
        admin = psycopg2.connect(as_role(database, name, "x"))
        admin.autocommit = True
        admin.cursor().execute(f"CREATE DATABASE {own}")
        admin.close()
        url = database.rpartition("/")[0] + f"/{own}"
        migrate_database(as_role(url, name, "x"), access(url, *services))
        assert migrate_database(as_role(url, name, "x"), access(url, *services)).applied == []
        service = Database(as_role(url, "banjian_trial"))
        Counters(service).count(facts(), "a")
        service.close()
    finally:
        cursor.execute(f"DROP DATABASE IF EXISTS {own} WITH (FORCE)")
        cursor.execute(f"DROP OWNED BY {name}")
        cursor.execute(f"DROP ROLE {name}")
        boss.close()
