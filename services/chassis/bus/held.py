"""Messages that could not take effect: waiting, retrying or parked, and what an operator may do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from services.chassis.bus.delivery import Delivery, Item, Refused
from services.chassis.bus.envelope import INGRESS
from services.chassis.bus.topology import INGRESS_EXCHANGE
from services.chassis.errors import NotFoundError, RuleError
from services.chassis.eventlog.database import Database
from services.chassis.logs import get_logger
from services.chassis.projection import Statement
from services.chassis.vault.bodies import keeping
from services.kernel.identity_numbers import names_nobody


class State(Enum):
    """Why a held message is held."""

    WAITING = "waiting"
    """Behind another message of its case, or before one of its stream that is still missing.

    Or for something that has to come first (`WaitsError`; the reason begins with `awaits_`):
    such a message stops none of those behind it.
    """
    RETRYING = "retrying"
    """Its handler failed; tried again at `retry_at`."""
    PARKED = "parked"
    """Needs a person."""
    DISCARDED = "discarded"
    """A person decided that it has no effect; kept for the record."""


@dataclass(frozen=True)
class Held:
    """One held message, without its body."""

    id: int
    source: str
    """Publishing service, or `ingress`."""
    subject: str
    """Case number, empty when unknown."""
    position: int | None
    """Position in the source's log; None from outside or when undecodable."""
    message_id: str
    type: str
    state: State
    reason: str
    """Stable word: `handler_failed`, `gap`, `behind`, `unreadable`, `unknown_version`, ..."""
    detail: str
    """For an operator; never quotes the body."""
    attempts: int
    retry_at: datetime | None
    held_at: datetime
    size_bytes: int
    decided_by: str = ""
    decided_why: str = ""


SENT_BY = "x-sent-by"
"""Where the broker user of a held message is kept; a sender's own header of this name is not."""
_KEPT = frozenset({"partitionkey", "traceparent"})
"""Of an outside sender's headers; nobody knows what the others say."""
_COLUMNS = (
    "id, source, subject, position, message_id, type, state, reason, detail, attempts,"
    " nullif(retry_at, 'infinity'), held_at, octet_length(body), decided_by, decided_why"
)

HOLD = """
INSERT INTO held (source, subject, position, previous, message_id, type, exchange, routing_key,
                  content_type, headers, state, reason, detail, attempts, retry_at, body, sealed,
                  digest)
SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
       coalesce(clock_timestamp() + %s * interval '1 second', 'infinity'), %s, %s, %s
WHERE NOT EXISTS (SELECT FROM inbox WHERE source = %s AND done @> %s::bigint)
ON CONFLICT DO NOTHING
"""
WAKE = """
UPDATE held SET retry_at = clock_timestamp()
WHERE source = %s AND subject = %s AND state = 'waiting'
"""
_WAKE_AWAITING = """
UPDATE held SET retry_at = clock_timestamp()
WHERE source = %s AND state = 'waiting' AND reason = %s AND (%s IS NULL OR subject = %s)
"""
_WAKE_EACH = """
UPDATE held SET retry_at = clock_timestamp()
WHERE source = %s AND state = 'waiting' AND reason = %s AND subject = ANY(%s)
"""


def wake(source: str, reason: str, subject: str | None = None) -> Statement:
    """Give the change that has messages tried again which await what this transaction brings.

    `reason` is the code of their `WaitsError`; `subject` None: of every case.
    """
    return Statement(_WAKE_AWAITING, (source, reason, subject, subject))


def wake_each(source: str, reason: str, subjects: Sequence[str]) -> Statement:
    """Like `wake`, for the messages of several cases at once."""
    return Statement(_WAKE_EACH, (source, reason, list(subjects)))


class BodySeal(Protocol):
    """Hides bodies that may carry personal data: `vault.BodyVault`."""

    def seal_body(self, plain: bytes, about: bytes) -> tuple[bytes, ...]:
        """Give the sealed body; if it has a key of its own, also the key's row for `keeping`."""

    def open(self, sealed: bytes, about: bytes = b"") -> bytes: ...


@dataclass(frozen=True)
class Verdict:
    """Why a message is held and until when; `retry_in_s` None: until somebody wakes it."""

    state: State
    reason: str
    detail: str = ""
    attempts: int = 0
    retry_in_s: float | None = None


def hold(message: Item | Refused, verdict: Verdict, seal: BodySeal | None) -> Statement:
    """Give the change that holds a message; harmless when it is held or done already."""
    delivery = message.delivery
    said = _outside if message.source == INGRESS else _clean
    body: bytes = delivery.body
    key: Sequence[bytes] = ()
    if seal is not None:
        body, *key = seal.seal_body(delivery.body, delivery.digest)
    return keeping(
        HOLD,
        (
            message.source,
            _clean(message.subject),
            message.position,
            message.previous,
            said(delivery.message_id),
            said(delivery.type),
            delivery.exchange,
            said(delivery.routing_key),
            said(delivery.content_type),
            _headers(delivery),
            verdict.state.value,
            verdict.reason,
            verdict.detail[:500],
            verdict.attempts,
            verdict.retry_in_s,
            body,
            seal is not None,
            delivery.digest,
            message.source,
            message.position,
        ),
        key,
    )


def _headers(delivery: Delivery) -> str:
    """Keep the sender's own plain headers; the broker's (`x-death`, ...) are of no use later."""
    outside = delivery.exchange == INGRESS_EXCHANGE
    kept = {
        _clean(name): _clean(value)
        for name, value in delivery.headers.items()
        if isinstance(value, str) and not name.startswith("x-")
        if not outside or (name in _KEPT and names_nobody(value))
    }
    return json.dumps(kept | ({SENT_BY: delivery.user} if delivery.user else {}))


def _outside(text: str) -> str:
    """Give a name an outside sender made up; empty when it may name a person."""
    return _clean(text) if names_nobody(text) else ""


def _clean(text: str) -> str:
    return text.replace("\0", "")


def list_held(
    database: Database,
    *,
    state: State | None = State.PARKED,
    subject: str | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[Held]:
    """List held messages by id, oldest first; `state=None` lists every state."""
    rows = database.read(
        f"SELECT {_COLUMNS} FROM held WHERE id > %s AND (%s IS NULL OR state = %s)"  # noqa: S608
        " AND (%s IS NULL OR subject = %s) ORDER BY id LIMIT %s",
        (after, *[state.value if state else None] * 2, subject, subject, limit),
    )
    return [_held(row) for row in rows]


def show(database: Database, held_id: int, seal: BodySeal | None = None) -> tuple[Held, bytes]:
    """Give one held message with its body; sealed bytes when it is sealed and no `seal` is given.

    Raises:
        NotFoundError: no such held message.
    """
    rows = database.read(
        f"SELECT {_COLUMNS}, body, sealed, digest FROM held WHERE id = %s",  # noqa: S608
        (held_id,),
    )
    if not rows:
        raise NotFoundError(f"no held message {held_id}")
    *columns, body, sealed, digest = rows[0]
    text = bytes(body)
    if sealed and seal is not None:
        text = seal.open(text, bytes(digest))
    return _held(columns), text


def retry(database: Database, held_id: int, *, who: str, why: str) -> None:
    """Let the running consumer try a parked message again at once, with fresh attempts.

    Raises:
        NotFoundError: no such held message.
        RuleError: it was discarded, or who or why is empty.
    """
    _signed(who, why)
    done = database.run(
        "UPDATE held SET state = 'retrying', attempts = 0, retry_at = clock_timestamp(),"
        " decided_by = %s, decided_why = %s, decided_at = clock_timestamp()"
        " WHERE id = %s AND state <> 'discarded' RETURNING id",
        (who, why, held_id),
    )
    if not done:
        show(database, held_id)
        raise RuleError(f"message {held_id} was discarded; it cannot come back")
    get_logger().info("message_retried", held=held_id, who=who, reason=why)


def discard(database: Database, held_id: int, *, who: str, why: str) -> None:
    """Decide that a parked message has no effect, for ever; those waiting behind it go on.

    Raises:
        NotFoundError: no such held message.
        RuleError: it is not parked, or who or why is empty.
    """
    _signed(who, why)
    done = database.run(
        """
        WITH gone AS (
            UPDATE held SET state = 'discarded', decided_by = %s, decided_why = %s,
                            decided_at = clock_timestamp(), retry_at = 'infinity'
            WHERE id = %s AND state = 'parked' RETURNING id, source, subject, position
        ), woken AS (
            UPDATE held h SET retry_at = clock_timestamp() FROM gone g
            WHERE h.source = g.source AND h.subject = g.subject AND h.state = 'waiting'
        ), counted AS (
            INSERT INTO inbox (source, done)
            SELECT source, int8multirange(int8range(position, position, '[]')) FROM gone
            WHERE position IS NOT NULL
            ON CONFLICT (source) DO UPDATE SET done = inbox.done + excluded.done
        )
        SELECT id FROM gone
        """,
        (who, why, held_id),
    )
    if not done:
        show(database, held_id)
        raise RuleError(f"message {held_id} is not parked; only parked ones can be discarded")
    get_logger().info("message_discarded", held=held_id, who=who, reason=why)


def count_held(database: Database) -> dict[State, int]:
    """Count held messages by state; every state is present."""
    rows = database.read("SELECT state, count(*) FROM held GROUP BY state")
    counted = {State(state): int(number) for state, number in rows}
    return {state: counted.get(state, 0) for state in State}


def _signed(who: str, why: str) -> None:
    if not who.strip() or not why.strip():
        raise RuleError("say who decides and why")


def _held(row: Any) -> Held:
    values = list(row)
    values[6] = State(values[6])
    return Held(*values)
