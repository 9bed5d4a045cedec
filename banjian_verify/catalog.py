"""Counts what the catalog holds and how it changed: items in force, changes, claims.

Everything is cut twice: by its place in the log, and by the moment it takes effect in the world.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from banjian_verify.figures import Figure
from banjian_verify.told import Told, moment

WORDS: Final = ("region", "department", "item", "item_type", "level")
ENDINGS: Final = ("item-cancelled", "item-superseded", "item-split")
SERVICE: Final = "20"
"""Item type 公共服务."""
_EFFECTIVE: Final = {
    *("item-published", *ENDINGS, "item-frozen", "item-unfrozen", "management-mode-changed"),
    *("item-reassigned-upward", "item-delegated-down"),
    *("basic-item-registered", "basic-item-cancelled"),
}
"""What takes effect at a moment of its own; all else as it happens."""
_AT_ONCE: Final = {
    *("item-revised", "case-type-changed", "process-reengineered", "fee-spec-adjusted"),
    *("item-claimed", "claim-withdrawn"),
}
TOPICS: Final = frozenset(f"catalog.{name}.v1" for name in _EFFECTIVE | _AT_ONCE)

KINDS: Final[Mapping[str, str]] = {
    "item-cancelled": "cancelled",
    "management-mode-changed": "mode_changed",
    "item-superseded": "merged",
    "item-frozen": "frozen",
    "item-reassigned-upward": "forwarded_up",
    "item-delegated-down": "delegated_down",
    "fee-spec-adjusted": "fee_adjusted",
    "item-revised": "service_revised",
}
"""The eight kinds of change that are counted, each item once in each."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the catalog: when it takes effect, and what it says."""

    at: datetime
    position: int
    stream: object
    version: int
    region: str
    said: Mapping[str, Any]


@dataclass(slots=True)
class Row:
    """An item, a change or a claim that may count."""

    words: Mapping[str, str]
    said: Mapping[str, Any]


class Catalog:
    """What catalog's events say; give it every event, in order."""

    def __init__(self) -> None:
        self._entries: dict[str, list[Entry]] = defaultdict(list)

    def add(self, told: Told) -> None:
        """Take an event."""
        name, said = told.topic.removeprefix("catalog.").removesuffix(".v1"), told.data
        at = moment(said["effective_from"]) if name in _EFFECTIVE else told.occurred_at
        if name == "item-published":
            said = _listed(said)
        entry = Entry(at, told.position, told.stream, told.version, told.region, said)
        self._entries[name].append(entry)

    def types(self, upto: int) -> dict[str, str]:
        """Give each item's type, by its newest list up to a position."""
        known = (one for one in self._entries["item-published"] if one.position <= upto)
        return {one.said["item_code"]: one.said["item_type"] for one in known}

    def view(self, figure: Figure) -> View:
        """Give what of it a figure may know."""
        upto = figure.upto("catalog")
        return View(
            figure,
            defaultdict(
                list,
                {
                    name: [e for e in entries if e.position <= upto and e.at <= figure.as_of]
                    for name, entries in self._entries.items()
                },
            ),
            [one for one in self._entries["item-published"] if one.position <= upto],
        )


@dataclass
class View:
    """The catalog as of a figure's position and moment."""

    figure: Figure
    seen: Mapping[str, list[Entry]]
    published: list[Entry]
    """Lists, those too that take effect after the figure's moment."""

    def items(self) -> Iterator[Row]:
        """Give the items in force."""
        ended = self._ended(lambda at: True)
        for code, one in self._latest().items():
            if code not in ended:
                yield Row(_words(one), one.said)

    def before(self) -> Iterator[Row]:
        """Give the items in force when the period begins, and what became of them in it.

        What takes effect at the period's first moment belongs to it; but an item whose first
        version does is there from the beginning.

        Raises:
            ValueError: the figure does not say when that is.
        """
        begin = self.figure.begin
        if begin is None:
            raise ValueError("it compares with the beginning of a period, and names none")
        ended = self._ended(lambda at: at < begin)
        merged = self._items_of("item-superseded", programme="LICENCE_STREAMLINING")
        immediate = self._items_of("case-type-changed", before="PROMISED", after="IMMEDIATE")
        for code, versions in _by_item(self.seen["item-published"]).items():
            there = [one for one in versions if one.at <= begin]
            if there and code not in ended:
                one = _in_force(there, lambda at: at < begin)
                more = {"merged": code in merged, "made_immediate": code in immediate}
                yield Row(_words(one), {**one.said, **more})

    def changes(self) -> Iterator[Row]:
        """Give each item once in each kind of change, with the words it had then."""
        lists = _by_item(self.published)
        for name, kind in KINDS.items():
            first: dict[str, Entry] = {}
            for one in sorted(self._in_period(name), key=lambda e: (e.at, e.position)):
                if _is_counted(name, one.said):
                    first.setdefault(one.said["item_code"], one)
            for one in first.values():
                yield Row(_words_then(one, lists), {"kind": kind})

    def reengineered(self) -> Iterator[Row]:
        """Give every re-engineering, one by one."""
        lists = _by_item(self.published)
        for one in self._in_period("process-reengineered"):
            yield Row(_words_then(one, lists), one.said)

    def claims(self) -> Iterator[Row]:
        """Give what units claimed in the period, of what was said twice the later."""
        newest: dict[object, Entry] = {}
        for one in self.seen["item-claimed"]:
            if one.stream not in newest or one.version > newest[one.stream].version:
                newest[one.stream] = one
        gone = defaultdict[object, int](int)
        for one in self.seen["claim-withdrawn"]:
            gone[one.stream] = max(gone[one.stream], one.version)
        basics, cancelled = self._basics()
        stopped, lists = self._stopped(), self._latest()
        for one in newest.values():
            if not self.figure.within(one.at):
                continue
            said, item = one.said, one.said.get("item_code")
            own = lists[item].said if item in lists else {}
            standing = gone[one.stream] < one.version
            yield Row(
                {
                    "region": one.region,
                    "department": said["unit"],
                    "item": item or "",
                    "item_type": basics.get(said["catalog_code"]) or own.get("item_type", ""),
                    "level": str(said["level"]),
                },
                {
                    "standing": standing,
                    "level": said["level"],
                    "in_use": standing
                    and item not in stopped
                    and said["catalog_code"] not in cancelled,
                    "depth": _first(said.get("online_depth"), own.get("online_depth"), 0),
                    "online": _first(said.get("fully_online"), own.get("fully_online"), False),
                },
            )

    def _latest(self) -> dict[str, Entry]:
        """Give the highest version of each item that has taken effect."""
        return {
            code: _in_force(versions, lambda at: True)
            for code, versions in _by_item(self.seen["item-published"]).items()
        }

    def _ended(self, then: Callable[[datetime], bool]) -> set[str]:
        return {
            one.said["item_code"] for name in ENDINGS for one in self.seen[name] if then(one.at)
        }

    def _in_period(self, name: str) -> Iterator[Entry]:
        return (one for one in self.seen[name] if self.figure.within(one.at))

    def _items_of(self, name: str, **wanted: str) -> set[str]:
        return {
            one.said["item_code"]
            for one in self._in_period(name)
            if all(one.said[word] == said for word, said in wanted.items())
        }

    def _basics(self) -> tuple[dict[str, str], set[str]]:
        """Give the types of basic items, and which of them are cancelled."""
        types: dict[str, str] = {}
        there: dict[str, bool] = {}
        told = [(one, True) for one in self.seen["basic-item-registered"]]
        told += [(one, False) for one in self.seen["basic-item-cancelled"]]
        for one, registered in sorted(told, key=lambda both: both[0].version):
            code = one.said["catalog_code"]
            there[code] = registered
            if registered:
                types[code] = one.said["item_type"]
        return types, {code for code, registered in there.items() if not registered}

    def _stopped(self) -> set[str]:
        """Give the items nobody can use: cancelled, or frozen now."""
        frozen: dict[str, bool] = {}
        turns = [(one, True) for one in self.seen["item-frozen"]]
        turns += [(one, False) for one in self.seen["item-unfrozen"]]
        for one, freezes in sorted(turns, key=lambda both: (both[0].at, both[0].position)):
            until = one.said.get("until")
            still = until is None or moment(until) > self.figure.as_of
            frozen[one.said["item_code"]] = freezes and still
        stopped = {code for code, still in frozen.items() if still}
        return stopped | {one.said["item_code"] for one in self.seen["item-cancelled"]}


def _listed(said: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of a list what is counted."""
    listing = said.get("listing") or {}
    kept = ("item_code", "item_version", "item_type", "case_type", "department")
    return {
        **{name: said[name] for name in kept},
        "statutory": said["statutory_limit_days"],
        "promised": said["promised_limit_days"],
        "statutory_unit": listing.get("statutory_unit", "WORKING_DAY"),
        "promised_unit": listing.get("promised_unit", "WORKING_DAY"),
        "materials": len(listing.get("materials", ())),
        **{
            name: listing.get(name)
            for name in ("level", "resident", "visits", "online_depth", "fully_online")
        },
    }


def _words(one: Entry) -> dict[str, str]:
    said = one.said
    level = "" if said["level"] is None else str(said["level"])
    words = {"department": said["department"], "item": said["item_code"], "level": level}
    return {"region": one.region, "item_type": said["item_type"], **words}


def _words_then(one: Entry, lists: Mapping[str, list[Entry]]) -> dict[str, str]:
    """Give the words of the version in force at a change, or of the first that is known."""
    versions = lists.get(one.said["item_code"])
    if versions is None:
        told = {"item": one.said["item_code"], "item_type": one.said.get("item_type", "")}
        return {**dict.fromkeys(WORDS, ""), **told}
    return _words(_in_force(versions, lambda at: at <= one.at))


def _by_item(lists: Iterable[Entry]) -> dict[str, list[Entry]]:
    found = defaultdict[str, list[Entry]](list)
    for one in lists:
        found[one.said["item_code"]].append(one)
    return found


def _in_force(versions: Iterable[Entry], then: Callable[[datetime], bool]) -> Entry:
    """Give the highest version that was in force then; without one, the lowest that came later."""

    def rank(one: Entry) -> tuple[bool, int]:
        number = one.said["item_version"]
        return (True, number) if then(one.at) else (False, -number)

    return max(versions, key=rank)


def _is_counted(name: str, said: Mapping[str, Any]) -> bool:
    """Say whether a change is one of its kind: some words the report uses are of two programmes."""
    if name == "item-superseded":
        return bool(said["programme"] == "ADJUSTMENT")
    if name == "item-revised":
        return bool(said["item_type"] == SERVICE and said.get("programme") == "ADJUSTMENT")
    return True


def _first(*said: Any) -> Any:
    return next(one for one in said if one is not None)
