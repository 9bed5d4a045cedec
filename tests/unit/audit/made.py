"""A small export in memory, made without the code that makes real ones."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from banjian_verify.export import FORMAT, EventLine, spell
from banjian_verify.merkle import event_bytes
from banjian_verify.run import Verdict, verify
from banjian_verify.trust import Trust
from services.chassis.audit.notes import Head, SigningKey, sign
from services.chassis.audit.tree import HashAlg
from tests.unit.audit.naive import mth

KEY = SigningKey(b"k" * 32)
ORIGIN = "county.example/notify"
START = datetime(2020, 1, 1, tzinfo=UTC)
SHA = HashAlg.SHA_256


def event(number: int, state: bytes = b"") -> EventLine:
    """Give an event; every fifth stream has several."""
    return EventLine(
        number,
        UUID(int=number % 5 + 1),
        (number - 1) // 5 + 1,
        "notify.told.v1",
        START + timedelta(microseconds=number),
        state or b'{"data":{"n":%d}}' % number,
    )


def leaf_of(one: EventLine) -> bytes:
    return SHA.leaf(event_bytes(one.stream, one.version, one.topic, one.recorded_at, one.state))


@dataclass
class Made:
    """A log of events with checkpoints at some sizes, as a source of lines."""

    service: str = "notify"
    files: dict[str, list[bytes]] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def manifest(self) -> Mapping[str, Any]:
        return {"format": FORMAT, "services": {self.service: self.said}}

    def lines(self, service: str, name: str) -> Iterator[bytes]:
        return iter(self.files[name])

    def judge(self, **trust: Any) -> Verdict:
        return verify(self, Trust(**trust))


def make(
    events: list[EventLine], sizes: list[int], service: str = "notify", key: SigningKey = KEY
) -> Made:
    """Make the log of these events, signed at these sizes."""
    origin = f"county.example/{service}"
    leaves = [leaf_of(one) for one in events]
    previous: dict[UUID, int] = {}
    ledger = []
    for one, leaf in zip(events, leaves, strict=True):
        before = previous.get(one.stream, 0)
        ledger.append(spell({"position": one.position, "previous": before, "leaf": leaf.hex()}))
        previous[one.stream] = one.position
    tiles = [
        spell(
            {
                "level": 0,
                "tree": 1,
                "index": at // 256,
                "root": mth(SHA, leaves[at : at + 256]).hex(),
                "hashes": b"".join(leaves[at : at + 256]).hex(),
            }
        )
        for at in range(0, len(leaves) - 255, 256)
    ]
    notes = [sign(Head(origin, size, mth(SHA, leaves[:size]), SHA), [key]) for size in sizes]
    made = Made(service)
    made.notes = notes
    made.files = {
        "events.jsonl": [one.spell() for one in events],
        "ledger.jsonl": ledger,
        "tiles.jsonl": tiles,
        "checkpoints.jsonl": [
            spell({"number": number, "note": note, "cosignatures": [], "stamps": []})
            for number, note in enumerate(notes, 1)
        ],
    }
    made.said = {
        "from": 1,
        "to": len(events),
        "trees": [{"tree": 1, "origin": origin, "hash": "sha-256", "first": 1}],
        "keys": [{"since": 1, "public": base64.b64encode(key.public()).decode()}],
        "start": {"tree": 1, "size": 0, "frontier": []},
        "end": None,
        "files": {},
    }
    return made
