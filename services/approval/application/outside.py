"""What departments that work in a system of their own tell of their tasks, row by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from services.approval.application.processes import Processes
from services.approval.domain import (
    AlreadyDecidedError,
    ApprovalRuleError,
    NoClockError,
    Notice,
    NoticeMissingError,
    NotSoError,
    Process,
    Verdict,
    WrongDepartmentError,
)
from services.approval.domain.refusal import Known, Refusal, Reply
from services.approval.records import Incoming
from services.chassis.eventlog.application import command
from services.chassis.eventlog.database import Database
from services.chassis.projection import Change
from services.kernel.clock import ClockRuleError
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id

RETRACTED: Final = "deleted_by_the_sender"
CORRECTED: Final = "corrected_by_the_sender"


class RowRefusedError(ApprovalRuleError):
    """A row that contradicts what is known of it."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.field = field


KnownRow = Callable[[Database, tuple[str, str]], Known | None]
"""Asks for the last state of a row, by (data_source, row_guid)."""
KeepRow = Callable[[tuple[str, str], Known], Change]


def _unknown(_: Database, __: tuple[str, str]) -> None:
    return None


def _unkept(_: tuple[str, str], __: Known) -> Change:
    raise RuntimeError("nobody has said where the rows of outside departments are kept")


class OutsideRows(Processes):
    """The rows of outside departments; where they are kept is set by the service."""

    known_row: KnownRow = staticmethod(_unknown)
    keep_row: KeepRow = staticmethod(_unkept)

    @command
    def take_row(self, row: Incoming, now: datetime) -> None:
        """Take one row; what the rules refuse is answered with a reason.

        Idempotent by (data_source, row_guid): of two states of a row the later `cd_time` holds.

        Raises:
            NoTaskError, BlockedError: it is early; nothing has happened.
        """
        try:
            state = _judge(row, self.known_row(self.database, row.key))
            if state is None:
                return
            self._apply(row)
            self.change(self.keep_row(row.key, state))
        except RowRefusedError as refused:
            self.refuse_row(row.refusal(refused.code, str(refused), refused.field), now, row.digest)
        except WrongDepartmentError as other:
            reply = row.refusal("department_not_permitted", str(other), "org_code")
            self.refuse_row(reply, now, row.digest)
        except AlreadyDecidedError as late:
            self.refuse_row(row.refusal("already_decided", str(late)), now, row.digest)
        except NotSoError as wrong:
            self.refuse_row(row.refusal("not_so", str(wrong)), now, row.digest)
        except (ClockRuleError, NoClockError, NoticeMissingError) as rule:
            self.refuse_row(row.refusal("clock_rule", str(rule), "standstill"), now, row.digest)

    @command
    def refuse_row(self, reply: Reply, now: datetime, digest: str = "", thread: str = "") -> None:
        """Answer a row that cannot be taken; the same answer is given once."""
        if self.find(Refusal, stream_id("refusal", reply.key)) is not None:
            return
        about = reply.row_guid or reply.data_source
        facts = Facts(
            occurred_at=now,
            subject=about,
            actor=Actor(ActorKind.SYSTEM, "approval"),
            correlation_id=thread or about,
            region=self._region,
        )
        self.keep(Refusal.tell(facts, reply, digest))

    def _apply(self, row: Incoming) -> None:
        process = self.process_of_task(row.project_no, counting=True)
        task = process.task(row.project_no)
        facts = self._row_facts(process, row)
        if row.operation == "delete":
            if row.kind != "decision":
                raise RowRefusedError(
                    "not_deletable", "only a decision is taken back; resume the clock", "record"
                )
            process.result_retracted(facts, row.row_guid, RETRACTED, task.task_id)
        elif row.kind == "decision":
            self._decide(facts, process, row)
        elif row.kind == "start":
            process.start(facts, task.task_id)
        elif row.standstill is not None and row.kind == "suspension":
            notice = Notice(row.notice_no, row.expected_days)
            process.suspend(facts, task.task_id, row.standstill, notice)
        elif row.standstill is not None:
            process.resume(facts, task.task_id, row.standstill)
        self.file(process)

    def _decide(self, facts: Facts, process: Process, row: Incoming) -> None:
        """Decide; only with proof it counts from when it was made, else from its receipt (D01)."""
        task = process.task(row.project_no)
        if task.ground == row.row_guid:
            process.result_retracted(facts, row.row_guid, CORRECTED, task.task_id)
        made = row.decided_at if row.proof and row.decided_at else facts.occurred_at
        verdict = Verdict(
            row.granted,
            row.completion_kind,
            min(made, facts.occurred_at),
            row.row_guid,
            row.reason or None,
        )
        process.decide_from_outside(facts, verdict, task.task_id, row.proof)

    def _row_facts(self, process: Process, row: Incoming) -> Facts:
        """Say who acts, for which department; the time is when the database received it (D01)."""
        unit = row.department or process.task(row.project_no).department
        return Facts(
            occurred_at=self.received_now(),
            subject=process.process_no,
            actor=Actor(ActorKind.EXTERNAL, row.data_source, unit=unit, role="department"),
            correlation_id=row.message_id or row.row_guid,
            causation_id=row.message_id,
            region=self._region,
            department=unit,
        )


def _judge(row: Incoming, known: Known | None) -> Known | None:
    """Give the state a row is in after this, None when it says nothing new.

    Raises:
        RowRefusedError: it contradicts what is known of it.
    """
    deleted = row.operation == "delete"
    state = Known(row.record, row.project_no, row.source_time, deleted, row.content)
    if known is None:
        if deleted:
            raise RowRefusedError("unknown_row", "there is no such row to delete", "row_guid")
        return state
    if (known.record, known.project_no) != (row.record, row.project_no):
        raise _reused()
    same = known.retracted if deleted else known.digest == row.content and not known.retracted
    if same or row.source_time < known.source_time:
        return None
    if deleted:
        return known._replace(source_time=row.source_time, retracted=True)
    if row.operation == "insert" and not known.retracted:
        raise _reused()
    if row.kind != "decision":
        raise RowRefusedError(
            "not_correctable", "what was done stays done; send what follows as a row of its own"
        )
    return state


def _reused() -> RowRefusedError:
    return RowRefusedError(
        "row_guid_reused",
        "this row_guid was used for other content; send an update, or another row_guid",
        "row_guid",
    )
