"""Tells the catalog of the organisation, the schemes and the calendar, by HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Final

import msgspec

from services.catalog.domain.calendars import WorkCalendarYear
from services.catalog.domain.house_terms import (
    CalendarSaid,
    ClosingSaid,
    DelegationSaid,
    DepartmentSaid,
    EndSaid,
    LeavingSaid,
    RegionSaid,
    SchemeSaid,
    SealSaid,
    StaffSaid,
    SuspensionSaid,
    WindowSaid,
)
from services.catalog.domain.lineage import YEARS, time_range
from services.catalog.service.room import Room
from services.chassis.errors import ContractError, NotFoundError, RuleError
from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import written
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from services.kernel.times import TimeTextError, read_time

IMPORTER: Final = "catalog_importer"
KEEPERS: Final = frozenset({"catalog_editor", IMPORTER})
"""Who may change the house; only an importer may say that it happened before now."""


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """When it happened in the world, for what is taken over; now when absent."""

    happened_at: Annotated[
        str,
        msgspec.Meta(
            max_length=40,
            description="RFC 3339, or a date; not later than now. Needs the role catalog_importer.",
        ),
    ] = ""


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of it; `new` is false when the very same was on file already."""

    subject: str
    new: bool
    event: str
    position: int | None = None


Command = Callable[..., tuple[str, int, bool]]


def _keeps(path: str, said: type[msgspec.Struct], summary: str) -> Any:
    """Declare a route that changes the house: 201 when it did, 200 when it knew already."""
    return route(
        "POST",
        path,
        request=said,
        query=Happened,
        response=Kept,
        roles=KEEPERS,
        status=201,
        summary=summary,
        description="Idempotent: the same content again answers 200 and nothing changes.",
    )


class House(Room):
    """Routes of the organisation, the schemes and the calendar."""

    @_keeps("/regions", RegionSaid, "Register a region")
    def register_region(self, call: Call[RegionSaid, Happened]) -> Reply:
        subject = f"region/{call.body.region}"
        return self._tell_house(call, subject, self.catalog.register_region, call.body)

    @_keeps("/departments", DepartmentSaid, "Register a department, or its newest form")
    def register_department(self, call: Call[DepartmentSaid, Happened]) -> Reply:
        subject = f"department/{call.body.department}"
        return self._tell_house(call, subject, self.catalog.register_department, call.body)

    @_keeps("/windows", WindowSaid, "Open a window, or give it its newest form")
    def open_window(self, call: Call[WindowSaid, Happened]) -> Reply:
        subject = f"window/{call.body.window}"
        return self._tell_house(call, subject, self.catalog.open_window, call.body)

    @_keeps("/windows/<window>/closing", ClosingSaid, "Close a window")
    def close_window(self, call: Call[ClosingSaid, Happened]) -> Reply:
        window = call.path["window"]
        return self._tell_house(
            call, f"window/{window}", self.catalog.close_window, window, call.body
        )

    @_keeps("/staff", StaffSaid, "Assign an account to a unit, with its roles")
    def assign_staff(self, call: Call[StaffSaid, Happened]) -> Reply:
        subject = f"staff/{call.body.staff}"
        return self._tell_house(call, subject, self.catalog.assign_staff, call.body)

    @_keeps("/staff/<staff>/leaving", LeavingSaid, "Say that an account serves no more")
    def staff_left(self, call: Call[LeavingSaid, Happened]) -> Reply:
        staff = call.path["staff"]
        return self._tell_house(call, f"staff/{staff}", self.catalog.staff_left, staff, call.body)

    @_keeps("/delegations", DelegationSaid, "Appoint a chief representative")
    def assign_chief(self, call: Call[DelegationSaid, Happened]) -> Reply:
        subject = f"delegation/{call.body.delegation}"
        return self._tell_house(call, subject, self.catalog.assign_chief, call.body)

    @_keeps("/delegations/<delegation>/end", EndSaid, "End a delegation")
    def end_delegation(self, call: Call[EndSaid, Happened]) -> Reply:
        delegation = call.path["delegation"]
        return self._tell_house(
            call, f"delegation/{delegation}", self.catalog.end_delegation, delegation, call.body
        )

    @_keeps("/seals", SealSaid, "Register a seal, or its next custodian")
    def register_seal(self, call: Call[SealSaid, Happened]) -> Reply:
        subject = f"seal/{call.body.seal}"
        return self._tell_house(call, subject, self.catalog.register_seal, call.body)

    @_keeps("/seals/<seal>/suspension", SuspensionSaid, "Forbid the use of a seal")
    def suspend_seal(self, call: Call[SuspensionSaid, Happened]) -> Reply:
        seal = call.path["seal"]
        return self._tell_house(call, f"seal/{seal}", self.catalog.suspend_seal, seal, call.body)

    @_keeps("/schemes", SchemeSaid, "Publish a version of a parallel-approval scheme")
    def publish_scheme(self, call: Call[SchemeSaid, Happened]) -> Reply:
        subject = f"scheme/{call.body.scheme}"
        return self._tell_house(call, subject, self.catalog.publish_scheme, call.body)

    @_keeps("/calendars", CalendarSaid, "Publish the working days of a year")
    def publish_calendar(self, call: Call[CalendarSaid, Happened]) -> Reply:
        subject = f"calendar/{call.body.year}"
        return self._tell_house(call, subject, self.catalog.publish_calendar, call.body)

    @_keeps("/calendars/amendments", CalendarSaid, "Amend the working days of a published year")
    def amend_calendar(self, call: Call[CalendarSaid, Happened]) -> Reply:
        subject = f"calendar/{call.body.year}"
        return self._tell_house(call, subject, self.catalog.amend_calendar, call.body)

    @route(
        "GET",
        "/calendars/<int:year>/versions",
        response=list[CalendarSaid],
        public=True,
        summary="All versions of a year's working days, oldest first",
    )
    def list_calendar_versions(self, call: Call) -> list[CalendarSaid]:
        """Read from the log itself, so that what was just published is there."""
        stream = stream_id("calendar", str(int(call.path["year"])))
        found = self.catalog.find(WorkCalendarYear, stream)
        if found is None:
            raise NotFoundError("nothing is announced for this year; Monday to Friday is assumed")
        return [found.versions[number] for number in sorted(found.versions)]

    def _tell_house(
        self,
        call: Call[Any, Happened],
        subject: str,
        command: Command,
        *said: object,
    ) -> Reply:
        facts = self._facts_as_stated(call, subject)
        stream, last, new = command(facts, *said, key=call.idempotency_key or None)
        place = written(call, self.catalog.database, self.name, stream, last)
        return Reply(Kept(subject, new, place.event, place.position), status=201 if new else 200)

    def _facts_as_stated(self, call: Call[Any, Happened], subject: str) -> Facts:
        stated = call.query.happened_at
        editor = "catalog_editor" in call.caller.roles and not stated
        facts = self.facts(call, subject, "catalog_editor" if editor else IMPORTER)
        if not stated:
            return facts
        call.caller.require_role(IMPORTER)
        try:
            at = read_time(stated)
        except TimeTextError as error:
            raise ContractError(f"happened_at {error}", field="happened_at") from None
        if at.year not in YEARS:
            raise time_range("happened_at")
        if at > facts.occurred_at:
            raise RuleError(
                "发生时间晚于当前时刻。 Nothing can have happened later than now;"
                " correct `happened_at`, or leave it out.",
                rule="in_future",
                field="happened_at",
            )
        return replace(facts, occurred_at=at)
