"""OCEL 2.0 as JSON (ocel-standard.org): types, objects, events, written as they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from deploy.exports.common import COMMON, common_of
from deploy.exports.spool import Spool, Thing, spelled

_encode = msgspec.json.Encoder().encode
FROM_THE_BEGINNING: Final = "1970-01-01T00:00:00Z"
"""Time of an attribute's first value: it held before anything is told of a change."""
_CUT: Final = 1 << 20


def write(spool: Spool, path: Path, step: Callable[[int], None]) -> None:
    """Write the file; `step` hears how many events more are written."""
    with path.open("wb") as file:
        file.write(b'{"objectTypes":' + _encode(_types(spool.kinds())))
        activities = {name: {**COMMON, **own} for name, own in spool.activities().items()}
        file.write(b',"eventTypes":' + _encode(_types(activities)))
        file.write(b',"objects":[\n')
        _joined(file.write, (_object(spool, one) for one in spool.things()))
        file.write(b'],"events":[\n')
        _joined(file.write, _events(spool, step))
        file.write(b"]}\n")


def history(thing: Thing) -> Iterator[tuple[str, Any, str]]:
    """Give each attribute's first value, then its changes with their time, oldest first."""
    last: dict[str, Any] = {}
    for at, said in thing.said:
        for name, value in said.items():
            if name not in last:
                yield name, value, FROM_THE_BEGINNING
            elif last[name] != value:
                yield name, value, spelled(at)
            last[name] = value
    for name, value in thing.days.items():
        yield name, value, FROM_THE_BEGINNING


def _types(said: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "attributes": [{"name": one, "type": kind} for one, kind in attributes.items()],
        }
        for name, attributes in said.items()
    ]


def _object(spool: Spool, thing: Thing) -> bytes:
    return _encode(
        {
            "id": thing.id,
            "type": thing.kind,
            "attributes": [
                {"name": name, "time": at, "value": value} for name, value, at in history(thing)
            ],
            "relationships": [
                {"objectId": target, "qualifier": qualifier}
                for target, qualifier in spool.links_of(thing.id)
            ],
        }
    )


def _events(spool: Spool, step: Callable[[int], None]) -> Iterator[bytes]:
    for row in spool.in_time():
        own = common_of(row) | row.attributes
        yield _encode(
            {
                "id": row.id,
                "type": row.plan.activity,
                "time": spelled(row.at),
                "attributes": [{"name": name, "value": value} for name, value in own.items()],
                "relationships": [
                    {"objectId": one, "qualifier": qualifier}
                    for one, qualifier in row.related.items()
                ],
            }
        )
        step(1)


def _joined(write: Callable[[bytes], object], parts: Iterator[bytes]) -> None:
    waiting: list[bytes] = []
    size, comma = 0, b""
    for part in parts:
        waiting.append(comma + part + b"\n")
        comma = b","
        size += len(part)
        if size > _CUT:
            write(b"".join(waiting))
            waiting, size = [], 0
    write(b"".join(waiting))
