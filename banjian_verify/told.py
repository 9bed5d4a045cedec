"""An event as counting reads it, and what decides whether a thing is within a figure's words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, time, timedelta, timezone
from typing import Any, Final, Protocol
from uuid import UUID

from banjian_verify.export import EventLine
from banjian_verify.figures import Figure

SHANGHAI: Final = timezone(timedelta(hours=8))
"""A day begins at its midnight on the centre's clock."""
WORDS: Final = ("region", "department", "item", "channel")
WITH_PARTS: Final = (6, 9)
"""Lengths of the codes of a county and a township, or zeros fill them up to a village's 12: what
begins with one of these is within it."""
TYPES: Final = frozenset({"catalog.item-published.v1"})
"""What says of which type an item is."""


class Told:
    """One event, decoded."""

    __slots__ = ("data", "department", "log", "occurred_at", "position", "region", "stream",
                 "topic", "version")  # fmt: skip

    def __init__(self, event: EventLine) -> None:
        body = json.loads(event.state)
        self.data: dict[str, Any] = body["data"]
        self.topic = event.topic
        self.log = log_of(event.topic)
        self.position = event.position
        self.stream: UUID = event.stream
        self.version = event.version
        self.occurred_at = moment(body["occurred_at"])
        self.region: str = body.get("region", "")
        self.department: str = body.get("department", "")


class Worded(Protocol):
    """What a figure's words can be asked of."""

    @property
    def region(self) -> str | None: ...
    @property
    def department(self) -> str | None: ...
    @property
    def item(self) -> str | None: ...
    @property
    def channel(self) -> str | None: ...


def log_of(topic: str) -> str:
    """Name the log an event of this type is in."""
    return topic.partition(".")[0]


def moment(text: str) -> datetime:
    """Read a moment, or the beginning of a day."""
    read = datetime.fromisoformat(text)
    return datetime.combine(read, time(), SHANGHAI) if len(text) == len("2020-01-01") else read


def says(name: str, word: str, found: str | None) -> bool:
    """Say whether what was found is what a figure's word asks for."""
    if name == "region":
        for digits in WITH_PARTS:
            if word in (word[:digits], word[:digits].ljust(12, "0")) and len(word) >= digits:
                return found is not None and found.startswith(word[:digits])
    return found == word


def among(figure: Figure, types: Callable[[int], Mapping[str, str]]) -> Callable[[Worded], bool]:
    """Give the test whether something is within the figure's words.

    Args:
        types: the type of each item by catalog's log up to a position.
    """
    asked = [(name, figure.filters[name]) for name in WORDS if name in figure.filters]
    typed: AbstractSet[str | None] | None = None
    if "item_type" in figure.filters:
        known = types(figure.upto("catalog"))
        typed = {item for item, kind in known.items() if kind == figure.filters["item_type"]}

    def within(one: Worded) -> bool:
        return all(says(name, word, getattr(one, name)) for name, word in asked) and (
            typed is None or one.item in typed
        )

    return within
