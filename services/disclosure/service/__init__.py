"""Listens and answers: the board, the figures, what is behind them, published figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from services.chassis.audit.routes import AuditRoutes
from services.chassis.bus.providers import ApplicationProvider
from services.chassis.bus.subscription import subscribe
from services.chassis.clock import SystemClock
from services.chassis.deadlines import Due
from services.chassis.deadlines.entrypoint import deadlines
from services.chassis.errors import BanjianError, RuleError
from services.chassis.events import Event
from services.chassis.frame import frame_of
from services.chassis.vault import Seal
from services.disclosure import messages
from services.disclosure.application import Disclosure
from services.disclosure.domain import DisclosureRuleError, FigureRuleError
from services.disclosure.projections import READ_MODEL
from services.disclosure.projections.lookups import Rows
from services.disclosure.service.entry_pages import EntryPages
from services.disclosure.service.foi_desk import FoiDesk
from services.disclosure.service.foi_letters import FoiLetters
from services.disclosure.service.foi_pages import FoiPages
from services.disclosure.service.happenings import Happenings
from services.disclosure.service.own_record_pages import OwnRecordPages
from services.disclosure.service.portal_pages import PortalPages
from services.disclosure.service.proof_pages import ProofPages
from services.disclosure.service.report_pages import ReportPages
from services.disclosure.service.results import Results
from services.disclosure.service.rules import Rules
from services.disclosure.service.screens import Screens
from services.disclosure.service.statistics import Statistics
from services.disclosure.service.subjects import SubjectRoutes
from services.disclosure.service.supervision_following import SupervisionFollowing
from services.disclosure.service.supervision_pages import SupervisionPages
from services.kernel.clock import ClockRuleError


class DisclosureProvider(ApplicationProvider):
    """Disclosure's application, with its vault and its region."""

    def setup(self) -> None:
        settings = frame_of(self.container).settings
        key = settings.vault_key_file
        self._kind = partial(  # type: ignore[assignment]  # called like the class
            Disclosure,
            seal=Seal.from_file(key, settings.vault_cipher) if key else None,
            region=settings.region,
            look=Rows,
        )
        super().setup()


class Service(
    Statistics,
    Happenings,
    ProofPages,
    Results,
    Rules,
    PortalPages,
    Screens,
    OwnRecordPages,
    FoiPages,
    FoiDesk,
    FoiLetters,
    SubjectRoutes,
    EntryPages,
    SupervisionPages,
    SupervisionFollowing,
    ReportPages,
    AuditRoutes,
):
    """The nameko service."""

    name = "disclosure"
    errors: Final[Mapping[type[Exception], type[BanjianError]]] = {
        FigureRuleError: RuleError,
        DisclosureRuleError: RuleError,
        ClockRuleError: RuleError,
    }
    clock = SystemClock()
    figures: Any = DisclosureProvider(Disclosure, READ_MODEL)

    @subscribe(reads=messages.READS)
    def on_events(self, batch: Sequence[Event]) -> None:
        """Project a batch; what nobody counts is passed over."""
        with self.figures.unit_of_work() as uow:
            uow.change(*(change for event in batch for change in READ_MODEL.project(event)))
            for year in messages.years_changed(batch):
                self.figures.calendar_changed(year)
            self.follow_limits(batch)

    def _expect_due(self, dues: Sequence[Due]) -> None:
        self.figures.expect_requests(dues)

    @deadlines(prepare=_expect_due)
    def on_due(self, due: Due) -> None:
        """Say that a limit passed, that somebody is silent, or that the year ended."""
        self.figures.fire(due)
