"""The library's own cases for recorders and factories, unmodified, on our persistence module."""

from __future__ import annotations

from typing import Any

import pytest
from eventsourcing.persistence import Environment
from eventsourcing.tests import persistence as cases

from services.chassis.eventlog.database import Database
from services.chassis.eventlog.factory import Factory
from services.chassis.eventlog.recorders import (
    AggregateRecorder,
    ApplicationRecorder,
    ProcessRecorder,
    TrackingRecorder,
)


class OnALog:
    """Gives each case a log of its own."""

    log: Database
    log_url: str

    @pytest.fixture(autouse=True)
    def _log(self, log: Database, log_url: str) -> None:
        self.log, self.log_url = log, log_url


class TestAggregateRecorder(OnALog, cases.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return AggregateRecorder(self.log)


class TestSnapshotRecorder(OnALog, cases.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return AggregateRecorder(self.log, "snapshots")


class TestApplicationRecorder(OnALog, cases.ApplicationRecorderTestCase[ApplicationRecorder]):
    def create_recorder(self) -> ApplicationRecorder:
        return ApplicationRecorder(self.log, seal_inline=True)

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTrackingRecorder(OnALog, cases.TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return TrackingRecorder(self.log)


class TestProcessRecorder(OnALog, cases.ProcessRecorderTestCase):
    def create_recorder(self) -> ProcessRecorder:
        return ProcessRecorder(self.log, seal_inline=True)


class TestNonInterleaving(OnALog, cases.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return ApplicationRecorder(self.log, seal_inline=True)


class OwnTracking(TrackingRecorder):
    """A subclass, as the factory case wants one."""


class TestFactory(OnALog, cases.InfrastructureFactoryTestCase[Factory]):
    def setUp(self) -> None:
        self.env = Environment("TestCase")
        self.env[Factory.PERSISTENCE_MODULE] = "services.chassis.eventlog"
        self.env[Factory.DATABASE_URL] = self.log_url
        super().setUp()

    def expected_factory_class(self) -> type[Factory]:
        return Factory

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return AggregateRecorder

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return ApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[Any]:
        return TrackingRecorder

    def tracking_recorder_subclass(self) -> type[Any]:
        return OwnTracking

    def expected_process_recorder_class(self) -> type[Any]:
        return ProcessRecorder
