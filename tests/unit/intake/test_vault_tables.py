"""Intake's vault tables are those the chassis writes to."""

from __future__ import annotations

from pathlib import Path

import services.chassis.vault
import services.intake


def test_migration_makes_the_tables_of_the_vault() -> None:
    ours = Path(services.intake.__file__).parent / "migrations" / "0001_vault.sql"
    theirs = Path(services.chassis.vault.__file__).with_name("vault.sql")

    assert ours.read_text().endswith(theirs.read_text())
