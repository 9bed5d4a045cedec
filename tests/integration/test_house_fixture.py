"""The house that tests stand on: migrated, served, believed."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import psycopg2

from tests.support.house import House
from tests.support.waiting import wait_until


def test_a_service_serves_and_dies_on_command(house: House) -> None:
    with house.serve("catalog") as catalog:
        with urllib.request.urlopen(f"{house.url_of('catalog')}/livez", timeout=5) as answer:
            assert answer.status == 200
        catalog.kill()
        assert not catalog.alive


def test_the_command_line_sees_the_same_house(house: House) -> None:
    settings = {row["variable"]: row for row in json.loads(house.banjian("config", "--json"))}
    assert settings["AMQP_URI"]["set"]
    assert house.banjian("migrate", "--check", "--json")


def test_a_relay_serves_probes(house: House) -> None:
    with house.relay("intake") as relay:
        wait_until(lambda: relay.alive)


def test_the_startup_probe_names_a_migration_that_is_not_applied(house: House) -> None:
    with house.serve("notify"):
        assert _startup(house) == (200, "ok")

        with psycopg2.connect(house.database_url) as database, database.cursor() as cursor:
            cursor.execute("DELETE FROM notify.migrations WHERE name = 'log/0001_log.sql'")
        database.close()

        wait_until(lambda: _startup(house)[0] == 503)
        assert "0001_log.sql" in _startup(house)[1]


def _startup(house: House) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{house.url_of('notify')}/startupz", timeout=5) as answer:
            return answer.status, json.load(answer)["checks"]["migrations"]["state"]
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)["checks"]["migrations"]["detail"]
