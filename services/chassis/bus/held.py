"""Messages that could not take effect: waiting, retrying or parked, and what an operator may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.chassis.eventlog.database import Database


class State(Enum):
    """Why a held message is held."""

    WAITING = "waiting"
    """Behind another message of its case, or before one of its stream that is still missing."""
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


def list_held(
    database: Database,
    *,
    state: State | None = State.PARKED,
    subject: str | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[Held]:
    """List held messages by id, oldest first; `state=None` lists every state."""
    raise NotImplementedError


def show(database: Database, held_id: int) -> tuple[Held, bytes]:
    """Give one held message with its body as stored (sealed bytes when it came from outside).

    Raises:
        NotFoundError: no such held message.
    """
    raise NotImplementedError


def retry(database: Database, held_id: int, *, who: str, why: str) -> None:
    """Let the running consumer try a parked message again at once, with fresh attempts.

    Raises:
        NotFoundError: no such held message.
        RuleError: it was discarded, or who or why is empty.
    """
    raise NotImplementedError


def discard(database: Database, held_id: int, *, who: str, why: str) -> None:
    """Decide that a parked message has no effect, for ever; those waiting behind it go on.

    Raises:
        NotFoundError: no such held message.
        RuleError: it is not parked, or who or why is empty.
    """
    raise NotImplementedError


def count_held(database: Database) -> dict[State, int]:
    """Count held messages by state; every state is present."""
    raise NotImplementedError
