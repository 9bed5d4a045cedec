"""Rows of what is published unasked, of its directory, and the search over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Statement
from services.disclosure.domain.directory import BASIC, Place
from services.disclosure.domain.entry_terms import Level
from services.disclosure.projections.folding import fold, grams, words

VERSION: Final = (
    *("entry_no", "entry_version", "state", "node", "facet", "boosts", "level", "place", "title"),
    *("body", "issue_no", "formed_on", "due_at", "written_at", "overdue", "folded", "grams"),
)
PUBLIC: Final = (
    *("entry_no", "entry_version", "state", "node", "facet", "boosts", "level", "place"),
    *("publisher", "content", "time_limit", "method", "title", "body", "issue_no", "formed_on"),
    *("published_at", "updated_at", "on_time", "matter"),
)
NODE: Final = ("node", "parent", "title", "level", "publisher", "content", "time_limit", "method")
_SHOWN: Final = ", ".join(PUBLIC)


class PublicEntry(msgspec.Struct, frozen=True):
    """An entry as everybody reads it."""

    entry_no: str
    entry_version: int
    state: str
    node: str
    facet: str
    boosts: list[str]
    level: str
    place: str
    publisher: str
    content: str
    time_limit: str
    method: str
    title: str
    text: str
    issue_no: str
    formed_on: date
    published_at: datetime
    updated_at: datetime
    on_time: bool
    matter: str


class WaitingEntry(msgspec.Struct, frozen=True):
    """A version that is not public yet."""

    entry_no: str
    entry_version: int
    state: str
    node: str
    title: str
    level: str
    formed_on: date
    due_at: datetime
    overdue: bool


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for; an empty value restricts nothing."""

    q: str = ""
    facet: str = ""
    boost: str = ""
    level: str = ""
    place: str = ""
    node: str = ""
    archived: bool = False


class _Said(msgspec.Struct, frozen=True):
    entry_no: str = ""
    entry_version: int = 1
    node: str = ""
    parent: str = ""
    facet: str = ""
    boosts: list[str] = []
    level: str = ""
    place: str = ""
    title: str = ""
    text: str = ""
    issue_no: str | None = None
    formed_on: date | None = None
    due_at: datetime | None = None
    publisher: str = ""
    content: str = ""
    time_limit: str = ""
    method: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    on_time: bool | None = None
    matter: str = ""


_STATES: Final[Mapping[str, str]] = {
    "entry-secrecy-passed": "secrecy_passed",
    "entry-secrecy-failed": "secrecy_failed",
    "entry-approved": "approved",
}
_WRITE: Final = (
    f"INSERT INTO entry_version ({', '.join(VERSION)})"  # noqa: S608 - our own column names
    f" VALUES ({', '.join(['%s'] * len(VERSION))}) ON CONFLICT (entry_no, entry_version) DO UPDATE"
    f" SET ({', '.join(VERSION[2:])}) = ROW ({', '.join(f'excluded.{c}' for c in VERSION[2:])})"
)
_TAKEN: Final = "node, facet, boosts, level, place, title, body, issue_no, formed_on, folded, grams"


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    kind = event.type.removeprefix("disclosure.").removesuffix(".v1")
    if not kind.startswith(("entry-", "directory-")):
        return
    said = event.read(_Said)
    match kind:
        case "entry-drafted":
            yield Statement(_WRITE, _written(said, event.body.occurred_at))
        case "entry-secrecy-passed" | "entry-secrecy-failed" | "entry-approved":
            yield _version(said, "state = %s", _STATES[kind])
        case "entry-overdue":
            yield _version(said, "overdue = true")
        case "entry-published":
            yield _version(said, "state = 'published'")
            yield _publish(said)
        case "entry-updated":
            yield _version(said, "state = 'published'")
            yield Statement(
                f"UPDATE public_entry SET entry_version = %s, updated_at = %s, on_time = %s,"  # noqa: S608 - our own column names
                f" ({_TAKEN}) = (SELECT {_TAKEN} FROM entry_version"
                " WHERE entry_no = %s AND entry_version = %s) WHERE entry_no = %s",
                (
                    *(said.entry_version, said.updated_at, said.on_time),
                    *(said.entry_no, said.entry_version, said.entry_no),
                ),
            )
        case "entry-withdrawn" | "entry-archived":
            state = kind.removeprefix("entry-")
            sql = "UPDATE public_entry SET state = %s WHERE entry_no = %s"
            yield Statement(sql, (state, said.entry_no))
        case "entry-reactively-converted":
            sql = "UPDATE public_entry SET matter = %s WHERE entry_no = %s"
            yield Statement(sql, (said.matter, said.entry_no))
            yield Statement(
                "INSERT INTO converted_matter (matter, entry_no) VALUES (%s, %s)"
                " ON CONFLICT (matter) DO NOTHING",
                (said.matter, said.entry_no),
            )
        case "directory-extended":
            row = tuple(getattr(said, column) for column in NODE)
            yield Statement(
                f"INSERT INTO directory_node ({', '.join(NODE)})"  # noqa: S608 - our own column names
                f" VALUES ({', '.join(['%s'] * len(NODE))}) ON CONFLICT (node) DO UPDATE SET"
                f" ({', '.join(NODE[1:])}) = ROW ({', '.join(f'excluded.{c}' for c in NODE[1:])})",
                row,
            )


def _written(said: _Said, at: datetime) -> tuple[object, ...]:
    folded = fold(f"{said.title}\n{said.issue_no or ''}\n{said.text}")
    return (
        *(said.entry_no, said.entry_version, "drafted", said.node, said.facet),
        *(list(said.boosts), said.level, said.place, said.title, said.text),
        *(said.issue_no or "", said.formed_on, said.due_at, at, False, folded, grams(folded)),
    )


def _version(said: _Said, columns: str, *values: object) -> Change:
    return Statement(
        f"UPDATE entry_version SET {columns} WHERE entry_no = %s AND entry_version = %s",  # noqa: S608 - our own words
        (*values, said.entry_no, said.entry_version),
    )


def _publish(said: _Said) -> Change:
    return Statement(
        "INSERT INTO public_entry (entry_no, entry_version, state, publisher, content, time_limit,"  # noqa: S608 - our own column names
        f" method, published_at, updated_at, on_time, matter, {_TAKEN})"
        " SELECT entry_no, entry_version, 'published', %s, %s, %s, %s, %s, %s, %s, coalesce((SELECT"
        f" matter FROM converted_matter c WHERE c.entry_no = v.entry_no), ''), {_TAKEN}"
        " FROM entry_version v WHERE entry_no = %s AND entry_version = 1",
        (
            *(said.publisher, said.content, said.time_limit, said.method),
            *(said.published_at, said.published_at, said.on_time, said.entry_no),
        ),
    )


def search(
    database: Database,
    sought: Sought,
    after: tuple[datetime, str] | None = None,
    limit: int = 20,
) -> tuple[int, list[PublicEntry]]:
    """Find public entries, the newest first, and count all of them.

    Every word of the question stands in the title, the number or the text; a pair of characters
    is looked up in an index, a single one read for.
    """
    values: dict[str, Any] = {**msgspec.structs.asdict(sought), "limit": limit}
    state = "state IN ('published', 'archived')" if sought.archived else "state = 'published'"
    where = [state]
    for name, condition in (
        ("facet", "facet = %(facet)s"),
        ("boost", "%(boost)s = ANY(boosts)"),
        ("level", "level = %(level)s"),
        ("place", "starts_with(place, %(place)s)"),
        ("node", "node = %(node)s"),
    ):
        if values[name]:
            where.append(condition)
    for number, word in enumerate(words(sought.q)):
        values[f"word{number}"] = word
        where.append(f"strpos(folded, %(word{number})s) > 0")
        if pairs := grams(word):
            values[f"pairs{number}"] = pairs
            where.append(f"grams @> %(pairs{number})s::text[]")
    found = " AND ".join(where)
    total = database.read(f"SELECT count(*) FROM public_entry WHERE {found}", values)[0][0]  # noqa: S608 - our own conditions
    if after is not None:
        values |= {"moment": after[0], "key": after[1]}
        found += " AND (updated_at, entry_no) < (%(moment)s, %(key)s)"
    rows = database.read(
        f"SELECT {_SHOWN} FROM public_entry WHERE {found}"  # noqa: S608 - our own conditions
        " ORDER BY updated_at DESC, entry_no DESC LIMIT %(limit)s",
        values,
    )
    return int(total), [PublicEntry(*row) for row in rows]


def public_entry(database: Database, entry_no: str) -> PublicEntry | None:
    """Give an entry that is, or was, public; None when there is none."""
    sql = f"SELECT {_SHOWN} FROM public_entry WHERE entry_no = %s"  # noqa: S608 - our own column names
    rows = database.read(sql, (entry_no,))
    return PublicEntry(*rows[0]) if rows else None


def waiting(database: Database, limit: int = 200) -> list[WaitingEntry]:
    """List the versions that are not public yet, those that are due first."""
    rows = database.read(
        "SELECT entry_no, entry_version, state, node, title, level, formed_on, due_at, overdue"
        " FROM entry_version v WHERE state <> 'published' AND NOT EXISTS (SELECT FROM public_entry"
        " p WHERE p.entry_no = v.entry_no AND p.state <> 'published') ORDER BY due_at LIMIT %s",
        (limit,),
    )
    return [WaitingEntry(*row) for row in rows]


def directory(database: Database) -> dict[str, Place]:
    """Give the directory, by code: its basic part and what was added or said anew."""
    found = {place.node: place for place in BASIC}
    for row in database.read(f"SELECT {', '.join(NODE)} FROM directory_node ORDER BY node"):  # noqa: S608 - our own column names
        node, parent, title, level, *rest = row
        found[node] = Place(node, parent, title, Level(level), *rest)
    return found


def facet_counts(database: Database) -> Mapping[tuple[str, str], int]:
    """Count what is public by facet and by boost: ("facet", "DECISION") and so on."""
    rows = database.read(
        "SELECT 'facet', facet, count(*) FROM public_entry WHERE state = 'published' GROUP BY 2"
        " UNION ALL SELECT 'boost', b, count(*) FROM public_entry, unnest(boosts) AS b"
        " WHERE state = 'published' GROUP BY 2"
        " UNION ALL SELECT 'node', node, count(*) FROM public_entry WHERE state = 'published'"
        " GROUP BY 2"
    )
    return {(kind, name): count for kind, name, count in rows}


def public_entry_count(database: Database) -> int:
    """Count what is public now."""
    sql = "SELECT count(*) FROM public_entry WHERE state = 'published'"
    return int(database.read(sql)[0][0])
