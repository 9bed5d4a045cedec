"""Intake's vault tables are those the chassis writes to."""

from __future__ import annotations

from pathlib import Path

import pytest

import services.chassis.vault
import services.intake


@pytest.mark.parametrize(
    ("migration", "tables"), [("0001_vault", "vault"), ("0009_vault_access", "access")]
)
def test_migration_makes_the_tables_of_the_vault(migration: str, tables: str) -> None:
    ours = Path(services.intake.__file__).parent / "migrations" / f"{migration}.sql"
    theirs = Path(services.chassis.vault.__file__).with_name(f"{tables}.sql")

    assert ours.read_text().endswith(theirs.read_text())
