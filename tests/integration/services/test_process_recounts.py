"""An amended calendar reaches limits of open processes, and consents that came of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.approval import projections, timers
from services.approval.application import Approval
from services.approval.domain import Limits, Process
from services.chassis.deadlines.firing import Clockwork
from services.chassis.eventlog.database import Database
from services.kernel.calendar_seed import SEED, calendar_as_of
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from services.kernel.limits import Limit
from tests.support.house import House
from tests.unit.approval.projects import CLERK, day, member, opening


class Desk:
    """Approval's application over a migrated house, and its deadlines, without its process."""

    def __init__(self, house: House) -> None:
        self.database = Database(house.database_url_of("approval"))
        self.approval = Approval(self.database, projections.READ_MODEL, homes=projections.homes_of)
        self.clockwork = Clockwork(self.approval, lambda turn: turn.run(self.approval.fire))

    def run(self) -> None:
        """Fire until nothing is due."""
        due = "SELECT 1 FROM deadlines WHERE state = 'pending' AND try_at <= now()"
        while self.database.read(due):
            self.clockwork.step()

    def recounts(self) -> list[str]:
        sql = "SELECT key FROM deadlines WHERE kind = %s ORDER BY key"
        return [key for (key,) in self.database.read(sql, (timers.RECALCULATE,))]

    def said(self, name: str) -> list[dict[str, Any]]:
        events = self.approval.events_of(stream_id("process", "p-1"))
        wanted = f"approval.{name}.v1"
        return [json.loads(bytes(one.body.data)) for one in events if one.type == wanted]


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    desk = Desk(house)
    yield desk
    desk.database.close()


def begin(desk: Desk) -> None:
    """Begin a project on 2020-01-22, by the calendar of before the festival was lengthened."""
    at = day(1, 22)
    known = calendar_as_of(at.date())
    members = [member("A", limits=Limits(Limit(3))), member("B", "A", limits=Limits(Limit(60)))]
    with desk.approval.unit_of_work():
        about = Facts(at, "p-1", CLERK, "past")
        desk.approval.file(Process.open(about, opening("p-1", members), known), known)


def test_k07_consent_of_an_older_calendar_is_voided_and_comes_when_it_should(desk: Desk) -> None:
    begin(desk)
    desk.run()
    assert [one["due_at"][:10] for one in desk.said("task-deemed-consented")] == ["2020-02-01"]

    desk.approval.calendar_changed(2020)
    assert desk.recounts() == ["p-1"]
    desk.run()

    assert [one["ground"] for one in desk.said("deemed-consent-voided")] == ["CALENDAR_AMENDED"]
    dues = [one["due_at"][:10] for one in desk.said("task-deemed-consented")]
    assert dues == ["2020-02-01", "2020-02-04"]
    standing = [one.due_at.date().isoformat() for one in liabilities(desk) if not one.withdrawn]
    assert standing == ["2020-02-04", "2020-02-04"]
    assert desk.recounts() == []


def liabilities(desk: Desk) -> list[projections.LiabilityRow]:
    rows = projections.list_liabilities(desk.database, department="DA")
    return [row for row in rows if row.rule == "promised_limit"]


def test_other_years_are_left_alone(desk: Desk) -> None:
    begin(desk)

    desk.approval.calendar_changed(2019)
    assert desk.recounts() == []
    desk.approval.calendar_changed(2020)
    assert desk.recounts() == ["p-1"]


def test_process_counted_by_an_edition_that_is_no_more_is_counted_again(desk: Desk) -> None:
    begin(desk)
    editions = desk.approval.reference.calendar().editions

    desk.approval.watch_calendar(editions, ["p-1"])
    assert desk.recounts() == []
    desk.approval.watch_calendar(editions + 1, ["p-1"])
    assert desk.recounts() == ["p-1"]
    assert desk.approval.reference.calendar().calendar == SEED
