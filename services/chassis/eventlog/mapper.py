"""Between a domain's fact and the JSON that is stored: `services.chassis.events.Body`.

An event class is read once and turned into two msgspec structs of its own fields: a strict one for
writing (None is left out) and a lenient one for reading (absent fields take the class's default).
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable
from operator import attrgetter
from typing import Any, cast
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from services.chassis.errors import ContractError, UnknownVersionError
from services.chassis.events import Body, Event
from services.kernel.aggregate import TOPICS, Fact
from services.kernel.facts import Facts

_ALWAYS = object()
"""Default of what is always written: no value is it, so none is left out as a default."""
COMMON = {field.name for field in dataclasses.fields(Fact)}
_encode = msgspec.json.Encoder().encode
_read_body = msgspec.json.Decoder(Body).decode


class Shape:
    """How one event class is written and read."""

    def __init__(self, event: type[Fact]) -> None:
        self.event = event
        self.version = event.class_version
        hints = typing.get_type_hints(event)
        fields = [f for f in dataclasses.fields(event) if f.name not in COMMON]
        self.names = tuple(field.name for field in fields)
        write: list[Any] = []
        read: list[Any] = []
        for field in fields:
            hint = hints[field.name]
            optional = type(None) in typing.get_args(hint)
            if field.default is not dataclasses.MISSING:
                if optional and field.default is not None:
                    raise TypeError(f"{event.__qualname__}.{field.name}: absent must mean None")
                read.append((field.name, hint, field.default))
            elif field.default_factory is not dataclasses.MISSING:
                factory = msgspec.field(default_factory=field.default_factory)
                read.append((field.name, hint, factory))
            elif optional:
                raise TypeError(f"{event.__qualname__}.{field.name} needs the default None")
            else:
                read.append((field.name, hint))
            write.append((field.name, hint, None if optional else _ALWAYS))
        options: dict[str, Any] = {"namespace": {"__module__": event.__module__}}
        written = msgspec.defstruct(event.__name__, write, omit_defaults=True, **options)
        self.reading = msgspec.defstruct(event.__name__, read, kw_only=True, **options)
        self.read = msgspec.json.Decoder(self.reading).decode
        self.write = _writer(written, self.names)


def _writer(struct: type[msgspec.Struct], names: tuple[str, ...]) -> Callable[[Any], Any]:
    if not names:
        empty = struct()
        return lambda event: empty
    fetch = attrgetter(*names)
    if len(names) == 1:
        return lambda event: struct(fetch(event))
    return lambda event: struct(*fetch(event))


_shapes: dict[type[Fact], Shape] = {}


def shape_of(event: type[Fact]) -> Shape:
    """Give the shape of an event class, made at its first use."""
    shape = _shapes.get(event)
    if shape is None:
        shape = _shapes[event] = Shape(event)
    return shape


def body_of(fact: Fact) -> Body:
    """Give what will be stored of a fact, its own data encoded."""
    shape = shape_of(type(fact))
    facts = fact.facts
    return Body(
        facts.occurred_at,
        facts.subject,
        facts.actor,
        facts.correlation_id,
        msgspec.Raw(_encode(shape.write(fact))),
        facts.causation_id,
        facts.region,
        facts.department,
        shape.version,
    )


def event_of(fact: Fact, body: Body) -> Event:
    """Give a fact just decided as an unsealed event, for the inline read model."""
    topic = fact.TOPIC
    source = topic[: topic.index(".")]
    return Event(source, topic, fact.originator_id, fact.originator_version, 0, 0, None, body)


def fact_of(stream: UUID, version: int, topic: str, state: bytes) -> Fact:
    """Give the fact a stored event says, brought up to the present class version.

    Raises:
        UnknownVersionError: no class here has this topic, or the class is older than the event.
        ContractError: the stored bytes are not what the class says.
    """
    event = TOPICS.get(topic)
    if event is None:
        raise UnknownVersionError(f"no event class for {topic}", topic=topic)
    shape = shape_of(event)
    try:
        body = _read_body(state)
        data = shape.read(body.data) if body.v == shape.version else _upcast(shape, body)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise ContractError(
            f"{topic} {stream}/{version} is not what its class says", topic=topic
        ) from error
    facts = Facts.__new__(Facts)
    facts.__dict__.update(
        occurred_at=body.occurred_at,
        subject=body.subject,
        actor=body.actor,
        correlation_id=body.correlation_id,
        causation_id=body.causation_id,
        region=body.region,
        department=body.department,
    )
    fact = event.__new__(event)
    fields = fact.__dict__
    fields["originator_id"] = stream
    fields["originator_version"] = version
    fields["timestamp"] = body.occurred_at
    fields["facts"] = facts
    for name in shape.names:
        fields[name] = getattr(data, name)
    return fact


def _upcast(shape: Shape, body: Body) -> Any:
    if body.v > shape.version:
        raise UnknownVersionError(
            f"{shape.event.TOPIC} was written by a newer class version ({body.v})",
            topic=shape.event.TOPIC,
        )
    data = msgspec.json.decode(body.data)
    for step in range(body.v, shape.version):
        getattr(shape.event, f"upcast_v{step}_v{step + 1}")(data)
    return msgspec.convert(data, shape.reading)


class FactMapper(Mapper[UUID]):
    """The library's mapper, over `Body`. No compressor, no cipher: what is hashed is read."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        fact = cast(Fact, domain_event)
        return StoredEvent(
            fact.originator_id, fact.originator_version, fact.TOPIC, _encode(body_of(fact))
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        stream = stored_event.originator_id
        return fact_of(
            stream if isinstance(stream, UUID) else UUID(stream),
            stored_event.originator_version,
            stored_event.topic,
            stored_event.state,
        )


def state_of_body(body: Body) -> bytes:
    """Give the bytes that are stored and hashed."""
    return _encode(body)
