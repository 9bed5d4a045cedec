"""Rows that adjust what is there: an act, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.catalog.imports import words
from services.catalog.imports.rows import Kind, Reader, Row
from services.catalog.imports.values import (
    read_code,
    read_day,
    read_moment,
    read_parts,
    read_text,
    read_whole,
    read_word,
)
from services.kernel.times import plain

ACTS: Mapping[str, tuple[str, ...]] = {
    "cancel": ("task_code", "reason", "effective_from", "open_cases"),
    "freeze": ("task_code", "reason", "effective_from"),
    "unfreeze": ("task_code", "reason", "effective_from"),
    "merge": ("into", "merged", "effective_from", "programme", "open_cases"),
    "split": ("task_code", "into", "effective_from", "open_cases"),
    "change_mode": ("task_code", "before", "after", "effective_from", "reason"),
    "forward_up": ("task_code", "to_unit", "to_level", "effective_from", "reason"),
    "delegate_down": ("task_code", "from_level", "effective_from", "source_document"),
    "withdraw_claim": ("unit", "catalog_code", "reason"),
    "cancel_basic": ("catalog_code", "reason", "effective_from"),
    "close_window": ("window_no", "on", "reason"),
    "staff_left": ("staff_no", "on"),
    "end_delegation": ("delegation_no", "on", "reason"),
    "suspend_seal": ("seal_no", "on", "reason"),
}
"""What each act of an adjustment has to say; more of the fields below it may say."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An act upon items that are there, and what it says."""

    act: str
    values: Mapping[str, Any] = field(default_factory=dict)


def _code(value: object) -> str:
    return read_code(value)


def _upper(value: object) -> str:
    return read_code(value).upper()


def _name(value: object) -> str:
    return " ".join(read_text(value, 200).split())


def _codes(value: object) -> list[str]:
    return [read_code(part) for part in read_parts(value)]


def read_adjustment(reader: Reader) -> Row:
    """Read an act upon items that are there."""
    act = reader.need("act", lambda v: plain(read_text(v, 40)).lower(), "")
    if act and act not in ACTS:
        reader.wrong(
            "act", "unknown_word", "没有这种调整 (there is no such act)", f"填 {', '.join(ACTS)}"
        )
    whole: Callable[[object], object] = lambda v: read_whole(v, 1, 7)  # noqa: E731
    readers: Mapping[str, Callable[[object], object]] = {
        "task_code": _code,
        "into": _codes if act == "split" else _code,
        "merged": _codes,
        "to_unit": _code,
        "to_level": whole,
        "from_level": whole,
        "before": _name,
        "after": _name,
        "until": read_moment,
        "effective_from": read_moment,
        "reason": lambda v: read_text(v, 500),
        "source_document": lambda v: read_text(v, 300),
        "programme": lambda v: read_word(v, words.PROGRAMMES, ", ".join(words.PROGRAMMES)),
        "open_cases": lambda v: read_word(v, words.OPEN_CASES, ", ".join(words.OPEN_CASES)),
        "unit": _code,
        "catalog_code": _upper,
        "window_no": _code,
        "staff_no": _code,
        "delegation_no": _code,
        "seal_no": _code,
        "on": read_day,
    }
    values: dict[str, Any] = {}
    for name, read in readers.items():
        needed = name in ACTS.get(act, ())
        value = (reader.need if needed else reader.take)(name, read, None)
        if value is not None:
            values[name] = value
    key = next((str(one) for one in values.values()), "")
    return reader.done(Kind.ADJUSTMENT, key, Adjustment(act, values))
