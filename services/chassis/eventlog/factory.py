"""What `PERSISTENCE_MODULE=services.chassis.eventlog` gives the library."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from eventsourcing import persistence as library
from eventsourcing.utils import Environment, EnvType, resolve_topic, strtobool

from services.chassis.eventlog.database import Database
from services.chassis.eventlog.recorders import (
    AggregateRecorder,
    ApplicationRecorder,
    ProcessRecorder,
    TrackingRecorder,
)

T = TypeVar("T", bound=library.TrackingRecorder)


class Factory(library.InfrastructureFactory[TrackingRecorder]):
    """Makes recorders over one database, whose tables `banjian migrate` made before."""

    DATABASE_URL = "DATABASE_URL"
    SEAL_INLINE = "SEAL_INLINE"
    """`y`: the writer itself seals and returns positions; for tools and the library's tests."""

    def __init__(self, env: Environment | EnvType | None, database: Database | None = None) -> None:
        super().__init__(env)
        url = self.env.get(self.DATABASE_URL)
        if database is None and not url:
            raise library.InfrastructureFactoryError(f"{self.DATABASE_URL} is not set")
        self._owned = database is None
        self.database = database if database is not None else Database(cast(str, url))
        self._seal_inline = strtobool(self.env.get(self.SEAL_INLINE, "no"))

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        return AggregateRecorder(self.database, purpose)

    def application_recorder(self) -> ApplicationRecorder:
        return ApplicationRecorder(self.database, self._seal_inline)

    def tracking_recorder(self, tracking_recorder_class: type[Any] | None = None) -> Any:
        topic = self.env.get(self.TRACKING_RECORDER_TOPIC)
        chosen = tracking_recorder_class or (resolve_topic(topic) if topic else TrackingRecorder)
        return chosen(self.database)

    def process_recorder(self) -> ProcessRecorder:
        return ProcessRecorder(self.database, self._seal_inline)

    def close(self) -> None:
        if self._owned:
            self.database.close()
