"""Listens for intake: windows by HTTP, outside systems by the ingress, catalog and approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from services.chassis import reference
from services.chassis.audit.routes import AuditRoutes
from services.chassis.bus.envelope import INGRESS, Record
from services.chassis.bus.held import wake
from services.chassis.bus.providers import ApplicationProvider
from services.chassis.bus.subscription import ingress, subscribe
from services.chassis.clock import SystemClock
from services.chassis.deadlines import Due
from services.chassis.deadlines.entrypoint import deadlines
from services.chassis.errors import BanjianError, NotFoundError, RuleError, UnknownVersionError
from services.chassis.events import Event
from services.chassis.frame import frame_of
from services.chassis.frame_provider import FrameProvider
from services.chassis.logs import get_logger
from services.chassis.storage.provider import FilesProvider
from services.chassis.translate import translate
from services.chassis.vault import Seal
from services.intake import messages, projections
from services.intake.application import Intake
from services.intake.application.records import AWAITS_CATALOG
from services.intake.domain import IntakeRuleError, NotBegunError, UnknownItemVersionError
from services.intake.messages.approval import APPROVAL_READS, case_of
from services.intake.messages.payments import KIND as PAYMENT
from services.intake.projections import READ_MODEL
from services.intake.projections.materials import project as project_materials
from services.intake.projections.places import project as project_places
from services.intake.service.agency import AgencyRoutes
from services.intake.service.appointment_pages import AppointmentPages
from services.intake.service.appointments import AppointmentRoutes
from services.intake.service.case_acts import CaseActRoutes
from services.intake.service.case_endings import CaseEndingRoutes
from services.intake.service.cases import CaseRoutes
from services.intake.service.confirmations import ConfirmationRoutes
from services.intake.service.contacts import ContactRoutes
from services.intake.service.desk import DeskPages
from services.intake.service.desk_fees import DeskFeePages
from services.intake.service.desk_notice import DeskNoticePages
from services.intake.service.desk_ratings import DeskRatingPages
from services.intake.service.fees import FeeRoutes
from services.intake.service.following import Following
from services.intake.service.hotline_pages import HotlinePages
from services.intake.service.issuing_pages import IssuingPages
from services.intake.service.materials import MaterialRoutes
from services.intake.service.portal import PortalRoutes
from services.intake.service.portal_cases import PortalCaseRoutes
from services.intake.service.portal_materials import PortalMaterialRoutes
from services.intake.service.portal_ratings import PortalRatingRoutes
from services.intake.service.projects import ProjectRoutes
from services.intake.service.sources import SourceRoutes
from services.intake.service.subjects import SubjectRoutes
from services.intake.service.village_pages import VillagePages
from services.intake.service.visits import VisitRoutes
from services.kernel.clock import ClockRuleError

ITEMS: Final = "catalog.item-"
"""Events by which an item, or a version of it, may become known."""
log = get_logger()


class CasesProvider(ApplicationProvider):
    """Intake's application, with its look-ups, its vault and its region."""

    def setup(self) -> None:
        settings = frame_of(self.container).settings
        self._kind = partial(  # type: ignore[assignment]  # called like the class
            Intake,
            catalog=projections.catalog_of,
            rows=projections.cases_of_rows,
            seal=Seal.from_file(settings.vault_key_file, settings.vault_cipher),
            region=settings.region,
        )
        super().setup()


class Service(
    AppointmentRoutes,
    AppointmentPages,
    AuditRoutes,
    ContactRoutes,
    VisitRoutes,
    CaseRoutes,
    CaseActRoutes,
    CaseEndingRoutes,
    ConfirmationRoutes,
    Following,
    FeeRoutes,
    MaterialRoutes,
    PortalRoutes,
    PortalCaseRoutes,
    PortalMaterialRoutes,
    PortalRatingRoutes,
    ProjectRoutes,
    DeskRatingPages,
    HotlinePages,
    SubjectRoutes,
    SourceRoutes,
    AgencyRoutes,
    IssuingPages,
    VillagePages,
    DeskPages,
    DeskNoticePages,
    DeskFeePages,
):
    """The nameko service."""

    name = "intake"
    errors: Final[Mapping[type[Exception], type[BanjianError]]] = {
        IntakeRuleError: RuleError,
        ClockRuleError: RuleError,
        NotBegunError: NotFoundError,
        UnknownItemVersionError: UnknownVersionError,
    }
    clock = SystemClock()
    frame: Any = FrameProvider()
    cases: Any = CasesProvider(Intake, READ_MODEL)
    files: Any = FilesProvider()

    @subscribe(reads=messages.READS)
    def on_events(self, batch: Sequence[Event]) -> None:
        """Learn what catalog says, and follow what approval does with the cases."""
        told = [event for event in batch if event.type in APPROVAL_READS]
        for event in batch:
            self.cases.change(
                *reference.project(event), *project_materials(event), *project_places(event)
            )
        if any(event.type.startswith(ITEMS) for event in batch):
            self.cases.change(wake(INGRESS, AWAITS_CATALOG))
        for year in messages.years_changed(batch):
            self.cases.calendar_changed(year)
        self.cases.expect({case_of(event) for event in told} - {""})
        for event in told:
            self.follow_approval(event)

    @ingress
    def on_records(self, batch: Sequence[Record]) -> None:
        """Take the rows of outside systems; those that cannot be taken get a reasoned reply."""
        now = self.clock.now()
        self.take_rows([record for record in batch if record.kind != PAYMENT], now)
        paid = self.let_in([record for record in batch if record.kind == PAYMENT], now)
        try:
            self.take_payments(paid, now)
        except (IntakeRuleError, NotBegunError, UnknownItemVersionError) as error:
            raise translate(error, self.errors) from error

    def _expect_due(self, dues: Sequence[Due]) -> None:
        self.cases.expect({due.key for due in dues})

    @deadlines(prepare=_expect_due)
    def on_due(self, due: Due) -> None:
        """Say that a limit approaches or has passed, or count it again."""
        self.cases.fire(due)
