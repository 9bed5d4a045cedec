"""What to take of an event: its topic's contract and the vocabulary, worked out once a topic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

import contracts
from deploy.exports import vocabulary as words
from services.chassis.events import Event
from services.kernel.facts import ActorKind

_read = msgspec.json.Decoder().decode
_TYPES: Final[Mapping[str, str]] = {
    "integer": "integer",
    "number": "float",
    "boolean": "boolean",
    "string": "string",
}
_CORRECTED: Final = "intake.external-record-corrected"
_RETRACTED: Final = "intake.external-record-retracted"
_RECOUNTED: Final = ("intake.clock-recalculated", "approval.clock-recalculated")
_DUE_OF: Final = {"PROMISED": "promised_due_at", "STATUTORY": "statutory_due_at"}
_BOTH: Final = ("PROMISED", "STATUTORY")


class Turned(NamedTuple):
    """A day count begins, stops, goes on or stands still."""

    object: str
    what: str
    at: datetime
    reason: str = ""
    clocks: tuple[str, ...] = _BOTH


class Taken(NamedTuple):
    """Everything an export keeps of one event."""

    activity: str
    case: str
    task: str
    unit: str
    """Department the event is of; empty when it names none."""
    resource: str
    related: dict[str, str]
    """Objects by id, with what they are to the event."""
    attributes: dict[str, Any]
    links: list[tuple[str, str, str]]
    values: list[tuple[str, dict[str, Any]]]
    """Attributes of objects the event says anew."""
    turned: list[Turned]


@dataclass
class Plan:
    """How the events of one topic are read."""

    topic: str
    stem: str
    activity: str
    lifecycle: str
    kinds: dict[str, str]
    """Type of each attribute of the event."""
    lists: frozenset[str]
    """Those that are lists and become one text."""
    roles: list[tuple[str, words.Role]]
    links: list[words.Link]
    object_kinds: dict[str, dict[str, str]] = field(default_factory=dict)
    """Types of the attributes it gives to objects, by type of object."""

    def role(self, name: str) -> words.Role | None:
        """Say what a field leads to here."""
        return next((role for known, role in self.roles if known == name), None)


def plan_of(topic: str) -> Plan:
    """Work out how a topic is read; one without a contract here keeps what all events have."""
    stem = topic.rpartition(".")[0]
    try:
        fields: Mapping[str, Any] = contracts.schema(topic).get("properties", {})  # type: ignore[assignment]
    except KeyError:
        fields = {}
    roles = list(_roles(topic, fields))
    if stem.startswith("approval.task-") and "task_id" not in fields:
        roles.append(("task_id", words.ROLES["task_id"]))
    known = {name for name, _ in roles}
    kinds, lists = {}, set()
    for name, said in fields.items():
        if name in known or name in words.PRIVATE:
            continue
        if said.get("type") == "array" and (said.get("items") or {}).get("type") in _TYPES:
            lists.add(name)
            kinds[name] = "string"
        elif kind := _kind(said):
            kinds[name] = kind
    links = [
        one
        for one in words.LINKS
        if {one.source, one.target} <= known and (not one.stems or stem in one.stems)
    ]
    lifecycle = words.LIFECYCLE.get(stem, "complete")
    plan = Plan(
        topic, stem, words.activity_of(topic), lifecycle, kinds, frozenset(lists), roles, links
    )
    _object_kinds(plan, fields)
    return plan


def _roles(topic: str, fields: Iterable[str]) -> Iterator[tuple[str, words.Role]]:
    own: dict[str, words.Role | None] = {}
    for begin, said in words.OF_TOPIC.items():
        if topic.startswith(begin):
            own |= said
    for name in fields:
        role = own[name] if name in own else words.ROLES.get(name)
        if role is not None and name not in words.PRIVATE:
            yield name, role


def _kind(said: Mapping[str, Any]) -> str:
    """Give the type of an attribute; "" for what is no single value."""
    if said.get("format") == "date-time":
        return "time"
    if "enum" in said and "type" not in said:
        return "string"
    return _TYPES.get(str(said.get("type")), "")


def _object_kinds(plan: Plan, fields: Mapping[str, Any]) -> None:
    if plan.stem in words.VALUES:
        key, names = words.VALUES[plan.stem]
        role = plan.role(key)
        if role is not None:
            told = plan.object_kinds.setdefault(role.kind, {})
            told |= {name: _kind(fields[name]) or "string" for name in names if name in fields}
    if plan.stem in words.OUTCOMES:
        plan.object_kinds.setdefault("task", {})["outcome"] = "string"
    if plan.stem in (_CORRECTED, _RETRACTED):
        plan.object_kinds.setdefault("case", {})["retracted"] = "string"
    if plan.stem in _RECOUNTED:
        kind = "case" if plan.stem.startswith("intake.") else "task"
        plan.object_kinds.setdefault(kind, {}).update(dict.fromkeys(_DUE_OF.values(), "time"))


def take(plan: Plan, event: Event) -> Taken:
    """Read one event."""
    body = event.body
    data: dict[str, Any] = _read(body.data)
    if plan.stem.startswith("approval.task-") and "task_id" not in data and "project_no" in data:
        data["task_id"] = data["project_no"]  # a process of one, from before there were others
    ids: dict[str, list[str]] = {}
    related: dict[str, str] = {}
    links: list[tuple[str, str, str]] = []
    for name, role in plan.roles:
        said = data.get(name)
        if said is None or said == "":
            continue
        found = [f"{role.kind}:{one}" for one in (said if type(said) is list else (said,))]
        ids[name] = found
        for one in found:
            related.setdefault(one, role.qualifier)
    for name in words.NESTED:
        if type(said := data.get(name)) is list:
            _nested(said, ids, related, links)
    if body.region:
        related.setdefault(f"region:{body.region}", "region")
    unit = data.get("department") or body.department
    if unit and type(unit) is str:
        related.setdefault(f"department:{unit}", "department")
    if not related:
        related[f"log:{event.source}"] = "log"
    for link in plan.links:
        sources, targets = ids.get(link.source), ids.get(link.target)
        if sources and targets and len(sources) == 1:
            links += [(sources[0], one, link.qualifier) for one in targets]
    task = ids.get("task_id", ())
    return Taken(
        plan.activity,
        str(data.get("project_no", "")),
        task[0].partition(":")[2] if len(task) == 1 else "",
        unit if type(unit) is str else "",
        _resource(event),
        related,
        _attributes(plan, data),
        links,
        list(_values(plan, ids, data)),
        list(_turned(plan, event, ids, data)),
    )


def _nested(
    said: list[Any],
    ids: Mapping[str, list[str]],
    related: dict[str, str],
    links: list[tuple[str, str, str]],
) -> None:
    """Take the objects a list of objects names, as in `cases` of a project."""
    project = ids.get("project_code", ())
    for one in said:
        if type(one) is not dict:
            continue
        for name, value in one.items():
            role = words.ROLES.get(name)
            if role is None or type(value) is not str or name in words.PRIVATE:
                continue
            found = f"{role.kind}:{value}"
            related.setdefault(found, role.qualifier)
            if name == "project_no":
                links += [(found, whole, "part of") for whole in project]


def _attributes(plan: Plan, data: Mapping[str, Any]) -> dict[str, Any]:
    kinds = plan.kinds
    found = {name: value for name, value in data.items() if name in kinds and value is not None}
    for name in plan.lists:
        if name in found:
            found[name] = "; ".join(map(str, found[name]))
    return found


def _values(
    plan: Plan, ids: Mapping[str, list[str]], data: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    said: dict[str, Any] = {}
    key = "task_id" if plan.stem.startswith("approval.") else "project_no"
    if plan.stem in words.VALUES:
        key, names = words.VALUES[plan.stem]
        said = {name: data[name] for name in names if data.get(name) is not None}
    if plan.stem in words.OUTCOMES:
        said["outcome"] = words.OUTCOMES[plan.stem]
    elif plan.stem in _RECOUNTED and (name := _DUE_OF.get(data.get("clock", ""))):
        said[name] = data["new_due_at"]
    elif plan.stem == _CORRECTED and type(changed := data.get("changed")) is dict:
        kept = (*words.VALUES["intake.case-accepted"][1], "completed_at", "granted")
        said = {name: changed[name] for name in kept if changed.get(name) is not None}
    elif plan.stem == _RETRACTED:
        said["retracted"] = str(data.get("record", ""))
    owners = ids.get(key, ())
    if said and len(owners) == 1:
        yield owners[0], said


def _turned(
    plan: Plan, event: Event, ids: Mapping[str, list[str]], data: Mapping[str, Any]
) -> Iterator[Turned]:
    happened = event.body.occurred_at
    if turn := words.TURNS.get(plan.stem):
        owners = ids.get(turn.field, ())
        if len(owners) != 1 or (plan.stem == "approval.task-created" and "prerequisites" in data):
            return  # a task that waits begins when it is ready
        at = moment(data.get(turn.at)) or happened
        clocks = tuple(data.get("clocks") or _BOTH)
        yield Turned(owners[0], turn.what, at, str(data.get("reason", "")), clocks)
    elif plan.stem == _CORRECTED and type(changed := data.get("changed")) is dict:
        for owner in ids.get("project_no", ()):
            for name, what in (("accepted_at", "begin"), ("completed_at", "stop")):
                if at_last := moment(changed.get(name)):
                    yield Turned(owner, what, at_last)
    elif plan.stem == _RETRACTED:
        for owner in ids.get("project_no", ()):
            if data.get("record") == "accept":
                yield Turned(owner, "forget", happened)
            elif data.get("record") == "result":
                yield Turned(owner, "reopen", happened)


def moment(text: object) -> datetime | None:
    """Read an RFC 3339 time of an event; None for anything else."""
    if type(text) is not str:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _resource(event: Event) -> str:
    """Give the account of the official, or the system that acted; nothing of an applicant."""
    actor = event.body.actor
    if actor.kind is ActorKind.PERSON and actor.role in words.APPLICANTS:
        return ""
    return actor.id
