"""The vault of personal data on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import extensions

from services.chassis import vault as vault_module
from services.chassis.errors import NotFoundError, RuleError
from services.chassis.vault import PersonalVault, Seal, SealError, new_key

FOLDER = Path(vault_module.__file__).parent
DDL = "".join((FOLDER / name).read_text() for name in ("vault.sql", "access.sql"))
PERSON = {"name": "张三", "phone": "13800000000"}


@pytest.fixture
def db(database: str) -> Iterator[extensions.connection]:
    connection = psycopg2.connect(database)
    with connection.cursor() as cursor:
        cursor.execute(DDL)
    connection.commit()
    yield connection
    connection.close()


@pytest.fixture
def vault() -> PersonalVault:
    return PersonalVault(Seal(new_key()))


def test_store_open_replace(db: extensions.connection, vault: PersonalVault) -> None:
    vault.store(db, "s1", PERSON)
    vault.store(db, "s1", {"phone": "13900000000"})

    assert vault.open(db, "s1") == {"name": "张三", "phone": "13900000000"}
    with pytest.raises(NotFoundError):
        vault.open(db, "s2")


def test_nothing_readable_is_stored(db: extensions.connection, vault: PersonalVault) -> None:
    vault.store(db, "s1", PERSON)

    with db.cursor() as cursor:
        cursor.execute("SELECT string_agg(sealed, '') FROM vault_field")
        sealed = bytes(cursor.fetchone()[0])
    assert b"13800000000" not in sealed
    assert "张三".encode() not in sealed


def test_a_sealed_field_moved_to_another_person_does_not_open(
    db: extensions.connection, vault: PersonalVault
) -> None:
    vault.store(db, "s1", PERSON)
    vault.store(db, "s2", {"name": "李四"})
    with db.cursor() as cursor:
        cursor.execute(
            "UPDATE vault_field SET sealed = (SELECT sealed FROM vault_field"
            " WHERE subject_id = 's1' AND name = 'name') WHERE subject_id = 's2'"
        )

    with pytest.raises(SealError):
        vault.open(db, "s2")


def test_erasing_destroys_the_key_for_good(db: extensions.connection, vault: PersonalVault) -> None:
    vault.store(db, "s1", PERSON)
    with db.cursor() as cursor:
        cursor.execute("SELECT sealed FROM vault_field WHERE name = 'name'")
        kept_in_a_backup = cursor.fetchone()[0]

    assert vault.erase(db, "s1") is True
    assert vault.erase(db, "s1") is False

    with pytest.raises(NotFoundError):
        vault.open(db, "s1")
    with pytest.raises(RuleError):
        vault.store(db, "s1", PERSON)
    with db.cursor() as cursor:
        cursor.execute("INSERT INTO vault_field VALUES ('s1', 'name', %s)", (kept_in_a_backup,))
    with pytest.raises(NotFoundError):
        vault.open(db, "s1")


def test_an_open_case_blocks_erasing(db: extensions.connection, vault: PersonalVault) -> None:
    vault.store(db, "s1", PERSON)
    vault.hold(db, "s1", "2026-1")
    vault.hold(db, "s1", "2026-1")
    vault.hold(db, "s1", "2026-2")
    vault.release(db, "s1", "2026-1")

    with pytest.raises(RuleError) as caught:
        vault.erase(db, "s1")
    assert caught.value.attributes["holds"] == 1
    vault.release(db, "s1", "2026-2")

    assert vault.erase(db, "s1")


def test_all_or_nothing_with_the_callers_transaction(
    db: extensions.connection, vault: PersonalVault
) -> None:
    vault.store(db, "s1", PERSON)
    db.rollback()

    with pytest.raises(NotFoundError):
        vault.open(db, "s1")
