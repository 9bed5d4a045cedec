"""Commands against real servers: what they do, what they print, how they end."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import psycopg2

from deploy.feed.exchange import Acceptance, Exchange
from deploy.feed.records import Record
from deploy.feed.sender import send
from services.kernel.times import SHANGHAI
from tests.support.house import House
from tests.support.processes import banjian
from tests.support.servers import Endpoints
from tests.support.vhosts import Vhost


def run(house: House, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        banjian(*arguments), env=house.env, capture_output=True, text=True, timeout=120
    )


def execute(house: House, statement: str) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(house.database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return list(rows)


def test_migrate_twice_does_nothing_and_check_agrees(module_house: House) -> None:
    assert json.loads(module_house.banjian("migrate", "--json"))["applied"] == []

    checked = run(module_house, "migrate", "--check", "--json")

    assert checked.returncode == 0
    assert json.loads(checked.stdout) == {"pending": []}


def test_check_names_what_is_pending_and_changes_nothing(house: House) -> None:
    execute(house, "DELETE FROM intake.migrations WHERE name = 'log/0002_bus.sql'")

    checked = run(house, "migrate", "--check", "--json")

    assert checked.returncode == 1
    assert json.loads(checked.stdout) == {"pending": ["intake:log/0002_bus.sql"]}
    assert "run `banjian migrate`" in checked.stderr


def test_database_that_is_away_ends_with_3(module_house: House) -> None:
    env = module_house.env | {"BANJIAN_INTAKE_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}

    done = subprocess.run(
        banjian("parked", "list", "intake"), env=env, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_parked_messages_are_listed_shown_and_decided(module_house: House) -> None:
    execute(
        module_house,
        "INSERT INTO intake.held (source, subject, message_id, type, state, reason, detail, body,"
        " digest, sealed) VALUES ('ingress', 'case-7', 'guid-7', 'ingress.accept.v1', 'parked',"
        " 'unknown_version', 'version 9 of the item', 'secret person', 'd1', true),"
        " ('catalog', 'item-1', 'm-1', 'catalog.item-published.v9', 'parked', 'unknown_version',"
        " '', '{\"data\": 1}', 'd2', false)",
    )

    listed = json.loads(module_house.banjian("parked", "list", "intake", "--json"))
    assert [(one["subject"], one["state"]) for one in listed] == [
        ("case-7", "parked"),
        ("item-1", "parked"),
    ]
    assert "case-7" in module_house.banjian("parked", "list", "intake", "--case", "case-7")

    outside, event = (str(one["id"]) for one in listed)
    assert "secret person" not in module_house.banjian("parked", "show", "intake", outside)
    assert '{"data": 1}' in module_house.banjian("parked", "show", "intake", event)

    module_house.banjian("parked", "retry", "intake", event, "--why", "v9 is known now")
    done = run(module_house, "parked", "discard", "intake", outside, "--why", "a test", "--yes")
    assert done.returncode == 0
    discarded = json.loads(
        module_house.banjian("parked", "list", "intake", "--state", "discarded", "--json")
    )
    assert [(one["subject"], one["decided_why"]) for one in discarded] == [("case-7", "a test")]


def test_parked_message_that_is_not_there_ends_with_1(module_house: House) -> None:
    done = run(module_house, "parked", "show", "intake", "999999")

    assert done.returncode == 1
    assert done.stderr.startswith("banjian: ")


def test_lost_events_are_listed_and_sent_again(module_house: House) -> None:
    execute(
        module_house,
        "INSERT INTO notify.inbox (source, done) VALUES ('intake', '{[1,4),[7,9)}');"
        "INSERT INTO notify.held (source, subject, position, message_id, type, state, reason,"
        " detail, body, digest, sealed) VALUES ('intake', 'case-7', 5, 'm-5', 't', 'parked', 'r',"
        " '', '', 'd5', false), ('intake', 'case-8', 10, 'm-10', 't', 'waiting', 'gap',"
        " '', '', 'd10', false);"
        "UPDATE intake.relay SET position = 10",
    )

    missed = json.loads(module_house.banjian("missing", "notify", "--json"))
    assert [(one["source"], one["first"], one["last"]) for one in missed] == [
        ("intake", 4, 4),
        ("intake", 6, 6),
        ("intake", 9, 9),
    ]
    assert "intake" in module_house.banjian("missing", "notify")
    assert json.loads(module_house.banjian("missing", "approval", "--json")) == []

    module_house.banjian("rewind", "intake", "3")
    module_house.banjian("rewind", "intake", "8")
    assert execute(module_house, "SELECT position FROM intake.relay") == [(3,)]
    execute(
        module_house,
        "DELETE FROM notify.inbox;DELETE FROM notify.held;UPDATE intake.relay SET position = 0",
    )


def records(count: int) -> list[Record]:
    from datetime import datetime, timedelta

    began = datetime(2020, 10, 12, 9, tzinfo=SHANGHAI)
    exchange = Exchange("test-source", "b")
    return [
        exchange.accept(
            Acceptance(
                project_no=f"case-{number}",
                task_code="item",
                task_version=1,
                accepted_at=began + timedelta(minutes=number),
                promise_at=None,
                channel="1",
                org_code="D01",
                org_name="县局",
                immediate=True,
            )
        )
        for number in range(count)
    ]


def test_sender_keeps_order_and_marks_every_message(servers: Endpoints, vhost: Vhost) -> None:
    import amqp

    from services.chassis.bus.connection import parse_uri

    address = parse_uri(vhost.amqp_uri)
    connection = amqp.Connection(
        f"{address.host}:{address.port}", address.user, address.password, virtual_host=vhost.name
    )
    connection.connect()
    channel = connection.channel()
    channel.exchange_declare("in", "topic", auto_delete=False)
    channel.queue_declare("all", auto_delete=False)
    channel.queue_bind("all", "in", "#")
    sent, confirmed = records(1_234), []

    send(vhost.amqp_uri, sent, "test-source", confirmed.append, exchange="in")

    got = [channel.basic_get("all", no_ack=True) for _ in sent]
    connection.close()
    assert [
        bytes(message.body) if isinstance(message.body, bytes) else message.body.encode()
        for message in got
    ] == [record.body for record in sent]
    first = got[0]
    assert first.delivery_info["routing_key"] == "test-source.accept"
    assert first.properties["application_headers"]["partitionkey"] == "case-0"
    assert first.properties["message_id"] == sent[0].row_guid
    assert first.properties["content_type"] == "application/json"
    assert confirmed[-1] == 1_234


def test_feed_goes_through_the_whole_house_and_twice_changes_nothing(
    house: House, tmp_path: Path
) -> None:
    """The way of an outside system: catalog by HTTP, records by the bus, figures by HTTP."""
    from contextlib import ExitStack

    from deploy.feed.receipt import COLUMNS

    lines = [",".join(COLUMNS)]
    for number in range(12):
        start, end = "2020-10-12 09:00:00+08:00", "2020-10-13 09:00:00+08:00"
        case = [f"case-{number}", start, end if number % 4 else "", "2020-10-20 00:00:00+08:00"]
        case += [("Desk", "Internet")[number % 2], "General", "R1"]
        for task in ("a", "b"):
            lines.append(",".join([*case, f"t-{number}-{task}", task, start, "R1", "G1"]))
    lines.append(",".join([*case, "t-bad", "a", "2020-11-31 00:00:00+08:00", "R1", "G1"]))
    log = tmp_path / "log.csv"
    log.write_text("\n".join(lines) + "\n")

    with ExitStack() as running:
        for service in ("catalog", "intake", "approval", "disclosure", "notify"):
            running.enter_context(house.relay(service))
            running.enter_context(house.serve(service))
        first = json.loads(house.banjian("feed", str(log), "--json"))
        figures = {f["measure"]: f for f in json.loads(house.banjian("figures", "--json"))}
        by = json.loads(house.banjian("stat", "S03", "--by", "channel", "--json"))
        case = json.loads(house.banjian("case", "show", "case-1", "--json"))
        then = json.loads(
            house.banjian("case", "show", "case-1", "--at", "2020-10-12T12:00:00+08:00", "--json")
        )
        again = json.loads(house.banjian("feed", str(log), "--json"))
        figures_again = {f["measure"]: f for f in json.loads(house.banjian("figures", "--json"))}
        equal = json.loads(house.banjian("rebuild", "disclosure", "--verify", "--json"))

    assert first["sent"] == first["accepted"] == 12 + 24 + 9
    assert [row["line"] for row in first["rows_refused"]] == [26]
    assert first["events"]["intake.case-accepted.v1"] == 12
    assert (first["refused"], first["parked"]) == ([], 0)
    assert [figures[m]["numerator"] for m in ("S01", "S02", "S04")] == [12, 9, 3]
    assert (figures["S03"]["value"], figures["S03"]["denominator"]) == ("75.00", 12)
    assert {group["key"]: group["numerator"] for group in by["groups"]} == {
        "Desk": 3,
        "Internet": 6,
    }
    assert case["case"]["state"] == "completed"
    assert then["case"]["state"] == "accepted"
    assert again["events"] == {}
    assert figures_again["S03"]["positions"] == figures["S03"]["positions"]
    assert equal["differences"] == []
