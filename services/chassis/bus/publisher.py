"""Publish with hundreds of broker confirms in flight, and believe none that came late."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from services.chassis.bus.connection import TROUBLE, close, drop, open_connection, parse_uri, say
from services.chassis.bus.frames import publish_frames
from services.chassis.errors import UnavailableError

_FLUSH_BYTES = 64 * 1024
_LOOK_S = 0.5
WINDOW = 4_000
"""Most confirms outstanding. The broker writes and syncs what lies before it in one go."""
FIRST_WINDOW = 500
LEAST_WINDOW = 50
QUICK_S = 0.5
"""When the older half of a window is confirmed within this time, the next may be twice as large."""
SLOW_S = 2.0
"""And when it takes longer than this, half as large."""


def next_window(dared: int, took_s: float, most: int) -> int:
    """Give how many confirms to leave outstanding after the older half of `dared` took this long.

    At most `most`, and no less than `LEAST_WINDOW`, or than `most` where that is smaller still.
    """
    if took_s < QUICK_S:
        return min(dared * 2, most)
    if took_s > SLOW_S:
        return max(dared // 2, min(LEAST_WINDOW, most))
    return dared


class Publisher:
    """One connection that publishes in order; after any error it is closed and never used again.

    Delivery tags are matched here, one by one: py-amqp's own `basic_publish_confirm` takes any ack
    for the one it waits for. `unconfirmed` messages are at most `window`; how many it dares depends
    on how fast the broker confirms them, so that a slow one never meets the timeout because of
    what lies before a message. Belongs to one thread or greenlet.
    """

    def __init__(
        self,
        amqp_uri: str,
        *,
        window: int = WINDOW,
        confirm_timeout_s: float = 10.0,
        connect_timeout_s: float = 5.0,
        heartbeat_s: int = 10,
        name: str = "publisher",
    ) -> None:
        self._window = window
        self._dared = min(FIRST_WINDOW, window)
        self._confirm_timeout_s = confirm_timeout_s
        self._user = parse_uri(amqp_uri).user
        self._sent_at: dict[int, float] = {}
        self._tag = 0
        self._trouble = ""
        self._blocked = ""
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._beat_at = time.monotonic()
        self._connection: Any = open_connection(
            amqp_uri,
            heartbeat_s=heartbeat_s,
            connect_timeout_s=connect_timeout_s,
            name=name,
            on_blocked=self._on_blocked,
            on_unblocked=self._on_unblocked,
        )
        try:
            self._connection.transport.sock.settimeout(confirm_timeout_s)
            self._channel: Any = self._connection.channel()
            self._channel.events["basic_ack"].add(self._on_ack)
            self._channel.events["basic_nack"].add(self._on_nack)
            self._channel.events["basic_return"].add(self._on_return)
            self._channel.confirm_select()
        except TROUBLE as error:
            raise self._fail(say(error)) from error

    @property
    def unconfirmed(self) -> int:
        """Messages published and not yet confirmed."""
        return len(self._sent_at)

    @property
    def window(self) -> int:
        """Most it leaves unconfirmed at present."""
        return self._dared

    @property
    def blocked(self) -> str:
        """Why the broker takes nothing at present (an alarm); empty when it does."""
        return self._blocked

    def publish(
        self,
        exchange: str,
        routing_key: str,
        body: bytes,
        *,
        partition_key: str,
        content_type: str,
        message_id: str = "",
        type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send one persistent, mandatory message; blocks while `window` confirms are outstanding.

        Raises:
            UnavailableError: nack, return (`NO_ROUTE`), confirm timeout, lost connection. What was
                not confirmed by a later `confirm()` must be published again on a new Publisher.
            ValueError: a key, id or type is longer than 255 bytes.
        """
        if self._connection is None:
            raise UnavailableError(self._trouble or "the publisher is closed")
        frames = publish_frames(
            self._channel.channel_id,
            exchange,
            routing_key,
            body,
            content_type=content_type,
            message_id=message_id,
            type=type,
            user_id=self._user,
            headers={"partitionkey": partition_key, **(headers or {})},
            frame_max=self._connection.frame_max,
        )
        self._tag += 1
        self._sent_at[self._tag] = time.monotonic()
        self._waiting.append(frames)
        self._waiting_bytes += len(frames)
        if self._waiting_bytes >= _FLUSH_BYTES:
            self._flush()
        while len(self._sent_at) >= self._dared:  # a window that shrank may be full again
            self._halve()

    def confirm(self) -> None:
        """Wait until everything published so far is confirmed.

        Raises:
            UnavailableError: as for `publish`.
        """
        self._await(0)

    def tick(self) -> None:
        """Keep an idle connection alive; call it at least every second or so.

        Raises:
            UnavailableError: the connection is lost.
        """
        if self._connection is None:
            raise UnavailableError(self._trouble or "the publisher is closed")
        now = time.monotonic()
        if now - self._beat_at < 1.0:
            return
        self._beat_at = now
        try:
            self._read(0.001)
            self._connection.heartbeat_tick()
        except TROUBLE as error:
            raise self._fail(say(error)) from error

    def close(self) -> None:
        """Close the connection; unconfirmed messages stay unconfirmed."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._sent_at or self._blocked:
            drop(connection)
        else:
            close(connection)

    def _halve(self) -> None:
        """Wait for the older half of what is under way, and learn from how long it took."""
        oldest = next(iter(self._sent_at.values()))
        self._await(self._dared // 2)
        self._dared = next_window(self._dared, time.monotonic() - oldest, self._window)

    def _await(self, most: int) -> None:
        """Read from the broker until at most this many messages are unconfirmed."""
        if self._connection is None:
            raise UnavailableError(self._trouble or "the publisher is closed")
        self._flush()
        while len(self._sent_at) > most:
            oldest = next(iter(self._sent_at.values()))
            patience = oldest + self._confirm_timeout_s - time.monotonic()
            if patience <= 0:
                blocked = f" (broker: {self._blocked})" if self._blocked else ""
                raise self._fail(f"no confirm within {self._confirm_timeout_s:g} s{blocked}")
            try:
                # A heartbeat starts py-amqp's wait anew: it must be shorter than their distance.
                self._read(min(patience, _LOOK_S))
            except TROUBLE as error:
                raise self._fail(say(error)) from error
            if self._trouble:
                raise self._fail(self._trouble)

    def _flush(self) -> None:
        if not self._waiting:
            return
        data = b"".join(self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0
        try:
            self._connection.transport.sock.settimeout(self._confirm_timeout_s)
            self._connection.transport.write(data)
        except TROUBLE as error:
            raise self._fail(say(error)) from error
        self._connection.bytes_sent += 1

    def _read(self, timeout_s: float) -> None:
        try:
            self._connection.drain_events(timeout=timeout_s)
        except TimeoutError:
            return

    def _on_ack(self, tag: int, multiple: bool) -> None:
        sent_at = self._sent_at
        if not multiple:
            sent_at.pop(tag, None)
            return
        for done in list(takewhile(lambda sent: sent <= tag, sent_at)):
            del sent_at[done]

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._trouble = "the broker refused a message (nack)"

    def _on_return(
        self, error: Exception, exchange: str, routing_key: str, message: object
    ) -> None:
        self._trouble = f"NO_ROUTE: no queue takes {routing_key} of {exchange} ({say(error)})"

    def _on_blocked(self, reason: str) -> None:
        self._blocked = reason

    def _on_unblocked(self) -> None:
        self._blocked = ""

    def _fail(self, why: str) -> UnavailableError:
        """Drop the connection: a confirm that still comes must never count for anything."""
        self._trouble = why
        connection, self._connection = self._connection, None
        if connection is not None:
            drop(connection)
        return UnavailableError(f"publishing stopped: {why}")
