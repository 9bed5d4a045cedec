"""Logs written straight into a house's tables, and the live read model that follows from them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import psycopg2

from services.chassis.eventlog.database import Database
from services.chassis.eventlog.reader import read_log
from services.chassis.eventlog.sealer import Sealer
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.chassis.rebuild import Outcome, rebuild
from services.kernel.identifiers import stream_id
from tests.support.house import House
from tests.support.waiting import wait_until

BEGAN = datetime(2020, 1, 2, 9, 0, tzinfo=UTC)
Said = tuple[UUID, int, str, str, dict[str, Any]]
"""stream, version, topic, subject, data."""


def accepted(number: int) -> Said:
    """Say that case `number` was accepted."""
    at = BEGAN + timedelta(minutes=number)
    data = {
        "project_no": f"case-{number}",
        "item_code": f"item-{number % 7}",
        "item_version": 1,
        "item_name": "某事项",
        "case_type": "PROMISED",
        "channel": ("window", "online", "post")[number % 3],
        "department": f"D{number % 38 + 1:02d}",
        "accepted_at": at.isoformat(),
        "promised_due_at": (at + timedelta(days=5)).isoformat(),
        "mode": "external",
    }
    return stream_id("case", f"case-{number}"), 1, "intake.case-accepted.v1", f"case-{number}", data


def step(number: int, version: int) -> Said:
    """Say that a step of case `number` was reported: nothing disclosure reads."""
    at = BEGAN + timedelta(minutes=number, hours=version)
    data = {
        "project_no": f"case-{number}",
        "row_guid": f"guid-{number}-{version}",
        "name": "部门审查",
        "outcome": "pass",
        "started_at": at.isoformat(),
        "ended_at": at.isoformat(),
        "handler": "C001",
    }
    stream = stream_id("case", f"case-{number}")
    return stream, version, "intake.step-reported.v1", f"case-{number}", data


def completed(number: int, version: int) -> Said:
    """Say that case `number` was completed."""
    at = BEGAN + timedelta(minutes=number, days=number % 9)
    data = {
        "project_no": f"case-{number}",
        "completion_kind": 0,
        "granted": True,
        "completed_at": at.isoformat(),
    }
    stream = stream_id("case", f"case-{number}")
    return stream, version, "intake.case-completed.v1", f"case-{number}", data


def corrected(number: int, version: int) -> Said:
    """Say that the sender changed the channel of case `number`."""
    data = {
        "project_no": f"case-{number}",
        "record": "accept",
        "row_guid": f"guid-{number}",
        "changed": {"channel": "mobile"},
    }
    stream = stream_id("case", f"case-{number}")
    return stream, version, "intake.external-record-corrected.v1", f"case-{number}", data


def item(number: int) -> Said:
    """Say that an item was published."""
    data = {
        "item_code": f"item-{number}",
        "item_version": 1,
        "name": f"事项\t{number}\\\n第二行",
        "item_type": "01",
        "case_type": "PROMISED",
        "department": f"D{number:02d}",
        "department_name": f"第{number}局",
        "statutory_limit_days": 20,
        "promised_limit_days": 5,
        "lists": ["POWER"],
        "effective_from": BEGAN.isoformat(),
        "published_at": BEGAN.isoformat(),
        "retroactive": False,
    }
    return (
        stream_id("item", f"item-{number}"),
        1,
        "catalog.item-published.v1",
        f"item-{number}",
        data,
    )


def catalog_log() -> list[Said]:
    """Give adjustments and claims: one of every kind of row disclosure keeps of them."""
    at = BEGAN.isoformat()
    item_stream, claim, basic = (
        stream_id(*key) for key in (("item", "item-1"), ("claim", "D01/B1"), ("basic", "B1"))
    )
    claimed = {
        "catalog_code": "B1",
        "unit": "D01",
        "unit_name": "甲\t局",
        "level": 4,
        "batch_no": 1,
    }
    frozen = {"item_code": "item-1", "reason": "冻结", "effective_from": at}
    before, after = ({"steps": n, "materials": n, "days": n} for n in (5, 3))
    changed = {"item_code": "item-1", "item_version": 2, "before": before, "after": after}
    basic_said = {"catalog_code": "B1", "name": "基本", "item_type": "01", "levels": [4]}
    return [
        (item_stream, 2, "catalog.item-frozen.v1", "item-1", frozen),
        (item_stream, 3, "catalog.process-reengineered.v1", "item-1", changed),
        (basic, 1, "catalog.basic-item-registered.v1", "B1",
         basic_said | {"basis": "法", "effective_from": at}),
        (claim, 1, "catalog.item-claimed.v1", "D01/B1", claimed | {"online_depth": 3}),
        (claim, 2, "catalog.claim-withdrawn.v1", "D01/B1",
         {"catalog_code": "B1", "unit": "D01", "reason": "撤回"}),
        (claim, 3, "catalog.item-claimed.v1", "D01/B1", claimed | {"fully_online": True}),
    ]  # fmt: skip


def case_log(cases: Iterable[int]) -> list[Said]:
    """Give a small life of each case; every fifth stays open, every seventh is corrected."""
    said = []
    for number in cases:
        said += [accepted(number), step(number, 2)]
        if number % 5:
            said.append(completed(number, 3))
        if number % 7 == 0:
            said.append(corrected(number, 4 if number % 5 else 3))
    return said


def write(house: House, service: str, said: Sequence[Said], *, seal: bool = True) -> None:
    """Append events to a service's log and seal them."""
    spelled = io.StringIO(
        "".join(
            f"{stream}\t{version}\t{topic}\t\\\\x{_state(subject, data).hex()}\n"
            for stream, version, topic, subject, data in said
        )
    )
    connection = psycopg2.connect(house.database_url)
    with connection, connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {service}.events (stream, version, topic, state) FROM STDIN", spelled
        )
    connection.close()
    if seal:
        # Other tests' transactions on the same server hold the tail back for moments.
        wanted = f"SELECT count(*) FROM {service}.events e LEFT JOIN {service}.ledger l"
        wanted += " USING (xid, id) WHERE l.position IS NULL"
        wait_until(lambda: seal_all(house, service) >= 0 and rows(house, wanted) == [(0,)])


def seal_all(house: House, service: str) -> int:
    """Seal everything that is committed; gives how much that was."""
    database = Database(house.database_url_of(service))
    sealer, sealed = Sealer(database, service), 0
    while (now := sealer.seal(20_000)) > 0:
        sealed += now
    database.close()
    return sealed


def take_in(
    house: House,
    service: str,
    source: str,
    first: int = 1,
    last: int | None = None,
    batch: int = 500,
) -> None:
    """Take events of another service into the live read model, as the subscription does."""
    model = import_module(f"services.{service}.projections").READ_MODEL
    database = Database(house.database_url_of(service))
    for events in read_log(
        house.env["BANJIAN_AUDITOR_DATABASE_URL"], source, first - 1, last, batch
    ):
        work = UnitOfWork(database)
        for event in events:
            work.change(*model.project(event))
        work.received(source, [event.position for event in events])
        work.commit()
    database.close()


def rebuild_of(house: House, service: str, **options: Any) -> Outcome:
    """Rebuild a service's read model as the command line does."""
    model = (
        options.pop("model", None) or import_module(f"services.{service}.projections").READ_MODEL
    )
    auditor = house.env["BANJIAN_AUDITOR_DATABASE_URL"]
    publications: Mapping[str, Any] = {
        source: import_module(f"services.{source}.messages").PUBLISHES for source in model.sources
    }
    return rebuild(
        model,
        admin_url=house.database_url,
        log_urls=dict.fromkeys(model.sources, auditor),
        publications=publications,
        reads=import_module(f"services.{service}.messages").READS.keys(),
        **options,
    )


def rows(house: House, statement: str) -> list[tuple[Any, ...]]:
    """Ask the database as its administrator."""
    connection = psycopg2.connect(house.database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall()
    connection.close()
    return found


def _state(subject: str, data: dict[str, Any]) -> bytes:
    body = {
        "occurred_at": BEGAN.isoformat(),
        "subject": subject,
        "actor": {"kind": "system", "id": "test"},
        "correlation_id": subject,
        "data": data,
        "region": "3412XX",
        "department": data.get("department", ""),
    }
    return json.dumps(body, ensure_ascii=False).encode()
