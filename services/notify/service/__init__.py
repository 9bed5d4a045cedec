"""Listens for notify: intake's events; answers for notices and deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.chassis.audit.routes import AuditRoutes
from services.chassis.bus.providers import ApplicationProvider
from services.chassis.bus.subscription import subscribe
from services.chassis.errors import BanjianError, RuleError
from services.chassis.events import Event
from services.chassis.frame_provider import FrameProvider
from services.notify import messages
from services.notify.application import Notify
from services.notify.domain import DeliveryRuleError
from services.notify.projections import READ_MODEL
from services.notify.service.deliveries import DeliveryRoutes
from services.notify.service.notices import NoticeRoutes


class Service(NoticeRoutes, DeliveryRoutes, AuditRoutes):
    """The nameko service."""

    name = "notify"
    errors: Final[Mapping[type[Exception], type[BanjianError]]] = {DeliveryRuleError: RuleError}
    frame: Any = FrameProvider()
    notices: Any = ApplicationProvider(Notify, READ_MODEL)

    @subscribe(reads=messages.READS)
    def on_events(self, batch: Sequence[Event]) -> None:
        """Put the notices these events make due on file."""
        self.notices.record(
            [(messages.facts_after(event), messages.occasion(event)) for event in batch]
        )
