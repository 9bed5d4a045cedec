"""Reads and writes golden logs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import date, time
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.utils import get_topic, resolve_topic

from services.approval.domain import Process
from services.chassis.eventlog.mapper import body_of, fact_of, state_of_body
from services.kernel.aggregate import Aggregate

FOLDER = Path(__file__).parent
LATER: Mapping[str, frozenset[str]] = {
    "Case": frozenset(
        {
            *("counts", "approached", "breaches", "still", "refused_by_rule", "account"),
            *("declared_trust", "version_seen", "handling_form", "legal_date", "received_at"),
            *("notice_due_at", "notices", "first_notice_no", "correction_due", "outstanding"),
            *("faults", "ended_at", "withdrawn_items", "delivered_at", "archived_at"),
            *("accepted_by", "mode", "deemed", "rule", "rule_version", "task_ids"),
            *("conditional", "review", "conflicts", "project_code"),
            *("counted_from", "waits", "correction_clock", "undo", "reopenings"),
        }
    ),
    "Entry": frozenset({"unit"}),
    "Certificate": frozenset({"revocation_letter", "revocation_due_at"}),
    "Implementation": frozenset({"listing"}),
    "PublishedFigure": frozenset({"corrected"}),
    "MaterialFile": frozenset({"reported"}),
    "Slot": frozenset({"closed"}),
    "ResultSaid": frozenset({"satisfaction", "satisfaction_scale"}),
    "Item": frozenset(
        {"origins", "draft", "ended", "freezes", "merges", "split_from", "modes", "handed"}
    ),
}
"""What a class learned to remember after its first log was recorded, by class name.

Such a part is left out of the digest while it is as it was at the beginning: an old log knows
nothing of it, and a log that changes it shows it.
"""
FORMER: Mapping[str, tuple[type[Aggregate], Callable[[Any], Mapping[str, Any]]]] = {
    "services.approval.domain:Task": (Process, lambda process: _single(process)),
}
"""Aggregates of older logs that are another class now: which, and its state in the old words."""


def digest(aggregate: Aggregate) -> str:
    """Give the digest of everything the aggregate remembers, the same in every process."""
    later = LATER.get(type(aggregate).__name__, frozenset())
    begun = vars(type(aggregate).begin(aggregate.id)) if later else {}
    state = {
        name: value
        for name, value in vars(aggregate).items()
        if not name.startswith("_") and not (name in later and value == begun[name])
    }
    return _sum(state, aggregate)


def _sum(state: Mapping[str, Any], aggregate: Aggregate) -> str:
    whole = {**state, "version": aggregate.version}
    return sha256(json.dumps(_plain(whole), sort_keys=True).encode()).hexdigest()


def _single(process: Process) -> Mapping[str, Any]:
    """Say of a process of one what its task alone remembered before there were processes."""
    words = "project_no item_code department state promised_due_at accepted_by steps"
    words += " decided_at decided_by completion_kind ground"
    return {word: getattr(process.only, word) for word in words.split()}


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
    name = head["aggregate"]
    former = FORMER.get(name)
    kind: type[Aggregate] = former[0] if former else resolve_topic(name)
    aggregate = kind.replay(
        fact_of(UUID(one["stream"]), one["version"], one["topic"], one["state"].encode())
        for one in stored
    )
    if aggregate is None:
        return head["state"], ""
    now = _sum(former[1](aggregate), aggregate) if former else digest(aggregate)
    return head["state"], now


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
