"""The bare references on the broker: py-amqp and kombu as their own documentation uses them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import amqp
import kombu


class Ready(NamedTuple):
    """A message made before the clock starts."""

    routing_key: str
    body: bytes
    partition_key: str
    message_id: str
    type: str


CONTENT_TYPE = "application/cloudevents+json"


def connect(uri: str) -> amqp.Connection:
    """Open a py-amqp connection."""
    parts = urlsplit(uri)
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port}",
        userid=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        virtual_host=unquote(parts.path[1:]),
    )
    connection.connect()
    return connection


class WindowedPublisher:
    """py-amqp with confirms and a window of messages in flight; nothing else."""

    def __init__(self, uri: str, exchange: str, window: int = 500) -> None:
        self._connection = connect(uri)
        self._channel = self._connection.channel()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._exchange = exchange
        self._window = window
        self._user = unquote(urlsplit(uri).username or "")
        self._flying: dict[int, None] = {}
        self._tag = 0

    def publish(self, messages: Sequence[Ready]) -> None:
        """Publish all and return when all are confirmed."""
        for ready in messages:
            message = amqp.Message(
                ready.body,
                content_type=CONTENT_TYPE,
                delivery_mode=2,
                message_id=ready.message_id,
                type=ready.type,
                user_id=self._user,
                application_headers={"partitionkey": ready.partition_key},
            )
            self._channel.basic_publish(message, self._exchange, ready.routing_key, mandatory=True)
            self._tag += 1
            self._flying[self._tag] = None
            if len(self._flying) >= self._window:
                self._drain(self._window // 2)
        self._drain(0)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _drain(self, most: int) -> None:
        while len(self._flying) > most:
            self._connection.drain_events(timeout=30)

    def _on_ack(self, tag: int, multiple: bool) -> None:
        if multiple:
            for done in list(takewhile(lambda sent: sent <= tag, self._flying)):
                del self._flying[done]
        else:
            self._flying.pop(tag, None)


class KombuPublisher:
    """kombu with confirm_publish: waits for each confirm, as nameko's publisher does."""

    def __init__(self, uri: str, exchange: str) -> None:
        self._connection = kombu.Connection(uri, transport_options={"confirm_publish": True})
        self._producer = kombu.Producer(self._connection.channel(), serializer="json")
        self._exchange = exchange
        self._user = unquote(urlsplit(uri).username or "")

    def publish(self, messages: Sequence[Ready]) -> None:
        """Publish one after the other."""
        for ready in messages:
            self._producer.publish(
                ready.body,
                exchange=self._exchange,
                routing_key=ready.routing_key,
                content_type=CONTENT_TYPE,
                content_encoding="utf-8",
                delivery_mode=2,
                mandatory=True,
                message_id=ready.message_id,
                type=ready.type,
                user_id=self._user,
                headers={"partitionkey": ready.partition_key},
            )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def purge(uri: str, queues: Sequence[str]) -> None:
    """Empty queues, as administrator."""
    connection = connect(uri)
    try:
        channel = connection.channel()
        for name in queues:
            channel.queue_purge(name)
    finally:
        connection.close()
