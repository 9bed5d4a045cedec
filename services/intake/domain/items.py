"""What intake knows of the catalog: versions of an item, what became of it, who may still apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.kernel.calendar import WorkCalendar
from services.kernel.limits import Limit

NOT_LISTED = "not_on_any_list"
NOT_YET = "not_yet_effective"
FROZEN = "item_frozen"
CANCELLED = "item_cancelled"
SUPERSEDED = "item_superseded"
SPLIT = "item_split"
REASONS = {
    NOT_LISTED: "该事项不在已公布的清单内,清单之外无审批。",
    NOT_YET: "该事项的实施清单尚未生效。",
    FROZEN: "该事项已冻结,暂不受理新的申请。",
    CANCELLED: "该事项已取消,不再受理。",
    SUPERSEDED: "该事项已并入其他事项,请按新事项申请。",
    SPLIT: "该事项已拆分,请按拆分后的事项申请。",
}
"""Why an application is refused at the door, in the words told to the applicant (V03, V07, V08)."""


class StatusKind(Enum):
    """What became of an item."""

    CANCELLED = "CANCELLED"
    SUPERSEDED = "SUPERSEDED"
    SPLIT = "SPLIT"
    FROZEN = "FROZEN"


_CODES = {
    StatusKind.CANCELLED: CANCELLED,
    StatusKind.SUPERSEDED: SUPERSEDED,
    StatusKind.SPLIT: SPLIT,
    StatusKind.FROZEN: FROZEN,
}


@dataclass(frozen=True)
class ItemVersion:
    """One published version of an item."""

    item_code: str
    item_version: int
    name: str
    case_type: str
    department: str
    department_name: str
    promised: Limit
    effective_from: datetime
    statutory: Limit | None = None
    listed: bool = True
    """Stands on at least one of the public lists."""


@dataclass(frozen=True)
class Status:
    """Why an item takes no new cases, from `since` until `until` (None: for ever)."""

    kind: StatusKind
    since: datetime
    until: datetime | None = None
    successors: Sequence[str] = ()

    def holds(self, at: datetime) -> bool:
        """Say whether it is so at this moment."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True)
class Ground:
    """Why an application is refused: a stable code, and the words for the applicant."""

    code: str
    reason: str


@dataclass(frozen=True)
class ListedItem:
    """One item with all of its versions and statuses."""

    versions: Sequence[ItemVersion]
    statuses: Sequence[Status] = ()

    def in_force(self, at: datetime) -> ItemVersion | None:
        """Give the version in force at this moment: the highest that is effective by then."""
        effective = [version for version in self.versions if version.effective_from <= at]
        return max(effective, key=lambda version: version.item_version, default=None)

    def version(self, number: int) -> ItemVersion | None:
        """Give the version of this number."""
        return next((one for one in self.versions if one.item_version == number), None)


@dataclass(frozen=True)
class Known:
    """What the copy of the catalog says: items by code, and the calendar as it is now."""

    items: Mapping[str, ListedItem]
    calendar: WorkCalendar
    editions: int = 0
    """Number of published editions the calendar is made of, to notice one that comes meanwhile."""


def off_list(item: ListedItem | None, at: datetime) -> Ground | None:
    """Guard the door: say why no new case may be taken at this moment; None when one may (V07).

    What ended an item weighs more than a freeze; of an item that went into others they are named.
    """
    if item is None or not item.versions:
        return Ground(NOT_LISTED, REASONS[NOT_LISTED])
    holding = [status for status in item.statuses if status.holds(at)]
    if holding:
        status = max(holding, key=lambda one: (one.kind is not StatusKind.FROZEN, one.since))
        code = _CODES[status.kind]
        named = "、".join(status.successors)
        return Ground(code, REASONS[code] + (f"新事项:{named}。" if named else ""))
    version = item.in_force(at)
    if version is None:
        return Ground(NOT_YET, REASONS[NOT_YET])
    return None if version.listed else Ground(NOT_LISTED, REASONS[NOT_LISTED])
