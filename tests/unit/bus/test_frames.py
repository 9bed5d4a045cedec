"""Our frames, read back by py-amqp's own reader."""

from __future__ import annotations

from struct import unpack_from

import pytest
from amqp.basic_message import Message

from services.chassis.bus.frames import publish_frames


def frames(data: bytes) -> list[tuple[int, int, bytes]]:
    read, at = [], 0
    while at < len(data):
        kind, channel, size = unpack_from(">BHI", data, at)
        read.append((kind, channel, data[at + 7 : at + 7 + size]))
        assert data[at + 7 + size] == 0xCE
        at += 8 + size
    return read


@pytest.mark.parametrize("size", [0, 1, 120, 121, 1000])
def test_py_amqp_reads_what_we_write(size: int) -> None:
    body = bytes(range(256)) * 4
    data = publish_frames(
        3,
        "alpha.events",
        "a.b.c",
        body[:size],
        content_type="text/plain",
        message_id="m1",
        type="t",
        user_id="u",
        headers={"partitionkey": "案件"},
        frame_max=128,
    )
    method, header, *bodies = frames(data)
    assert method[:2] == (1, 3)
    assert method[2] == b"\x00\x3c\x00\x28\x00\x00\x0calpha.events\x05a.b.c\x01"
    message = Message()
    message.inbound_header(header[2])
    assert message.body_size == size
    assert message.properties == {
        "content_type": "text/plain",
        "application_headers": {"partitionkey": "案件"},
        "delivery_mode": 2,
        "message_id": "m1",
        "type": "t",
        "user_id": "u",
    }
    assert b"".join(part for _, _, part in bodies) == body[:size]
    assert all(len(part) <= 120 for _, _, part in bodies)


def test_a_key_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="255"):
        publish_frames(
            1,
            "e",
            "k" * 256,
            b"",
            content_type="",
            message_id="",
            type="",
            user_id="",
            headers={},
            frame_max=131072,
        )
