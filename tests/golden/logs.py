"""Reads and writes golden logs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import date, time
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.utils import get_topic, resolve_topic

from services.chassis.eventlog.mapper import body_of, fact_of, state_of_body
from services.kernel.aggregate import Aggregate

FOLDER = Path(__file__).parent
LATER: Mapping[str, frozenset[str]] = {
    "Case": frozenset({"counts", "approached", "breaches"}),
    "Implementation": frozenset({"listing"}),
    "Item": frozenset(
        {"origins", "draft", "ended", "freezes", "merges", "split_from", "modes", "handed"}
    ),
}
"""What a class learned to remember after its first log was recorded, by class name.

Such a part is left out of the digest while it is as it was at the beginning: an old log knows
nothing of it, and a log that changes it shows it.
"""


def digest(aggregate: Aggregate) -> str:
    """Give the digest of everything the aggregate remembers, the same in every process."""
    later = LATER.get(type(aggregate).__name__, frozenset())
    begun = vars(type(aggregate).begin(aggregate.id)) if later else {}
    state = {
        name: value
        for name, value in vars(aggregate).items()
        if not name.startswith("_") and not (name in later and value == begun[name])
    }
    state["version"] = aggregate.version
    return sha256(json.dumps(_plain(state), sort_keys=True).encode()).hexdigest()


def write(path: Path, aggregate: Aggregate) -> None:
    """Record the pending events of an aggregate.

    Raises:
        FileExistsError: there is such a log; a golden log is never rewritten.
    """
    head = {"aggregate": get_topic(type(aggregate)), "state": digest(aggregate)}
    lines = [json.dumps(head)]
    for fact in aggregate.pending:
        state = state_of_body(body_of(fact)).decode()
        stored = {
            "stream": str(fact.originator_id),
            "version": fact.originator_version,
            "topic": fact.TOPIC,
            "state": state,
        }
        lines.append(json.dumps(stored, ensure_ascii=False))
    with path.open("x", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def replay(path: Path) -> tuple[str, str]:
    """Give the recorded digest and that of the state this build makes of the log.

    Raises:
        UnknownVersionError, ContractError: this build cannot read an event of it.
    """
    head, *stored = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    kind: type[Aggregate] = resolve_topic(head["aggregate"])
    aggregate = kind.replay(
        fact_of(UUID(one["stream"]), one["version"], one["topic"], one["state"].encode())
        for one in stored
    )
    return head["state"], digest(aggregate) if aggregate is not None else ""


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(one) for one in value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, time)):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, msgspec.Struct):
        return _plain(msgspec.to_builtins(value))
    if dataclasses.is_dataclass(value):
        later = LATER.get(type(value).__name__, frozenset())
        return {
            field.name: _plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.name not in later or getattr(value, field.name) != field.default
        }
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(type(value).__name__)
