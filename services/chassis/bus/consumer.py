"""The broker side of a subscription: one connection, one channel, all queues, one ack a batch."""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import amqp

from services.chassis.bus.connection import TROUBLE, close, drop, open_connection, say
from services.chassis.bus.deliveries import Frame, Incoming
from services.chassis.bus.delivery import Delivery
from services.chassis.bus.topology import dead_arguments, partition_arguments
from services.chassis.errors import UnavailableError

_SOCKET_TIMEOUT_S = 10.0


class Collected(NamedTuple):
    """What came, and the tag that acknowledges it and everything before it."""

    deliveries: list[Delivery]
    tag: int


class Consumer:
    """Reads queues; kombu takes no part, because it decodes bodies and logs those it cannot.

    Belongs to one thread or greenlet. After an `UnavailableError` it is closed for good; what it
    had delivered and was not acknowledged comes again.
    """

    def __init__(self, amqp_uri: str, name: str, *, prefetch: int = 2000, heartbeat_s: int = 10):
        self._prefetch = prefetch
        self._heartbeat_s = heartbeat_s
        self._arrived: deque[tuple[int, Delivery]] = deque()
        self._acked_tag = 0
        self._tags: dict[str, str] = {}
        self._optional: set[str] = set()
        self._lost = ""
        self._beat_at = time.monotonic()
        self._connection: Any = open_connection(
            amqp_uri, heartbeat_s=heartbeat_s, connect_timeout_s=5.0, name=name
        )
        try:
            transport = self._connection.transport
            transport.sock.settimeout(_SOCKET_TIMEOUT_S)
            self._incoming = Incoming(transport._quick_recv)
            transport._quick_recv = self._incoming
            self._channel: Any = self._connection.channel()
        except TROUBLE as error:
            raise self._fail(error) from error

    def read_queues(self, queues: Mapping[str, bool]) -> None:
        """Read exactly these queues from now on; those marked False may be missing or go away.

        Raises:
            UnavailableError: a queue that must exist does not, or it has other arguments.
        """
        self._optional = {name for name, needed in queues.items() if not needed}
        try:
            for name in queues.keys() - self._tags.keys():
                if self._exists(name):
                    self._consume(name, max(1, self._prefetch // len(queues)))
                elif queues[name]:
                    raise UnavailableError(f"queue {name} is missing; run `banjian migrate`")
        except TROUBLE as error:
            raise self._fail(error) from error

    @property
    def alive(self) -> bool:
        """The connection has not failed yet."""
        return self._connection is not None

    @property
    def queues(self) -> frozenset[str]:
        """Queues being read."""
        return frozenset(self._tags)

    def collect(self, most: int, wait_s: float, linger_s: float) -> Collected:
        """Give what came: up to `most` messages, after the first until nothing came for `linger_s`.

        Waits at most `wait_s` for the first.

        Raises:
            UnavailableError: the connection is lost or a queue has gone.
        """
        try:
            while len(self._arrived) < most and not self._lost:
                found = self._incoming.next(self._channel.channel_id)
                if found is None:
                    patience = linger_s if self._arrived else wait_s
                    if not self._incoming.pending and not self._readable(patience):
                        break
                    self._incoming.fill()
                elif isinstance(found, Frame):
                    self._connection.on_inbound_frame(found)
                else:
                    self._arrived.append(found)
                    self._connection.bytes_recv += 1
            if time.monotonic() - self._beat_at >= 1.0:
                self._beat_at = time.monotonic()
                self._connection.heartbeat_tick()
        except TROUBLE as error:
            raise self._fail(error) from error
        if self._lost:
            raise self._fail(UnavailableError(f"the broker took queue {self._lost} away"))
        given = [self._arrived.popleft() for _ in range(min(most, len(self._arrived)))]
        return Collected([delivery for _, delivery in given], given[-1][0] if given else 0)

    def ack(self, collected: Collected) -> None:
        """Acknowledge what `collect` gave here and everything it gave before, in one frame.

        Raises:
            UnavailableError: the connection is lost; it all comes again.
        """
        if collected.tag <= self._acked_tag:
            return
        if self._connection is None:
            raise UnavailableError("reading has stopped")
        try:
            self._channel.basic_ack(collected.tag, multiple=True)
        except TROUBLE as error:
            raise self._fail(error) from error
        self._acked_tag = collected.tag

    def beat(self) -> None:
        """Tell the broker that we live while a batch takes its time; cheap, call it often."""
        if self._connection is None:
            return
        if self._heartbeat_s and time.monotonic() - self._beat_at >= self._heartbeat_s / 3:
            self._beat_at = time.monotonic()
            try:
                self._connection.send_heartbeat()
            except TROUBLE as error:
                raise self._fail(error) from error

    def close(self) -> None:
        """Give everything that is not acknowledged back to the broker."""
        connection, self._connection = self._connection, None
        if connection is not None:
            close(connection)

    def _exists(self, queue: str) -> bool:
        channel = self._connection.channel()
        try:
            channel.queue_declare(queue, passive=True)
            channel.close()
        except amqp.NotFound:
            return False
        return True

    def _consume(self, queue: str, prefetch: int) -> None:
        self._channel.basic_qos(0, prefetch, False)
        self._tags[queue] = self._channel.basic_consume(
            queue, callback=self._on_message, on_cancel=self._on_cancel
        )

    def _readable(self, wait_s: float) -> bool:
        sock = self._connection.transport.sock
        pending = getattr(sock, "pending", None)
        if pending is not None and pending():
            return True
        ready, _, _ = select.select([sock], [], [], wait_s)
        return bool(ready)

    def _on_message(self, message: Any) -> None:
        info = message.delivery_info
        properties = message.properties
        body = message.body
        delivery = Delivery(
            info["exchange"],
            info["routing_key"],
            properties.get("content_type", ""),
            properties.get("message_id", ""),
            properties.get("type", ""),
            properties.get("application_headers") or {},
            body if isinstance(body, bytes) else bytes(body or b""),
            properties.get("user_id", ""),
        )
        self._arrived.append((info["delivery_tag"], delivery))

    def _on_cancel(self, tag: str) -> None:
        for name in [name for name, known in self._tags.items() if known == tag]:
            del self._tags[name]
            if name not in self._optional:
                self._lost = name

    def _fail(self, error: BaseException) -> UnavailableError:
        connection, self._connection = self._connection, None
        if connection is not None:
            drop(connection)
        return UnavailableError(f"reading stopped: {say(error)}")


def check_queues(amqp_uri: str, service: str, queues: Iterable[str]) -> str:
    """Compare queues with what they must be (readiness); gives a line for the probe.

    Raises:
        UnavailableError: one is missing or was made with another type or other arguments; the text
            says which and what to do.
    """
    names = list(queues)
    connection = open_connection(
        amqp_uri, heartbeat_s=0, connect_timeout_s=5.0, name=f"{service} check"
    )
    try:
        connection.transport.sock.settimeout(_SOCKET_TIMEOUT_S)
        for name in names:
            _check_queue(connection, service, name)
    except TROUBLE as error:
        raise UnavailableError(f"broker: {say(error)}") from error
    finally:
        close(connection)
    return f"{len(names)} queues as declared"


def _check_queue(connection: Any, service: str, name: str) -> None:
    dead = name.endswith(".dead")
    arguments = dead_arguments() if dead else partition_arguments(service)
    channel = connection.channel()
    try:
        channel.queue_declare(name, passive=True)
        channel.queue_declare(name, durable=True, auto_delete=False, arguments=arguments)
        channel.close()
    except amqp.NotFound:
        raise UnavailableError(f"queue {name} is missing; run `banjian migrate`") from None
    except amqp.PreconditionFailed as error:
        raise UnavailableError(
            f"queue {name} is not the quorum queue it must be ({say(error)});"
            " drain and delete it, then run `banjian migrate`"
        ) from None
