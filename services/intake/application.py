"""What intake can be told, by a window, by an outside system, and by approval."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.errors import NotFoundError, RuleError
from services.chassis.eventlog.application import Application, command
from services.chassis.eventlog.database import Database
from services.chassis.projection import ReadModel
from services.chassis.vault import PersonalVault, Seal
from services.intake.domain import (
    NOT_LISTED,
    NOT_YET,
    REASONS,
    AcceptSaid,
    Case,
    Decision,
    IntakeRuleError,
    ItemVersion,
    NotBegunError,
    ProjectNoTakenError,
    Refusal,
    Reply,
    RowGuidReusedError,
    StepSaid,
    UnknownItemVersionError,
    Verdict,
    filled,
    in_force,
)
from services.intake.domain import Application as Applied
from services.intake.domain.records import Incoming
from services.intake.refused import keep as keep_refused
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id

Items = Callable[[Database, Collection[str]], Mapping[str, list[ItemVersion]]]
Rows = Callable[[Database, Collection[tuple[str, str]]], Mapping[tuple[str, str], str]]


@dataclass(frozen=True)
class Receipt:
    """What became of an application; `reason_code` and `reason` only when it was refused."""

    project_no: str
    state: str
    stream: str
    version: int
    reason_code: str = ""
    reason: str = ""


class Cases(Application):
    """The cases of the centre."""

    def __init__(
        self,
        database: Database,
        project: ReadModel | None = None,
        *,
        items: Items,
        rows: Rows,
        seal: Seal,
        region: str,
    ) -> None:
        """`items` and `rows` look up the read model: versions by item code, cases by row key.

        `seal` holds the vault key.
        """
        super().__init__(database, project)
        self._items = items
        self._rows = rows
        self._seal = seal
        self._vault = PersonalVault(seal)
        self._region = region

    @command
    def submit(
        self,
        facts: Facts,
        said: Applied,
        particulars: Mapping[str, str],
        *,
        key: str | None = None,
    ) -> Receipt:
        """Take in an application and accept or refuse it at once (清单之外无审批, V07).

        The particulars go to the vault in the same transaction; no event holds them.
        """
        if self.find(Case, _stream(said.project_no)) is not None:
            raise ProjectNoTakenError("another case has this project_no", "project_no")
        versions = self._items(self.database, {said.item_code}).get(said.item_code, [])
        case = Case.submit(facts, said)
        item = in_force(versions, facts.occurred_at)
        reason_code = ""
        if item is None:
            reason_code = NOT_YET if versions else NOT_LISTED
            case.refuse(facts, reason_code, REASONS[reason_code])
        else:
            case.accept(facts, item, facts.occurred_at)
        if particulars:
            self.change(self._vault.introducing(said.subject_id, particulars))
        self._file(case)
        return Receipt(
            case.project_no,
            case.state.value,
            str(case.id),
            case.version,
            reason_code,
            REASONS.get(reason_code, ""),
        )

    @command
    def complete(self, facts: Facts, project_no: str, decision: Decision) -> None:
        """Complete a case as approval decided."""
        case = self.find(Case, _stream(project_no))
        if case is None:
            raise NotBegunError("there is no such case, or not yet")
        case.complete(facts, decision)
        self._file(case)

    def expect(self, project_nos: Collection[str]) -> None:
        """Load these cases in one go, for the commands that follow in this unit of work."""
        self.prefetch(Case, [_stream(number) for number in project_nos])

    def take_records(self, batch: Sequence[Incoming], now: datetime) -> None:
        """Take rows of outside systems, in order; what the rules refuse is answered with a reason.

        Idempotent by (data_source, row_guid). Looks everything up in three round trips a batch.

        Raises:
            NotBegunError: a row is about a case, or a row, that is not here yet.
            UnknownItemVersionError: the item is known, the version is not.
        """
        self.expect({incoming.project_no for incoming in batch})
        items = self._items(
            self.database,
            {said.item_code for one in batch if isinstance(said := one.said, AcceptSaid)},
        )
        taken = dict(
            self._rows(self.database, {(o.row.data_source, o.row.row_guid) for o in batch})
        )
        for incoming in batch:
            key = (incoming.row.data_source, incoming.row.row_guid)
            try:
                if taken.get(key, incoming.project_no) != incoming.project_no:
                    raise RowGuidReusedError("this row_guid belongs to another case", "row_guid")
                self.take(incoming, items)
                taken[key] = incoming.project_no
            except IntakeRuleError as refusal:
                reply = _reply(incoming, refusal.code, str(refusal), refusal.field)
                self.refuse(reply, incoming.body, now)

    @command
    def take(self, incoming: Incoming, items: Mapping[str, list[ItemVersion]]) -> None:
        """Take one row."""
        case = self.find(Case, _stream(incoming.project_no))
        if isinstance(incoming.said, AcceptSaid) and incoming.said.item_code not in items:
            raise UnknownItemError("the item is on no published list", "task_code")
        if case is None:
            case = self._open(incoming, items)
        else:
            self._continue(case, incoming, items)
        self._file(case)

    @command
    def refuse(self, reply: Reply, body: bytes, now: datetime, correlation_id: str = "") -> None:
        """Answer a row that cannot be taken, and keep it as it came (I08).

        The same answer is given once, the same body kept once.
        """
        self.change(keep_refused(reply, body, now, self._seal))
        if self.find(Refusal, stream_id("refusal", reply.key)) is None:
            facts = Facts(
                occurred_at=now,
                subject=reply.row_guid or reply.data_source,
                actor=Actor(ActorKind.SYSTEM, "intake"),
                correlation_id=correlation_id or reply.row_guid or reply.data_source,
                region=self._region,
            )
            self.keep(Refusal.tell(facts, reply))

    def _file(self, case: Case) -> None:
        """Keep a case; while it is open, its applicant's particulars cannot be erased."""
        if case.turned:
            hold = self._vault.holding if case.is_open else self._vault.releasing
            self.change(hold(case.subject_id, case.project_no))
        self.keep(case)

    def _open(self, incoming: Incoming, items: Mapping[str, list[ItemVersion]]) -> Case:
        row, stated = incoming.row, incoming.said
        if not isinstance(stated, AcceptSaid):
            raise NotBegunError("the case is not accepted yet")
        item = _version(items, stated)
        said, calendar = filled(stated, item)
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
        case.report_acceptance(facts, row, said, item, calendar)
        if incoming.particulars:
            self.change(self._vault.introducing(subject_id, incoming.particulars))
        return case

    def _continue(
        self, case: Case, incoming: Incoming, items: Mapping[str, list[ItemVersion]]
    ) -> None:
        row, said, calendar = incoming.row, incoming.said, None
        item: ItemVersion | None = None
        if isinstance(said, AcceptSaid):
            if row.key not in case.rows:
                raise ProjectNoTakenError("another case has this project_no", "project_no")
            item = _version(items, said)
            said, calendar = filled(said, item)
        verdict = case.rows.judge(row, said)
        at = self._facts(incoming, row.source_time, case.department)
        if verdict is Verdict.RETRACTED:
            case.retract(at, row, "deleted by the sender")
        elif verdict is Verdict.SAME and row.source_time > case.rows[row.key].source_time:
            if said is not None and self._renewed(case, incoming):
                case.correct(at, row, said, vault_changed=True)
        elif verdict is Verdict.CORRECTED and said is not None:
            case.correct(at, row, said, vault_changed=self._renewed(case, incoming))
        elif verdict is Verdict.NEW and isinstance(said, AcceptSaid) and item is not None:
            facts = self._facts(incoming, said.accepted_at, said.department)
            case.report_acceptance(facts, row, said, item, calendar)
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


def subject_of(project_no: str) -> str:
    """Give the reference to a case's applicant; says nothing about the person."""
    return f"s-{stream_id('subject', project_no).hex[:16]}"


def _stream(project_no: str) -> UUID:
    return stream_id("case", project_no)


def _version(items: Mapping[str, list[ItemVersion]], said: AcceptSaid) -> ItemVersion:
    for version in items[said.item_code]:
        if version.item_version == said.item_version:
            return version
    raise UnknownItemVersionError("the item is known, this version of it is not")


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


__all__ = ["Cases", "Receipt", "UnknownItemError", "subject_of"]
