"""A rebuilt read model equals the live one, takes its place, and never harms it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import psycopg2
import pytest

from services.chassis.errors import BanjianError, ConflictError
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.chassis.projection import Insert
from services.chassis.rebuild import run as steps
from services.chassis.rebuild.replay import own_tail
from tests.integration.rebuild_logs import (
    accepted,
    case_log,
    catalog_log,
    item,
    rebuild_of,
    rows,
    seal_all,
    take_in,
    write,
)
from tests.support.house import House
from tests.support.waiting import wait_until

FACTS = "SELECT * FROM disclosure_model.facts ORDER BY source, position"
CASES = "SELECT * FROM disclosure_model.cases ORDER BY case_no, since"
SHAPE = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'disclosure_model'
UNION ALL SELECT concat(relname, relkind, reloptions)
FROM pg_class WHERE relnamespace = 'disclosure_model'::regnamespace
UNION ALL SELECT concat(tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
AND tgrelid = to_regclass('disclosure_model.facts') ORDER BY 1
"""
SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'disclosure_model_%'"


@pytest.fixture
def lived(house: House) -> House:
    """Give a house where disclosure has taken in 40 cases."""
    write(house, "catalog", [*(item(number) for number in range(7)), *catalog_log()])
    write(house, "intake", case_log(range(40)))
    take_in(house, "disclosure", "catalog")
    take_in(house, "disclosure", "intake")
    return house


def test_rebuilt_model_equals_the_live_one_and_takes_its_place(lived: House) -> None:
    before = rows(lived, FACTS), rows(lived, CASES), rows(lived, SHAPE)
    oid = rows(lived, "SELECT 'disclosure_model.facts'::regclass::oid")

    outcome = rebuild_of(lived, "disclosure")

    assert outcome.switched
    assert (rows(lived, FACTS), rows(lived, CASES), rows(lived, SHAPE)) == before
    assert rows(lived, "SELECT 'disclosure_model.facts'::regclass::oid") != oid
    assert rows(lived, SCHEMAS) == []
    assert outcome.positions["catalog"] == 7 + len(catalog_log())
    for table in ("changes", "claims", "withdrawals", "basics"):
        assert rows(lived, f"SELECT count(*) > 0 FROM disclosure_model.{table}") == [(True,)]


def test_service_goes_on_working_after_the_switch(lived: House) -> None:
    database = Database(lived.database_url_of("disclosure"))
    count = "SELECT count(*) FROM facts"
    assert database.read(count)[0][0] > 0

    rebuild_of(lived, "disclosure")

    assert database.read(count)[0][0] == len(rows(lived, FACTS))
    tip = rows(lived, "SELECT max(position) FROM intake.ledger")[0][0]
    write(lived, "intake", case_log(range(40, 45)))
    take_in(lived, "disclosure", "intake", tip + 1)
    assert rebuild_of(lived, "disclosure", verify=True).differences == []
    database.close()


def test_rights_and_owner_stay(lived: House) -> None:
    rights = (
        "SELECT relname, relowner::regrole::text, relacl::text FROM pg_class"
        " WHERE relnamespace = 'disclosure_model'::regnamespace ORDER BY relname"
    )
    schema = (
        "SELECT nspowner::regrole::text, nspacl::text FROM pg_namespace"
        " WHERE nspname = 'disclosure_model'"
    )
    _run(lived, "GRANT USAGE ON SCHEMA disclosure_model TO banjian_auditor")
    _run(lived, "GRANT SELECT ON disclosure_model.facts TO banjian_auditor")
    before = rows(lived, rights), rows(lived, schema)

    rebuild_of(lived, "disclosure")

    assert (rows(lived, rights), rows(lived, schema)) == before


def test_positions_not_taken_in_are_not_rebuilt(lived: House) -> None:
    """What is held (a gap) is not in the live model, so it is not in the copy either."""
    tip = rows(lived, "SELECT max(position) FROM intake.ledger")[0][0]
    write(lived, "intake", case_log(range(40, 50)))
    take_in(lived, "disclosure", "intake", tip + 4, tip + 9)

    assert rebuild_of(lived, "disclosure", verify=True).differences == []
    rebuild_of(lived, "disclosure")

    found = {row[0] for row in rows(lived, "SELECT position FROM disclosure_model.facts")}
    assert found.isdisjoint(range(tip + 1, tip + 4))


def test_verify_finds_a_wrong_row_and_switches_nothing(lived: House) -> None:
    _run(lived, "UPDATE disclosure_model.facts SET channel = 'pigeon' WHERE position = 1")

    outcome = rebuild_of(lived, "disclosure", verify=True)

    assert not outcome.switched
    wrong = {one.table: one for one in outcome.differences}
    assert (wrong["facts"].only_live, wrong["facts"].only_rebuilt) == (1, 1)
    assert "pigeon" in wrong["facts"].examples[0]
    assert rows(lived, "SELECT channel FROM disclosure_model.facts WHERE position = 1") == [
        ("pigeon",)
    ]
    assert rows(lived, SCHEMAS) == []


def test_own_events_count_sealed_or_not(house: House) -> None:
    """Intake shows its own events with their commit, before anybody sealed them."""
    write(house, "catalog", [item(1)])
    take_in(house, "intake", "catalog")
    database = Database(house.database_url_of("intake"))
    project = import_module("services.intake.projections").READ_MODEL.project
    events = [_submitted(1), accepted_after_submission(1), _submitted(2)]
    write(house, "intake", events[:2])
    write(house, "intake", events[2:], seal=False)
    connection = psycopg2.connect(house.database_url)
    work = UnitOfWork(database)
    with connection, connection.cursor() as cursor:
        for event in own_tail(cursor, "intake", 0):
            work.change(*project(event))
    connection.close()
    work.commit()

    outcome = rebuild_of(house, "intake", verify=True)

    assert outcome.differences == []
    assert outcome.events == 4
    rebuild_of(house, "intake")
    assert rows(house, "SELECT project_no, state FROM intake_model.case_row ORDER BY 1") == [
        ("case-1", "accepted"),
        ("case-2", "submitted"),
    ]
    seal_all(house, "intake")
    assert rebuild_of(house, "intake", verify=True).differences == []
    database.close()


def test_failed_rebuild_leaves_the_live_model_and_no_litter(lived: House) -> None:
    model = import_module("services.disclosure.projections").READ_MODEL
    before = rows(lived, FACTS)

    def fail_late(event: Any) -> Any:
        if event.position == 60:
            raise RuntimeError("a bug in a projection")
        return model.project(event)

    def break_a_row(event: Any) -> Any:
        for change in model.project(event):
            wrong = event.position > 60 and isinstance(change, Insert) and change.table == "facts"
            yield change._replace(row=("x", "no number", *change.row[2:])) if wrong else change

    with pytest.raises(RuntimeError):
        rebuild_of(lived, "disclosure", model=replace(model, project=fail_late))
    with pytest.raises(BanjianError):
        rebuild_of(lived, "disclosure", model=replace(model, project=break_a_row))

    assert rows(lived, FACTS) == before
    assert rows(lived, SCHEMAS) == []


def test_failure_at_the_last_step_leaves_the_live_model(
    lived: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(lived, FACTS)

    def fail(*_: object) -> None:
        raise RuntimeError("cut off between the two renames and the commit")

    monkeypatch.setattr(steps, "remember_shape", fail)

    with pytest.raises(RuntimeError):
        rebuild_of(lived, "disclosure")

    assert rows(lived, FACTS) == before
    assert rows(lived, SCHEMAS) == []


def test_litter_of_a_killed_rebuild_is_cleared(lived: House) -> None:
    for name in ("disclosure_model_next", "disclosure_model_old"):
        _run(lived, f"CREATE SCHEMA {name}; CREATE TABLE {name}.facts (x int)")

    assert rebuild_of(lived, "disclosure").switched
    assert rows(lived, SCHEMAS) == []


def test_writer_that_does_not_end_stops_the_rebuild_not_the_service(
    lived: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "LOCK_ATTEMPTS", 2)
    monkeypatch.setattr(steps, "LOCK_PATIENCE_MS", 50)
    writer = psycopg2.connect(lived.database_url_of("disclosure"))
    with writer.cursor() as cursor:
        cursor.execute("UPDATE inbox SET done = done")

    with pytest.raises(ConflictError, match="does not end"):
        rebuild_of(lived, "disclosure")

    writer.commit()
    writer.close()
    assert rows(lived, SCHEMAS) == []


def test_second_rebuild_of_a_service_is_refused(lived: House) -> None:
    connection = psycopg2.connect(lived.database_url)
    with connection.cursor() as cursor:
        steps._only_one(connection, "disclosure")

        with pytest.raises(ConflictError, match="Another rebuild"):
            rebuild_of(lived, "disclosure")
        cursor.execute("SELECT 1")
    connection.close()


def test_sealer_is_not_held_back_while_a_rebuild_runs(lived: House) -> None:
    """A transaction of the rebuild that writes for long would silence every relay."""
    model = import_module("services.disclosure.projections").READ_MODEL
    sealed: list[int] = []

    def seal_meanwhile(event: Any) -> Any:
        if event.source == "intake" and event.position > 70 and not sealed:
            write(lived, "intake", [accepted(1_000)], seal=False)
            wait_until(lambda: seal_all(lived, "intake"), what="sealing beside a rebuild")
            sealed.append(1)
        return model.project(event)

    rebuild_of(lived, "disclosure", model=replace(model, project=seal_meanwhile))

    assert sealed == [1]


def test_live_service_goes_on_while_it_is_rebuilt(lived: House) -> None:
    """B14: batches commit before, during and after the switch; the copy misses none."""
    tip = rows(lived, "SELECT max(position) FROM intake.ledger")[0][0]
    write(lived, "intake", case_log(range(40, 700)))
    last = rows(lived, "SELECT max(position) FROM intake.ledger")[0][0]
    problems: list[BaseException] = []

    def work() -> None:
        try:
            take_in(lived, "disclosure", "intake", tip + 1)
        except BaseException as problem:
            problems.append(problem)

    writer = threading.Thread(target=work)
    writer.start()
    switches = 0
    while writer.is_alive() or not switches:
        switches += rebuild_of(lived, "disclosure").switched
    writer.join()

    assert problems == []
    assert rebuild_of(lived, "disclosure", verify=True).differences == []
    done = rows(lived, "SELECT upper(done) - 1 FROM disclosure.inbox WHERE source = 'intake'")
    assert done == [(last,)]


def test_new_shape_is_taken_and_migrate_knows_it(lived: House) -> None:
    _run(lived, "UPDATE disclosure.migrations SET digest = '\\x00' WHERE name LIKE 'model/%'")
    _run(lived, "ALTER TABLE disclosure_model.items DROP COLUMN department_name")
    assert '"disclosure"' in lived.banjian("migrate", "--json")

    assert rebuild_of(lived, "disclosure").switched

    assert '"disclosure"' not in lived.banjian("migrate", "--json")
    assert rows(lived, "SELECT count(department_name) FROM disclosure_model.items") == [(7,)]


def test_command_line_rebuilds_and_verifies(lived: House) -> None:
    said = lived.banjian("rebuild", "disclosure")
    assert "switched        yes" in said

    assert '"differences": []' in lived.banjian("rebuild", "disclosure", "--verify", "--json")


def _submitted(number: int) -> Any:
    stream, _, _, subject, data = accepted(number)
    data = {
        "project_no": subject,
        "item_code": data["item_code"],
        "channel": data["channel"],
        "subject_id": "s-1",
        "submitted_at": data["accepted_at"],
    }
    return stream, 1, "intake.case-submitted.v1", subject, data


def accepted_after_submission(number: int) -> Any:
    stream, _, topic, subject, data = accepted(number)
    return stream, 2, topic, subject, data


def _run(house: House, statement: str) -> None:
    connection = psycopg2.connect(house.database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


@pytest.fixture(autouse=True)
def unfrozen() -> Iterator[None]:
    """A rebuild freezes what the garbage collector knows, which is for a process of its own."""
    import gc

    yield
    gc.unfreeze()
