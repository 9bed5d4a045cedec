"""What the copy knows: an item's versions and its status, and the calendar, at any instant."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.chassis.projection import Statement
from services.kernel.calendar import Edition, WorkCalendar
from services.kernel.calendar_seed import SEED_EDITIONS
from services.kernel.limits import Limit, Unit

# Everything one decision needs, in one round trip; the listing stays behind, it is long.
_ASK = (
    "ask_reference",
    """
PREPARE ask_reference (text[]) AS
SELECT 'version', row_to_json(v)::text FROM (
    SELECT item_code, item_version, name, item_type, case_type, department, department_name,
           statutory_limit, statutory_unit, promised_limit, promised_unit, lists, effective_from
    FROM ref_item_version WHERE item_code = ANY($1)) v
UNION ALL
SELECT 'status', row_to_json(s)::text FROM ref_item_status s WHERE item_code = ANY($1)
UNION ALL
SELECT 'calendar', count(*)::text FROM ref_calendar
UNION ALL
SELECT 'inbox', coalesce((SELECT done::text FROM inbox WHERE source = 'catalog'), '')
""",
)

MOST_KNOWN = 5_000
"""Items kept in memory: more than a county has."""
RESTLESS_S = 1.0
"""So long after something moved on, nothing is believed."""


class ItemVersion(msgspec.Struct, frozen=True):
    """One published version of an item."""

    item_code: str
    item_version: int
    name: str
    item_type: str
    case_type: str
    department: str
    department_name: str
    statutory_limit: int
    statutory_unit: str
    promised_limit: int
    promised_unit: str
    lists: list[str]
    effective_from: datetime

    @property
    def statutory(self) -> Limit | None:
        """Give the statutory limit; None when the list states none."""
        unit = Unit(self.statutory_unit)
        if self.statutory_limit or unit is Unit.IMMEDIATE:
            return Limit(self.statutory_limit, unit)
        return None

    @property
    def promised(self) -> Limit:
        """Give the promised limit; none at all means at once."""
        if not self.promised_limit:
            return Limit(0, Unit.IMMEDIATE)
        return Limit(self.promised_limit, Unit(self.promised_unit))


class ItemStatus(msgspec.Struct, frozen=True):
    """Why an item takes no new cases, from `since` on."""

    kind: str
    """CANCELLED, SUPERSEDED, SPLIT or FROZEN."""
    since: datetime
    until: datetime | None = None
    successors: list[str] = []

    def holds(self, at: datetime) -> bool:
        """Say whether it is so at this moment."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True)
class Known:
    """What is known of one item; versions and statuses in no order."""

    versions: list[ItemVersion] = field(default_factory=list)
    statuses: list[ItemStatus] = field(default_factory=list)

    def in_force(self, at: datetime) -> ItemVersion | None:
        """Give the version in force: the highest that is effective by then."""
        effective = (one for one in self.versions if one.effective_from <= at)
        return max(effective, key=lambda one: one.item_version, default=None)

    def status(self, at: datetime) -> ItemStatus | None:
        """Give what keeps it from new cases at this moment; an end weighs more than a freeze."""
        holding = (one for one in self.statuses if one.holds(at))
        return max(holding, key=lambda one: (one.kind != "FROZEN", one.since), default=None)


@dataclass(frozen=True)
class Dated:
    """A calendar, and of how many editions of catalog it is made."""

    calendar: WorkCalendar
    editions: int


class Reference:
    """Asks the copy. The calendar is kept in memory and read again when an edition has come."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dated: Dated | None = None
        self._known: dict[str, Known | None] = {}
        """What was asked for a command, as it was at `_seen`; None: never published."""
        self._seen = ""
        """Catalog's positions that are in the copy, as the inbox says."""
        self._moved_at = -math.inf
        """When something believed turned out to have moved on, by the monotonic clock."""

    def believed(
        self, codes: Collection[str], uow: UnitOfWork
    ) -> tuple[Mapping[str, Known], Dated]:
        """Give what `ask` gives, from memory where it was asked before.

        The unit of work checks as it commits that catalog has said nothing since; if it has, the
        command is run again, and asks. So does every other for a while: where much comes in, a
        command would find over and over that something had.
        """
        if time.monotonic() - self._moved_at < RESTLESS_S:
            return self.ask(codes)
        dated = self._dated
        if dated is None or not self._known.keys() >= set(codes):
            found, dated, seen = self._ask(codes)
            if seen != self._seen or len(self._known) > MOST_KNOWN:
                self._known, self._seen = {}, seen
            self._known |= {code: found.get(code) for code in codes}
        uow.believe(Statement("SELECT unmoved('catalog', %s)", (self._seen,)), self._forget)
        remembered = ((code, self._known[code]) for code in codes)
        return {code: known for code, known in remembered if known is not None}, dated

    def ask(self, codes: Collection[str]) -> tuple[Mapping[str, Known], Dated]:
        """Give what is known of these items (absent: never published), and the calendar now."""
        found, dated, _ = self._ask(codes)
        return found, dated

    def _ask(self, codes: Collection[str]) -> tuple[Mapping[str, Known], Dated, str]:
        found: dict[str, Known] = {}
        seen = ""
        editions = 0
        rows = self._database.read("EXECUTE ask_reference (%s)", (list(codes),), _ASK)
        for what, text in rows:
            if what == "version":
                version = msgspec.json.decode(text, type=ItemVersion)
                found.setdefault(version.item_code, Known()).versions.append(version)
            elif what == "status":
                status = msgspec.json.decode(text, type=_Status)
                found.setdefault(status.item_code, Known()).statuses.append(status)
            elif what == "inbox":
                seen = text
            else:
                editions = int(text)
        return found, self._calendar(editions), seen

    def _forget(self) -> None:
        self._known, self._moved_at = {}, time.monotonic()

    def calendar(self) -> Dated:
        """Give the calendar as it is known now."""
        return self.ask(())[1]

    def editions(self) -> list[Edition]:
        """Give every edition: catalog's, and those that come with the house of other years."""
        rows = self._database.read(
            "SELECT year, version, document, announced_on, days_off::text, work_days::text"
            " FROM ref_calendar"
        )
        own = [
            Edition(year, version, document, announced_on, _days(off), _days(work))
            for year, version, document, announced_on, off, work in rows
        ]
        told = {one.year for one in own}
        return [one for one in SEED_EDITIONS if one.year not in told] + own

    def calendar_as_of(self, day: date) -> WorkCalendar:
        """Give the calendar as it was announced by the end of this day."""
        return WorkCalendar.of(self.editions(), day)

    def listing(self, code: str, version: int) -> bytes | None:
        """Give everything else the list of a version says, as JSON."""
        rows = self._database.read(
            "SELECT listing::text FROM ref_item_version WHERE item_code = %s AND item_version = %s",
            (code, version),
        )
        return rows[0][0].encode() if rows and rows[0][0] is not None else None

    def hours(self, window: str, day: date) -> str:
        """Give a window's hours as on its door; empty when catalog does not know it that day."""
        rows = self._database.read(
            "SELECT hours FROM ref_window WHERE window_no = %s AND since <= %s"
            " AND (closed_on IS NULL OR closed_on > %s)",
            (window, day, day),
        )
        return str(rows[0][0]) if rows else ""

    def _calendar(self, editions: int) -> Dated:
        dated = self._dated
        if dated is None or dated.editions != editions:
            dated = self._dated = Dated(WorkCalendar.of(self.editions()), editions)
        return dated


class _Status(ItemStatus, frozen=True, kw_only=True):
    item_code: str


class _Day(msgspec.Struct, frozen=True):
    day: date
    label: str = ""


def _days(text: str) -> dict[date, str]:
    days: Iterable[_Day] = msgspec.json.decode(text, type=list[_Day])
    return {one.day: one.label for one in days}
