"""What a caller saw of a thing before acting on it: is it another by now, they are told."""

from __future__ import annotations

from typing import Final

from services.chassis.errors import BanjianError
from services.chassis.eventlog.application import Application
from services.kernel.aggregate import Aggregate

NAMED: Final = 5
"""So many changes of somebody else are named."""


class ChangedError(BanjianError):
    """Somebody else changed it since the caller saw it; says what happened."""

    http_status = 409
    code = "changed"


def check_seen(application: Application, thing: Aggregate, seen: int | None) -> None:
    """Refuse to act on what the caller has not seen; `seen` None: on whatever it is now.

    Raises:
        ChangedError: its version is another.
    """
    if seen is None or seen == thing.version:
        return
    since = [event for event in application.events_of(thing.id) if event.version > seen]
    named = [f"{event.type}（{event.body.actor.id}）" for event in since[:NAMED]]
    more = f"等{len(since)}项" if len(since) > NAMED else ""
    said = f"在您查看之后已有变化：{'、'.join(named)}{more}。" if since else ""
    raise ChangedError(
        f"{said}现在的版本是 {thing.version}，不是 {seen}，请重新查看后再办理。",
        version=thing.version,
    )
