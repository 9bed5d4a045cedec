"""Listens for intake: windows by HTTP, outside systems by the ingress, catalog and approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from services.chassis import reference
from services.chassis.bus.envelope import Record
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
from services.chassis.translate import translate
from services.chassis.vault import Seal
from services.intake import messages, projections
from services.intake.application import Intake
from services.intake.domain import IntakeRuleError, NotBegunError, UnknownItemVersionError
from services.intake.domain.records import Incoming
from services.intake.messages.payments import KIND as PAYMENT
from services.intake.messages.records import RefusedError, thread_of
from services.intake.messages.records import translate as read_record
from services.intake.projections import READ_MODEL
from services.intake.service.cases import CaseRoutes
from services.intake.service.fees import FeeRoutes
from services.intake.service.ratings import RatingRoutes
from services.intake.service.subjects import SubjectRoutes
from services.intake.service.tickets import TicketRoutes

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


class Service(CaseRoutes, FeeRoutes, RatingRoutes, TicketRoutes, SubjectRoutes):
    """The nameko service."""

    name = "intake"
    errors: Final[Mapping[type[Exception], type[BanjianError]]] = {
        IntakeRuleError: RuleError,
        NotBegunError: NotFoundError,
        UnknownItemVersionError: UnknownVersionError,
    }
    clock = SystemClock()
    frame: Any = FrameProvider()
    cases: Any = CasesProvider(Intake, READ_MODEL)

    @subscribe(reads=messages.READS)
    def on_events(self, batch: Sequence[Event]) -> None:
        """Learn what catalog says, and complete what approval has decided."""
        decided = [event for event in batch if event.type not in reference.READS]
        for event in batch:
            self.cases.change(*reference.project(event))
        for year in messages.years_changed(batch):
            self.cases.calendar_changed(year)
        self.cases.expect({event.subject for event in decided})
        for event in decided:
            project_no, decision = messages.decision(event)
            try:
                self.cases.complete(messages.facts_after(event), project_no, decision)
            except NotBegunError as error:
                raise translate(error, self.errors) from error

    @ingress
    def on_records(self, batch: Sequence[Record]) -> None:
        """Take the rows of outside systems; those that cannot be taken get a reasoned reply."""
        now = self.clock.now()
        rows: list[Incoming] = []
        for record in batch:
            if record.kind == PAYMENT:
                continue
            thread = thread_of(record.message_id)
            try:
                rows.append(read_record(record.body, record.source, thread))
            except RefusedError as refused:
                log.info("record_refused", reason=refused.reply.reason_code)
                self.cases.refuse(refused.reply, record.body, now, thread)
        try:
            self.cases.take_records(rows, now)
            self.take_payments([record for record in batch if record.kind == PAYMENT], now)
        except (IntakeRuleError, NotBegunError, UnknownItemVersionError) as error:
            raise translate(error, self.errors) from error

    def _expect_due(self, dues: Sequence[Due]) -> None:
        self.cases.expect({due.key for due in dues})

    @deadlines(prepare=_expect_due)
    def on_due(self, due: Due) -> None:
        """Say that a limit approaches or has passed, or count it again."""
        self.cases.fire(due)
