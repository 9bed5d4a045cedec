"""What one row says, ready for a command; and the reader that every kind of row is read with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from services.catalog.domain.terms import FeeItem, Implementation, Material, Programme, Step
from services.catalog.imports.formats import Raw
from services.catalog.imports.report import RowError, ValueIssue
from services.catalog.imports.values import read_past, text_of

T = TypeVar("T")
M = TypeVar("M")


class Kind(Enum):
    """What a row is about, in the order in which rows are applied."""

    REGION = "region"
    DEPARTMENT = "department"
    WINDOW = "window"
    STAFF = "staff"
    DELEGATION = "delegation"
    SEAL = "seal"
    CALENDAR = "calendar"
    BASIC = "basic"
    IMPLEMENTATION = "implementation"
    CLAIM = "claim"
    SCHEME = "scheme"
    ADJUSTMENT = "adjustment"


PARTS = ("material", "fee", "step")
"""Kinds of rows that are part of an implementation row, by task_code and task_version."""


@dataclass(frozen=True, slots=True)
class ItemSaid:
    """A version of an item as a row says it."""

    item_code: str
    version: int | None
    """None: the next, unless the newest says the same already."""
    said: Implementation
    dated: bool = True
    """False: no row said since when; it takes effect when it is imported."""
    source_document: str = ""
    reason: str = ""
    programme: Programme | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row, checked by itself."""

    kind: Kind
    line: int
    key: str
    """Business key, as errors and the report name it."""
    said: Any
    """What the command takes: a `...Said`, an `ItemSaid`, or an `Adjustment`."""
    happened_at: datetime | None = None
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A material, a fee or a step that stands on a row of its own."""

    item_code: str
    version: int
    said: Material | FeeItem | Step
    line: int
    sheet: str = ""


class WrongRowError(Exception):
    """A row cannot be taken; `errors` says everything that is wrong with it."""

    def __init__(self, errors: list[RowError]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors


@dataclass
class Reader:
    """Takes cells off a row one by one and collects everything that is wrong."""

    raw: Raw
    kind: str
    now: datetime
    """What `happened_at` may not be later than."""
    lenient: bool = False
    """A published list: what is missing is flagged, not refused."""
    own: Mapping[str, str] = field(default_factory=dict)
    """National name -> heading as published."""
    flags: list[str] = field(default_factory=list)
    as_published: dict[str, str] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    def cell(self, name: str) -> object:
        """Give a cell as it stands; None when it is empty."""
        self._taken.add(name)
        value = self.raw.cells.get(name)
        return None if value is None or (isinstance(value, str) and not value.strip()) else value

    def take(self, name: str, read: Callable[[object], T], missing: M) -> T | M:
        """Read a cell; `missing` stands for an empty one, and for one that is wrong."""
        value = self.cell(name)
        if value is None:
            return missing
        try:
            return read(value)
        except ValueIssue as issue:
            self.wrong(issue.field or name, issue.rule, issue.reason, issue.remedy)
            return missing

    def need(self, name: str, read: Callable[[object], T], missing: M) -> T | M:
        """Read a cell that has to be there."""
        if self.cell(name) is None:
            self.wrong(
                name,
                "missing_field",
                "缺少必填字段 (a required field is missing)",
                "补填该字段 (fill it in)",
            )
            return missing
        return self.take(name, read, missing)

    def wrong(self, name: str, rule: str, reason: str, remedy: str = "") -> None:
        """Note what is wrong with a field."""
        raw = self.raw
        self.errors.append(
            RowError(raw.line, self.heading(name), rule, reason, remedy, raw.sheet, self.kind)
        )

    def flag(self, *flags: str) -> None:
        """Note what is odd about the source."""
        self.flags.extend(flag for flag in flags if flag not in self.flags)

    def keep(self, *names: str) -> None:
        """Keep these cells in the source's own words."""
        for name in names:
            if text := text_of(self.raw.cells.get(name)):
                self.as_published[self.heading(name)] = text[:2000]

    def rest(self) -> dict[str, str]:
        """Give what no field took, with what was kept."""
        for name in self.raw.cells:
            if name not in self._taken:
                self.keep(name)
        return self.as_published

    def heading(self, name: str) -> str:
        """Give a field as the source calls it."""
        return self.own.get(name, name)

    def happened(self) -> datetime | None:
        """Read when it happened, if the row says so."""
        return self.take("happened_at", lambda value: read_past(value, self.now), None)

    def done(self, kind: Kind, key: str, said: Any) -> Row:
        """Give the row.

        Raises:
            WrongRowError: something is wrong with it.
        """
        happened_at = self.happened()
        if self.errors:
            raise WrongRowError(self.errors)
        return Row(kind, self.raw.line, key, said, happened_at, self.raw.sheet)
