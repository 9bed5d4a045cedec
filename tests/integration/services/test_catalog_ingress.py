"""Catalog rows of outside systems, by the real broker: once, in their last state, or refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

import contracts
from services.chassis.bus.repartition import repartition
from services.chassis.bus.topology import RECORDS, entrances, record_owner
from services.chassis.eventlog.database import Database
from services.chassis.vault import Seal
from tests.integration.services.catalog_imports import send
from tests.support.house import House
from tests.support.waiting import wait_until

KINDS = [name for name in contracts.names() if name.startswith("ingress.catalog-")]
CODE = "002000008001"


class Province:
    """An outside system, and a look at what became of its rows."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.database = Database(house.database_url_of("catalog"))
        self.intake = Database(house.database_url_of("intake"))

    def send(self, *records: dict[str, Any], key: str = "about") -> None:
        send(self.house, *records, key=key)

    def topics(self, subject: str) -> list[str]:
        rows = self.database.read(
            "SELECT topic FROM events WHERE convert_from(state, 'UTF8')::jsonb->>'subject' = %s"
            " ORDER BY xid, id",
            (subject,),
        )
        return [str(topic).split(".")[1] for (topic,) in rows]

    def hears(self, subject: str, *topics: str) -> None:
        wait_until(lambda: self.topics(subject) == [*topics], timeout=30, what=f"{topics}")

    def passed(self, guid: str) -> None:
        """Wait until everything sent before is settled, by sending one row more."""
        self.send(basic(f"b-{guid}", f"00200{abs(hash(guid)) % 10**4:04}009"))
        wait_until(lambda: self.row(f"b-{guid}"), timeout=30)

    def row(self, guid: str) -> list[tuple[Any, ...]]:
        return self.database.read(
            "SELECT subject, retracted FROM outside_row WHERE row_guid = %s", (guid,)
        )


@pytest.fixture(scope="module")
def province(module_house: House) -> Iterator[Province]:
    with ExitStack() as stack:
        stack.enter_context(module_house.serve("catalog"))
        stack.enter_context(module_house.serve("intake"))
        province = Province(module_house)
        yield province
        province.database.close()
        province.intake.close()


def basic(guid: str, code: str = CODE, **changed: Any) -> dict[str, Any]:
    return (
        contracts.example("ingress.catalog-basic.v1", "minimal")
        | {"row_guid": guid, "catalog_code": code, "use_levels": [4, 5, 6]}
        | changed
    )


def claim(guid: str, unit: str, **changed: Any) -> dict[str, Any]:
    return (
        contracts.example("ingress.catalog-claim.v1", "minimal")
        | {"row_guid": guid, "catalog_code": CODE, "unit": unit}
        | changed
    )


def test_a_row_takes_effect_once_and_ends_with_its_delete(province: Province) -> None:
    made = claim("c-1", "3412XX101")

    province.send(basic("b-1"), basic("b-1"), made, made)
    province.hears(f"3412XX101/{CODE}", "item-claimed")
    province.send(made | {"cd_operation": "update", "cd_time": "20200103", "batch_no": 2})
    province.hears(f"3412XX101/{CODE}", "item-claimed", "item-claimed")
    late = {"cd_operation": "U", "cd_time": "2020-01-01", "batch_no": 3}
    province.send(made | late, made | {"cd_operation": "D", "cd_time": "20200104"})
    province.hears(f"3412XX101/{CODE}", "item-claimed", "item-claimed", "claim-withdrawn")
    province.send(made | {"cd_operation": "U", "cd_time": "20200105", "batch_no": 2})
    wait_until(lambda: province.topics(f"3412XX101/{CODE}")[3:] == ["item-claimed"], timeout=30)

    assert province.row("c-1") == [(f"3412XX101/{CODE}", False)]
    assert province.topics(CODE) == ["basic-item-registered"]


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("r-1", {"catalog_code": "002099999001"}, "unknown_basic_item", "catalog_code"),
    ("r-2", {"use_level": None}, "missing_field", "use_level"),
    ("r-3", {"happened_at": "2020-02-30"}, "no_such_time", "happened_at"),
    ("r-4", {"cd_operation": "delete"}, "unknown_row", "row_guid"),
    ("r-5", {"record": "catalog-nothing"}, "bad_value", "record"),
    ("r-6", {"cd_time": "soon"}, "not_a_time", "cd_time"),
]


@pytest.mark.parametrize(("guid", "change", "code", "field"), REFUSED)
def test_what_cannot_be_taken_is_answered_with_a_reason_and_kept(
    province: Province, guid: str, change: dict[str, Any], code: str, field: str
) -> None:
    province.send(basic("b-1"))
    bad = claim(guid, "3412XX102") | change

    province.send(bad, bad)

    province.hears(guid, "record-refused")
    (state,) = province.database.read(
        "SELECT convert_from(state, 'UTF8')::jsonb->'data' FROM events"
        " WHERE convert_from(state, 'UTF8')::jsonb->>'subject' = %s",
        (guid,),
    )
    contracts.validate("catalog.record-refused.v1", state[0])
    assert (state[0]["reason_code"], state[0]["field"]) == (code, field)
    province.passed(guid)
    kept = province.database.read("SELECT digest, body FROM refused WHERE row_guid = %s", (guid,))
    assert len(kept) == 1
    seal = Seal.from_file(province.house.env["BANJIAN_VAULT_KEY_FILE"])
    assert json.loads(seal.open(bytes(kept[0][1]), bytes(kept[0][0]))) == bad


def test_the_command_line_shows_what_catalog_refused(province: Province) -> None:
    province.send(claim("cli-1", "3412XX109", catalog_code="002099999001"))
    province.hears("cli-1", "record-refused")
    wanted = ("refused", "list", "--service", "catalog", "--row", "cli-1")

    (one,) = json.loads(province.house.banjian(*wanted, "--json"))
    listed = province.house.banjian(*wanted)
    shown = province.house.banjian("refused", "show", str(one["id"]), "--service", "catalog")

    assert (one["reason_code"], one["field"]) == ("unknown_basic_item", "catalog_code")
    assert "unknown_basic_item" in listed and "about" in listed
    assert one["digest"] in shown and one["reason"] in shown
    assert json.loads(province.house.banjian("refused", "list", "--row", "cli-1", "--json")) == []
    with pytest.raises(AssertionError, match="catalog keeps no log"):
        province.house.banjian("refused", "show", str(one["id"]), "--service", "catalog", "--body")


def test_one_guid_for_two_things_is_refused_and_a_mended_row_is_taken(province: Province) -> None:
    province.send(basic("b-1"), claim("g-1", "3412XX103"), claim("g-1", "3412XX104"))
    province.hears("g-1", "record-refused")
    province.send(claim("g-2", "3412XX105", batch_no=-1))
    province.hears("g-2", "record-refused")

    province.send(claim("g-2", "3412XX105"))

    province.hears(f"3412XX105/{CODE}", "item-claimed")
    assert province.topics(f"3412XX104/{CODE}") == []


def test_catalog_rows_are_no_business_of_intake_and_the_reverse(province: Province) -> None:
    refused = "SELECT count(*) FROM events WHERE topic = 'intake.record-refused.v2'"
    before = province.intake.read(refused)
    accept = contracts.example("ingress.accept.v1") | {"accept_date": "soon"}

    province.send(basic("b-9", "002000008009"))
    province.hears("002000008009", "basic-item-registered")
    _accept(province.house, accept)
    wait_until(lambda: province.intake.read(refused) > before, timeout=30)

    assert province.intake.read(refused)[0][0] == before[0][0] + 1
    assert province.intake.read("SELECT count(*) FROM held") == [(0,)]
    assert province.row(str(accept["row_guid"])) == []
    assert province.database.read("SELECT count(*) FROM held") == [(0,)]


def _accept(house: House, record: dict[str, Any]) -> None:
    from services.chassis.bus.publisher import Publisher

    publisher = Publisher(house.env["BANJIAN_OUTSIDE_AMQP_URI"], name="outside")
    publisher.publish(
        "banjian.ingress",
        "county.accept",
        json.dumps(record).encode(),
        partition_key=str(record["project_no"]),
        content_type="application/json",
        message_id=str(record["row_guid"]),
    )
    publisher.confirm()
    publisher.close()


def test_what_is_no_json_is_parked_for_a_person(province: Province) -> None:
    from services.chassis.bus.publisher import Publisher

    publisher = Publisher(province.house.env["BANJIAN_OUTSIDE_AMQP_URI"], name="outside")
    publisher.publish(
        "banjian.ingress",
        "province.catalog.claim",
        b"[not json",
        partition_key="broken",
        content_type="application/json",
    )
    publisher.confirm()
    publisher.close()

    count = "SELECT count(*) FROM held WHERE subject = 'broken' AND state = 'parked'"
    wait_until(lambda: province.database.read(count) == [(1,)], timeout=30)
    province.database.run("DELETE FROM held WHERE subject = 'broken'")


def test_the_catalog_gets_its_rows_on_other_partitions_too(province: Province) -> None:
    house = province.house

    number = repartition(
        house.vhost.management_url, house.vhost.amqp_uri, province.database, "catalog", 2
    )

    assert number == 2
    province.send(basic("b-7", "002000008007"))
    province.hears("002000008007", "basic-item-registered")
    queues = {name for name in house.vhost.queues() if name.startswith("catalog.g")}
    assert queues == {"catalog.g2.p0", "catalog.g2.p1"}


@pytest.mark.parametrize("name", KINDS)
def test_the_full_example_of_every_record_is_read(name: str) -> None:
    from datetime import UTC, datetime

    from services.catalog.imports.records import translate

    body = json.dumps(contracts.example(name)).encode()
    incoming = translate(body, datetime(2021, 1, 1, tzinfo=UTC))

    assert f"ingress.{incoming.record}.v1" == name
    assert incoming.row is not None and incoming.about


def test_bindings_are_by_kind_of_record() -> None:
    (binding,) = entrances("catalog", ["ingress"], 1)
    assert binding.routing_key == RECORDS["catalog"]
    assert [one.routing_key for one in entrances("intake", ["catalog", "ingress"], 1)] == ["#", "#"]
    owners = {
        key: record_owner(key)
        for key in (
            "a.catalog.claim",
            "a.b.catalog.basic",
            "catalog.claim",
            "a.accept",
            "a.catalog",
        )
    }
    assert [*owners.values()] == ["catalog", "catalog", "catalog", "", ""]
