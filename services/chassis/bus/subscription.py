"""nameko extensions of the bus: batch entrypoints for events and for records from outside.

    class Service:
        name = "intake"
        cases = ApplicationProvider(Cases, READ_MODEL)

        @subscribe(reads=messages.READS)
        def on_events(self, batch: Sequence[Event]) -> None: ...

        @ingress
        def on_records(self, batch: Sequence[Record]) -> None: ...

Both run inside the application's unit of work, which commits effect and inbox together after the
method returns; an exception rolls everything back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import wraps
from typing import Any

import eventlet
from eventlet.event import Event as Signal
from nameko.extensions import Entrypoint, SharedExtension

import contracts
from services.chassis.bus.held import BodySeal
from services.chassis.bus.positions import count_missing
from services.chassis.bus.providers import PROBE_S, ApplicationProvider, provider_of
from services.chassis.bus.settling import Dispatch, Turn
from services.chassis.bus.subscriber import Subscriber, Subscription
from services.chassis.errors import UnavailableError
from services.chassis.frame import frame_of
from services.chassis.settings import VAULT_OWNERS, Settings
from services.chassis.vault import BodyVault, Seal

_LOOK_S = 1.0
"""How often a running batch is looked at, to send the heartbeat."""


class BusLoop(SharedExtension):  # type: ignore[misc]  # nameko is untyped
    """The one consuming greenlet of a container, whichever entrypoints it feeds."""

    def __init__(self) -> None:
        super().__init__()
        self._entrypoints: list[BusEntrypoint] = []
        self._subscriber: Subscriber | None = None
        self._thread: Any = None

    def register(self, entrypoint: BusEntrypoint) -> None:
        """Feed this entrypoint."""
        self._entrypoints.append(entrypoint)

    def start(self) -> None:
        if not self._entrypoints or self._thread is not None:
            return
        frame = frame_of(self.container)
        settings = frame.settings
        events = self._of(SubscribeEntrypoint)
        records = self._of(IngressEntrypoint)
        provider = provider_of(self.container)
        subscription = Subscription(
            settings.service,
            settings.amqp_uri,
            reads=frozenset(events.reads) if isinstance(events, SubscribeEntrypoint) else (),
            known=frozenset(contracts.names()),
            partitions=settings.partitions,
        )
        self._subscriber = Subscriber(
            provider.database,
            provider.application.unit_of_work,
            subscription,
            on_events=self._fire(events),
            on_records=self._fire(records),
            seal=_seal(settings, provider),
            metrics=frame.metrics,
        )
        frame.metrics.watch("missing_events", lambda: _missing(provider))
        frame.probes.add("bus", self._check)
        frame.probes.add("queues", self._subscriber.check, stage="startup")
        self._thread = self.container.spawn_managed_thread(
            self._subscriber.run, identifier="bus loop"
        )

    def stop(self) -> None:
        """Finish the batch in hand; what is not acknowledged goes back to the broker."""
        thread, self._thread = self._thread, None
        if thread is not None and self._subscriber is not None:
            self._subscriber.stop.set()
            thread.wait()

    def _check(self) -> str:
        if self._subscriber is None or not self._subscriber.ready:
            raise UnavailableError("the partition queues are not being read")
        return "the partition queues are being read"

    def _of(self, kind: type[BusEntrypoint]) -> BusEntrypoint | None:
        found = [one for one in self._entrypoints if isinstance(one, kind)]
        if len(found) > 1:
            raise TypeError(f"a service has one {kind.__name__}, not {len(found)}")
        return found[0] if found else None

    def _fire(self, entrypoint: BusEntrypoint | None) -> Dispatch | None:
        if entrypoint is None:
            return None

        def dispatch(turn: Turn) -> None:
            done = Signal()

            def hand_over(_: object, result: object, exc_info: Any) -> tuple[object, Any]:
                done.send(exc_info)
                return result, exc_info

            self.container.spawn_worker(entrypoint, (turn,), {}, handle_result=hand_over)
            eventlet.sleep(0)  # the worker goes first, until it waits for the database
            if self._subscriber is not None:
                self._subscriber.read_ahead()
            while not done.ready():
                with eventlet.Timeout(_LOOK_S, False):
                    done.wait()
                if self._subscriber is not None:
                    self._subscriber.beat()
            exc_info = done.wait()
            if exc_info is not None:
                raise exc_info[1]

        return dispatch


def _seal(settings: Settings, provider: ApplicationProvider) -> BodySeal | None:
    """Give what hides held bodies; where persons may be erased, each has a key of its own."""
    if not settings.vault_key_file:
        return None
    seal = Seal.from_file(settings.vault_key_file, settings.vault_cipher)
    return BodyVault(seal, provider.database) if settings.service in VAULT_OWNERS else seal


def _missing(provider: ApplicationProvider) -> float:
    """Count what was never heard; NaN while the database cannot be asked."""
    with eventlet.Timeout(PROBE_S, False), suppress(UnavailableError):
        return float(count_missing(provider.database))
    return float("nan")


class BusEntrypoint(Entrypoint):  # type: ignore[misc]  # nameko is untyped
    """Fires its method once a batch, as a nameko worker, inside a unit of work."""

    kind = "bus"
    loop = BusLoop()

    def __init__(self, **options: Any) -> None:
        options.setdefault("expected_exceptions", Exception)  # told once, by the bus
        super().__init__(**options)

    def setup(self) -> None:
        self.loop.register(self)

    def stop(self) -> None:
        self.loop.stop()

    @classmethod
    def decorator(cls, *args: Any, **options: Any) -> Any:
        """Register the method; called with a plain list (in a test) it is just itself."""

        def register(method: Callable[[Any, Sequence[Any]], object]) -> Any:
            @wraps(method)
            def fired(service: Any, batch: Turn | Sequence[Any]) -> object:
                if not isinstance(batch, Turn):
                    return method(service, batch)
                batch.run(lambda items: method(service, items))
                return None

            registered = super(BusEntrypoint, cls).decorator(**options)
            return registered(fired)

        if len(args) == 1 and not options and callable(args[0]):
            return register(args[0])
        return register


class SubscribeEntrypoint(BusEntrypoint):
    """Fires with events of other services, in order per case, each once."""

    def __init__(self, *, reads: Collection[str] = (), **options: Any) -> None:
        super().__init__(**options)
        self.reads = reads


class IngressEntrypoint(BusEntrypoint):
    """Fires with records from outside, in order per case; the method makes repeats harmless."""


subscribe = SubscribeEntrypoint.decorator
ingress = IngressEntrypoint.decorator
