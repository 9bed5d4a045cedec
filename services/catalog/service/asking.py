"""What readers of the catalog may ask, and how a question's moment is read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec

from services.catalog.projections.search import Asked
from services.chassis.errors import ContractError
from services.chassis.web import PageQuery
from services.kernel.times import SHANGHAI, TimeTextError, plain, read_time

Text = Annotated[
    str,
    msgspec.Meta(
        max_length=200, description="Words a name contains, all of them; or the start of a code."
    ),
]
Short = Annotated[str, msgspec.Meta(max_length=64)]
AsOf = Annotated[
    str,
    msgspec.Meta(
        max_length=40, description="RFC 3339, or a date (its last moment); now when absent."
    ),
]
Level = Annotated[int, msgspec.Meta(ge=0, le=7, description="行使层级 1-7; 0: any.")]
Audience = Annotated[int, msgspec.Meta(ge=0, le=6, description="服务对象 1-6; 0: any.")]
Status = Literal["", "open", "in_force", "pending", "frozen", "cancelled", "superseded", "split"]


class MomentQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A moment in the past or future, by when things take effect."""

    as_of: AsOf = ""


class ItemsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list of items."""

    q: Text = ""
    department: Short = ""
    item_type: Short = ""
    case_type: Short = ""
    level: Level = 0
    audience: Audience = 0
    resident: bool | None = None
    list: Short = ""
    topic: Short = ""
    status: Status = ""
    as_of: AsOf = ""

    def asked(self, now: datetime, kind: Literal["", "item", "claim"] = "item") -> Asked:
        """Give the question to the search.

        Raises:
            ContractError: `as_of` is no time.
        """
        return Asked(
            at=moment(self.as_of, now),
            q=self.q,
            kind=kind,
            department=self.department,
            item_type=self.item_type,
            case_type=self.case_type,
            level=self.level,
            audience=self.audience,
            resident=self.resident,
            list=self.list,
            topic=self.topic,
            status=self.status,
        )


class SearchQuery(ItemsQuery, frozen=True, kw_only=True):
    """Filters of the search over items and claims."""

    kind: Literal["", "item", "claim"] = ""
    unit: Short = ""
    """Start of a region's code; only claims are found then."""


class CompareQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The two versions to compare; the two newest when absent."""

    a: Annotated[int, msgspec.Meta(ge=0)] = 0
    b: Annotated[int, msgspec.Meta(ge=0)] = 0


class BasicItemsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the basic directory."""

    q: Text = ""
    item_type: Short = ""
    level: Level = 0
    as_of: AsOf = ""


class ClaimsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the claims."""

    unit: Short = ""
    """Start of a unit's code: a township's finds its villages too."""
    level: Level = 0
    catalog_code: Short = ""
    batch_no: Annotated[int, msgspec.Meta(ge=0)] = 0
    as_of: AsOf = ""


class WindowsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Windows of one department, or all."""

    department: Short = ""


class RegionsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Regions directly below one, or all."""

    parent: Short = ""


def moment(as_of: str, now: datetime) -> datetime:
    """Read the moment a question is about; a bare date means its last second.

    Raises:
        ContractError: it is no time.
    """
    if not as_of:
        return now
    try:
        at = read_time(as_of)
    except TimeTextError as error:
        raise ContractError(f"as_of {error}", field="as_of") from None
    bare = len(plain(as_of)) <= len("2020-01-01")
    return at + timedelta(days=1, seconds=-1) if bare else at.astimezone(SHANGHAI)
