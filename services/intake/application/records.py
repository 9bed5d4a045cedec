"""What outside systems tell intake of cases, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

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
    RowGuidReusedError,
    StepSaid,
    UnknownItemVersionError,
    Verdict,
    filled,
    limits_of,
)
from services.intake.domain import Application as Applied
from services.intake.domain.records import Incoming
from services.intake.refused import keep as keep_refused
from services.kernel.clock import Cause
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id


class Records(Cases):
    """The rows of the national exchange tables."""

    def take_records(self, batch: Sequence[Incoming], now: datetime) -> None:
        """Take rows of outside systems, in order; what the rules refuse is answered with a reason.

        Idempotent by (data_source, row_guid). Looks everything up in three round trips a batch.

        Raises:
            NotBegunError: a row is about a case, or a row, that is not here yet.
            UnknownItemVersionError: the item is known, the version is not.
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
            except IntakeRuleError as refusal:
                reply = _reply(incoming, refusal.code, str(refusal), refusal.field)
                self.refuse(reply, incoming.body, now)
        begun = [one.project_no for one in batch if isinstance(one.said, AcceptSaid)]
        self._watch_calendar(known, begun)

    @command
    def take(self, incoming: Incoming, known: Known) -> None:
        """Take one row."""
        case = self.find(Case, stream_of(incoming.project_no))
        if isinstance(incoming.said, AcceptSaid) and incoming.said.item_code not in known.items:
            raise UnknownItemError("the item is on no published list", "task_code")
        if case is None:
            case = self._open(incoming, known)
        else:
            self._continue(case, incoming, known)
        self._file(case, known.calendar)

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
            self.keep(Refusal.tell(facts, reply))

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
        if isinstance(said, AcceptSaid):
            if row.key not in case.rows:
                raise ProjectNoTakenError("another case has this project_no", "project_no")
            item = _version(known.items, said)
            said, counted = filled(case.as_counted(row, said), item, known.calendar)
        verdict = case.rows.judge(row, said)
        at = self._facts(incoming, row.source_time, case.department)
        if verdict is Verdict.RETRACTED:
            case.retract(at, row, "deleted by the sender")
        elif verdict is Verdict.SAME and row.source_time > case.rows[row.key].source_time:
            if said is not None and self._renewed(case, incoming):
                case.correct(at, row, said, vault_changed=True)
        elif verdict is Verdict.CORRECTED and said is not None:
            renewed = self._renewed(case, incoming)
            case.correct(at, row, said, vault_changed=renewed, counted=counted)
            case.recalculate(at, known.calendar, Cause.CORRECTION)
        elif verdict is Verdict.NEW and isinstance(said, AcceptSaid) and item is not None:
            facts = self._facts(incoming, said.accepted_at, said.department)
            limits = limits_of(item, said.accepted_at, known.calendar, counted)
            case.report_acceptance(facts, row, said, item, limits)
        elif verdict is Verdict.NEW and said is not None and not isinstance(said, AcceptSaid):
            happened = said.ended_at if isinstance(said, StepSaid) else said.completed_at
            case.report(self._facts(incoming, happened, case.department), row, said)
            self._renewed(case, incoming)

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
