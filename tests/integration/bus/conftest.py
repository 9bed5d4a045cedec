"""Fixtures of the bus tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.bus.street import Effects, Street, fresh_street
from tests.support.vhosts import Vhost


@pytest.fixture
def street(database: str, vhost: Vhost) -> Iterator[Street]:
    with fresh_street(database, vhost) as built:
        yield built


@pytest.fixture
def effects(street: Street) -> Effects:
    return Effects(street.database("beta"))
