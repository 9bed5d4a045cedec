"""Issues checkpoints on a schedule, in a thread of the relay, and has them time stamped."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.chassis.audit.anchors import Authority
from services.chassis.audit.checkpoints import AlteredError, Checkpoints, Reason, last
from services.chassis.audit.notes import is_for_development, read_keys
from services.chassis.errors import BanjianError
from services.chassis.eventlog.database import Database
from services.chassis.logs import get_logger
from services.chassis.settings import Settings

LOOK_S: Final = 1.0
"""How often the log is looked at."""
TROUBLE_S: Final = (5.0, 60.0)
"""Shortest and longest pause after trouble."""

_LOOK: Final = """
WITH tip AS (SELECT coalesce(max(position), 0) AS position FROM ledger),
     newest AS (SELECT position, issued_at FROM checkpoints ORDER BY number DESC LIMIT 1)
SELECT tip.position, coalesce(newest.position, 0),
       coalesce(extract(epoch FROM clock_timestamp() - newest.issued_at), 'Infinity')::float8
FROM tip LEFT JOIN newest ON true
"""
_PUBLISHED: Final = """
SELECT EXISTS (SELECT FROM ledger l JOIN events e ON e.xid = l.xid AND e.id = l.id
               WHERE l.position > %s AND l.position <= %s AND e.topic = ANY(%s))
"""
_UNSTAMPED: Final = "SELECT NOT EXISTS (SELECT FROM timestamps WHERE number = %s)"


@dataclass(frozen=True)
class Schedule:
    """When a log that has grown gets its next checkpoint: whatever comes first."""

    every_s: float
    events: int
    at_once: Collection[str] = ()
    """Topics after which a checkpoint is issued at once."""


class Auditing:
    """Watches one log, on the relay's own connections, until it is ended.

    Trouble here stops neither sealing nor publishing; it shows in `trouble` and in the log.
    """

    def __init__(
        self,
        database: Database,
        checkpoints: Checkpoints,
        schedule: Schedule,
        authority: Authority | None = None,
    ) -> None:
        self._database = database
        self._checkpoints = checkpoints
        self._schedule = schedule
        self._authority = authority
        self._looked_to = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="auditing", daemon=True)
        self.trouble = ""
        """Why no checkpoint is issued or stamped at present; empty when all is well."""

    def __enter__(self) -> Auditing:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def look(self) -> None:
        """Issue a checkpoint if one is due, and have the newest stamped.

        Raises:
            BanjianError: it could not be.
        """
        tip, covered, age_s = self._database.read(_LOOK)[0]
        reason = self._due(tip, covered, age_s)
        if reason is not None:
            issued = self._checkpoints.issue(reason)
            if issued is not None:
                get_logger().info(
                    "checkpoint_issued", number=issued.number, position=issued.position
                )
        self._looked_to = tip
        if self._authority is not None:
            self._stamp(self._authority)

    def _due(self, tip: int, covered: int, age_s: float) -> Reason | None:
        if tip <= covered:
            return None
        if age_s >= self._schedule.every_s or tip - covered >= self._schedule.events:
            return Reason.SCHEDULE
        begin = max(covered, self._looked_to)
        if self._schedule.at_once and tip > begin:
            told = (begin, tip, list(self._schedule.at_once))
            if self._database.read(_PUBLISHED, told)[0][0]:
                return Reason.PUBLISHED
        return None

    def _stamp(self, authority: Authority) -> None:
        newest = last(self._database.read)
        if newest is not None and self._database.read(_UNSTAMPED, (newest.number,))[0][0]:
            authority.stamp(self._database, newest)

    def _run(self) -> None:
        pause = TROUBLE_S[0]
        while not self._ended.is_set():
            try:
                self.look()
            except BanjianError as error:
                if error.message != self.trouble:
                    name = "log_altered" if isinstance(error, AlteredError) else "audit_interrupted"
                    get_logger().error(name, reason=error.message)
                self.trouble = error.message
                self._ended.wait(pause)
                pause = min(pause * 2, TROUBLE_S[1])
                continue
            self.trouble, pause = "", TROUBLE_S[0]
            self._ended.wait(LOOK_S)


def unsigned(database: Database) -> int:
    """Count the sealed events that no checkpoint covers yet."""
    tip, covered, _ = database.read(_LOOK)[0]
    return max(int(tip) - int(covered), 0)


def auditing_of(
    settings: Settings, database: Database, at_once: Collection[str] = ()
) -> Auditing | None:
    """Give what these settings ask for; None without a key.

    Raises:
        SystemExit: the key file cannot be read, or production was given a development key.
    """
    checkpoints = checkpoints_of(settings, database)
    if checkpoints is None:
        return None
    authority = None
    if settings.audit_tsa_url:
        authority = Authority.of(settings.audit_tsa_url, settings.audit_tsa_cert_file)
    schedule = Schedule(settings.audit_minutes * 60.0, settings.audit_events, at_once)
    return Auditing(database, checkpoints, schedule, authority)


def checkpoints_of(settings: Settings, database: Database) -> Checkpoints | None:
    """Give who issues this service's checkpoints; None without a key. Raises as `auditing_of`."""
    if not settings.audit_key_file:
        return None
    path = Path(settings.audit_key_file)
    try:
        keys = read_keys(path)
        if settings.production and is_for_development(path):
            raise SystemExit(
                "BANJIAN_AUDIT_KEY_FILE was made for development, production refuses it"
            )
    except (ValueError, OSError) as error:
        raise SystemExit(f"BANJIAN_AUDIT_KEY_FILE is wrong: {error}") from None
    return Checkpoints(database, settings.service, settings.public_url, keys)
