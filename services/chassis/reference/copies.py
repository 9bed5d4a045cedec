"""Rows of the copy from catalog's events: a part of the read model of who keeps one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement
from services.chassis.reference import messages

DDL: Final = Path(__file__).with_name("reference.sql")
TABLES: Final[Mapping[str, Sequence[str]]] = {
    "ref_item_version": (
        "item_code",
        "item_version",
        "name",
        "item_type",
        "case_type",
        "department",
        "department_name",
        "statutory_limit",
        "statutory_unit",
        "promised_limit",
        "promised_unit",
        "lists",
        "effective_from",
        "listing",
    ),
    "ref_item_status": ("item_code", "position", "kind", "since", "until", "successors"),
    "ref_calendar": (
        "year",
        "version",
        "document",
        "announced_on",
        "position",
        "days_off",
        "work_days",
    ),
    "ref_window": ("window_no", "label", "since", "closed_on", "hours"),
    "ref_scheme": (
        "scheme",
        "scheme_version",
        "label",
        "kind",
        "lead",
        "joint_limit_days",
        "joint_extension_days",
        "effective_from",
        "members",
    ),
}


def project(event: Event) -> Iterable[Change]:
    """Give what an event of catalog changes in the copy; nothing for any other."""
    match event.type:
        case messages.ITEM_PUBLISHED:
            yield _version(event.read(messages.ItemPublished))
        case messages.ITEM_CANCELLED:
            ended = event.read(messages.ItemEnded)
            yield _status(event, ended.item_code, "CANCELLED", ended.effective_from)
        case messages.ITEM_SUPERSEDED:
            merged = event.read(messages.ItemSuperseded)
            yield _status(
                event, merged.item_code, "SUPERSEDED", merged.effective_from, successors=[merged.by]
            )
        case messages.ITEM_SPLIT:
            split = event.read(messages.ItemSplit)
            yield _status(
                event, split.item_code, "SPLIT", split.effective_from, successors=split.into
            )
        case messages.ITEM_FROZEN:
            frozen = event.read(messages.ItemFrozen)
            yield _status(event, frozen.item_code, "FROZEN", frozen.effective_from, frozen.until)
        case messages.ITEM_UNFROZEN:
            thawed = event.read(messages.ItemEnded)
            at = thawed.effective_from
            yield Statement(
                "UPDATE ref_item_status SET until = %s WHERE item_code = %s AND kind = 'FROZEN'"
                " AND (until IS NULL OR until > %s)",
                (at, thawed.item_code, at),
            )
        case messages.CALENDAR_PUBLISHED | messages.CALENDAR_AMENDED:
            yield _calendar(event)
        case messages.WINDOW_OPENED:
            yield _window(event.read(messages.WindowOpened))
        case messages.WINDOW_CLOSED:
            closed = event.read(messages.WindowClosed)
            yield Statement(
                "UPDATE ref_window SET closed_on = %s WHERE window_no = %s",
                (closed.on, closed.window),
            )
        case messages.SCHEME_PUBLISHED:
            said = event.read(messages.SchemePublished)
            *fields, members = msgspec.structs.astuple(said)
            yield Insert("ref_scheme", (*fields, _text(members)))


def _window(said: messages.WindowOpened) -> Statement:
    hours = ",".join(f"{one.begins[:5]}-{one.ends[:5]}" for one in said.hours)
    return Statement(
        "INSERT INTO ref_window (window_no, label, since, hours) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (window_no) DO UPDATE SET label = excluded.label, since = excluded.since,"
        " hours = excluded.hours, closed_on = NULL",
        (said.window, said.label, said.since, hours),
    )


def _version(said: messages.ItemPublished) -> Insert:
    units = said.units
    return Insert(
        "ref_item_version",
        (
            said.item_code,
            said.item_version,
            said.name,
            said.item_type,
            said.case_type,
            said.department,
            said.department_name,
            said.statutory_limit_days,
            units.statutory_unit,
            said.promised_limit_days,
            units.promised_unit,
            said.lists,
            said.effective_from,
            None if _text(said.listing) == "null" else _text(said.listing),
        ),
    )


def _status(
    event: Event,
    code: str,
    kind: str,
    since: datetime,
    until: datetime | None = None,
    successors: Sequence[str] = (),
) -> Insert:
    return Insert("ref_item_status", (code, event.position, kind, since, until, list(successors)))


def _calendar(event: Event) -> Insert:
    said = event.read(messages.CalendarSaid)
    return Insert(
        "ref_calendar",
        (
            said.year,
            said.calendar_version,
            said.document,
            said.announced_on,
            event.position,
            _text(said.days_off),
            _text(said.work_days),
        ),
    )


def _text(raw: msgspec.Raw) -> str:
    return bytes(raw).decode()
