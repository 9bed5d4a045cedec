"""What intake takes and answers about outside sources over HTTP."""

from __future__ import annotations

from typing import Annotated

import msgspec

from services.intake.answers import Code

Kinds = Annotated[list[Code], msgspec.Meta(min_length=1, max_length=20)]
Departments = Annotated[list[Code], msgspec.Meta(max_length=200)]


class PermitSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a source may send: kinds of rows, and of which departments (none: of all)."""

    kinds: Kinds
    departments: Departments = []


class DisableSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why nothing more is taken from it; one of a list."""

    reason: Code


class SourceTold(msgspec.Struct, frozen=True, kw_only=True):
    """A source as it is now, and the event that says so."""

    name: str
    disabled: bool
    kinds: list[str]
    departments: list[str]
    event: str
    position: int | None = None
