"""The report's figures, counted from the rows alone: no service, no generator is asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from services.kernel.times import SHANGHAI

Row = Mapping[str, Any]
COMPRESSIBLE = frozenset({"01", "05", "06", "07", "08", "10", "11"})
"""Item types whose limits S14 compares."""


@dataclass
class _Read:
    """The rows, sorted by what they are about."""

    kinds: Counter[str] = field(default_factory=Counter)
    versions: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    claims: list[Row] = field(default_factory=list)
    adjustments: list[Row] = field(default_factory=list)
    ended: dict[str, datetime] = field(default_factory=dict)
    frozen: dict[str, list[tuple[datetime, datetime | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def version(self, code: str, at: datetime) -> Row | None:
        """Give the version in force; None when there is none or the item has ended."""
        if code in self.ended and at >= self.ended[code]:
            return None
        known = [row for row in self.versions[code] if _at(row["plan_effective_date"]) <= at]
        return max(known, key=lambda row: int(row["task_version"]), default=None)

    def in_force(self, at: datetime) -> list[Row]:
        found = (self.version(code, at) for code in self.versions)
        return [row for row in found if row is not None]

    def is_frozen(self, code: str, at: datetime) -> bool:
        return any(
            begins <= at and (ends is None or at < ends) for begins, ends in self.frozen[code]
        )


def figures(rows: Iterable[Row], year: int) -> dict[str, Any]:
    """Count S09-S16, S22-S26 and S40 over a year, with the stocks they are about.

    A ratio is (numerator, denominator). Window and moments are those of Asia/Shanghai; an
    adjustment counts on the day it takes effect, a new version on the day it is made public.
    """
    read = _read(rows)
    first = datetime(year, 1, 1, tzinfo=SHANGHAI)
    last = datetime(year, 12, 31, 23, 59, 59, tzinfo=SHANGHAI)
    standing = read.in_force(last)
    hall = [row for row in standing if row["is_entry_center"]]
    return {
        "kinds": dict(read.kinds),
        "in_force": len(standing),
        "open": sum(not read.is_frozen(str(row["task_code"]), last) for row in standing),
        "resident": len(hall),
        **_hall(hall),
        **_changes(read, first, last),
        **_claims(read, last),
        "S40": _counts(read, first, last),
        "non_licence": len(_within(read.adjustments, first, last, "cancel_basic")),
    }


def _hall(hall: Sequence[Row]) -> dict[str, Any]:
    compared = [
        row
        for row in hall
        if row["task_type"] in COMPRESSIBLE and row["anticipate_type"] == row["promise_type"] == "G"
    ]
    statutory = sum(row["anticipate_day"] for row in compared)
    promised = sum(row["promise_day"] for row in compared)
    limited = [row for row in hall if row["promise_type"] == "G" and row["promise_day"] > 0]
    return {
        "S09": (sum(row["limit_scene_num"] <= 1 for row in hall), len(hall)),
        "S14": (statutory - promised, statutory),
        "S15": (sum(row["promise_day"] for row in limited), len(limited)),
        "S16": (sum(len(row["materials"]) for row in hall), len(hall)),
    }


def _changes(read: _Read, first: datetime, last: datetime) -> dict[str, Any]:
    before = read.in_force(first)
    licences = {row["task_code"] for row in before if row["task_type"] == "01"}
    merged = {
        code
        for row in _within(read.adjustments, first, last, "merge")
        if row["programme"] == "LICENCE_STREAMLINING"
        for code in row["merged"]
    }
    pairs = _revisions(read, first, last)
    made_immediate = [
        new for old, new in pairs if (old["project_type"], new["project_type"]) == (2, 1)
    ]
    rebuilt = [(old, new) for old, new in pairs if _burden(old) != _burden(new)]
    steps = [(len(old["steps"]), len(new["steps"])) for old, new in rebuilt]
    papers = [(len(old["materials"]), len(new["materials"])) for old, new in rebuilt]
    return {
        "S10": (len(merged & licences), len(licences)),
        "S11": (len(made_immediate), sum(row["project_type"] == 2 for row in before)),
        "S12": (sum(a - b for a, b in steps), sum(a for a, _ in steps)),
        "S13": (sum(a - b for a, b in papers), sum(a for a, _ in papers)),
    }


def _claims(read: _Read, last: datetime) -> dict[str, Any]:
    claims = [row for row in read.claims if _at(row["happened_at"]) <= last]
    used = [
        row
        for row in claims
        if "task_code" not in row
        or (
            read.version(str(row["task_code"]), last) is not None
            and not read.is_frozen(str(row["task_code"]), last)
        )
    ]
    return {
        "S22": sum(row["use_level"] == 4 for row in claims),
        "S23": sum(row["use_level"] in (5, 6) for row in claims),
        "S24": (len(used), len(claims)),
        "S25": (sum(row["online_handle_depth"] >= 3 for row in claims), len(claims)),
        "S26": (sum(bool(row["fully_online"]) for row in claims), len(claims)),
    }


def _counts(read: _Read, first: datetime, last: datetime) -> dict[str, int]:
    def count(act: str) -> int:
        return len(_within(read.adjustments, first, last, act))

    merges = _within(read.adjustments, first, last, "merge")
    pairs = _revisions(read, first, last)
    return {
        "cancelled": count("cancel"),
        "mode": count("change_mode"),
        "merged": sum(len(row["merged"]) for row in merges if row["programme"] == "ADJUSTMENT"),
        "frozen": count("freeze"),
        "upward": count("forward_up"),
        "received": count("delegate_down"),
        "fees": len({new["task_code"] for old, new in pairs if old.get("fees") != new.get("fees")}),
        "public_service": sum(
            new["task_type"] == "20" and new.get("programme") == "ADJUSTMENT" for _, new in pairs
        ),
    }


def _read(rows: Iterable[Row]) -> _Read:
    read = _Read()
    for row in rows:
        read.kinds[row["kind"]] += 1
        match row["kind"]:
            case "implementation":
                read.versions[row["task_code"]].append(row)
            case "claim":
                read.claims.append(row)
            case "adjustment":
                read.adjustments.append(row)
    for row in sorted(read.adjustments, key=lambda row: _at(row["effective_from"])):
        _note(read, row, _at(row["effective_from"]))
    return read


def _note(read: _Read, row: Row, at: datetime) -> None:
    code = row.get("task_code", "")
    match row["act"]:
        case "cancel":
            read.ended[code] = at
        case "merge":
            read.ended |= dict.fromkeys(row["merged"], at)
        case "freeze":
            until = row.get("until")
            read.frozen[code].append((at, _at(until) if until else None))
        case "unfreeze":
            begins, _ = read.frozen[code].pop()
            read.frozen[code].append((begins, at))


def _revisions(read: _Read, first: datetime, last: datetime) -> list[tuple[Row, Row]]:
    """Pair each version made public in the window with the one before it."""
    pairs = []
    for versions in read.versions.values():
        ordered = sorted(versions, key=lambda row: int(row["task_version"]))
        for old, new in pairwise(ordered):
            if first <= _at(new["happened_at"]) <= last:
                pairs.append((old, new))
    return pairs


def _within(rows: Iterable[Row], first: datetime, last: datetime, act: str) -> list[Row]:
    return [
        row for row in rows if row["act"] == act and first <= _at(row["effective_from"]) <= last
    ]


def _burden(row: Row) -> tuple[int, int, int]:
    return len(row["steps"]), len(row["materials"]), int(row["promise_day"])


def _at(said: Any) -> datetime:
    return datetime.fromisoformat(said)
