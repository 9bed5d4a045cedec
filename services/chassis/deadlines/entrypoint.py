"""nameko entrypoint of the deadlines: fires its method once a deadline, in the serve process.

    @deadlines(prepare=Cases.expect_due)
    def on_due(self, due: Due) -> None: ...

The method runs inside the application's unit of work. `prepare` is called before a batch with the
service and all of its deadlines, to load what they need in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import wraps
from typing import Any

import eventlet
from eventlet.event import Event as Signal
from nameko.extensions import Entrypoint

from services.chassis.bus.providers import PROBE_S, ApplicationProvider, provider_of
from services.chassis.deadlines.firing import Clockwork, Turn
from services.chassis.deadlines.table import Counted, Due, count_deadlines
from services.chassis.errors import UnavailableError
from services.chassis.frame import frame_of


class DeadlinesEntrypoint(Entrypoint):  # type: ignore[misc]  # nameko is untyped
    """Fires with deadlines that are due, each once."""

    kind = "bus"
    """Stays with the bus when HTTP and bus run apart; needs no broker."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("expected_exceptions", Exception)  # told once, by the loop
        super().__init__(**options)
        self._clockwork: Clockwork | None = None
        self._thread: Any = None

    def start(self) -> None:
        provider = provider_of(self.container)
        metrics = frame_of(self.container).metrics
        self._clockwork = Clockwork(
            provider.application, self._dispatch, metrics, between=lambda: eventlet.sleep(0)
        )
        metrics.watch("pending_deadlines", lambda: _counted(provider).pending)
        metrics.watch("parked_deadlines", lambda: _counted(provider).parked)
        metrics.watch("overdue_deadline_seconds", lambda: _counted(provider).overdue_s)
        self._thread = self.container.spawn_managed_thread(
            self._clockwork.run, identifier="deadlines"
        )

    def stop(self) -> None:
        """Finish the batch in hand."""
        thread, self._thread = self._thread, None
        if thread is not None and self._clockwork is not None:
            self._clockwork.stop.set()
            thread.wait()

    def _dispatch(self, turn: Turn) -> None:
        done = Signal()

        def hand_over(_: object, result: object, exc_info: Any) -> tuple[object, Any]:
            done.send(exc_info)
            return result, exc_info

        self.container.spawn_worker(self, (turn,), {}, handle_result=hand_over)
        exc_info = done.wait()
        if exc_info is not None:
            raise exc_info[1]

    @classmethod
    def decorator(cls, *args: Any, **options: Any) -> Any:
        """Register the method; called with a plain `Due` (in a test) it is just itself."""
        prepare: Callable[[Any, Sequence[Due]], object] | None = options.pop("prepare", None)

        def register(method: Callable[[Any, Due], object]) -> Any:
            @wraps(method)
            def fired(service: Any, due: Turn | Due) -> object:
                if isinstance(due, Due):
                    return method(service, due)
                due.run(
                    lambda one: method(service, one),
                    (lambda batch: prepare(service, batch)) if prepare is not None else None,
                )
                return None

            registered = super(DeadlinesEntrypoint, cls).decorator(**options)
            return registered(fired)

        if len(args) == 1 and not options and prepare is None and callable(args[0]):
            return register(args[0])
        return register


def _counted(provider: ApplicationProvider) -> Counted:
    """Count at a scrape; NaN while the database cannot be asked."""
    with eventlet.Timeout(PROBE_S, False), suppress(UnavailableError):
        return count_deadlines(provider.database)
    unknown: Any = float("nan")
    return Counted(unknown, unknown, unknown)


deadlines = DeadlinesEntrypoint.decorator
