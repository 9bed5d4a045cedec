"""Reads deliveries straight from the socket's bytes: py-amqp spends four times as long on each.

Only complete deliveries of our channel are read here; every other frame is given to py-amqp.
AMQP 0-9-1, sections 2.3.5 (frames) and 4.2.6 (content header).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from struct import Struct
from typing import Any, NamedTuple

from amqp.serialization import decode_properties_basic, loads

from services.chassis.bus.delivery import Delivery

READ_BYTES = 256 * 1024
_FRAME = Struct(">BHI")
_SIZE = Struct(">Q")
_TAG = Struct(">Q")
_DELIVER = b"\x00\x3c\x00\x3c"
_FRAME_OVERHEAD_BYTES = 8


class Frame(NamedTuple):
    """One frame as py-amqp's `on_inbound_frame` takes it."""

    kind: int
    channel: int
    payload: bytes


class _Place(NamedTuple):
    """Where a frame lies in the buffer: its payload from `start`, the next frame at `end`."""

    kind: int
    channel: int
    start: int
    end: int


class Headers(Mapping[str, Any]):
    """Application headers, decoded when somebody looks; most consumers never do."""

    __slots__ = ("_decoded", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._decoded: dict[str, Any] | None = None

    def _all(self) -> dict[str, Any]:
        if self._decoded is None:
            self._decoded = loads("F", self._raw, 0)[0][0]
        return self._decoded

    def __getitem__(self, name: str) -> Any:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


class Incoming:
    """Bytes received and not yet read; py-amqp reads from here too while it waits for an answer."""

    def __init__(self, receive: Callable[[int], bytes]) -> None:
        self._receive = receive
        self._data = b""
        self._at = 0

    @property
    def pending(self) -> bool:
        return self._at < len(self._data)

    def __call__(self, size: int) -> bytes:
        """Give up to `size` bytes, for py-amqp."""
        if self._at >= len(self._data):
            self._data, self._at = self._receive(READ_BYTES), 0
        start = self._at
        self._at = min(start + size, len(self._data))
        return self._data[start : self._at]

    def fill(self) -> None:
        """Receive once more, behind what is there.

        Raises:
            OSError: the broker has closed the connection, or nothing came in time.
        """
        more = self._receive(READ_BYTES)
        if not more:
            raise ConnectionResetError("the broker closed the connection")
        self._data = self._data[self._at :] + more
        self._at = 0

    def next(self, channel: int) -> tuple[int, Delivery] | Frame | None:
        """Give the next delivery of the channel with its tag, or another frame; None: not whole."""
        method = self._frame(self._at)
        if method is None:
            return None
        data = self._data
        if (
            method.kind == 1
            and method.channel == channel
            and data.startswith(_DELIVER, method.start)
        ):
            return self._delivery(method)
        self._at = method.end
        return Frame(method.kind, method.channel, data[method.start : method.end - 1])

    def _delivery(self, method: _Place) -> tuple[int, Delivery] | None:
        data = self._data
        header = self._frame(method.end)
        if header is None:
            return None
        left = _SIZE.unpack_from(data, header.start + 4)[0]
        parts, at = [], header.end
        while left > 0:
            body = self._frame(at)
            if body is None:
                return None
            parts.append(data[body.start : body.end - 1])
            left -= body.end - 1 - body.start
            at = body.end
        self._at = at
        return _read_delivery(data, method.start, header, b"".join(parts))

    def _frame(self, at: int) -> _Place | None:
        """Find the frame that begins here, None when it is not all there."""
        if len(self._data) - at < _FRAME_OVERHEAD_BYTES:
            return None
        kind, channel, size = _FRAME.unpack_from(self._data, at)
        end = at + _FRAME_OVERHEAD_BYTES + size
        return _Place(kind, channel, at + 7, end) if end <= len(self._data) else None


def _read_delivery(data: bytes, at: int, header: _Place, body: bytes) -> tuple[int, Delivery]:
    at += 4
    at += 1 + data[at]  # consumer tag
    tag: int = _TAG.unpack_from(data, at)[0]
    at += 9  # and the redelivered bit
    exchange = data[at + 1 : at + 1 + data[at]].decode()
    at += 1 + data[at]
    key = data[at + 1 : at + 1 + data[at]].decode("utf-8", "replace")
    said = _properties(data, header.start + 12, header.end - 1)
    content_type, message_id, kind, headers, user = said
    return tag, Delivery(exchange, key, content_type, message_id, kind, headers, body, user)


def _properties(data: bytes, at: int, end: int) -> tuple[str, str, str, Mapping[str, Any], str]:
    flags = data[at : at + 2]
    if flags[0] != 0xB0 or flags[1] & 0x4F:
        found, _ = decode_properties_basic(data[at:end], 0)
        headers = found.get("application_headers") or {}
        return (
            found.get("content_type", ""),
            found.get("message_id", ""),
            found.get("type", ""),
            headers,
            found.get("user_id", ""),
        )
    at += 2
    content_type = data[at + 1 : at + 1 + data[at]].decode("utf-8", "replace")
    at += 1 + data[at]
    size = int.from_bytes(data[at : at + 4], "big")
    headers = Headers(data[at : at + 4 + size])
    at += 5 + size  # and the delivery mode
    message_id = kind = user = ""
    if flags[1] & 0x80:
        message_id = data[at + 1 : at + 1 + data[at]].decode("utf-8", "replace")
        at += 1 + data[at]
    if flags[1] & 0x20:
        kind = data[at + 1 : at + 1 + data[at]].decode("utf-8", "replace")
        at += 1 + data[at]
    if flags[1] & 0x10:
        user = data[at + 1 : at + 1 + data[at]].decode("utf-8", "replace")
    return content_type, message_id, kind, headers, user
