"""Listens and answers: the board, the figures, what is behind them, published figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.chassis.bus.providers import ApplicationProvider
from services.chassis.bus.subscription import subscribe
from services.chassis.clock import SystemClock
from services.chassis.errors import BanjianError, RuleError
from services.chassis.events import Event
from services.disclosure import messages
from services.disclosure.application import Figures
from services.disclosure.domain import FigureRuleError
from services.disclosure.projections import READ_MODEL
from services.disclosure.service.publishing import Publishing
from services.disclosure.service.rules import Rules
from services.disclosure.service.screens import Screens
from services.disclosure.service.statistics import Statistics


class Service(Statistics, Publishing, Rules, Screens):
    """The nameko service."""

    name = "disclosure"
    errors: Final[Mapping[type[Exception], type[BanjianError]]] = {FigureRuleError: RuleError}
    clock = SystemClock()
    figures: Any = ApplicationProvider(Figures, READ_MODEL)

    @subscribe(reads=messages.READS)
    def on_events(self, batch: Sequence[Event]) -> None:
        """Project a batch; what nobody counts is passed over."""
        with self.figures.unit_of_work() as uow:
            uow.change(*(change for event in batch for change in READ_MODEL.project(event)))
