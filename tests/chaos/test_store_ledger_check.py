"""The ledger check can fail: each aspect is broken once and named."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import psycopg2
import pytest

from services.chassis.bus.relay import Relay, publications_of
from services.chassis.eventlog.database import Database
from tests.chaos.ledger import Command, LedgerError, check_ledger, published_on
from tests.integration.rebuild_logs import item, rebuild_of, take_in, write
from tests.support.house import House

SERVICES = ("catalog", "disclosure")
PUBLISHED = Command("item-3", "catalog", "catalog.item-published.v1")


def relay_all(house: House, service: str) -> None:
    database = Database(house.database_url_of(service))
    relay = Relay(database, house.amqp_uri_of(service), publications_of(service), service)
    while relay.run_once():
        pass
    relay.close()
    database.close()


KEPT = (
    "catalog.events",
    "catalog.ledger",
    "catalog.relay",
    "disclosure.inbox",
    "disclosure.held",
    "disclosure_model.items",
    "disclosure_model.ref_item_version",
    "disclosure_model.happenings",
    "disclosure_model.known",
)


@pytest.fixture(scope="module")
def small_house(module_house: House) -> House:
    """Give a house in which catalog has published four items and disclosure knows them."""
    write(module_house, "catalog", [item(number) for number in range(4)])
    relay_all(module_house, "catalog")
    take_in(module_house, "disclosure", "catalog")
    rebuild_of(module_house, "catalog")
    saved = (f'CREATE TABLE public."{name}" AS TABLE {name}' for name in KEPT)
    corrupt(module_house, *saved)
    gc.unfreeze()
    return module_house


@pytest.fixture
def quiet(small_house: House) -> Iterator[House]:
    """Give the small house, and mend afterwards what the test broke."""
    yield small_house
    mended = []
    for name in KEPT:
        mended += [
            f"DELETE FROM {name}",
            f'INSERT INTO {name} OVERRIDING SYSTEM VALUE TABLE public."{name}"',
        ]
    corrupt(small_house, *mended)


def corrupt(house: House, *statements: str) -> None:
    connection = psycopg2.connect(house.database_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no triggers: the guard is off
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def broken(house: House, *acknowledged: Command, **options: object) -> set[str]:
    with pytest.raises(LedgerError) as failed:
        check_ledger(house, acknowledged, services=SERVICES, within_s=0.3, **options)  # type: ignore[arg-type]
    return failed.value.aspects


def test_sound_house_passes(quiet: House) -> None:
    ledger = check_ledger(quiet, [PUBLISHED], services=SERVICES, within_s=5)

    assert ledger.events == {"catalog": 4, "disclosure": 0}
    assert len(published_on(quiet)) == 4


def test_lost_command_is_named(quiet: House) -> None:
    lost = Command("item-77", "catalog", "catalog.item-published.v1")
    assert broken(quiet, PUBLISHED, lost) == {"acknowledged"}


def test_doubled_command_is_named(quiet: House) -> None:
    stream, _, topic, subject, data = item(3)
    write(quiet, "catalog", [(stream, 2, topic, subject, data)])

    assert "doubled" in broken(quiet, attempted=[PUBLISHED])


def test_missing_version_is_named(quiet: House) -> None:
    stream, _, topic, subject, data = item(9)
    write(quiet, "catalog", [(stream, 2, topic, subject, data)])

    assert "doubled" in broken(quiet)


def test_wrong_read_model_is_named(quiet: House) -> None:
    corrupt(quiet, "UPDATE disclosure_model.items SET department_name = 'wrong'")
    assert broken(quiet) == {"read model"}


def test_event_that_was_not_published_is_named(quiet: House) -> None:
    write(quiet, "catalog", [item(5)])
    take_in(quiet, "disclosure", "catalog", 5)
    corrupt(quiet, "UPDATE catalog.relay SET position = 5")

    assert "bus" in broken(quiet)


def test_event_out_of_order_on_the_bus_is_named(quiet: House) -> None:
    stream, _, topic, subject, data = item(0)
    write(quiet, "catalog", [(stream, 2, topic, subject, data)])
    orderly = published_on(quiet)
    first = orderly.index(("catalog", f"{stream}/1"))
    swapped = [*orderly[:first], ("catalog", f"{stream}/2"), *orderly[first:]]

    assert "bus" in broken(quiet, bus=lambda: swapped)


def test_event_of_nobody_on_the_bus_is_named(quiet: House) -> None:
    forged = ("catalog", f"{item(77)[0]}/1")
    assert broken(quiet, bus=lambda: [*published_on(quiet), forged]) == {"bus"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalog.ledger SET leaf = '\\x00' WHERE position = 2",
        "UPDATE catalog.ledger SET previous = 1 WHERE position = 3",
        "UPDATE catalog.events SET state = state || ' '::bytea WHERE id = 2",
        "UPDATE catalog.ledger SET position = 9 WHERE position = 2",
        "DELETE FROM catalog.ledger WHERE position = 4",
        "DELETE FROM catalog.events WHERE id = (SELECT max(id) FROM catalog.events)",
    ],
)
def test_rewritten_log_is_named(quiet: House, statement: str) -> None:
    corrupt(quiet, statement)
    assert "ledger" in broken(quiet)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE disclosure.inbox SET done = '{[1,3)}'", "has not taken in {[3,5)}"),
        ("UPDATE catalog.relay SET position = 3", "3 relayed"),
        (
            "INSERT INTO disclosure.held (source, subject, state, reason, body, digest)"
            " VALUES ('ingress', 'x', 'parked', 'r', '', '')",
            "1 messages are held",
        ),
    ],
)
def test_house_that_does_not_recover_is_named(quiet: House, statement: str, said: str) -> None:
    corrupt(quiet, statement)
    with pytest.raises(LedgerError, match="recovered") as failed:
        check_ledger(quiet, services=SERVICES, within_s=0.3)
    assert said in str(failed.value)


def test_process_that_is_not_ready_is_named(quiet: House) -> None:
    assert "recovered" in broken(quiet, ready=[f"{quiet.url_of('catalog')}/readyz"])
