"""What outside systems tell intake of cases, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from services.chassis.bus.envelope import INGRESS
from services.chassis.bus.held import wake
from services.chassis.errors import NotFoundError, RuleError
from services.chassis.eventlog.application import command
from services.chassis.vault import BodyVault
from services.intake.application.cases import Cases, stream_of, subject_of
from services.intake.domain import (
    AcceptSaid,
    Case,
    IntakeRuleError,
    ItemVersion,
    Known,
    ListedItem,
    NotBegunError,
    ProjectNoTakenError,
    Refusal,
    Reply,
    ResultSaid,
    RowGuidReusedError,
    StepSaid,
    UnknownItemVersionError,
    Verdict,
    filled,
    limits_of,
)
from services.intake.domain import Application as Applied
from services.intake.domain.checklists import material_code
from services.intake.domain.records import Incoming, MaterialSaid, RecordKind, Said
from services.intake.domain.refusal import Quarantine
from services.intake.domain.sources import DepartmentNotPermittedError
from services.intake.refused import keep as keep_refused
from services.kernel.clock import Cause
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id

AWAITS_CATALOG: Final = "awaits_catalog"
AWAITS_RECORD: Final = "awaits_record"
"""What a held row waits for: a version of its item, or the acceptance or row it is about."""


class Records(Cases):
    """The rows of the national exchange tables."""

    def take_records(self, batch: Sequence[Incoming], now: datetime) -> None:
        """Take rows of outside systems, in order; what the rules refuse is answered with a reason.

        Idempotent by (data_source, row_guid). Looks everything up in three round trips a batch.

        Raises:
            NotBegunError: a row is about a case, or a row, that is not here yet.
            QuarantinedError: the catalog does not know the item, or this version of it.
        """
        self.expect({incoming.project_no for incoming in batch})
        known = self._catalog(
            {said.item_code for one in batch if isinstance(said := one.said, AcceptSaid)}
        )
        taken = dict(
            self._rows(self.database, {(o.row.data_source, o.row.row_guid) for o in batch})
        )
        for incoming in batch:
            key = (incoming.row.data_source, incoming.row.row_guid)
            try:
                if taken.get(key, incoming.project_no) != incoming.project_no:
                    raise RowGuidReusedError("this row_guid belongs to another case", "row_guid")
                self.take(incoming, known)
                taken[key] = incoming.project_no
            except UnknownItemError as unknown:
                reply = _reply(incoming, unknown.code, str(unknown), unknown.field)
                raise QuarantinedError(reply, incoming.row.digest) from None
            except IntakeRuleError as refusal:
                if isinstance(refusal, ProjectNoTakenError):
                    self._note_conflict(incoming)
                reply = _reply(incoming, refusal.code, str(refusal), refusal.field)
                self.refuse(reply, incoming.body, now)
            except UnknownItemVersionError as unknown:
                code, field = "unknown_item_version", "task_version"
                reply = _reply(incoming, code, str(unknown), field)
                raise QuarantinedError(reply, incoming.row.digest) from None
        begun = [one.project_no for one in batch if isinstance(one.said, AcceptSaid)]
        self._watch_calendar(known, begun)

    @command
    def take(self, incoming: Incoming, known: Known) -> None:
        """Take one row."""
        case = self.find(Case, stream_of(incoming.project_no))
        if isinstance(incoming.said, AcceptSaid) and incoming.said.item_code not in known.items:
            raise UnknownItemError("the item is on no published list", "task_code")
        self._check_department(case, incoming, known)
        if case is None:
            case = self._open(incoming, known)
        else:
            self._continue(case, incoming, known)
        if isinstance(incoming.said, AcceptSaid):
            self.change(wake(INGRESS, AWAITS_RECORD, incoming.project_no))
        self._file(case, known.calendar)
        self._follow_material(case, incoming)

    @command
    def refuse(self, reply: Reply, body: bytes, now: datetime, correlation_id: str = "") -> None:
        """Answer a row that cannot be taken, and keep it as it came (I08).

        The same answer is given once, the same body kept once.
        """
        self.change(keep_refused(reply, body, now, BodyVault(self._seal, self.database)))
        if self.find(Refusal, stream_id("refusal", reply.key)) is None:
            facts = Facts(
                occurred_at=now,
                subject=reply.row_guid or reply.data_source,
                actor=Actor(ActorKind.SYSTEM, "intake"),
                correlation_id=correlation_id or reply.row_guid or reply.data_source,
                region=self._region,
            )
            self.keep(Refusal.tell(facts, reply, sha256(body).hexdigest()))

    @command
    def quarantine(
        self, reply: Reply, digest: str, now: datetime, correlation_id: str = ""
    ) -> None:
        """Tell who sent a row, once, that it waits for the catalog; nobody has to send it again."""
        if self.find(Quarantine, stream_id("quarantine", reply.key)) is None:
            facts = Facts(
                occurred_at=now,
                subject=reply.row_guid or reply.data_source,
                actor=Actor(ActorKind.SYSTEM, "intake"),
                correlation_id=correlation_id or reply.row_guid or reply.data_source,
                region=self._region,
            )
            self.keep(Quarantine.tell(facts, reply, digest))

    def _note_conflict(self, incoming: Incoming) -> None:
        """Put on file that another system uses this case's number (I09)."""
        case = self.find(Case, stream_of(incoming.project_no))
        if case is not None:
            facts = self._facts(incoming, incoming.row.source_time, case.department)
            if case.conflict(facts, incoming.row):
                self.keep(case)

    def _check_department(self, case: Case | None, incoming: Incoming, known: Known) -> None:
        """Keep a source to the departments it may tell of.

        Raises:
            DepartmentNotPermittedError: the case is, or would be, another one's.
        """
        said, allowed = incoming.said, incoming.departments
        if not allowed:
            return
        told = {case.department} if case is not None and case.department else set()
        if isinstance(said, AcceptSaid):
            told.add(said.department or _version(known.items, said).department)
        if not told <= allowed:
            raise DepartmentNotPermittedError("the case is of another department", "org_code")

    def _open(self, incoming: Incoming, known: Known) -> Case:
        row, stated = incoming.row, incoming.said
        if not isinstance(stated, AcceptSaid):
            raise NotBegunError("the case is not accepted yet")
        item = _version(known.items, stated)
        said, counted = filled(stated, item, known.calendar)
        subject_id = subject_of(incoming.project_no)
        submitted_at = said.submitted_at or said.accepted_at
        case = Case.submit(
            self._facts(incoming, submitted_at, said.department),
            Applied(
                project_no=incoming.project_no,
                item_code=said.item_code,
                channel=said.channel,
                subject_id=subject_id,
                submitted_at=submitted_at,
                window=said.window or None,
            ),
            row,
        )
        facts = self._facts(incoming, said.accepted_at, said.department)
        limits = limits_of(item, said.accepted_at, known.calendar, counted)
        case.report_acceptance(facts, row, said, item, limits)
        if incoming.particulars:
            self.change(self._vault.introducing(subject_id, incoming.particulars))
        return case

    def _continue(self, case: Case, incoming: Incoming, known: Known) -> None:
        row, said, counted = incoming.row, incoming.said, None
        item: ItemVersion | None = None
        case.rows.check_owner(row)
        if isinstance(said, AcceptSaid):
            if row.key not in case.rows:
                raise ProjectNoTakenError("another case has this project_no", "project_no")
            item = _version(known.items, said)
            said, counted = filled(case.as_counted(row, said), item, known.calendar)
        verdict = case.rows.judge(row, said)
        at = self._facts(incoming, row.source_time, case.department)
        if verdict is Verdict.RETRACTED:
            case.retract(at, row, "deleted by the sender")
            case.recalculate(at, known.calendar, Cause.CORRECTION)
        elif verdict is Verdict.SAME and row.source_time > case.rows[row.key].source_time:
            if said is not None and self._renewed(case, incoming):
                case.correct(at, row, said, vault_changed=True)
        elif verdict is Verdict.CORRECTED and said is not None:
            renewed = self._renewed(case, incoming)
            case.correct(at, row, said, vault_changed=renewed, counted=counted, item=item)
            case.recalculate(at, known.calendar, Cause.CORRECTION)
        elif verdict is Verdict.NEW and isinstance(said, AcceptSaid) and item is not None:
            facts = self._facts(incoming, said.accepted_at, said.department)
            limits = limits_of(item, said.accepted_at, known.calendar, counted)
            case.report_acceptance(facts, row, said, item, limits)
            case.recalculate(at, known.calendar, Cause.CORRECTION)
        elif verdict is Verdict.NEW and said is not None and not isinstance(said, AcceptSaid):
            happened = _happened(said) or row.source_time
            case.report(self._facts(incoming, happened, case.department), row, said)
            case.recalculate(at, known.calendar, Cause.CORRECTION)
            self._renewed(case, incoming)

    def _follow_material(self, case: Case, incoming: Incoming) -> None:
        """Let the checklist of a case know what its outside system says came, or takes back."""
        row = incoming.row
        if row.kind is not RecordKind.MATERIAL:
            return
        known = case.rows.get(row.key)
        if known is None or known.source_time != row.source_time:
            return
        file = self.materials_of(case.project_no)
        facts = self._facts(incoming, row.source_time, case.department)
        before = file.reported.get(row.key)
        if known.retracted:
            moved = file.retract(facts, row)
        elif isinstance(known.said, MaterialSaid):
            moved = file.report(facts, material_code(known.said.name), known.said, row)
        else:
            moved = False
        if before is not None and before not in file.reported.values():
            for key, other in sorted(case.rows.materials(before), key=lambda one: one[0]):
                source, _, guid = key.rpartition("/")
                same = replace(row, data_source=source, row_guid=guid)
                moved = file.report(facts, before, other, same) or moved
                break
        if moved:
            self.keep(file)

    def _renewed(self, case: Case, incoming: Incoming) -> bool:
        """Put changed particulars into the vault; says whether there were any.

        Runs in a transaction of its own: repeating it changes nothing, and an event that says so
        without it having happened would be worse than the reverse.
        """
        if not incoming.particulars:
            return False
        with self.database.transaction() as cursor:
            try:
                known = self._vault.open(cursor.connection, case.subject_id)
            except NotFoundError:
                known = {}
            if incoming.particulars.items() <= known.items():
                return False
            try:
                self._vault.store(cursor.connection, case.subject_id, incoming.particulars)
            except RuleError:
                return False  # the person was erased: what comes later is not taken in again
        return True

    def _facts(self, incoming: Incoming, occurred_at: datetime, department: str) -> Facts:
        return Facts(
            occurred_at=occurred_at,
            subject=incoming.project_no,
            actor=Actor(ActorKind.EXTERNAL, incoming.row.data_source, role="exchange"),
            correlation_id=incoming.correlation_id,
            causation_id=incoming.causation_id,
            region=self._region,
            department=department,
        )


class UnknownItemError(IntakeRuleError):
    """The item is on no published list (I05, V07)."""

    code = "unknown_item"


class QuarantinedError(Exception):
    """A row names what the catalog does not know yet; it waits, and its sender is told."""

    def __init__(self, reply: Reply, digest: str) -> None:
        super().__init__(reply.reason)
        self.reply = reply
        self.digest = digest


def _happened(said: Said) -> datetime | None:
    """Say when what a row reports happened; None when the row does not say."""
    if isinstance(said, StepSaid):
        return said.ended_at
    if isinstance(said, ResultSaid):
        return said.completed_at
    if isinstance(said, MaterialSaid):
        return said.received_at
    return said.accepted_at if isinstance(said, AcceptSaid) else said.started_at


def _version(items: Mapping[str, ListedItem], said: AcceptSaid) -> ItemVersion:
    version = items[said.item_code].version(said.item_version)
    if version is None:
        raise UnknownItemVersionError("the item is known, this version of it is not")
    return version


def _reply(incoming: Incoming, code: str, reason: str, field: str) -> Reply:
    row = incoming.row
    return Reply(
        data_source=row.data_source,
        record=row.kind.value,
        reason_code=code,
        reason=reason,
        row_guid=row.row_guid,
        project_no=incoming.project_no,
        field=field or None,
    )
