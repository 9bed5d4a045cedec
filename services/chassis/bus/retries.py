"""Held messages whose time has come: claim the first of each case, and let it go or put it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.bus.delivery import Delivery
from services.chassis.bus.held import SENT_BY, WAKE, BodySeal, State, Verdict
from services.chassis.errors import WaitsError
from services.chassis.eventlog.database import Database
from services.chassis.projection import Statement

BACKOFF_S: Sequence[float] = (1.0, 5.0, 30.0, 120.0)
"""Wait before attempt 2, 3, ...; a message that failed once more than there are waits is parked."""
LEASE_S = 60
"""A claimed message is nobody else's for so long, also when its consumer dies."""
AWAIT_S = (5.0, 600.0)
"""A message that awaits something is looked at again after a quarter of its age, within these."""
GAP_S = 30.0
"""A message before a gap is looked at again at least this often, seconds."""

_CLAIM = """
UPDATE held SET attempts = attempts + 1,
                retry_at = clock_timestamp() + %(lease)s * interval '1 second'
WHERE id IN (
    SELECT d.id FROM held d
    WHERE d.state IN ('waiting', 'retrying') AND d.retry_at <= clock_timestamp()
      AND NOT EXISTS (
        SELECT FROM held e
        WHERE e.source = d.source AND e.subject = d.subject AND e.subject <> ''
          AND e.state <> 'discarded' AND NOT starts_with(e.reason, 'awaits_')
          AND (coalesce(e.position, 0), e.id) < (coalesce(d.position, 0), d.id))
    ORDER BY d.retry_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id, attempts, exchange, routing_key, content_type, message_id, type, subject, headers,
          body, sealed, digest, source,
          extract(epoch FROM clock_timestamp() - held_at)::float8
"""
# A message inserted as `behind` while the one before it was being released would sleep for ever.
_RESCUE = """
UPDATE held d SET retry_at = clock_timestamp()
WHERE d.state = 'waiting' AND d.retry_at = 'infinity'
  AND NOT EXISTS (
    SELECT FROM held e
    WHERE e.source = d.source AND e.subject = d.subject AND e.state <> 'discarded'
      AND NOT starts_with(e.reason, 'awaits_')
      AND (coalesce(e.position, 0), e.id) < (coalesce(d.position, 0), d.id))
"""


@dataclass(frozen=True)
class Claimed:
    """A held message that is ours for the lease."""

    id: int
    attempts: int
    """This attempt included."""
    source: str
    subject: str
    delivery: Delivery
    age_s: float = 0.0
    """How long it has been held."""


def claim(database: Database, seal: BodySeal | None, limit: int = 50) -> list[Claimed]:
    """Take messages that are due and first of their case, counting the attempt before it is made.

    So a message that kills its consumer is parked after as many attempts as any other.
    """
    claimed = []
    for row in database.run(_CLAIM, {"lease": LEASE_S, "limit": limit}):
        held_id, attempts, exchange, key, content_type, message_id, kind, subject, headers = row[:9]
        body, sealed, digest, source = bytes(row[9]), row[10], bytes(row[11]), row[12]
        if sealed and seal is not None:
            body = seal.open(body, digest)
        user = headers.pop(SENT_BY, "")
        delivery = Delivery(exchange, key, content_type, message_id, kind, headers, body, user)
        claimed.append(Claimed(held_id, attempts, source, subject, delivery, row[13]))
    return sorted(claimed, key=lambda one: one.id)


def rescue(database: Database) -> None:
    """Wake messages that wait behind nothing (any more)."""
    database.run(_RESCUE)


def release(claimed: Claimed) -> list[Statement]:
    """Give the changes that end a held message with its effect and wake those behind it."""
    return [
        Statement("DELETE FROM held WHERE id = %s", (claimed.id,)),
        Statement(WAKE, (claimed.source, claimed.subject)),
    ]


def put_back(database: Database, claimed: Claimed, verdict: Verdict) -> None:
    """Say how a claimed message goes on."""
    counted = claimed.attempts - (1 if verdict.state is State.WAITING else 0)
    database.run(
        "UPDATE held SET state = %s, reason = %s, detail = %s, attempts = %s,"
        " retry_at = coalesce(clock_timestamp() + %s * interval '1 second', 'infinity')"
        " WHERE id = %s",
        (
            verdict.state.value,
            verdict.reason,
            verdict.detail[:500],
            counted,
            verdict.retry_in_s,
            claimed.id,
        ),
    )


def after_waiting(error: WaitsError, age_s: float) -> Verdict:
    """Decide how long a message waits for what has to come first; past its limit it is parked."""
    if age_s >= error.limit_s:
        return Verdict(State.PARKED, error.code, f"waited in vain: {error.message}")
    again_s = min(max(age_s / 4, AWAIT_S[0]), AWAIT_S[1])
    return Verdict(State.WAITING, error.code, error.message, 0, again_s)


def after_failure(
    reason: str, detail: str, attempts: int, backoff_s: Sequence[float], final: bool
) -> Verdict:
    """Decide how a failed message goes on: again after a while, or parked."""
    if final or attempts > len(backoff_s):
        return Verdict(State.PARKED, reason, detail, attempts)
    return Verdict(State.RETRYING, reason, detail, attempts, backoff_s[attempts - 1])
