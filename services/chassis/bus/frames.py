"""Bytes of `basic.publish`: many messages in one write, which py-amqp's own publish cannot do.

AMQP 0-9-1, sections 2.3.5 (frames), 4.2.6 (content header) and the class `basic` of the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from struct import Struct

_FRAME = Struct(">BHI")
_HEADER = Struct(">HHQH")
_LENGTH = Struct(">I")
_METHOD, _CONTENT, _BODY = 1, 2, 3
_END = b"\xce"
_FLAGS = 0x8000 | 0x2000 | 0x1000 | 0x0080 | 0x0020 | 0x0010
"""content-type, headers, delivery-mode, message-id, type and user-id are present."""
_PERSISTENT = b"\x02"
_FRAME_OVERHEAD_BYTES = 8


def publish_frames(
    channel: int,
    exchange: str,
    routing_key: str,
    body: bytes,
    *,
    content_type: str,
    message_id: str,
    type: str,
    user_id: str,
    headers: Mapping[str, str],
    frame_max: int,
) -> bytes:
    """Give the frames of one mandatory, persistent message.

    Raises:
        ValueError: a short string (key, id, type) is longer than 255 bytes.
    """
    properties = b"".join(
        (
            _word(content_type),
            _table(headers),
            _PERSISTENT,
            _short(message_id),
            _word(type),
            _word(user_id),
        )
    )
    size = len(body)
    header = _HEADER.pack(60, 0, size, _FLAGS)
    parts = [
        _method(channel, exchange, routing_key),
        _FRAME.pack(_CONTENT, channel, len(header) + len(properties)),
        header,
        properties,
        _END,
    ]
    room = frame_max - _FRAME_OVERHEAD_BYTES
    for start in range(0, size, room):
        chunk = body if size <= room else body[start : start + room]
        parts += (_FRAME.pack(_BODY, channel, len(chunk)), chunk, _END)
    return b"".join(parts)


@lru_cache(maxsize=1024)
def _method(channel: int, exchange: str, routing_key: str) -> bytes:
    payload = b"".join(
        (b"\x00\x3c\x00\x28\x00\x00", _short(exchange), _short(routing_key), b"\x01")
    )
    return _FRAME.pack(_METHOD, channel, len(payload)) + payload + _END


def _short(text: str) -> bytes:
    raw = text.encode()
    if len(raw) > 255:
        raise ValueError("a short string of AMQP has at most 255 bytes")
    return bytes((len(raw),)) + raw


_word = lru_cache(maxsize=1024)(_short)
"""For what stands in many messages: a type, a user, a header's name."""


def _table(headers: Mapping[str, str]) -> bytes:
    items = b"".join([_word(name) + _long(value) for name, value in headers.items()])
    return _LENGTH.pack(len(items)) + items


def _long(text: str) -> bytes:
    raw = text.encode()
    return b"S" + _LENGTH.pack(len(raw)) + raw
