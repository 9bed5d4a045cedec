"""What a domain is made of: facts that happened, and aggregates that decide and remember them.

    class CaseAccepted(Fact):
        TOPIC = "intake.case-accepted.v1"
        project_no: str
        window: str | None = None       # None is left out of the stored JSON

    class Case(Aggregate):
        def __init__(self) -> None:
            self.accepted = False

        @classmethod
        def accept(cls, facts: Facts, project_no: str) -> "Case":
            case = cls.begin(stream_id("case", project_no))
            case.record(CaseAccepted, facts, project_no=project_no)
            return case

        @applies(CaseAccepted)
        def _accepted(self, event: CaseAccepted) -> None:
            self.accepted = True

A command method guards (it may raise), then records. An applier only remembers: it never refuses
and never reads a clock, so a log written under yesterday's rules replays under today's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from eventsourcing import domain as library
from eventsourcing.utils import register_topic

from services.kernel.facts import Facts

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
A = TypeVar("A", bound="Aggregate")
E = TypeVar("E", bound="Fact")
TOPICS: dict[str, type[Fact]] = {}
"""Every event class by its public name; filled as the classes are defined."""


class Fact(library.AggregateEvent):
    """One thing that happened to one aggregate; a frozen dataclass with our common facts.

    Declared at module level, not inside the aggregate (the library would copy it there).
    A subclass sets `TOPIC`, its public name (`<service>.<event>.vN`), and adds its own fields: str,
    int, float, bool, date, datetime, Enum, tuple, list, dict, frozen dataclasses, or `X | None`
    with default None. A subclass without `TOPIC` is abstract and is never stored. When fields
    change inside one public version, raise `class_version` and add `upcast_v1_v2(data)` (a
    staticmethod that changes the dict of own fields in place), step by step.

    `timestamp` is the library's field; here it is always `facts.occurred_at`.
    """

    TOPIC: ClassVar[str] = ""
    class_version: ClassVar[int] = 1

    facts: Facts

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        topic = cls.__dict__.get("TOPIC")
        if topic:
            known = TOPICS.setdefault(topic, cls)
            if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
                raise TypeError(f"topic {topic!r} belongs to {known.__qualname__} already")
            TOPICS[topic] = cls
            register_topic(topic, cls)

    def apply(self, aggregate: Aggregate) -> None:
        applier = aggregate.APPLIERS.get(type(self))
        if applier is not None:
            applier(aggregate, self)


class _Form:
    """How facts of one class are made: as its constructor would, field by field, but at once.

    A constructor of a frozen class sets each field by a call of its own, and a fact has up to
    forty; deciding and writing one down costs half without.
    """

    __slots__ = ("_blank", "_common", "_event", "_factories", "_required")

    def __init__(self, event: type[Fact]) -> None:
        if not event.__dict__.get("TOPIC"):
            raise TypeError(f"{event.__qualname__} has no TOPIC of its own")
        if event.__post_init__ is not library.DomainEvent.__post_init__:
            raise TypeError(f"{event.__qualname__} has a __post_init__, which nobody would call")
        own = [one for one in dataclasses.fields(event) if one.name not in _COMMON]
        missing = dataclasses.MISSING
        self._event = event
        self._blank: dict[str, Any] = dict.fromkeys(one.name for one in dataclasses.fields(event))
        self._blank |= {one.name: one.default for one in own if one.default is not missing}
        self._factories = {
            one.name: one.default_factory for one in own if one.default_factory is not missing
        }
        self._required = frozenset(
            one.name for one in own if one.default is missing and one.name not in self._factories
        )

    def make(self, fields: dict[str, Any]) -> Fact:
        """Make a fact; what is common to all is still to be set.

        Raises:
            TypeError: a field is missing or unknown.
        """
        whole = self._blank.copy()
        whole.update(fields)
        if len(whole) != len(self._blank) or not fields.keys() >= self._required:
            unknown = sorted(fields.keys() - self._blank.keys())
            lacking = sorted(self._required - fields.keys())
            raise TypeError(
                f"{self._event.__qualname__} is not made so: unknown {unknown}, missing {lacking}"
            )
        for name, factory in self._factories.items():
            if name not in fields:
                whole[name] = factory()
        fact = self._event.__new__(self._event)
        object.__setattr__(fact, "__dict__", whole)
        return fact


_COMMON = frozenset(one.name for one in dataclasses.fields(Fact))
_FORMS: dict[type[Fact], _Form] = {}


def applies(event: type[E]) -> Callable[[Callable[[A, E], None]], Callable[[A, E], None]]:
    """Mark a private method of an aggregate as the one that remembers events of this class."""

    def mark(method: Callable[[A, E], None]) -> Callable[[A, E], None]:
        events = (*getattr(method, "_applies", ()), event)
        method._applies = events  # type: ignore[attr-defined]
        return method

    return mark


class Aggregate(library.Aggregate):
    """A thing with a history. Its state is what its appliers made of its facts, nothing else.

    `__init__` takes no arguments and sets the state before the first event. An event no applier
    knows changes nothing but the version.
    """

    APPLIERS: ClassVar[Mapping[type[Fact], Callable[[Any, Any], None]]] = MappingProxyType({})

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        appliers = dict(cls.APPLIERS)
        for member in vars(cls).values():
            for event in getattr(member, "_applies", ()):
                appliers[event] = member
        cls.APPLIERS = MappingProxyType(appliers)

    @classmethod
    def begin(cls, stream: UUID) -> Self:
        """Give the aggregate as it is before its first event, version 0."""
        aggregate = cls.__new__(cls)
        aggregate.__base_init__(stream, 0, EPOCH)
        aggregate.__init__()  # type: ignore[misc]
        return aggregate

    @classmethod
    def replay(cls, facts: Iterable[Any], onto: Self | None = None) -> Self | None:
        """Remember facts in the given order; None when there are none and nothing to put them on.

        Versions may have gaps: a history cut by the time things happened in the world has them.
        """
        aggregate = onto
        for fact in facts:
            if aggregate is None:
                aggregate = cls.begin(fact.originator_id)
            if aggregate._version == 0:
                aggregate._created_on = fact.timestamp
            applier = aggregate.APPLIERS.get(type(fact))
            if applier is not None:
                applier(aggregate, fact)
            aggregate._version = fact.originator_version
            aggregate._modified_on = fact.timestamp
        return aggregate

    def record(self, event: type[Fact], facts: Facts, **fields: Any) -> None:
        """Decide that this happened: apply it and keep it for the next save.

        Raises:
            TypeError: the event has no public name, or a field is missing or unknown.
        """
        form = _FORMS.get(event)
        if form is None:
            form = _FORMS[event] = _Form(event)
        version, at = self._version + 1, facts.occurred_at
        fact = form.make(fields)
        said = fact.__dict__
        said["originator_id"] = self._id
        said["originator_version"] = version
        said["timestamp"] = at
        said["facts"] = facts
        applier = self.APPLIERS.get(event)
        if applier is not None:
            applier(self, fact)
        if version == 1:
            self._created_on = at
        self._version = version
        self._modified_on = at
        self._pending_events.append(fact)

    @property
    def pending(self) -> tuple[Fact, ...]:
        """Facts recorded and not yet saved, oldest first."""
        return tuple(self.pending_events)  # type: ignore[arg-type]
