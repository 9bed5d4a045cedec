"""Settle a batch: effect and inbox in one transaction; what cannot take effect is held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.bus.delivery import End, Item, Refused
from services.chassis.bus.held import WAKE, BodySeal, State, Verdict, hold
from services.chassis.bus.inbox import Known, OpensWork, Plan, Work, ask, plan
from services.chassis.bus.retries import (
    GAP_S,
    Claimed,
    after_failure,
    after_waiting,
    put_back,
    release,
)
from services.chassis.errors import (
    BanjianError,
    ConflictError,
    ContractError,
    RuleError,
    UnavailableError,
    WaitsError,
)
from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.logs import get_logger
from services.chassis.metrics import Metrics
from services.chassis.projection import Change, Statement


class InterruptedBatchError(Exception):
    """We are told to stop while waiting for the database; nothing was acknowledged."""


class Turn:
    """One transaction to be: a batch for the handler, and what is written beside its effect."""

    def __init__(
        self, work: OpensWork, batch: Sequence[Any], record: Callable[[Work], None]
    ) -> None:
        self.batch = batch
        self._work = work
        self._record = record

    def run(self, handler: Callable[[Sequence[Any]], object]) -> None:
        """Fire the handler inside the unit of work; commits effect and inbox together.

        Must run where the handler runs: a unit of work belongs to one greenlet.
        """
        with self._work() as work:
            self._record(work)
            handler(self.batch)


Dispatch = Callable[[Turn], None]
"""Runs a turn and returns when it is committed; raises what the handler raised."""

ATTEMPTS_AT_ONCE = 3
"""A conflict is nobody's fault: tried again at once so many times."""


def _ignore(batch: Sequence[Any]) -> None:
    """Nobody reads this batch; its positions still count as done."""


@dataclass
class Settling:
    """Gives every message of a batch its end: effect, duplicate, held or parked."""

    database: Database
    work: OpensWork
    on_events: Dispatch | None
    on_records: Dispatch | None
    seal: BodySeal | None
    metrics: Metrics | None
    backoff_s: Sequence[float]
    pause: Callable[[int], None]

    def settle(self, items: Sequence[Item | Refused]) -> bool:
        """Settle all of them; when it returns they may be acknowledged.

        Gives True when a held message may have become due.

        Raises:
            InterruptedBatchError: told to stop while the database was away.
        """
        if not items:
            return False
        failures = attempts = 0
        while True:
            try:
                made = plan(items, ask(self.database, items))
                self._carry_out(made)
                self._report(made)
                return bool(made.wake)
            except UnavailableError:
                self.pause(failures)
                failures += 1
            except ConflictError as error:
                attempts += 1
                if attempts >= ATTEMPTS_AT_ONCE:
                    return self._apart(items, error)
            except Exception as error:
                return self._apart(items, error)

    def try_again(self, claimed: Claimed, placed: Item | Refused | End) -> None:
        """Settle one held message that is due."""
        if not isinstance(placed, Item):
            reason, detail = "unreadable", "cannot be read any more"
            if isinstance(placed, Refused):
                reason, detail = placed.reason, placed.detail
            verdict = Verdict(State.PARKED, reason, detail, claimed.attempts)
            put_back(self.database, claimed, verdict)
            return
        known = ask(self.database, [placed], but=claimed.id)
        made = plan([placed], Known(known.done))
        if made.waiting:
            wait = min(2.0**claimed.attempts, GAP_S)
            put_back(self.database, claimed, Verdict(State.WAITING, "gap", "", 0, wait))
            return
        try:
            self._carry_out(made, release(claimed))
        except UnavailableError:
            put_back(self.database, claimed, Verdict(State.WAITING, "unavailable", "", 0, 1.0))
        except Exception as error:
            verdict = self._judge(error, claimed.attempts, claimed.age_s)
            put_back(self.database, claimed, verdict)
            self._tell(placed, verdict, error)
        else:
            self._count("handled", 1)
            get_logger().info("message_released", held=claimed.id, source=claimed.source)

    def _carry_out(self, made: Plan, beside: Sequence[Change] = ()) -> None:
        """Commit effect, inbox and held messages of a plan in one transaction."""
        accepted = made.accepted
        changes: list[Change] = [Statement(WAKE, case) for case in dict.fromkeys(made.wake)]
        changes += beside
        for waiting in made.waiting:
            retry = 1.0 if waiting.reason == "gap" else None
            verdict = Verdict(State.WAITING, waiting.reason, "", 0, retry)
            changes.append(hold(waiting.item, verdict, self.seal))
        for refused in made.refused:
            verdict = Verdict(State.PARKED, refused.reason, refused.detail)
            changes.append(hold(refused, verdict, self.seal))
        if not accepted and not changes:
            return
        positions: dict[str, list[int]] = {}
        for item in accepted:
            if item.position is not None:
                positions.setdefault(item.source, []).append(item.position)

        def record(work: Work) -> None:
            for source, done in positions.items():
                work.received(source, done)
            if changes:
                work.change(*changes)

        batch = [item.payload for item in accepted if item.payload is not None]
        turn = Turn(self.work, batch, record)
        dispatch = None
        if batch:
            dispatch = self.on_events if isinstance(batch[0], Event) else self.on_records
        if dispatch is None:
            turn.run(_ignore)
        else:
            dispatch(turn)

    def _apart(self, items: Sequence[Item | Refused], error: Exception) -> bool:
        """Settle a failed batch one message at a time; a single one that fails is held."""
        if len(items) > 1:
            get_logger().warning("batch_failed", size=len(items), error=type(error).__name__)
            ordered = sorted(items, key=lambda item: item.position or 0)
            middle = len(ordered) // 2  # one bad message of a thousand costs ten transactions
            return self.settle(ordered[:middle]) | self.settle(ordered[middle:])
        item = items[0]
        verdict = self._judge(error, 1)
        failures = 0
        while True:
            try:
                change = hold(item, verdict, self.seal)
                self.database.run(change.sql, change.params)
                break
            except UnavailableError:
                self.pause(failures)
                failures += 1
        self._tell(item, verdict, error)
        return False

    def _judge(self, error: Exception, attempts: int, age_s: float = 0.0) -> Verdict:
        if isinstance(error, WaitsError):
            return after_waiting(error, age_s)
        final = isinstance(error, (ContractError, RuleError))
        ours = isinstance(error, BanjianError)
        reason = error.code if isinstance(error, BanjianError) and final else "handler_failed"
        detail = f"{type(error).__name__}: {error}" if ours else type(error).__name__
        return after_failure(reason, detail, attempts, self.backoff_s, final)

    def _tell(self, item: Item | Refused, verdict: Verdict, error: Exception) -> None:
        parked = verdict.state is State.PARKED
        self._count("parked" if parked else "retried", 1)
        get_logger().warning(
            "message_parked" if parked else "message_held",
            source=item.source,
            subject=item.subject,
            position=item.position,
            reason=verdict.reason,
            attempts=verdict.attempts,
            error=type(error).__name__,
        )
        if isinstance(error, WaitsError) and error.tell is not None:
            try:
                error.tell()
            except BanjianError as trouble:  # told again when it is tried again
                get_logger().warning("waiting_not_told", error=type(trouble).__name__)

    def _report(self, made: Plan) -> None:
        read = sum(item.payload is not None for item in made.accepted)
        self._count("handled", read)
        self._count("ignored", len(made.accepted) - read)
        self._count("duplicate", made.duplicates)
        self._count("held", len(made.waiting))
        self._count("parked", len(made.refused))
        for refused in made.refused:
            get_logger().warning(
                "message_parked",
                source=refused.source,
                position=refused.position,
                reason=refused.reason,
                size_bytes=len(refused.delivery.body),
            )

    def _count(self, outcome: str, count: int) -> None:
        if count and self.metrics is not None:
            self.metrics.handled(outcome, count)
