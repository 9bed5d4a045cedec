"""An acceptance and a change of the calendar that do not see each other leave nothing uncounted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pytest

from services.chassis.eventlog.database import Database
from services.chassis.vault import Seal
from services.intake import projections, timers
from services.intake.application import Cases
from services.intake.domain import Application, ItemVersion, Known, ListedItem
from services.kernel.calendar_seed import SEED
from services.kernel.limits import Limit
from tests.support.house import House
from tests.support.known import Told
from tests.support.waiting import wait_until
from tests.unit.facts import CLERK, facts

ITEM = ItemVersion(
    "I1", 1, "施工许可", "PROMISED", "D07", "住建局", Limit(20), datetime(2020, 1, 1, tzinfo=UTC)
)
YEAR = datetime.now(UTC).year
EDITION = (
    "INSERT INTO ref_calendar"
    " (year, version, document, announced_on, position, days_off, work_days)"
    " VALUES (%s, 1, 'x', '2019-11-21', 1, '[]', '[]');"
)


class Desk:
    """Intake's application, told that the calendar is made of so many editions."""

    def __init__(self, house: House) -> None:
        self.url = house.database_url_of("intake")
        self.database = Database(self.url)
        self.known = Known({"I1": ListedItem([ITEM])}, SEED, editions=0)
        self.cases = Cases(
            self.database,
            projections.READ_MODEL,
            catalog=lambda _: Told(lambda: self.known),
            rows=projections.cases_of_rows,
            seal=Seal.from_file(house.env["BANJIAN_VAULT_KEY_FILE"]),
            region="3412XX",
        )

    def accept(self, number: str) -> None:
        now = datetime.now(UTC)
        said = Application(number, "I1", "window", f"s-{number}")
        self.cases.submit(facts(CLERK, now, number), said, {})

    def recounts(self) -> list[str]:
        sql = "SELECT key FROM deadlines WHERE kind = %s ORDER BY key"
        return [key for (key,) in self.database.read(sql, (timers.RECALCULATE,))]


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    desk = Desk(house)
    yield desk
    desk.database.close()


def test_case_counted_by_the_edition_before_is_counted_again(desk: Desk) -> None:
    desk.accept("early")
    assert desk.recounts() == []

    desk.database.run(EDITION + "SELECT recount_open(%s)", (YEAR, YEAR))
    assert desk.recounts() == ["early"]
    desk.accept("late")  # it had asked for the calendar before the edition was there

    assert desk.recounts() == ["early", "late"]


def test_other_years_and_ended_cases_are_left_alone(desk: Desk) -> None:
    desk.accept("open")
    desk.accept("ended")
    desk.database.run("UPDATE case_row SET state = 'completed' WHERE project_no = 'ended'")

    desk.database.run("SELECT recount_open(%s)", (YEAR - 1,))
    assert desk.recounts() == []
    desk.database.run("SELECT recount_open(%s)", (YEAR,))
    assert desk.recounts() == ["open"]


def test_edition_waits_for_acceptances_under_way_and_sees_them(desk: Desk) -> None:
    """The acceptance has looked, and commits after the edition has begun to."""
    acceptance = psycopg2.connect(desk.url)
    with acceptance.cursor() as cursor:
        cursor.execute(
            "INSERT INTO case_row"
            " (project_no, state, item_code, channel, submitted_at, accepted_at, counted_until,"
            " provisional) VALUES ('under-way', 'accepted', 'I1', 'window', now(),"
            " now(), now(), false)"
        )
        cursor.execute("SELECT recount_if_changed(0, '{under-way}')")
    edition = threading.Thread(
        target=desk.database.run, args=(EDITION + "SELECT recount_open(%s)", (YEAR, YEAR))
    )
    edition.start()

    def waits() -> list[tuple[Any, ...]]:
        return desk.database.read(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )

    wait_until(waits)
    acceptance.commit()
    edition.join(10)
    acceptance.close()

    assert desk.recounts() == ["under-way"]
