"""nameko dependency of every service: its application over its own database."""

from __future__ import annotations

from typing import Any

import eventlet
from nameko.extensions import DependencyProvider

from services.chassis.errors import UnavailableError
from services.chassis.eventlog.application import Application
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.migrate import pending
from services.chassis.frame import frame_of
from services.chassis.projection import ReadModel

PROBE_S = 2.0
"""How long readiness waits for the database; a frozen one takes connections and is silent."""


class ApplicationProvider(DependencyProvider):  # type: ignore[misc]  # nameko is untyped
    """Gives the service class its application.

        cases = ApplicationProvider(Cases, READ_MODEL)

    One application and one connection pool a container; readiness asks the database.
    """

    def __init__(self, kind: type[Application] = Application, project: ReadModel | None = None):
        super().__init__()
        self._kind = kind
        self._project = project
        self.application: Application
        self.database: Database

    def setup(self) -> None:
        frame = frame_of(self.container)
        self.database = Database(
            frame.settings.database_url, application_name=frame.settings.service
        )
        self.application = self._kind(self.database, self._project)
        self.application.meter = frame.metrics
        frame.probes.add("database", self._check)
        frame.probes.add("migrations", self._check_migrations, stage="startup")

    def _check(self) -> str:
        with eventlet.Timeout(PROBE_S, UnavailableError("the database does not answer in time")):
            return str(self.database.run("SELECT 'answers'")[0][0])

    def _check_migrations(self) -> str:
        rows = self.database.run("SELECT name, digest FROM migrations")
        service = frame_of(self.container).settings.service
        missing = pending(service, {name: bytes(digest) for name, digest in rows})
        if missing:
            raise UnavailableError(f"run banjian migrate: {', '.join(missing)} pending")
        return f"{len(rows)} files applied"

    def stop(self) -> None:
        self.database.close()

    def get_dependency(self, worker_ctx: Any) -> Application:
        return self.application


def provider_of(container: Any) -> ApplicationProvider:
    """Give the provider of a nameko container's application.

    Raises:
        TypeError: the service has none.
    """
    for dependency in container.dependencies:
        if isinstance(dependency, ApplicationProvider):
            return dependency
    raise TypeError("a service on the bus, or with deadlines, needs an ApplicationProvider")
