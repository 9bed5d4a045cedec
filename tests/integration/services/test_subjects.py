"""The rights of a person in intake: erased means unreadable, and nothing else changes (R01-R05)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
import pytest

import contracts
from services.chassis.bus.delivery import Delivery, Refused
from services.chassis.bus.held import State, Verdict, hold
from services.chassis.errors import NotFoundError, RuleError
from services.chassis.eventlog.merkle import event_leaf
from services.chassis.eventlog.sealer import Sealer
from services.chassis.vault import BodyVault, Opening, Purpose, SealError
from services.intake.application import subject_of
from services.intake.domain import Application, Decision
from services.intake.refused import list_refused, open_body
from services.kernel.erasure import ErasureGround
from services.kernel.identity_numbers import resident_id_check, verified
from tests.integration.services.test_keeping import ITEM, NOW, Desk
from tests.support.house import House
from tests.unit.facts import facts

FIRST = "34129919010101001"
NUMBER = FIRST + resident_id_check(FIRST)
PERSON = {"name": "测试人甲", "document_no": NUMBER, "phone": "19900023017"}
ACCEPT = contracts.example("ingress.accept.v1") | {
    "applyer_name": PERSON["name"],
    "applyer_page_code": NUMBER,
    "applyer_mobile": PERSON["phone"],
}
OFFICER = replace(facts(subject="").actor, id="officer-1", role="data_officer")
ARCHIVE = Opening("officer-1", "data_officer", Purpose.ARCHIVE)
LOG = "SELECT xid::text, id, stream, version, topic, state, recorded_at FROM intake.events"
LOG += " ORDER BY xid, id"
LEDGER = "SELECT position, xid::text, id, previous, leaf FROM intake.ledger ORDER BY position"


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    desk = Desk(house)
    yield desk
    desk.database.close()


def begin(desk: Desk, *numbers: str, person: dict[str, str] = PERSON) -> None:
    """Take in cases of this person at the window."""
    for number in numbers:
        said = Application(number, ITEM.item_code, "window", subject_of(number))
        desk.cases.submit(facts(subject=number, at=NOW), said, person)


def complete(desk: Desk, *numbers: str) -> None:
    for number in numbers:
        desk.cases.complete(facts(subject=number, at=NOW), number, Decision(True, 0, NOW))


def archive(desk: Desk, number: str) -> None:
    desk.cases.openings.export(subject_of(number), ARCHIVE)


def erase(desk: Desk, number: str, ground: ErasureGround = ErasureGround.RETENTION_ENDED) -> Any:
    said = replace(facts(subject=number, at=NOW), actor=OFFICER)
    return desk.cases.erase_subject(said, subject_of(number), ground)


def open_person(desk: Desk, number: str) -> dict[str, str]:
    with desk.database.transaction() as cursor:
        return desk.vault.open(cursor.connection, subject_of(number))


def rows(house: House, sql: str) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(house.database_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = [
            tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
            for row in cursor.fetchall()
        ]
    connection.close()
    return found


def seal_log(desk: Desk) -> None:
    while Sealer(desk.database, "intake").seal():
        pass


def figures(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row that statistics are counted from, replayed from the logs."""
    with psycopg2.connect(house.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO disclosure.inbox SELECT 'intake', int8multirange(int8range(1,"
            " max(position), '[]')) FROM intake.ledger"
            " ON CONFLICT (source) DO UPDATE SET done = excluded.done"
        )
    connection.close()
    house.banjian("rebuild", "disclosure")
    tables = rows(
        house, "SELECT tablename FROM pg_tables WHERE schemaname = 'disclosure_model' ORDER BY 1"
    )
    return {
        table: rows(house, f'SELECT t::text FROM disclosure_model."{table}" t ORDER BY 1')
        for (table,) in tables
    }


def test_r01_erased_events_readable_chain_valid_statistics_unchanged(desk: Desk) -> None:
    house = desk.house
    begin(desk, "case-1", "case-2")
    complete(desk, "case-1", "case-2")
    seal_log(desk)
    log, ledger = rows(house, LOG), rows(house, LEDGER)
    counted = figures(house)
    assert any(counted.values())
    archive(desk, "case-1")

    done = erase(desk, "case-1")
    seal_log(desk)

    with pytest.raises(NotFoundError):
        open_person(desk, "case-1")
    after, sealed = rows(house, LOG), rows(house, LEDGER)
    assert [row for row in after if row in log] == log
    assert [row for row in sealed if row in ledger] == ledger
    for (_, _, stream, version, topic, state, at), place in zip(after, sealed, strict=True):
        assert event_leaf(UUID(str(stream)), version, topic, at, state) == place[4]
    assert [row[4] for row in after if row not in log] == ["intake.subject-erased.v1"] * 2
    assert figures(house) == counted
    said = desk.cases.events_of(UUID(done.stream))
    assert json.loads(bytes(said[0].body.data)) == {
        "subject_id": subject_of("case-1"),
        "ground": "retention_ended",
    }
    assert said[0].subject == "case-1"
    assert said[0].body.actor.id == "officer-1"
    assert not any(value.encode() in row[5] for row in after for value in PERSON.values())


def test_r02_erasure_during_reconsideration_is_held(desk: Desk) -> None:
    begin(desk, "case-1")
    complete(desk, "case-1")
    archive(desk, "case-1")
    with desk.database.transaction() as cursor:
        desk.vault.hold(cursor.connection, subject_of("case-1"), "XZFY-7", "reconsideration")

    with pytest.raises(RuleError, match="reconsideration XZFY-7"):
        erase(desk, "case-1")
    assert open_person(desk, "case-1") == PERSON

    with desk.database.transaction() as cursor:
        desk.vault.release(cursor.connection, subject_of("case-1"), "XZFY-7")
    erase(desk, "case-1")
    with pytest.raises(NotFoundError):
        open_person(desk, "case-1")


def test_r03_one_erasure_makes_the_same_person_unreadable_in_three_streams(desk: Desk) -> None:
    begin(desk, "case-1", "case-2")
    desk.take(ACCEPT)
    third = str(ACCEPT["project_no"])
    begin(desk, "case-4", person=PERSON | {"document_no": FIRST[:-1] + "2" + "0"})
    complete(desk, "case-1", "case-2")
    with pytest.raises(RuleError, match=third):
        erase(desk, "case-1")
    complete(desk, third)
    archive(desk, "case-2")

    done = erase(desk, "case-1")

    assert sorted(done.subject_ids) == sorted(subject_of(n) for n in ("case-1", "case-2", third))
    for number in ("case-1", "case-2", third):
        with pytest.raises(NotFoundError):
            open_person(desk, number)
    assert open_person(desk, "case-4")["name"] == PERSON["name"]
    with desk.database.transaction() as cursor:
        assert desk.vault.subjects_of(cursor.connection, verified(NUMBER)) == []
    again = erase(desk, "case-1")
    assert (again.subject_ids, again.version) == ([subject_of("case-1")], 1)


def test_r04_projections_replay_after_the_keys_are_lost(desk: Desk) -> None:
    house = desk.house
    begin(desk, "case-1", "case-2")
    complete(desk, "case-1")
    archive(desk, "case-1")
    with pytest.raises(RuleError, match="case case-2"):
        erase(desk, "case-1")
    complete(desk, "case-2")
    archive(desk, "case-1")
    erase(desk, "case-1")
    begin(desk, "case-5", person={"name": "测试人乙"})
    with psycopg2.connect(house.database_url) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM intake.vault_index; DELETE FROM intake.vault_field")
        cursor.execute("DELETE FROM intake.vault_subject")
    connection.close()

    house.banjian("rebuild", "intake", "--verify")
    house.banjian("rebuild", "intake")
    complete(desk, "case-5")
    with pytest.raises(NotFoundError):
        open_person(desk, "case-5")


def test_r05_the_archive_comes_before_the_shredder(desk: Desk) -> None:
    begin(desk, "case-1")
    complete(desk, "case-1")
    other = Opening("officer-1", "data_officer", Purpose.SUBJECT_REQUEST)
    desk.cases.openings.export(subject_of("case-1"), other)

    with pytest.raises(RuleError) as refused:
        erase(desk, "case-1")
    assert refused.value.attributes["rule"] == "archive_first"
    archive(desk, "case-1")
    with desk.database.transaction() as cursor:
        desk.vault.store(cursor.connection, subject_of("case-1"), {"phone": "13900000000"})
    with pytest.raises(RuleError, match="archive"):
        erase(desk, "case-1")
    archive(desk, "case-1")

    erase(desk, "case-1")


def test_what_was_taken_unlawfully_is_not_archived_first(desk: Desk) -> None:
    begin(desk, "case-1")
    complete(desk, "case-1")

    assert erase(desk, "case-1", ErasureGround.UNLAWFUL).subject_ids == [subject_of("case-1")]


def test_nobody_unknown_is_erased(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        erase(desk, "case-404")


def test_refused_bodies_of_the_person_become_noise_also_in_a_backup(
    desk: Desk, tmp_path: Path
) -> None:
    begin(desk, "case-1")
    complete(desk, "case-1")
    archive(desk, "case-1")
    same_case = ACCEPT | {"project_no": "case-1", "accept_date": "2020-11-31"}
    same_number = ACCEPT | {"project_no": "", "row_guid": "row-2"}
    other = ACCEPT | {"project_no": "case-7", "row_guid": "row-3", "accept_date": "2020-02-30"}
    other |= {"applyer_page_code": "E1234567", "applyer_name": "测试人丙"}
    desk.take(same_case, same_number, other)
    kept = list_refused(desk.database)
    assert len(kept) == 3
    backup = desk.database.read("SELECT id, body, digest FROM refused ORDER BY id")

    done = erase(desk, "case-1")

    assert done.bodies == 2
    keeper = BodyVault(desk.seal, desk.database)
    for number, body, digest in backup[:2]:
        with pytest.raises(SealError):
            open_body(desk.database, number, desk.seal)
        with pytest.raises(SealError):
            keeper.open(bytes(body), bytes(digest))
    assert json.loads(open_body(desk.database, backup[2][0], desk.seal)) == other
    assert [one.reason_code for one in list_refused(desk.database)] == [
        one.reason_code for one in kept
    ]


def test_a_parked_body_of_the_person_becomes_noise_and_one_under_way_forbids(desk: Desk) -> None:
    begin(desk, "case-1")
    complete(desk, "case-1")
    archive(desk, "case-1")
    held = _hold(desk, "retrying", NUMBER.encode())
    with pytest.raises(RuleError, match=str(held)):
        erase(desk, "case-1")
    desk.database.run("UPDATE held SET state = 'parked'")

    erase(desk, "case-1")

    (row,) = desk.database.read("SELECT state, octet_length(body), decided_why FROM held")
    assert row == ("discarded", 0, "subject_erased")
    assert desk.database.read("SELECT count(*) FROM vault_body") == [(0,)]


def _hold(desk: Desk, state: str, body: bytes) -> int:
    delivery = Delivery("banjian.ingress", "x.accept", "application/json", "m", "", {}, body)
    refused = Refused(delivery, "ingress", "", "unreadable", "")
    keeper = BodyVault(desk.seal, desk.database)
    change = hold(refused, Verdict(State(state), "unreadable"), keeper)
    desk.database.run(change.sql, change.params)
    return int(desk.database.read("SELECT id FROM held")[0][0])


def test_the_service_may_add_to_the_log_of_accesses_and_nothing_else(desk: Desk) -> None:
    begin(desk, "case-1")
    archive(desk, "case-1")
    for statement in (
        "UPDATE vault_access SET who = 'nobody'",
        "DELETE FROM vault_access",
        "TRUNCATE vault_access",
        "INSERT INTO vault_access (at, action, who, role, purpose, fields)"
        " VALUES ('2020-01-01', 'view', 'w', 'r', 'p', '{}')",
    ):
        with (
            psycopg2.connect(desk.house.database_url_of("intake")) as connection,
            connection.cursor() as cursor,
            pytest.raises(psycopg2.errors.InsufficientPrivilege),
        ):
            cursor.execute(statement)
        connection.close()
