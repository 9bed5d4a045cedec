"""Deliveries read from bytes, whole or in pieces, as py-amqp would have read them."""

from __future__ import annotations

from struct import pack

import pytest
from amqp.basic_message import Message

from services.chassis.bus.deliveries import Frame, Incoming
from services.chassis.bus.delivery import Delivery


def frame(kind: int, channel: int, payload: bytes) -> bytes:
    return pack(">BHI", kind, channel, len(payload)) + payload + b"\xce"


def short(text: str) -> bytes:
    return bytes([len(text.encode())]) + text.encode()


def delivery(tag: int, body: bytes, room: int = 100, **properties: object) -> bytes:
    """Encode a delivery with py-amqp's own serializer of properties."""
    method = (
        b"\x00\x3c\x00\x3c" + short("tag-1") + pack(">QB", tag, 0) + short("ex") + short("a.b.c")
    )
    told = Message(b"", **properties)._serialize_properties()
    header = pack(">HHQ", 60, 0, len(body)) + told
    parts = [frame(3, 1, body[at : at + room]) for at in range(0, len(body), room)]
    return b"".join([frame(1, 1, method), frame(2, 1, header), *parts])


OURS = {
    "content_type": "text/plain",
    "application_headers": {"partitionkey": "案件", "n": 1},
    "delivery_mode": 2,
    "message_id": "m",
    "type": "t",
    "user_id": "u",
}
SHAPES: dict[str, dict[str, object]] = {
    "ours": OURS,
    "without a user": {name: value for name, value in OURS.items() if name != "user_id"},
    "only three": dict(list(OURS.items())[:3]),
    "nothing": {},
    "everything": {**OURS, "priority": 1, "correlation_id": "c", "timestamp": 1, "app_id": "a"},
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [0, 1, 100, 350])
@pytest.mark.parametrize("chunk", [1, 7, 10_000])
def test_a_delivery_is_read_whatever_its_pieces(shape: str, size: int, chunk: int) -> None:
    body = bytes(range(256)) * 2
    heartbeat = frame(8, 0, b"")
    sent = delivery(7, body[:size], **SHAPES[shape]) + heartbeat + delivery(8, b"x", **OURS)
    pieces = iter([sent[at : at + chunk] for at in range(0, len(sent), chunk)])
    incoming = Incoming(lambda _: next(pieces))
    found: list[tuple[int, Delivery] | Frame] = []
    while len(found) < 3:
        one = incoming.next(1)
        if one is None:
            incoming.fill()
        else:
            found.append(one)

    first, second, third = found
    assert isinstance(first, tuple) and isinstance(third, tuple)
    properties = SHAPES[shape]
    assert first == (
        7,
        Delivery(
            "ex",
            "a.b.c",
            str(properties.get("content_type", "")),
            str(properties.get("message_id", "")),
            str(properties.get("type", "")),
            first[1].headers,
            body[:size],
            str(properties.get("user_id", "")),
        ),
    )
    assert dict(first[1].headers) == properties.get("application_headers", {})
    assert second == Frame(8, 0, b"")
    assert third[0] == 8
    assert not incoming.pending


def test_a_closed_connection_is_an_error() -> None:
    with pytest.raises(ConnectionResetError):
        Incoming(lambda _: b"").fill()
