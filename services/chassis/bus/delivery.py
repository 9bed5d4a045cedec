"""What came out of a queue, before and after we know what it is. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from services.chassis.bus.envelope import (
    INGRESS,
    RECORD_CONTENT_TYPE,
    Record,
    check_type,
    decode,
)
from services.chassis.bus.topology import (
    DEAD_EXCHANGE,
    END_CONTENT_TYPE,
    INGRESS_EXCHANGE,
    record_owner,
)
from services.chassis.errors import ContractError, UnknownVersionError
from services.chassis.events import Event
from services.kernel.identity_numbers import names_nobody
from services.kernel.texts import CharsetError, declared_charset, utf8

MAX_BODY_BYTES = 1024 * 1024
"""A longer body is parked unread."""


class Delivery(NamedTuple):
    """One message as the broker gave it; nothing in it is trusted yet."""

    exchange: str
    routing_key: str
    content_type: str
    message_id: str
    type: str
    headers: Mapping[str, Any]
    body: bytes
    user: str = ""
    """Broker user who sent it, checked by the broker; empty when the sender did not say."""

    @property
    def digest(self) -> bytes:
        """Tells a redelivery of the same message from another message."""
        about = f"{self.exchange}\0{self.routing_key}\0{self.message_id}\0"
        return hashlib.sha256(about.encode() + self.body).digest()

    @property
    def partition_key(self) -> str:
        key = self.headers.get("partitionkey", "")
        # A case number. What names a person instead is not kept: it would stand in `held` and logs.
        return key.replace("\0", "")[:255] if isinstance(key, str) and names_nobody(key) else ""


@dataclass(frozen=True, slots=True)
class Item:
    """A message we understand enough to place it: whose it is, which case, which position."""

    delivery: Delivery
    source: str
    subject: str
    payload: Event | Record | None
    """None: nobody here reads it; its position counts as done."""
    position: int | None = None
    previous: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that can never take effect as it is: parked at once."""

    delivery: Delivery
    source: str
    subject: str
    reason: str
    detail: str
    position: int | None = None
    previous: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """The last message of a partition of an old generation (see `repartition`)."""

    generation: int
    partition: int


@dataclass
class Reader:
    """Says what a message is.

    Args:
        reads: event types this service reads.
        known: all published types; a type outside them is refused. Empty: unknown ones are ignored.
        records: whether this service takes records from outside.
        service: its name; records for another one are passed over.
    """

    reads: Collection[str]
    known: Collection[str] = ()
    records: bool = False
    service: str = ""
    _types: dict[str, bool] = field(default_factory=dict)

    def read(self, delivery: Delivery) -> Item | Refused | End:
        """Place one message; never raises, whatever came."""
        if delivery.exchange == DEAD_EXCHANGE:
            return self._dead(delivery)
        if delivery.content_type == END_CONTENT_TYPE and delivery.exchange == "":
            return _end(delivery)
        if len(delivery.body) > MAX_BODY_BYTES:
            said = f"{len(delivery.body)} bytes, at most {MAX_BODY_BYTES} are read"
            return _refuse(delivery, "too_large", said)
        if delivery.exchange == INGRESS_EXCHANGE:
            return self._record(delivery)
        return self._event(delivery)

    def _event(self, delivery: Delivery) -> Item | Refused:
        try:
            event = decode(delivery.body, delivery.content_type)
        except ContractError as error:
            return _refuse(delivery, "unreadable", error.message)
        if delivery.exchange != event.source + ".events":
            return _refuse(delivery, "forged", f"{event.source} does not publish there")
        try:
            ours = self._types.get(event.type)
            if ours is None:
                ours = self._types[event.type] = check_type(event.type, self.reads, self.known)
        except UnknownVersionError as error:
            return Refused(
                delivery,
                event.source,
                event.subject,
                error.code,
                error.message,
                event.position,
                event.previous,
            )
        return Item(
            delivery,
            event.source,
            event.subject,
            event if ours else None,
            event.position,
            event.previous,
        )

    def _record(self, delivery: Delivery) -> Item | Refused:
        if not self.records:
            return _refuse(delivery, "unexpected", "this service takes no records from outside")
        owner = record_owner(delivery.routing_key)
        if owner and owner != self.service:
            return Item(delivery, INGRESS, delivery.partition_key, None)
        kind, charset = declared_charset(delivery.content_type)
        if kind != RECORD_CONTENT_TYPE:
            said = f"content type is not {RECORD_CONTENT_TYPE}"
            return _refuse(delivery, "unreadable", said)
        try:
            body = utf8(delivery.body, charset)
            msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, CharsetError, RecursionError):
            return _refuse(delivery, "unreadable", "not a JSON object in the charset it declares")
        source, _, kind = delivery.routing_key.partition(".")
        record = Record(
            source,
            kind,
            delivery.message_id,
            body,
            delivery.headers,
            delivery.user,
            delivery.body,
        )
        return Item(delivery, INGRESS, delivery.partition_key, record)

    def _dead(self, delivery: Delivery) -> Refused:
        """Name the place a dead message first came from and why the broker gave up."""
        exchange, routing_key, why = _first_death(delivery.headers)
        original = delivery._replace(exchange=exchange, routing_key=routing_key)
        if exchange == DEAD_EXCHANGE:
            return _refuse(original, "unexpected", "sent to the dead exchange by hand")
        placed = self.read(original)
        if isinstance(placed, End):
            return _refuse(original, "dead_lettered", why)
        if isinstance(placed, Refused):
            return placed
        return Refused(
            original,
            placed.source,
            placed.subject,
            "dead_lettered",
            why,
            placed.position,
            placed.previous,
        )


def _refuse(delivery: Delivery, reason: str, detail: str) -> Refused:
    known = delivery.exchange.endswith(".events")
    source = delivery.exchange.removesuffix(".events") if known else INGRESS
    return Refused(delivery, source, delivery.partition_key, reason, detail)


def _first_death(headers: Mapping[str, Any]) -> tuple[str, str, str]:
    deaths = headers.get("x-death")
    if not isinstance(deaths, list) or not deaths or not isinstance(deaths[-1], dict):
        return DEAD_EXCHANGE, "", ""
    first = deaths[-1]
    keys = first.get("routing-keys")
    key = str(keys[0]) if isinstance(keys, list) and keys else ""
    exchange = first.get("exchange")
    why = f"the broker gave up after {first.get('reason')} in {first.get('queue')}"
    return exchange if isinstance(exchange, str) else DEAD_EXCHANGE, key, why


_END_KEY = re.compile(r"^[a-z]+\.g([0-9]{1,9})\.p([0-9]{1,9})$")


def _end(delivery: Delivery) -> End | Refused:
    match = _END_KEY.match(delivery.routing_key)
    if match is None:
        return _refuse(delivery, "unreadable", "not an end of a partition queue")
    return End(int(match.group(1)), int(match.group(2)))
