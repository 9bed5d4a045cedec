"""Codes of items and of bodies: what a text is, part by part, or why it is none (DOMAIN.md 2.3).

The county of the samples has no real region: its code holds the placeholder X (`3412XX`). A body
code with such a region is marked `placeholder`, and its check digit is not asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.kernel.times import plain

USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: no I, O, S, V, Z."""
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

_USCC = re.compile(rf"[{USCC_CHARACTERS}]{{2}}[0-9X]{{6}}[{USCC_CHARACTERS}]{{10}}")
_CATALOG = re.compile(
    r"(?P<region>[0-9]{2})(?P<kind>[0-9]{2})(?P<main>[0-9A-Z]{5})(?P<sub>[0-9]{3})"
)
_SHORT_CATALOG = re.compile(r"[0-9A-Z]{10}")
_TASK = re.compile(
    rf"(?P<uscc>[{USCC_CHARACTERS}]{{2}}[0-9X]{{6}}[{USCC_CHARACTERS}]{{10}})(?P<level>[0-9])"
    r"(?P<catalog>[0-9]{4}[0-9A-Z]{5}[0-9]{3})(?P<handling>[0-9]{2})?"
)
_SHORT_TASK = re.compile(r"[0-9A-Z]{24}")


class CodeError(ValueError):
    """The text is no code of its kind. `reason` is stable; the message says what to do."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class CatalogCode:
    """A basic code (基本编码), in half-width capitals."""

    text: str
    region: str = ""
    """Two digits, 00 national; empty in the short form."""
    item_type: str = ""
    """GB/T 39046-2020 A.1, two digits; empty in the short form."""

    @property
    def short(self) -> bool:
        """Ten characters, the form of GB/T 39046-2020, which names neither region nor type."""
        return len(self.text) == 10


@dataclass(frozen=True)
class TaskCode:
    """An implementation code (实施编码, 31), that of a handling item (33), the short form (24)."""

    text: str
    uscc: str = ""
    """Social credit code of the body; empty in the short form."""
    level: int | None = None
    """行使层级, 1-7; None in the short form."""
    catalog: str = ""
    """Its basic code, 12 characters; empty in the short form."""
    handling: str = ""
    """Two digits of the handling item (业务办理项), or nothing."""

    @property
    def short(self) -> bool:
        """The form of GB/T 39046-2020, 24 characters, which is not taken apart."""
        return len(self.text) == 24

    @property
    def placeholder(self) -> bool:
        """Its body is one of no real region, so its check digit means nothing."""
        return "X" in self.uscc[2:8]

    @property
    def item(self) -> str:
        """The code of the item itself, without the handling item."""
        return self.text[:31]


def normal(text: str) -> str:
    """Give the text as codes are written: half-width capitals, no blanks inside or around."""
    return re.sub(r"\s", "", plain(text)).upper()


def parse_catalog_code(text: str) -> CatalogCode:
    """Read a basic code of 12 characters, or of 10 as older lists have it.

    Raises:
        CodeError: `code_length` or `code_form`.
    """
    code = normal(text)
    if len(code) not in (10, 12):
        raise CodeError("code_length", "a basic code has 12 characters (10 in older lists)")
    if len(code) == 10:
        if not _SHORT_CATALOG.fullmatch(code):
            raise CodeError("code_form", "a basic code has digits and capitals only")
        return CatalogCode(code)
    found = _CATALOG.fullmatch(code)
    if found is None:
        raise CodeError(
            "code_form", "a basic code is region 2, type 2, item 5, part 3: 000117051000"
        )
    return CatalogCode(code, found["region"], found["kind"])


def parse_task_code(text: str) -> TaskCode:
    """Read an implementation code of 31 characters, 33 with a handling item, 24 in older lists.

    Raises:
        CodeError: `code_length`, `code_form`, `code_level` (no level 1-7), `code_uscc` (the check
            digit of the body's code is wrong; never with a placeholder).
    """
    code = normal(text)
    if len(code) not in (24, 31, 33):
        raise CodeError(
            "code_length", "an implementation code has 31 characters (33 or, in older lists, 24)"
        )
    if len(code) == 24:
        if not _SHORT_TASK.fullmatch(code):
            raise CodeError("code_form", "an implementation code has digits and capitals only")
        return TaskCode(code)
    found = _TASK.fullmatch(code)
    if found is None:
        raise CodeError(
            "code_form",
            "an implementation code is the body's credit code 18, level 1, basic code 12",
        )
    level = int(found["level"])
    if not 1 <= level <= 7:
        raise CodeError("code_level", "the level, character 19, is 1 to 7")
    task = TaskCode(code, found["uscc"], level, found["catalog"], found["handling"] or "")
    if not task.placeholder and not uscc_is_valid(task.uscc):
        raise CodeError("code_uscc", "the check digit of the body's credit code is wrong")
    return task


def uscc_is_valid(text: str) -> bool:
    """Say whether this is a social credit code with the right check digit (GB 32100-2015)."""
    return bool(_USCC.fullmatch(text)) and "X" not in text[2:8] and uscc_check(text) == text[17]


def uscc_check(text: str) -> str:
    """Give the check digit for the first 17 characters of a social credit code."""
    total = sum(
        USCC_CHARACTERS.index(character) * weight
        for character, weight in zip(text[:17], USCC_WEIGHTS, strict=True)
    )
    return USCC_CHARACTERS[(31 - total) % 31]
