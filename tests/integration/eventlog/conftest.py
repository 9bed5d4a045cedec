"""A migrated log of a made-up service, `trial`, and a small domain to fill it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest

from services.chassis.eventlog.database import Database
from services.chassis.eventlog.migrate import ServiceAccess, migrate_database
from tests.integration.eventlog.domain import Counters


def as_role(url: str, role: str, password: str = "") -> str:
    """Give the URL with another login; the default password is the one of every test house."""
    password = password or f"{role}-for-tests"
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{host}"))


@pytest.fixture
def log_url(database: str) -> str:
    """The URL of the trial service's own role, tables made."""
    url = as_role(database, "banjian_trial")
    migrate_database(database, {"trial": ServiceAccess(url)}, as_role(database, "banjian_auditor"))
    return url


@pytest.fixture
def log(log_url: str) -> Iterator[Database]:
    pool = Database(log_url, maximum=12)
    yield pool
    pool.close()


@pytest.fixture
def counters(log: Database) -> Counters:
    return Counters(log)
