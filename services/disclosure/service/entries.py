"""Proactive disclosure (主动公开) over HTTP: written, reviewed, published, found, fed."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, Final, cast

from services.chassis.clock import SystemClock
from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import written
from services.chassis.web.paging import page_of, read_cursor
from services.disclosure import entry_answers as acts
from services.disclosure.application.entries import EntryDone
from services.disclosure.entry_answers import (
    APPROVER,
    EDITOR,
    SECRECY,
    EntryTold,
    ExtendDirectory,
    Found,
    OpenQuery,
    PlaceView,
    WriteEntry,
    role_for,
)
from services.disclosure.pages.feeds import ALWAYS, atom, sitemap
from services.disclosure.projections.entries import (
    PublicEntry,
    Sought,
    directory,
    public_entry,
    search,
)
from services.kernel.facts import Facts
from services.kernel.times import SHANGHAI

EDITORS: Final = frozenset({EDITOR})
STAFF: Final = frozenset({EDITOR, SECRECY, APPROVER})
FED: Final = 50
"""Entries in the feed."""
MAPPED: Final = 50_000 - len(ALWAYS)
"""Addresses a sitemap may have (sitemaps.org), but for those that are always there."""


class EntryRoutes:
    """Routes about what is published unasked; a part of disclosure's service."""

    name: str
    clock: SystemClock
    figures: Any

    @route(
        "POST",
        "/open/entries",
        request=WriteEntry,
        response=EntryTold,
        roles=EDITORS,
        status=201,
        summary="Write an entry, or its next version; due 20 working days after it was formed",
    )
    def write_entry(self, call: Call[WriteEntry]) -> EntryTold:
        return self._told_of_entry(call, self._write(call, call.body))

    @route(
        "POST",
        "/open/entries/<entry_no>/acts",
        request=cast("type[acts.Done]", acts.Done),
        response=EntryTold,
        roles=STAFF,
        summary="Review, approve, publish, withdraw or archive an entry; `act` says which",
    )
    def act_on_entry(self, call: Call[acts.Done]) -> EntryTold:
        return self._told_of_entry(call, self._do_entry(call, call.body))

    @route(
        "POST",
        "/open/directory",
        request=ExtendDirectory,
        response=EntryTold,
        roles=EDITORS,
        status=201,
        summary="Add a place to the directory, or say one anew",
    )
    def extend_directory(self, call: Call[ExtendDirectory]) -> EntryTold:
        facts = self._facts_of_entry(call, call.body.node, EDITOR)
        key = call.idempotency_key or None
        done = self.figures.extend_directory(facts, call.body.as_place(), key=key)
        return self._told_of_entry(call, done)

    @route(
        "GET",
        "/open/directory.json",
        response=list[PlaceView],
        public=True,
        summary="The directory: who publishes what, by when and how",
    )
    def get_directory(self, call: Call) -> list[PlaceView]:
        return [PlaceView(*place) for place in directory(self.figures.database).values()]

    @route(
        "GET",
        "/open/entries",
        query=OpenQuery,
        response=Found,
        public=True,
        summary="Search what is public; every word of `q` stands in title, number or text",
    )
    def search_entries(self, call: Call[None, OpenQuery]) -> Found:
        return self._found(call.query)

    @route(
        "GET",
        "/open/entries/<entry_no>",
        response=PublicEntry,
        public=True,
        summary="One entry, as everybody reads it",
    )
    def get_entry(self, call: Call) -> PublicEntry:
        return self._entry(call)

    @route(
        "GET",
        "/open/feed.atom",
        html=True,
        media="application/atom+xml",
        public=True,
        summary=f"The {FED} newest entries as an Atom feed (RFC 4287)",
    )
    def feed(self, call: Call) -> Reply:
        _, entries = search(self.figures.database, Sought(), limit=FED)
        text = atom(entries, _site(call), self.clock.now())
        return Reply(text, headers={"Content-Type": "application/atom+xml; charset=utf-8"})

    @route(
        "GET",
        "/open/sitemap.xml",
        html=True,
        media="application/xml",
        public=True,
        summary="The addresses of all entries, for search engines",
    )
    def map_site(self, call: Call) -> Reply:
        _, entries = search(self.figures.database, Sought(archived=True), limit=MAPPED)
        text = sitemap(entries, _site(call))
        return Reply(text, headers={"Content-Type": "application/xml; charset=utf-8"})

    def _write(self, call: Call[Any, Any], said: WriteEntry) -> EntryDone:
        key = call.idempotency_key or None
        number = said.entry_no or _number(self.clock.now(), key)
        facts = self._facts_of_entry(call, number, EDITOR)
        done: EntryDone = self.figures.write_entry(facts, number, said.draft(), key=key)
        return done

    def _do_entry(self, call: Call[Any, Any], act: acts.Done) -> EntryDone:
        role = role_for(act)
        if role not in call.caller.roles:
            raise NotAllowedError(f"this needs the role {role}")
        number, key = call.path["entry_no"], call.idempotency_key or None
        facts, told = self._facts_of_entry(call, number, role), self.figures
        done: EntryDone
        match act:
            case acts.Review():
                done = told.review_entry(facts, number, act.fault, key=key)
            case acts.Approve():
                done = told.approve_entry(facts, number, key=key)
            case acts.Publish():
                done = told.publish_entry(facts, number, key=key)
            case acts.Withdraw():
                done = told.withdraw_entry(facts, number, act.reason, key=key)
            case acts.Archive():
                done = told.archive_entry(facts, number, key=key)
            case acts.Convert():
                done = told.convert_matter(facts, number, act.matter, key=key)
        return done

    def _entry(self, call: Call[Any, Any]) -> PublicEntry:
        entry = public_entry(self.figures.database, call.path["entry_no"])
        if entry is None or entry.state == "withdrawn":
            raise NotFoundError("there is no such public entry")
        return entry

    def _found(self, query: OpenQuery) -> Found:
        after = read_cursor(query.cursor, tuple[datetime, str])
        total, rows = search(self.figures.database, query.sought(), after, query.limit + 1)
        page = page_of(rows, query.limit, lambda one: (one.updated_at, one.entry_no))
        return Found(total, list(page.items), page.next)

    def _facts_of_entry(self, call: Call[Any, Any], subject: str, role: str) -> Facts:
        return Facts(self.clock.now(), subject, call.caller.actor(role), call.correlation_id)

    def _told_of_entry(self, call: Call[Any, Any], done: EntryDone) -> EntryTold:
        place = written(call, self.figures.database, self.name, done.stream, done.version)
        return EntryTold(done.key, done.state, place.event, place.position)


def _site(call: Call[Any, Any]) -> str:
    """Give the address before every page, as the reader wrote it."""
    scheme = call.headers.get("X-Forwarded-Proto", "http")
    return f"{scheme}://{call.headers.get('Host', 'localhost')}{call.base}"


def _number(now: datetime, key: str | None) -> str:
    """Make a number: kind, date, serial; the same for a repeated request."""
    serial = int.from_bytes(sha256((key or token_hex(16)).encode()).digest()[:8]) % 10**8
    return f"P{now.astimezone(SHANGHAI):%Y%m%d}{serial:08}"
