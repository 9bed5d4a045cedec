"""What a process counts, in its own registry: five services, one set of names, one label apart.

The service is the constant label `banjian_service`, not a part of the name: one alert rule and one
panel then serve all five houses. It is not called `service` because Prometheus sets that label
itself on every Kubernetes target and would rename ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

OUTCOMES: Final = ("handled", "duplicate", "ignored", "held", "retried", "parked")
"""What can become of a received message: its effect is committed; it was already; we do not read
its type; it waits (a gap, or behind another); it failed and will be tried again; it is parked."""

GAUGES: Final = {
    "relay_lag_events": "Events in the log that the broker has not confirmed yet.",
    "parked_messages": "Messages set aside for a person to look at.",
    "held_messages": "Messages that wait for an earlier one of their case, or for a retry.",
    "missing_events": "Events of other services that were never heard, though later ones were.",
    "pending_deadlines": "Deadlines that are set and have not fired.",
    "parked_deadlines": "Deadlines set aside because their handler failed too often.",
    "overdue_deadline_seconds": "For how long the oldest deadline has been due and not fired.",
    "ledger_position_events": "Position of the last sealed event, counted from 1.",
    "unsigned_events": "Sealed events that no signed checkpoint covers yet.",
    "unanchored_seconds": "For how long the oldest checkpoint has waited for somebody outside.",
    "tail_age_seconds": "Age of the oldest event that is not sealed yet, 0 when all are.",
}

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """The figures of one process of one service.

    Every name starts with `banjian_` and ends with its unit. Labels are bounded: never a case, a
    person or a path with its values in it.
    """

    def __init__(self, service: str, registry: CollectorRegistry | None = None) -> None:
        self.service = service
        self.registry = registry or CollectorRegistry()
        own = ("banjian_service",)
        self._gauges = {
            name: Gauge(f"banjian_{name}", text, own, registry=self.registry).labels(service)
            for name, text in GAUGES.items()
        }
        self._handled = Counter(
            "banjian_inbox_handled_total",
            "Messages received from the bus, by what became of them.",
            (*own, "outcome"),
            registry=self.registry,
        )
        for outcome in OUTCOMES:
            self._handled.labels(service, outcome)
        self._append = Histogram(
            "banjian_append_duration_seconds",
            "Time from sending a transaction with events to knowing it is committed.",
            own,
            buckets=_FAST,
            registry=self.registry,
        ).labels(service)
        self._appended = self._counter("appended_events_total", "Events committed to the log.")
        self._conflicts = self._counter(
            "append_conflicts_total", "Appends refused because somebody else was first."
        )
        self._deadlines_fired = self._counter("deadlines_fired_total", "Deadlines fired.")
        self._deadlines_failed = self._counter(
            "deadlines_failed_total", "Times the handler of a due deadline failed."
        )
        self._relayed = self._counter("relayed_events_total", "Events the broker has confirmed.")
        self._request = Histogram(
            "banjian_http_request_duration_seconds",
            "Time from a request's headers to its answer, by route pattern.",
            (*own, "route", "method", "status"),
            buckets=_FAST,
            registry=self.registry,
        )

    def _counter(self, name: str, text: str) -> Counter:
        counter = Counter(f"banjian_{name}", text, ("banjian_service",), registry=self.registry)
        return counter.labels(self.service)

    def appended(self, seconds: float, events: int = 1) -> None:
        """Count one committed transaction with this many events."""
        self._append.observe(seconds)
        self._appended.inc(events)

    def conflicted(self) -> None:
        """Count one append that lost the race for a stream version."""
        self._conflicts.inc()

    def relayed(self, events: int) -> None:
        """Count events the broker has confirmed."""
        self._relayed.inc(events)

    def deadlines_fired(self, count: int) -> None:
        """Count deadlines whose effect is committed."""
        self._deadlines_fired.inc(count)

    def deadlines_failed(self, count: int) -> None:
        """Count failures of handlers; each will be tried again or is parked."""
        self._deadlines_failed.inc(count)

    def handled(self, outcome: str, count: int = 1) -> None:
        """Count received messages by outcome, one of `OUTCOMES`."""
        if outcome not in OUTCOMES:
            raise ValueError(f"no outcome {outcome!r}; there are {', '.join(OUTCOMES)}")
        self._handled.labels(self.service, outcome).inc(count)

    def requested(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request; `route` is the pattern (`/cases/<no>`), never the path."""
        self._request.labels(self.service, route, method, str(status)).observe(seconds)

    def relay_lag(self, events: int) -> None:
        self._gauges["relay_lag_events"].set(events)

    def parked(self, messages: int) -> None:
        self._gauges["parked_messages"].set(messages)

    def held(self, messages: int) -> None:
        self._gauges["held_messages"].set(messages)

    def sealed_to(self, position: int) -> None:
        self._gauges["ledger_position_events"].set(position)

    def tail_age(self, seconds: float) -> None:
        self._gauges["tail_age_seconds"].set(seconds)

    def watch(self, gauge: str, read: Callable[[], float]) -> None:
        """Ask `read` at every scrape for this gauge (a name of `GAUGES`) instead of being told."""
        self._gauges[gauge].set_function(read)

    def render(self) -> bytes:
        """Give the whole registry in Prometheus' text format (`CONTENT_TYPE`)."""
        return generate_latest(self.registry)
