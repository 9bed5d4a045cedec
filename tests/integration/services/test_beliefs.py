"""What intake keeps of the catalog in memory never outlives what the catalog says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from services.chassis.errors import ConflictError
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.chassis.reference import lookups
from services.chassis.vault import Seal
from services.intake.application import Intake, Receipt, subject_of
from services.intake.domain import Application as Applied
from services.intake.projections import READ_MODEL, cases_of_rows, catalog_of
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI
from tests.integration.rebuild_logs import Said, item, take_in, write
from tests.support.house import House

CLERK = Actor(ActorKind.PERSON, "clerk-1", window="07")
NOW = datetime(2024, 6, 3, 10, tzinfo=SHANGHAI)
CODE = "item-1"


def frozen(version: int) -> Said:
    data = {"item_code": CODE, "reason": "冻结", "effective_from": "2024-01-01T00:00:00+08:00"}
    return item(1)[0], version, "catalog.item-frozen.v1", CODE, data


class Window:
    """Takes cases in, with the read model's own look-up, and counts how often it is asked."""

    def __init__(self, house: House) -> None:
        self.database = Database(house.database_url_of("intake"))
        self.asked = 0
        read = self.database.read

        def reading(sql: str, *rest: Any) -> list[tuple[Any, ...]]:
            self.asked += "ask_reference" in sql
            return read(sql, *rest)

        self.database.read = reading  # type: ignore[method-assign]
        self.intake = Intake(
            self.database,
            READ_MODEL,
            catalog=catalog_of,
            rows=cases_of_rows,
            seal=Seal.from_file(house.env["BANJIAN_VAULT_KEY_FILE"]),
            region="3412XX",
        )

    def take(self, number: str, code: str = CODE) -> Receipt:
        said = Applied(number, code, "window", subject_of(number), NOW, at_once=True)
        return self.intake.submit(Facts(NOW, number, CLERK, number), said, {}, numbered=True)


@pytest.fixture
def window(house: House) -> Iterator[Window]:
    write(house, "catalog", [item(1)])
    take_in(house, "intake", "catalog")
    window = Window(house)
    yield window
    window.database.close()


def test_the_copy_is_asked_once_for_many_cases(window: Window) -> None:
    assert {window.take(f"case-{number}").state for number in range(5)} == {"accepted"}
    assert window.asked == 1
    assert window.take("case-x", "item-unknown").reason_code == "not_on_any_list"
    assert window.take("case-y", "item-unknown").reason_code == "not_on_any_list"
    assert window.asked == 2


def test_what_the_catalog_says_meanwhile_counts_at_once(
    house: House, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert window.take("case-1").state == "accepted"

    write(house, "catalog", [frozen(2)])
    take_in(house, "intake", "catalog", 2)
    refused = window.take("case-2")

    assert (refused.state, refused.reason_code) == ("refused", "item_frozen")
    assert window.asked == 2
    monkeypatch.setattr(lookups, "RESTLESS_S", 0)  # a quiet second later
    assert window.take("case-3").reason_code == "item_frozen"
    assert window.take("case-4").reason_code == "item_frozen"
    assert window.asked == 3


def test_mutation_without_the_check_an_old_list_is_believed(
    house: House, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert window.take("case-1").state == "accepted"
    monkeypatch.setattr(UnitOfWork, "believe", lambda *_: None)

    write(house, "catalog", [frozen(2)])
    take_in(house, "intake", "catalog", 2)

    assert window.take("case-2").state == "accepted"


@pytest.mark.parametrize("restless_s", [1.0, 0.0], ids=["ours", "mutation-always-believed"])
def test_a_catalog_that_never_rests_lets_cases_through(
    house: House, window: Window, monkeypatch: pytest.MonkeyPatch, restless_s: float
) -> None:
    monkeypatch.setattr(lookups, "RESTLESS_S", restless_s)
    commit, positions = UnitOfWork.commit, count(2)

    def after_another_batch(work: UnitOfWork) -> None:
        if work.facts:
            position = next(positions)
            write(house, "catalog", [item(position)])
            monkeypatch.setattr(UnitOfWork, "commit", commit)
            take_in(house, "intake", "catalog", position)
            monkeypatch.setattr(UnitOfWork, "commit", after_another_batch)
        commit(work)

    monkeypatch.setattr(UnitOfWork, "commit", after_another_batch)
    if restless_s:
        assert window.take("case-1").state == "accepted"
        return
    with pytest.raises(ConflictError):
        window.take("case-1")


def test_an_item_that_comes_later_is_no_longer_unknown(house: House, window: Window) -> None:
    assert window.take("case-1", "item-2").reason_code == "not_on_any_list"

    write(house, "catalog", [item(2)])
    take_in(house, "intake", "catalog", 2)

    assert window.take("case-2", "item-2").state == "accepted"
