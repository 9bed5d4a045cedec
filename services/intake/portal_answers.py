"""What the applicant's pages take."""

from __future__ import annotations

from typing import Annotated

import msgspec

from services.chassis.web import PageQuery
from services.intake.answers import Short

Small = Annotated[int, msgspec.Meta(ge=0, le=999)]
Mark = Annotated[str, msgspec.Meta(max_length=64, pattern="^[0-9A-Za-z._-]*$")]


class EligibilityQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The answers to the questions of an item."""

    asked: Annotated[str, msgspec.Meta(max_length=4)] = ""
    who: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    met: Annotated[list[Small], msgspec.Meta(max_length=200)] = []


class FillQuery(msgspec.Struct, frozen=True, kw_only=True):
    """For whom the form is."""

    who: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0


class MineQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of one's own cases."""

    state: Short = ""
    item_code: Mark = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


class DoneQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What was just done, to be said once; `told`: also what was filled in, masked."""

    done: Mark = ""
    told: Annotated[str, msgspec.Meta(max_length=4)] = ""


class SeenForm(msgspec.Struct, frozen=True, kw_only=True):
    """A button; `seen` is the version of the case on the page that shows it."""

    seen: Annotated[int, msgspec.Meta(ge=0)] = 0


class CorrectForm(SeenForm, frozen=True, kw_only=True):
    """What the applicant hands in of what the notice asks for."""

    items: Annotated[list[Mark], msgspec.Meta(max_length=100)] = []


class PromiseForm(SeenForm, frozen=True, kw_only=True):
    """Until when the applicant promises a material; as the date field gives it."""

    due_on: Annotated[str, msgspec.Meta(max_length=10)] = ""


class CodeForm(SeenForm, frozen=True, kw_only=True):
    """Asks for a pick-up code; `key` makes a form that is sent twice one request."""

    key: Annotated[str, msgspec.Meta(max_length=32, pattern="^[0-9a-f]*$")] = ""


class RateForm(msgspec.Struct, frozen=True, kw_only=True):
    """A rating; `note` goes to the vault."""

    level: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    unnamed: Annotated[str, msgspec.Meta(max_length=8)] = ""

    def __repr__(self) -> str:
        return "RateForm(...)"

    __str__ = __repr__
