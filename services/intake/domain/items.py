"""What intake knows of the catalog: the published versions of an item, and which is in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.intake.domain.records import AcceptSaid
from services.kernel.workdays import due

NOT_LISTED = "not_on_any_list"
NOT_YET = "not_yet_effective"
REASONS = {
    NOT_LISTED: "该事项不在已公布的清单内,清单之外无审批。",
    NOT_YET: "该事项的实施清单尚未生效。",
}
"""Why an application is refused at the door, in the words told to the applicant (V07, V08)."""


@dataclass(frozen=True)
class ItemVersion:
    """One published version of an item."""

    item_code: str
    item_version: int
    name: str
    case_type: str
    department: str
    department_name: str
    promised_limit_days: int
    effective_from: datetime


def in_force(versions: Iterable[ItemVersion], at: datetime) -> ItemVersion | None:
    """Give the version in force at this moment: the highest that is effective by then."""
    effective = [version for version in versions if version.effective_from <= at]
    return max(effective, key=lambda version: version.item_version, default=None)


def filled(said: AcceptSaid, item: ItemVersion) -> tuple[AcceptSaid, str | None]:
    """Complete what a record left unsaid from its item; also name the calendar if it was used."""
    limit = None
    if said.promised_due_at is None:
        limit = due(said.accepted_at, item.promised_limit_days)
    whole = replace(
        said,
        submitted_at=said.submitted_at or said.accepted_at,
        promised_due_at=limit.at if limit else said.promised_due_at,
        department=said.department or item.department,
        department_name=said.department_name or item.department_name,
    )
    return whole, limit.calendar if limit else None
