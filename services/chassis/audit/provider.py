"""nameko dependency: the audit side of a service's own log."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from services.chassis.audit.anchors import insist
from services.chassis.bus.providers import provider_of
from services.chassis.eventlog.database import Database
from services.chassis.frame import frame_of
from services.chassis.settings import Settings


class AuditLog:
    """What a route or a command may ask about the log it writes to."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self._settings = settings

    def insist_on_anchors(self) -> None:
        """Call before what cannot be undone; without an authority configured it lets all pass.

        Raises:
            UnavailableError: checkpoints have not been anchored outside for too long.
        """
        if self._settings.audit_tsa_url:
            insist(self.database, self._settings.audit_anchor_hours * 3600.0)


class AuditProvider(DependencyProvider):  # type: ignore[misc]  # nameko is untyped
    """Gives the service class its `AuditLog`, over its application's connections."""

    def get_dependency(self, worker_ctx: Any) -> AuditLog:
        database = provider_of(self.container).database
        return AuditLog(database, frame_of(self.container).settings)
