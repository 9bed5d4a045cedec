"""The sample county's week through the whole house: catalog by import, cases by the exchange."""

from __future__ import annotations

import json
from contextlib import ExitStack

from tests.support.house import House

WEEK = ("feed", "--county", "--week", "2020-10-12", "--items", "25", "--cases", "40", "--json")


def test_week_is_about_imported_items_and_twice_changes_nothing(house: House) -> None:
    with ExitStack() as running:
        for service in ("catalog", "intake", "approval", "disclosure", "notify"):
            running.enter_context(house.relay(service))
            running.enter_context(house.serve(service))
        first = json.loads(house.banjian(*WEEK))
        items = json.loads(house.banjian("stat", "S09", "--as-of", "2020-12-31", "--json"))
        again = json.loads(house.banjian(*WEEK))

    assert first["items"] == 25
    assert first["sent"] == first["accepted"]
    assert (first["refused"], first["parked"]) == ([], 0)
    assert first["events"]["intake.case-accepted.v1"] == 40
    assert items["denominator"] == 25
    assert again["events"] == {}
    assert again["accepted"] == again["sent"] == first["sent"]
