"""Shows the catalog: rows from events, and the only SQL of this service."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, ReadModel

PUBLISHED = "catalog.item-published.v1"
_COLUMNS = (
    "item_code",
    "item_version",
    "name",
    "item_type",
    "case_type",
    "department",
    "department_name",
    "statutory_limit_days",
    "promised_limit_days",
    "lists",
    "effective_from",
    "published_at",
    "retroactive",
)
_SELECT = "SELECT " + ", ".join(_COLUMNS) + " FROM item_version"  # noqa: S608 - our own column names


class ItemVersion(msgspec.Struct, frozen=True):
    """One published version of an item; limits in working days."""

    item_code: str
    item_version: int
    name: str
    item_type: str
    case_type: str
    department: str
    department_name: str
    statutory_limit_days: int
    promised_limit_days: int
    lists: list[str]
    effective_from: datetime
    published_at: datetime
    retroactive: bool


def project(event: Event) -> Iterable[Change]:
    """Give the row of a published version."""
    if event.type == PUBLISHED:
        said = event.read(ItemVersion)
        values = msgspec.structs.asdict(said) | {"lists": ",".join(said.lists)}
        yield Insert("item_version", tuple(values[column] for column in _COLUMNS))


READ_MODEL = ReadModel(
    service="catalog",
    ddl=Path(__file__).with_name("read_model.sql"),
    tables={"item_version": _COLUMNS},
    sources=("catalog",),
    project=project,
)


def list_items(
    database: Database,
    *,
    department: str = "",
    item_type: str = "",
    case_type: str = "",
    text: str = "",
    after: str = "",
    limit: int = 50,
) -> list[ItemVersion]:
    """List the newest version of each item, by code, from behind the code `after`."""
    rows = database.read(
        f"SELECT * FROM (SELECT DISTINCT ON (item_code) {', '.join(_COLUMNS)} FROM item_version"  # noqa: S608 - our own column names
        " WHERE item_code > %(after)s ORDER BY item_code, item_version DESC) newest"
        " WHERE (%(department)s = '' OR department = %(department)s)"
        " AND (%(item_type)s = '' OR item_type = %(item_type)s)"
        " AND (%(case_type)s = '' OR case_type = %(case_type)s)"
        " AND (%(text)s = '' OR strpos(name, %(text)s) > 0 OR strpos(item_code, %(text)s) = 1)"
        " ORDER BY item_code LIMIT %(limit)s",
        {
            "department": department,
            "item_type": item_type,
            "case_type": case_type,
            "text": text,
            "after": after,
            "limit": limit,
        },
    )
    return [_version(row) for row in rows]


def versions_of(database: Database, item_code: str) -> list[ItemVersion]:
    """Give all versions of an item, newest first.

    Raises:
        NotFoundError: no such item.
    """
    rows = database.read(_SELECT + " WHERE item_code = %s ORDER BY item_version DESC", (item_code,))
    if not rows:
        raise NotFoundError("there is no such item on the published lists")
    return [_version(row) for row in rows]


def _version(row: tuple[object, ...]) -> ItemVersion:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["lists"] = str(values["lists"]).split(",")
    return msgspec.convert(values, ItemVersion)
