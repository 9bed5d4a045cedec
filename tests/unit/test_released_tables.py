"""A migration that includes a part of the chassis reads as it did when it was released."""

from __future__ import annotations

from hashlib import sha256

import pytest

from services.chassis.eventlog import migrate

RELEASED = {
    "intake/migrations/0001_vault.sql": "107ca2e4a69d085a1da72b22b4cbdcad",
    "intake/migrations/0009_vault_access.sql": "4893463626ac712d407beb0264a8c415",
    "disclosure/migrations/0001_vault.sql": "d25c4cd8bc823a6708bdc39d178542bf",
}
"""The first half of their SHA-256."""


@pytest.mark.parametrize("name", RELEASED)
def test_what_is_included_has_not_changed_since(name: str) -> None:
    text = migrate.text_of(migrate.SERVICES / name)

    assert sha256(text.encode()).hexdigest()[:32] == RELEASED[name]


def test_every_migration_that_includes_something_is_pinned_here() -> None:
    including = {
        str(path.relative_to(migrate.SERVICES))
        for path in migrate.SERVICES.glob("*/migrations/*.sql")
        if "-- include: " in path.read_text()
    }

    assert including == set(RELEASED)
