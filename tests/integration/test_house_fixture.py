"""The house that tests stand on: migrated, served, believed."""

from __future__ import annotations

import json
import urllib.request

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
