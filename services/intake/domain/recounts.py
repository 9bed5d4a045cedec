"""A limit that is counted again when the working days change: one way for all but two.

The promised and the statutory limit of a case have their own (`timed.py`): they stand still.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Cause, Clock
from services.kernel.facts import Facts


class LimitKind(Enum):
    """Whose days they are."""

    TICKET = "TICKET"
    """The reply to a ticket of the hotline."""
    BAD_REVIEW_CONTACT = "BAD_REVIEW_CONTACT"
    VILLAGE_CERTIFICATE = "VILLAGE_CERTIFICATE"
    """The stage under way, of the village or of the township."""
    HAND_OVER = "HAND_OVER"
    """The answer of who was asked to take an enquiry over."""
    CORRECTION = "CORRECTION"
    """The applicant's days to bring what the one-time notice asks for."""


@dataclass(frozen=True)
class OpenLimit:
    """A limit that runs."""

    kind: LimitKind
    key: str
    """Number of the ticket, rating, request, enquiry or case."""
    clock: Clock
    due_at: datetime


class LimitRecounted(Fact):
    """The working days changed, and with them the end of a limit that runs."""

    TOPIC = "intake.limit-recounted.v1"

    limit: LimitKind
    key: str
    old_due_at: datetime
    new_due_at: datetime
    calendar_version: str
    cause: Cause
    provisional: bool | None = None


class Recounted(Aggregate):
    """Something with a limit in working days."""

    def __init__(self) -> None:
        """Nothing of its own: the limit is part of what has it."""

    def open_limit(self) -> OpenLimit | None:
        """Give the limit that runs; None when none does."""
        raise NotImplementedError

    def move_limit(self, due_at: datetime) -> None:
        """Remember another end."""
        raise NotImplementedError

    def recount_limit(self, facts: Facts, calendar: WorkCalendar) -> bool:
        """Count the limit that runs again; says whether its end moved (K06, D06)."""
        found = self.open_limit()
        due = found.clock.due(calendar) if found is not None else None
        if found is None or due is None or due.at == found.due_at:
            return False
        self.record(
            LimitRecounted,
            facts,
            limit=found.kind,
            key=found.key,
            old_due_at=found.due_at,
            new_due_at=due.at,
            calendar_version=due.calendar,
            cause=Cause.CALENDAR_AMENDED,
            provisional=due.provisional or None,
        )
        return True

    @applies(LimitRecounted)
    def _limit_recounted(self, event: LimitRecounted) -> None:
        self.move_limit(event.new_due_at)
