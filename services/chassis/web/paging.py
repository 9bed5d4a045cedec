"""Cursor paging: a token says where the next page begins, so pages hold while rows arrive."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

import msgspec

from services.chassis.errors import ContractError

T = TypeVar("T")

Limit = Annotated[int, msgspec.Meta(ge=1, le=500, description="Rows of one page, at most 500.")]
Cursor = Annotated[
    str,
    msgspec.Meta(
        max_length=1024, pattern="^[A-Za-z0-9_-]*$", description="`next` of the page before."
    ),
]


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Query of a list; inherit from it to add filters."""

    cursor: Cursor = ""
    limit: Limit = 50


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list."""

    items: list[T]
    next: Annotated[
        str, msgspec.Meta(description="Cursor of the next page, empty on the last.")
    ] = ""


def write_cursor(*key: object) -> str:
    """Turn the sort key of a page's last row into an opaque token."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def read_cursor(cursor: str, shape: type[T]) -> T | None:
    """Give the sort key back (`shape` is a tuple type), None for the first page.

    Raises:
        ContractError: the token is not one of ours.
    """
    if not cursor:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(raw, type=shape)
    except (binascii.Error, ValueError) as error:  # msgspec's errors are ValueErrors
        raise ContractError("this cursor was not given out here", field="cursor") from error


def page_of(rows: Sequence[T], limit: int, key: Callable[[T], tuple[object, ...]]) -> Page[T]:
    """Cut a page from `limit + 1` fetched rows; the one too many says that there is a next page."""
    shown = list(rows[:limit])
    return Page(shown, write_cursor(*key(shown[-1])) if len(rows) > limit and shown else "")
