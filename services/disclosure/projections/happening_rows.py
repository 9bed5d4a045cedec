"""Rows of the table of happenings, and what takes one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Final

from services.chassis.events import Event
from services.chassis.projection import Insert, Statement
from services.kernel.times import SHANGHAI

# ruff: noqa: S608 - every text below is written here; what an event says is a parameter.

TYPES: Final[Mapping[str, str]] = {
    "position": "bigint",
    "at": "timestamptz",
    "amount": "bigint",
    "month": "int",
    "version": "int",
    "source": "text",
    "kind": "text",
    "mark": "text",
    "thing": "text",
    "region": "text",
    "department": "text",
    "stream": "uuid",
    "due_at": "timestamptz",
    "item": "text",
    "channel": "text",
    "who": "text",
    "case_no": "text",
}
"""Columns in the order of the table, by which rows are written."""

HAPPENINGS: Final = tuple(TYPES)

OWN: Final = "disclosure"


def begins(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def row(
    event: Event,
    kind: str,
    thing: str,
    at: datetime | date | None = None,
    *,
    amount: int = 1,
    due_at: datetime | None = None,
    region: str | None = None,
    department: str | None = None,
    item: str | None = None,
    channel: str | None = None,
    mark: str = "",
    who: str | None = None,
    case_no: str | None = None,
) -> Insert:
    """Give one row. A day begins at its midnight; months are those of the centre's clock."""
    body = event.body
    moment = at if isinstance(at, datetime) else begins(at) if at else body.occurred_at
    local = moment.astimezone(SHANGHAI)
    own = event.source == OWN
    return Insert(
        "happenings",
        (
            0 if own else event.position,
            moment,
            amount,
            local.year * 12 + local.month - 1,
            event.version if own else 0,
            event.source,
            kind,
            mark,
            thing,
            body.region if region is None else region,
            body.department if department is None else department,
            event.stream if own else None,
            due_at,
            item,
            channel,
            who,
            case_no,
        ),
    )


PLACE: Final = "%s::text, %s::bigint, %s::uuid, %s::int"

GIVEN: Final = ", ".join(f"%s::{kind}" for kind in TYPES.values())

COPIED: Final = (
    "kind, thing, at, month, due_at, region, department, item, channel, mark, who, case_no"
)

INTO: Final = f"INSERT INTO happenings (source, position, stream, version, {COPIED}, amount)"
"""Before a SELECT of `PLACE`, what `COPIED` names, and the amount."""

GIVE: Final = f"INSERT INTO happenings ({', '.join(HAPPENINGS)}) SELECT {GIVEN}"
"""Of a whole row; a condition may follow."""

TAKE_BACK: Final = (
    f"{INTO} SELECT {PLACE}, {COPIED}, -amount FROM (SELECT DISTINCT ON (kind, mark, thing) *"
    " FROM {table} WHERE {which} ORDER BY kind, mark, thing, id DESC) AS said WHERE amount > 0"
)

OF_THING: Final = "kind = ANY(%s::text[]) AND thing = %s::text AND ({more})"


def place(event: Event) -> tuple[object, ...]:
    own = event.source == OWN
    position = 0 if own else event.position
    stream = str(event.stream) if own else None
    return event.source, position, stream, event.version if own else 0


def take_back(
    event: Event, kinds: Sequence[str], thing: str, more: str = "true", *said: object
) -> Statement:
    """Take back what was last said of a thing, as if it had not been, from this event on."""
    which = OF_THING.format(more=more)
    return Statement(
        TAKE_BACK.format(table="happenings", which=which),
        (*place(event), list(kinds), thing, *said),
    )
