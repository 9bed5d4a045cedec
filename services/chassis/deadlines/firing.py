"""The loop that fires deadlines, without nameko: takes what is due, a transaction a batch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from services.chassis.deadlines.table import (
    Claimed,
    Due,
    claim,
    fire,
    forget,
    put_back,
    seconds_to_next,
)
from services.chassis.errors import BanjianError, ConflictError, UnavailableError
from services.chassis.eventlog.application import Application
from services.chassis.eventlog.failures import FIRED
from services.chassis.logs import get_logger
from services.chassis.metrics import Metrics

Handler = Callable[[Due], object]
Prepare = Callable[[Sequence[Due]], object]

BATCH = 100
"""Most deadlines a transaction."""
LONGEST_S = 1.0
"""Longest sleep: what is set meanwhile is noticed at the latest then."""
LEASE_S = 30.0
"""What a process has taken is nobody else's for so long, also when it dies."""
BACKOFF_S: Sequence[float] = (1.0, 5.0, 30.0, 120.0, 600.0)
"""Wait before attempt 2, 3, ...; then parked."""
REST = 0.25
"""Rest after a batch, as a part of the time it took: commands keep their share of the process."""
CONFLICTS = 3
"""A conflict is nobody's fault: tried again at once so many times."""
ALONE_AFTER = 2
"""One that has failed so often goes alone: it may be what killed the process."""


@dataclass
class Turn:
    """One transaction to be: due rows for a handler, their removal and their keys beside it."""

    application: Application
    claimed: Claimed
    backoff_s: Sequence[float] = BACKOFF_S
    between: Callable[[], object] = lambda: None
    """Called after each handler, to let others run."""
    fired: list[Due] = field(default_factory=list)
    failed: list[tuple[Due, int, Exception | None]] = field(default_factory=list)

    def run(self, handler: Handler, prepare: Prepare | None = None) -> None:
        """Fire them all in one unit of work; what one handler raises is that deadline's failure.

        Must run where the handler runs: a unit of work belongs to one greenlet.

        Raises:
            ConflictError: one of them is not ours any more, or a stream moved on; nothing is done.
            UnavailableError: no database.
        """
        self.fired, self.failed = [], []
        with self.application.unit_of_work() as work:
            if prepare is not None:
                prepare(self.claimed.dues)
            for due, attempts in zip(self.claimed.dues, self.claimed.attempts, strict=True):
                if attempts > len(self.backoff_s) + 1:  # its processes died under it
                    self.failed.append((due, attempts, None))
                    continue
                mark = work.mark()
                try:
                    handler(due)
                    result = {"fired_at": due.fired_at, "claim": self.claimed.claim}
                    work.remember(due.id, b"", msgspec.json.encode(result))
                    self.fired.append(due)
                except (ConflictError, UnavailableError):
                    raise
                except Exception as error:
                    work.back_to(mark)
                    self.failed.append((due, attempts, error))
                self.between()
            for due, attempts, failure in self.failed:
                wait_s = self.wait_s(attempts)
                work.change(put_back(self.claimed.claim, due, _named(failure), wait_s))
            if self.fired:
                work.change(fire(self.claimed.claim, self.fired))

    def wait_s(self, attempts: int) -> float | None:
        """Say how long a failed one waits; None: it is parked."""
        return self.backoff_s[attempts - 1] if attempts <= len(self.backoff_s) else None


Dispatch = Callable[[Turn], None]
"""Runs a turn and returns when it is committed; raises what it raised."""


@dataclass
class Clockwork:
    """Fires the deadlines of a service until told to stop; survives every outage.

    Any number of them may run on one table.
    """

    application: Application
    dispatch: Dispatch
    metrics: Metrics | None = None
    batch: int = BATCH
    backoff_s: Sequence[float] = BACKOFF_S
    lease_s: float = LEASE_S
    between: Callable[[], object] = lambda: None
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Fire until `stop` is set, then finish what is in hand."""
        failures = 0
        while not self.stop.is_set():
            try:
                wait_s = self.step()
                failures = 0
            except UnavailableError as error:
                get_logger().warning("deadlines_interrupted", error=error.message)
                wait_s = min(0.2 * 2**failures, 5.0)
                failures = min(failures + 1, 10)
            self.stop.wait(wait_s)

    def step(self) -> float:
        """Fire one batch of what is due; gives the seconds to rest until the next look.

        Raises:
            UnavailableError: no database.
        """
        claimed = claim(self.application.database, self.batch, self.lease_s)
        if claimed is None:
            return min(max(seconds_to_next(self.application.database), 0.001), LONGEST_S)
        began = time.monotonic()
        if all(attempts <= ALONE_AFTER for attempts in claimed.attempts):
            self._fire(claimed)
        else:
            self._apart(claimed)
        return (time.monotonic() - began) * REST

    def _fire(self, claimed: Claimed) -> None:
        turn = Turn(self.application, claimed, self.backoff_s, self.between)
        for left in range(CONFLICTS, 0, -1):
            try:
                self._insist(turn)
            except ConflictError as error:
                if len(claimed.dues) > 1:
                    return self._apart(claimed)
                if self._settled(claimed, error):
                    return None
                if left == 1:
                    [due] = claimed.dues
                    change = put_back(claimed.claim, due, "ConflictError", 1.0, counts=False)
                    self.application.database.run(*change)
            else:
                return self._report(turn)
        return None

    def _apart(self, claimed: Claimed) -> None:
        for place in range(len(claimed.dues)):
            self._fire(claimed.only(place))

    def _insist(self, turn: Turn) -> None:
        """Run a turn, also through an outage: the claim is looked at in its commit."""
        failures = 0
        while True:
            try:
                return self.dispatch(turn)
            except UnavailableError:
                if self.stop.wait(min(0.1 * 2.0**failures, 5.0)):
                    raise
                failures = min(failures + 1, 10)

    def _settled(self, claimed: Claimed, error: ConflictError) -> bool:
        """Say whether there is nothing left to fire: it is not ours, or it has fired before."""
        if error.attributes.get("sqlstate") == FIRED:
            return True
        if error.attributes.get("constraint") == "commands_pkey":
            self.application.database.run(*forget(claimed.claim, claimed.dues[0]))
            return True
        return False

    def _report(self, turn: Turn) -> None:
        if self.metrics is not None:
            self.metrics.deadlines_fired(len(turn.fired))
            self.metrics.deadlines_failed(len(turn.failed))
        for due, attempts, error in turn.failed:
            parked = turn.wait_s(attempts) is None
            get_logger().warning(
                "deadline_parked" if parked else "deadline_failed",
                kind=due.kind,
                key=due.key,
                attempts=attempts,
                error=type(error).__name__,
            )


def _named(error: Exception | None) -> str:
    """Tell a failure without a value of anybody: only our own errors may speak."""
    if error is None:
        return "the process ended while it was handled"
    ours = isinstance(error, BanjianError)
    return f"{type(error).__name__}: {error}" if ours else type(error).__name__
