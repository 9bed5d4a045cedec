"""What every event says about itself: when, who, about what, because of what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class ActorKind(Enum):
    """Who can cause an event (DOMAIN.md 3.1). Timers are actors too."""

    PERSON = "person"
    SYSTEM = "system"
    TIMER = "timer"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Actor:
    """The cause of an event. `id` is an account, never a name or a document number."""

    kind: ActorKind
    id: str
    unit: str = ""
    """Department code of the actor, empty when it has none."""
    window: str = ""
    role: str = ""


@dataclass(frozen=True)
class Facts:
    """The part of every event that is the same for all events.

    `occurred_at` is when it happened in the world and carries an offset; when the log wrote it
    (`recorded_at`) is the log's own column. `subject` is the business key the event is about (the
    case number of a case): it is the partition key on the bus. No personal data in any field.
    """

    occurred_at: datetime
    subject: str
    actor: Actor
    correlation_id: str
    causation_id: str = ""
    region: str = ""
    department: str = ""

    def __post_init__(self) -> None:
        if self.occurred_at.tzinfo is None:
            raise ValueError("occurred_at needs an offset")
