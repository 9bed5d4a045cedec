"""What intake reads of the catalog's schemes for projects."""

from __future__ import annotations

from datetime import datetime

import msgspec

from services.chassis.eventlog.database import Database


class SchemeInForce(msgspec.Struct, frozen=True):
    """The version of a scheme that is in force, and its items."""

    scheme_version: int
    items: list[str]


class _Member(msgspec.Struct, frozen=True):
    item_code: str


def scheme_in_force(database: Database, scheme: str, at: datetime) -> SchemeInForce | None:
    """Give the newest version that is effective by then; None when there is none."""
    rows = database.read(
        "SELECT scheme_version, members::text FROM ref_scheme"
        " WHERE scheme = %s AND effective_from <= %s ORDER BY scheme_version DESC LIMIT 1",
        (scheme, at),
    )
    if not rows:
        return None
    members = msgspec.json.decode(rows[0][1], type=list[_Member])
    return SchemeInForce(rows[0][0], [one.item_code for one in members])
