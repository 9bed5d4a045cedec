"""What every mixin of the catalog's service finds on `self`, and how their answers look."""

from __future__ import annotations

from typing import Any

from services.chassis.clock import SystemClock
from services.chassis.errors import ContractError
from services.chassis.web import Call
from services.kernel.facts import Facts


class Room:
    """The service as its mixins see it: `catalog` is an `application.Catalog`."""

    name: str
    clock: SystemClock
    frame: Any
    catalog: Any

    def facts(self, call: Call[Any, Any], subject: str, role: str, department: str = "") -> Facts:
        """Say who does this, now, in which role, about what."""
        return Facts(
            occurred_at=self.clock.now(),
            subject=subject,
            actor=call.caller.actor(role),
            correlation_id=call.correlation_id,
            region=self.frame.settings.region,
            department=department,
        )


def own(source: str, _: int) -> bool:
    """Own events show at once (`?after=catalog:17`); the catalog hears of no others."""
    if source != "catalog":
        raise ContractError(f"the catalog does not listen to {source}", field="after")
    return True
