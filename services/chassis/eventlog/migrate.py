"""Bring the databases to the released shape: roles, schemas, tables, grants. Run by `banjian migrate` only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ServiceAccess:
    """How one service reaches its database; the role and its password are those of the URL."""

    url: str


@dataclass
class Migrated:
    """What a run did: files applied as `<schema>/<file>`, and services whose read model must be rebuilt."""

    applied: list[str] = field(default_factory=list)
    stale_models: list[str] = field(default_factory=list)


class MigrationError(Exception):
    """A released migration was changed, or the admin may not do what is needed."""


def migrate_database(
    admin_url: str, services: Mapping[str, ServiceAccess], auditor_url: str | None = None
) -> Migrated:
    """Bring every service's schema in the admin's database up to date; idempotent and safe to run twice at once.

    Roles banjian_owner (no login), banjian_<s> and banjian_auditor are made when missing; passwords are
    set from the URLs when these have one.

    Raises:
        MigrationError: an applied file has changed since, or rights are missing.
    """
    raise NotImplementedError
