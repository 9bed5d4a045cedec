"""The books a figure is counted from: they take every event once, and keep what may be asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, Protocol

from banjian_verify import cases, catalog, sayings, workdays
from banjian_verify.cases import Cases
from banjian_verify.catalog import Catalog
from banjian_verify.export import EventLine
from banjian_verify.figures import Figure, Recount
from banjian_verify.happened import Happened
from banjian_verify.measures import MEASURES
from banjian_verify.told import Told, log_of
from banjian_verify.workdays import Workdays


class Book(Protocol):
    """What takes events."""

    def add(self, told: Told) -> None: ...


class Books:
    """All that is counted from. Of other logs than disclosure's it keeps what `want` names."""

    def __init__(self) -> None:
        self.cases, self.catalog = Cases(), Catalog()
        self.happened, self.workdays = Happened(), Workdays()
        self._wanted: Collection[str] = TOPICS
        self._unread: dict[str, int] = {}
        self._readers: dict[str, Book] = {
            **dict.fromkeys(cases.TOPICS, self.cases),
            **dict.fromkeys(catalog.TOPICS, self.catalog),
            **dict.fromkeys(sayings.TOPICS, self.happened),
            **dict.fromkeys(workdays.TOPICS, self.workdays),
        }

    def want(self, figures: Iterable[Figure]) -> None:
        """Keep from now on only what these are counted from: memory is for that alone."""
        self._wanted = {topic for figure in figures for topic in topics(figure)}

    def __call__(self, event: EventLine) -> None:
        """Take an event; most say nothing that is counted."""
        if event.topic not in self._wanted:
            return
        try:
            self._readers[event.topic].add(Told(event))
        except (ValueError, KeyError, TypeError, AttributeError):
            self._unread.setdefault(log_of(event.topic), event.position)

    def recount(self, figure: Figure) -> Recount:
        """Count a figure again."""
        measure = MEASURES.get(figure.measure)
        if measure is None:
            return Recount(figure, why_not=f"this verifier knows no measure {figure.measure}")
        known = {"from", "to"}.union(*(count.filters for count in measure.counts))
        if strange := sorted(set(figure.filters) - known):
            return Recount(figure, why_not=f"filter {', '.join(strange)} is not known here")
        for log in sorted(logs(figure)):
            if 0 < self._unread.get(log, 0) <= figure.upto(log):
                why_not = f"{log}'s event at {self._unread[log]} is not what its type promises"
                return Recount(figure, why_not=why_not)
        try:
            numbers = [count.of(self, figure) for count in measure.counts]
        except ValueError as problem:
            return Recount(figure, why_not=str(problem))
        over = numbers[1] if len(numbers) > 1 else None
        value = measure.value(numbers[0], over, figure)
        return Recount(figure, numbers[0], over, value)


TOPICS: Final = cases.TOPICS | catalog.TOPICS | sayings.TOPICS | workdays.TOPICS
"""Every type of event something is counted from."""


def topics(figure: Figure) -> set[str]:
    """Name the types of events a figure is counted from."""
    measure = MEASURES.get(figure.measure)
    counts = () if measure is None else measure.counts
    return {topic for count in counts for topic in count.topics(figure)}


def logs(figure: Figure) -> set[str]:
    """Name the logs a figure is counted from."""
    return {log_of(topic) for topic in topics(figure)}
