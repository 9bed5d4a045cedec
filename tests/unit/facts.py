"""Facts for domain tests: a moment, an actor, a subject."""

from __future__ import annotations

from datetime import datetime

from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI

NOW = datetime(2020, 10, 20, 9, 20, tzinfo=SHANGHAI)
CLERK = Actor(ActorKind.PERSON, "clerk-12", unit="D07", window="07", role="clerk")
OFFICER = Actor(ActorKind.PERSON, "officer-21", unit="D07", role="officer")
COUNTY = Actor(ActorKind.EXTERNAL, "county-vertical-07", role="exchange")
HOUSE = Actor(ActorKind.SYSTEM, "approval")


def facts(actor: Actor = CLERK, at: datetime = NOW, subject: str = "case-1") -> Facts:
    """Say who, when and about what."""
    return Facts(at, subject, actor, "correlation-1", region="3412XX", department="D07")
