"""What intake keeps beside its log: refused records, and people while their case is open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

import contracts
from services.chassis.errors import ConflictError, NotFoundError, RuleError
from services.chassis.eventlog.database import Database
from services.chassis.vault import PersonalVault, Seal, SealError, new_key
from services.intake import projections
from services.intake.application import Intake, subject_of
from services.intake.domain import Application, Decision, ItemVersion, Known, ListedItem
from services.intake.messages.records import RefusedError, translate
from services.intake.projections import READ_MODEL
from services.intake.refused import list_refused, open_body, show
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from services.kernel.limits import Limit
from services.kernel.times import read_time
from tests.support.house import House
from tests.support.known import Told
from tests.unit.facts import facts

SECRET = "测试申请人甲"
ACCEPT = contracts.example("ingress.accept.v1") | {"applyer_name": SECRET}
RESULT = contracts.example("ingress.result.v1")
NUMBER = str(ACCEPT["project_no"])
SUBJECT = subject_of(NUMBER)
NOW = read_time("2020-11-01 08:00:00")
ITEM = ItemVersion(
    str(ACCEPT["task_code"]),
    int(str(ACCEPT["task_version"])),
    "食品经营许可",
    "PROMISED",
    "D07",
    "市场监督管理局",
    Limit(10),
    read_time("2020-01-01 00:00:00"),
)
KNOWN = Known({ITEM.item_code: ListedItem([ITEM])}, SEED)


class Desk:
    """Intake's application over a migrated database, without its process."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.seal = Seal.from_file(house.env["BANJIAN_VAULT_KEY_FILE"])
        self.vault = PersonalVault(self.seal)
        self.database = Database(house.database_url_of("intake"))
        self.cases = Intake(
            self.database,
            READ_MODEL,
            catalog=lambda _: Told(lambda: KNOWN),
            rows=projections.cases_of_rows,
            seal=self.seal,
            region="3412XX",
        )

    def take(self, *records: dict[str, Any]) -> None:
        """Take a batch as the service does."""
        with self.cases.unit_of_work():
            rows = []
            for record in records:
                body = body_of(record)
                try:
                    rows.append(translate(body))
                except RefusedError as refused:
                    self.cases.refuse(refused.reply, body, NOW)
            self.cases.take_records(rows, NOW)

    def erase(self, subject_id: str = SUBJECT) -> bool:
        """Erase a person, as a data request would."""
        with self.database.transaction() as cursor:
            return self.vault.erase(cursor.connection, subject_id)

    def replies(self) -> int:
        """Count the replies in the log."""
        sql = "SELECT count(*) FROM events WHERE topic = 'intake.record-refused.v2'"
        return int(self.database.read(sql)[0][0])


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    desk = Desk(house)
    yield desk
    desk.database.close()


def body_of(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode()


def case_facts(project_no: str) -> Facts:
    return facts(subject=project_no, at=NOW)


def test_refused_records_are_kept_as_they_came(desk: Desk) -> None:
    bad_date = ACCEPT | {"accept_date": "2020-11-31"}
    unknown = ACCEPT | {"result_type": "granted", "row_guid": "row-2", "project_no": "case-2"}
    unknown |= {"record": "result", "result_date": "soon"}

    desk.take(bad_date, unknown, bad_date)
    desk.take(bad_date)

    date, item = list_refused(desk.database)
    assert (date.reason_code, date.field, date.row_guid) == (
        "no_such_time",
        "accept_date",
        ACCEPT["row_guid"],
    )
    assert (item.reason_code, item.record, item.project_no) == ("not_a_time", "result", "case-2")
    assert date.received_at == NOW
    assert show(desk.database, date.id) == date
    assert open_body(desk.database, date.id, desk.seal) == body_of(bad_date)
    assert open_body(desk.database, item.id, desk.seal) == body_of(unknown)
    assert desk.replies() == 2
    sealed = bytes(desk.database.read("SELECT string_agg(body, ''::bytea) FROM refused")[0][0])
    assert SECRET.encode() not in sealed
    with pytest.raises(SealError):
        open_body(desk.database, date.id, Seal(new_key()))
    with pytest.raises(NotFoundError):
        show(desk.database, 999)


def test_another_body_with_the_same_fault_is_kept_though_answered_once(desk: Desk) -> None:
    desk.take(ACCEPT | {"accept_date": "2020-11-31"})
    desk.take(ACCEPT | {"accept_date": "2020-02-30"})

    assert len(list_refused(desk.database, reason_code="no_such_time")) == 2
    assert desk.replies() == 1
    first, second = list_refused(desk.database)
    assert list_refused(desk.database, after=first.id) == [second]
    assert list_refused(desk.database, data_source="elsewhere") == []


def test_reply_and_body_come_together_or_not_at_all(desk: Desk) -> None:
    with pytest.raises(RuntimeError, match="power"), desk.cases.unit_of_work():
        desk.take(ACCEPT | {"accept_date": "2020-11-31"})
        raise RuntimeError("power")

    assert (desk.replies(), list_refused(desk.database)) == (0, [])


def test_operator_lists_and_shows_refused_records(desk: Desk) -> None:
    bad = ACCEPT | {"accept_date": "2020-11-31"}
    desk.take(bad)

    (listed,) = json.loads(desk.house.banjian("refused", "list", "--json"))
    assert listed["reason_code"] == "no_such_time"
    shown = json.loads(desk.house.banjian("refused", "show", str(listed["id"]), "--json"))
    assert shown == listed
    opened = desk.house.banjian("refused", "show", str(listed["id"]), "--body", "--json")
    assert json.loads(json.loads(opened)["body"]) == bad
    table = desk.house.banjian("refused", "list")
    assert "no_such_time" in table
    assert SECRET not in table


def test_nobody_is_erased_while_their_case_is_open(desk: Desk) -> None:
    desk.take(ACCEPT)

    with pytest.raises(RuleError, match="open"):
        desk.erase()

    desk.cases.complete(case_facts(NUMBER), NUMBER, Decision(True, 0, NOW))
    assert desk.erase()
    assert not desk.erase()


def test_refused_application_holds_nobody(desk: Desk) -> None:
    said = Application("case-9", "9" * 31, "window", subject_of("case-9"))

    receipt = desk.cases.submit(case_facts("case-9"), said, {"name": SECRET})

    assert receipt.state == "refused"
    assert desk.erase(subject_of("case-9"))


def test_case_that_opens_again_holds_again(desk: Desk) -> None:
    desk.take(ACCEPT, RESULT)
    guid = str(RESULT["row_guid"])
    desk.cases.complete(case_facts(NUMBER), NUMBER, Decision(True, 0, NOW, guid))
    later = (NOW + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")

    desk.take(RESULT | {"cd_operation": "D", "cd_time": later})
    with pytest.raises(RuleError, match="open"):
        desk.erase()

    desk.take(ACCEPT | {"cd_operation": "D", "cd_time": later})
    assert desk.erase()


def test_number_made_here_that_is_taken_all_the_same_is_refused(desk: Desk) -> None:
    said = Application("made-1", ITEM.item_code, "window", subject_of("made-1"))
    desk.cases.submit(case_facts("made-1"), said, {"name": SECRET}, numbered=True)
    before = desk.cases.events_of(stream_id("case", "made-1"))

    with pytest.raises(ConflictError):
        desk.cases.submit(case_facts("made-1"), said, {"name": SECRET}, numbered=True)

    assert desk.cases.events_of(stream_id("case", "made-1")) == before
