"""The library's recorders on psycopg2, over the tables the migrations made. No lock, no NOTIFY.

A notification's id is its position in the ledger. Services leave positions to the sealer and get
none from `insert_events`; with `seal_inline` a recorder seals after its commit and returns them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from eventsourcing import persistence as library
from eventsourcing.persistence import Notification, StoredEvent, Tracking

from services.chassis.errors import BanjianError, ConflictError, ContractError, UnavailableError
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.sealer import Sealer
from services.chassis.eventlog.statements import APPEND, LOAD, append_script

POLL_S = 0.02
"""How often a subscription looks for new events, seconds."""


@contextmanager
def library_errors() -> Iterator[None]:
    """Raise our errors as the library's, which its own callers catch."""
    try:
        yield
    except ConflictError as error:
        raise library.IntegrityError(error.message) from error
    except UnavailableError as error:
        raise library.OperationalError(error.message) from error
    except ContractError as error:
        raise library.DataError(error.message) from error
    except BanjianError as error:
        raise library.DatabaseError(error.message) from error


class AggregateRecorder(library.AggregateRecorder):
    """Streams of `events`, or of `snapshots`."""

    def __init__(self, database: Database, table: str = "events") -> None:
        if table not in ("events", "snapshots"):
            raise ValueError(f"no such purpose: {table}")
        self._database = database
        self._table = table

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        self._insert(stored_events, None)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        clauses = ["stream = %s"]
        params: list[object] = [originator_id]
        if gt is not None:
            clauses.append("version > %s")
            params.append(gt)
        if lte is not None:
            clauses.append("version <= %s")
            params.append(lte)
        with library_errors():
            if self._table == "events" and len(params) == 1 and not desc and limit is None:
                rows = self._database.read("EXECUTE load (%s)", params, LOAD)
            else:
                rows = self._database.read(
                    f"SELECT version, topic, state FROM {self._table}"  # noqa: S608 (own words)
                    f" WHERE {' AND '.join(clauses)}"
                    f" ORDER BY version{' DESC' if desc else ''} LIMIT %s",
                    [*params, limit],
                )
        return [
            StoredEvent(originator_id, version, topic, bytes(state))
            for version, topic, state in rows
        ]

    def _insert(self, events: Sequence[StoredEvent], tracking: Tracking | None) -> None:
        if not events and tracking is None:
            return
        with library_errors(), self._database.connection() as connection:
            connection.prepare(APPEND)
            with connection.cursor() as cursor:
                script = []
                if events and self._table == "events":
                    script.append(append_script(cursor, events))
                for event in events if self._table == "snapshots" else ():
                    script.append(
                        cursor.mogrify(
                            "INSERT INTO snapshots VALUES (%s, %s, %s, %s)",
                            (
                                event.originator_id,
                                event.originator_version,
                                event.topic,
                                event.state,
                            ),
                        )
                    )
                if tracking is not None:
                    script.append(
                        cursor.mogrify(
                            "SELECT track(%s, %s)",
                            (tracking.application_name, tracking.notification_id),
                        )
                    )
                cursor.execute(b";".join(script))


class ApplicationRecorder(AggregateRecorder, library.ApplicationRecorder):
    """The log as a whole, in the order of the ledger."""

    def __init__(self, database: Database, seal_inline: bool = False) -> None:
        super().__init__(database)
        self._sealer = Sealer(database) if seal_inline else None

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        self._insert(stored_events, kwargs.get("tracking"))
        return self._positions(stored_events) if self._sealer and stored_events else None

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = (start or 0) - (1 if inclusive_of_start and start else 0)
        with library_errors():
            rows = self._database.read(
                "SELECT e.stream, e.version, e.topic, e.state, l.position"
                " FROM ledger l JOIN events e ON e.xid = l.xid AND e.id = l.id"
                " WHERE l.position > %s AND l.position <= coalesce(%s, 9223372036854775807)"
                " AND (%s OR e.topic = ANY(%s::text[])) ORDER BY l.position LIMIT %s",
                (after, stop, not topics, list(topics), limit),
            )
        return [
            Notification(stream, version, topic, bytes(state), position)
            for stream, version, topic, state, position in rows
        ]

    def max_notification_id(self) -> int | None:
        with library_errors():
            rows = self._database.read("SELECT max(position) FROM ledger")
        position: int | None = rows[0][0]
        return position

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription:
        return Subscription(self, gt=gt, topics=topics)

    def _positions(self, events: Sequence[StoredEvent]) -> list[int]:
        """Seal until these committed events have positions; an older open writer is waited for."""
        assert self._sealer is not None
        last = events[-1]
        wait_s = 0.0005
        while True:
            with library_errors():
                self._sealer.seal()
                rows = self._database.run(
                    "SELECT l.position FROM events e JOIN events s ON s.xid = e.xid"
                    " JOIN ledger l ON l.xid = s.xid AND l.id = s.id"
                    " WHERE e.stream = %s AND e.version = %s ORDER BY s.id",
                    (last.originator_id, last.originator_version),
                )
            if len(rows) == len(events):
                return [row[0] for row in rows]
            time.sleep(wait_s)
            wait_s = min(wait_s * 2, POLL_S)


class TrackingRecorder(library.TrackingRecorder):
    """The library's tracking on our inbox: inserting position n says that all up to n is done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert_tracking(self, tracking: Tracking) -> None:
        with library_errors():
            self._database.run(
                "SELECT track(%s, %s)", (tracking.application_name, tracking.notification_id)
            )

    def max_tracking_id(self, application_name: str) -> int | None:
        with library_errors():
            rows = self._database.read(
                "SELECT upper(done) - 1 FROM inbox WHERE source = %s", (application_name,)
            )
        return rows[0][0] if rows else None


class ProcessRecorder(TrackingRecorder, ApplicationRecorder, library.ProcessRecorder):
    """Events and tracking in one transaction."""

    def __init__(self, database: Database, seal_inline: bool = False) -> None:
        ApplicationRecorder.__init__(self, database, seal_inline)


class Subscription(library.ListenNotifySubscription[ApplicationRecorder]):
    """The library's pulling subscription, woken by a clock instead of NOTIFY."""

    def _loop_on_pull(self) -> None:
        try:
            while not self._has_been_stopped:
                self._pull()
                self._has_been_notified.wait(POLL_S)
        except BaseException as error:
            if self._thread_error is None:
                self._thread_error = error
            self.stop()
