"""What is wrong with a row, and what became of a file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import msgspec


class RowError(msgspec.Struct, frozen=True):
    """Why a row cannot be taken. Repeats no value of the row."""

    line: int
    """Line of the file (row of the sheet) it begins on; 0: the file as a whole."""
    field: str
    """National name of the field, or the column's own heading; empty: the row as a whole."""
    rule: str
    """Stable code, such as `missing_field`, `no_such_time`, `promised_limit`."""
    reason: str
    remedy: str = ""
    sheet: str = ""
    kind: str = ""


class FileError(Exception):
    """The file as a whole cannot be read; `problem` says why and where."""

    def __init__(self, rule: str, reason: str, remedy: str = "", line: int = 0) -> None:
        super().__init__(reason)
        self.problem = RowError(line, "", rule, reason, remedy)


class ValueIssue(Exception):  # noqa: N818 - never leaves the package; becomes a RowError
    """A single value cannot be taken."""

    def __init__(self, rule: str, reason: str, remedy: str = "", field: str = "") -> None:
        super().__init__(reason)
        self.rule = rule
        self.reason = reason
        self.remedy = remedy
        self.field = field


KEPT_ERRORS = 1000
"""Errors shown in full; all are counted."""


@dataclass
class Findings:
    """Errors and flags of a file, counted as they are found."""

    errors: list[RowError] = field(default_factory=list)
    wrong: int = 0
    """All errors, those beyond `KEPT_ERRORS` too."""
    flags: Counter[str] = field(default_factory=Counter)
    """How many rows bear each flag."""
    passed_over: list[str] = field(default_factory=list)
    """Sheets without a heading we know, by title, beside others that have one."""
    remarks: int = 0
    """Rows that are no rows: headings of sections, notes, sums."""

    def add(self, *errors: RowError) -> None:
        """Note errors, in full while there is room."""
        self.wrong += len(errors)
        self.errors.extend(errors[: max(0, KEPT_ERRORS - len(self.errors))])
