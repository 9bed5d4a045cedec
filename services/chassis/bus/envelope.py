"""What an event looks like on the bus: CloudEvents 1.0, structured JSON, one event a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from services.chassis.errors import ContractError, UnknownVersionError
from services.chassis.events import Body, Event
from services.kernel.facts import Actor, ActorKind

EVENT_CONTENT_TYPE = "application/cloudevents+json"
RECORD_CONTENT_TYPE = "application/json"
INGRESS = "ingress"
"""Source name of everything that comes from outside, in `held` and in metrics."""


@dataclass(frozen=True)
class Publication:
    """One public event type of a service; `messages.PUBLISHES` maps the stored topic to it.

    `translate` gives the JSON of the public `data` when it differs from what is stored; without it
    the stored bytes go out as they are, undecoded.
    """

    type: str
    translate: Callable[[Event], bytes] | None = None
    addressee: Callable[[Event], str] | None = None
    """Gives whom a reply is for: it stands in the routing key in place of the department."""


@dataclass(frozen=True)
class Record:
    """One message from outside, as `on_records` gets it; `body` is JSON text nobody decoded yet."""

    source: str
    """Data source: first word of the routing key (`<source>.<kind>`)."""
    kind: str
    """Kind of record (`accept`, `process`, `result`): second word of the routing key."""
    message_id: str
    body: bytes
    headers: Mapping[str, Any]
    """Application headers; `partitionkey` is the case number the order is kept for."""
    user: str = ""
    """Broker user who sent it, checked by the broker; empty when the sender did not say."""
    original: bytes = field(default=b"", repr=False)
    """The bytes as they came, in the charset of the sender."""

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes as they came, in hex: the sender can tell by it which it was."""
        return sha256(self.original or self.body).hexdigest()

    @property
    def subject(self) -> str:
        key = self.headers.get("partitionkey", "")
        return key if isinstance(key, str) else str(key)


_Text = Annotated[str, msgspec.Meta(max_length=255)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_Position = Annotated[int, msgspec.Meta(ge=0, lt=1 << 62)]


class _CloudEvent(msgspec.Struct, omit_defaults=True):
    """The wire form. Attribute order is the order in the JSON."""

    specversion: Literal["1.0"]
    id: _Text
    source: _Text
    type: _Text
    subject: _Name
    time: _Moment
    dataschema: str
    sequence: Annotated[str, msgspec.Meta(min_length=1, max_length=18)]
    previous: _Position
    partitionkey: _Name
    correlationid: _Text
    actorkind: ActorKind
    actorid: _Text
    stream: UUID
    streamversion: _Position
    data: msgspec.Raw
    recordedtime: _Moment | None = None
    datacontenttype: str = ""
    causationid: str = ""
    region: str = ""
    department: str = ""
    actorunit: str = ""
    actorwindow: str = ""
    actorrole: str = ""
    traceparent: str = ""
    dataversion: int = 1
    """Class version of `data` when the publisher did not translate it; absent means 1."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_CloudEvent)
_TYPE = re.compile(r"^([a-z][a-z0-9]*)\.([a-z][a-z0-9-]*)\.v([1-9][0-9]*)$")
_KEY_UNSAFE = re.compile(r"[^0-9A-Za-z_-]+")


@lru_cache(maxsize=1024)
def dataschema(event_type: str) -> str:
    """Give the path of the JSON Schema of an event type, as it stands in `contracts/`."""
    match = _TYPE.match(event_type)
    if match is None:
        raise ContractError(f"{event_type!r} is not an event type like intake.case-accepted.v1")
    service, name, version = match.groups()
    return f"/contracts/{service}/{name}.v{version}.schema.json"


def routing_key(event: Event, publication: Publication | None = None) -> str:
    """Give `<event>.<region>.<department>`, so that others can bind to just their county or bureau.

    Empty parts become `-`; characters that would break the three words become `_`. The third word
    of a reply is its addressee, so that an outside source can bind to its own replies only.
    """
    name = event.type.split(".")[1] if "." in event.type else event.type
    whom = publication.addressee if publication else None
    last = whom(event) if whom is not None else event.body.department
    return ".".join((name, _word(event.body.region), _word(last)))


@lru_cache(maxsize=1024)
def _word(text: str) -> str:
    return _KEY_UNSAFE.sub("_", text) if text else "-"


def encode(event: Event, publication: Publication) -> bytes:
    """Give the CloudEvent JSON of a sealed event; `data` is not decoded unless it is translated."""
    body = event.body
    actor = body.actor
    translate = publication.translate
    data = msgspec.Raw(translate(event)) if translate is not None else body.data
    return _encoder.encode(
        _CloudEvent(
            specversion="1.0",
            id=event.id,
            source="/banjian/" + event.source,
            type=publication.type,
            subject=body.subject,
            time=body.occurred_at,
            dataschema=dataschema(publication.type),
            sequence=str(event.position),
            previous=event.previous,
            partitionkey=body.subject,
            correlationid=body.correlation_id,
            actorkind=actor.kind,
            actorid=actor.id,
            stream=event.stream,
            streamversion=event.version,
            data=data,
            recordedtime=event.recorded_at,
            datacontenttype="application/json",
            causationid=body.causation_id,
            region=body.region,
            department=body.department,
            actorunit=actor.unit,
            actorwindow=actor.window,
            actorrole=actor.role,
            dataversion=body.v if translate is None else 1,
        )
    )


def decode(body: bytes, content_type: str = EVENT_CONTENT_TYPE) -> Event:
    """Read a CloudEvent message back into an `Event`; its `data` stays raw.

    Raises:
        ContractError: wrong content type, not JSON, or not our envelope. The text never quotes
            the body.
    """
    if content_type != EVENT_CONTENT_TYPE:
        raise ContractError(f"content type {content_type[:60]!r} is not {EVENT_CONTENT_TYPE}")
    try:
        wire = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ContractError(f"not one of our CloudEvents: {_safe(error)}") from None
    source = wire.source.removeprefix("/banjian/")
    if not (wire.sequence.isascii() and wire.sequence.isdigit()):
        raise ContractError("sequence of the CloudEvent is not a position")
    position = int(wire.sequence)
    if b"\\u0000" in body and "\0" in _words(wire):
        raise ContractError("the CloudEvent has a NUL character, which PostgreSQL cannot keep")
    if source == wire.source or not wire.type.startswith(source + "."):
        raise ContractError("source and type of the CloudEvent do not belong together")
    if wire.id != f"{wire.stream}/{wire.streamversion}":
        raise ContractError("id of the CloudEvent is not its stream and version")
    if not 0 <= wire.previous < position:
        raise ContractError("previous of the CloudEvent is not below its sequence")
    return Event(
        source=source,
        type=wire.type,
        stream=wire.stream,
        version=wire.streamversion,
        position=position,
        previous=wire.previous,
        recorded_at=wire.recordedtime,
        body=Body(
            occurred_at=wire.time,
            subject=wire.subject,
            actor=Actor(
                wire.actorkind, wire.actorid, wire.actorunit, wire.actorwindow, wire.actorrole
            ),
            correlation_id=wire.correlationid,
            data=wire.data,
            causation_id=wire.causationid,
            region=wire.region,
            department=wire.department,
            v=wire.dataversion,
        ),
    )


def _words(wire: _CloudEvent) -> str:
    return "".join(text for text in msgspec.structs.astuple(wire) if isinstance(text, str))


def _safe(error: Exception) -> str:
    """Say what is wrong without the values: msgspec names fields, but quotes enum values."""
    path = re.search(r"`(\$[^`]*)`$", str(error))
    if isinstance(error, msgspec.ValidationError):
        return f"wrong value at {path.group(1)}" if path else "a field is missing or wrong"
    return "malformed JSON"


def check_type(event_type: str, reads: Collection[str], known: Collection[str] = ()) -> bool:
    """Say whether a consumer reads this event type; a type it can ignore gives False.

    Args:
        reads: types the consumer's `messages.READS` names.
        known: all published types, when the consumer knows them; a type outside them is refused.

    Raises:
        UnknownVersionError: it reads another version of this event, or nobody published this type.
    """
    if event_type in reads:
        return True
    name = event_type.rpartition(".v")[0]
    if any(read.rpartition(".v")[0] == name for read in reads):
        raise UnknownVersionError(f"{event_type} is not a version we read", type=event_type)
    if known and event_type not in known:
        raise UnknownVersionError(f"{event_type} is in no contract we have", type=event_type)
    return False
