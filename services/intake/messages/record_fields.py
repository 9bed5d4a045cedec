"""Fields of rows of the national exchange: read one by one, or refused by name. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec

from services.kernel.times import TimeTextError, plain, read_time

_WORDS = frozenset({"org_name", "process_name", "accept_doc_no", "procedure_name", "material_name"})
"""Written by people: kept as they are. Codes are given in half-width characters."""
_AT_FIELD = re.compile(r"`\$\.?([a-z_]*)|field `([a-z_]+)`")


class FieldError(Exception):
    """A field that cannot be taken, and why."""

    def __init__(self, code: str, field: str, reason: str) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.reason = reason


def text_of(said: Any, field: str, longest: int, required: bool = True) -> str:
    """Give a text of a row; in half-width characters where it is a code."""
    text: str = getattr(said, field)
    text = text.strip() if field in _WORDS else plain(text)
    if required and not text:
        raise FieldError("missing_field", field, "is missing")
    if len(text) > longest or not text.isprintable():
        raise FieldError("bad_value", field, f"is not plain text of at most {longest} characters")
    return text


def time_of(said: Any, field: str) -> datetime:
    """Give a moment, in any of the three spellings."""
    text: str = getattr(said, field)
    if not text:
        raise FieldError("missing_field", field, "is missing")
    try:
        return read_time(text)
    except TimeTextError as error:
        raise FieldError(error.reason, field, str(error)) from None


def count_of(said: int | str | None, field: str, least: int, most: int) -> int:
    """Give a number, which may come as a text."""
    text = plain(str(said))
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most):
        raise FieldError("bad_value", field, f"is no number from {least} to {most}")
    return int(text)


def version_of(said: int | str) -> int:
    """Give the version of an item."""
    text = plain(str(said))
    if not text:
        raise FieldError("missing_field", "task_version", "is missing")
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) > 0):
        raise FieldError("bad_value", "task_version", "is no version number")
    return int(text)


def named(error: msgspec.ValidationError) -> FieldError:
    """Name field and kind of fault; the library's own text may quote the value."""
    text = str(error)
    found = _AT_FIELD.search(text)
    field = (found.group(1) or found.group(2) or "") if found else ""
    if "missing required field" in text:
        return FieldError("missing_field", field, "is missing")
    if text.startswith("Expected"):
        return FieldError("wrong_type", field, "has a wrong type")
    return FieldError("bad_value", field, "has a value the contract does not know")
