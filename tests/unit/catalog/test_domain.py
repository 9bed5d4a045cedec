"""Items and their versions: given events, when a command, then events or an error."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.catalog.domain import (
    CaseType,
    CatalogRuleError,
    Implementation,
    Item,
    ItemPublished,
    PublicList,
)
from tests.unit.facts import NOW, facts

LICENCE = Implementation(
    name="建筑工程施工许可证核发",
    item_type="01",
    case_type=CaseType.PROMISED,
    department="D07",
    department_name="住房和城乡建设局",
    statutory_limit_days=15,
    promised_limit_days=7,
    lists=(PublicList.POWER,),
    effective_from=NOW,
)


def published(*versions: tuple[int, Implementation]) -> Item:
    item = Item.of("I1")
    for number, said in versions:
        item.publish(facts(subject="I1"), number, said)
    item.collect_events()
    return item


def test_item_is_published_in_its_first_version() -> None:
    item = Item.of("I1")

    item.publish(facts(subject="I1"), 1, LICENCE)

    (event,) = item.pending
    assert isinstance(event, ItemPublished)
    assert (event.item_code, event.item_version, event.retroactive) == ("I1", 1, False)
    assert event.lists == [PublicList.POWER]


def test_version_is_published_once_when_it_comes_twice() -> None:
    item = published((1, LICENCE))

    assert item.publish(facts(), 1, LICENCE) is False
    assert item.pending == ()


def test_replayed_item_knows_its_versions() -> None:
    item = Item.of("I1")
    item.publish(facts(), 1, LICENCE)
    item.publish(facts(), 2, replace(LICENCE, promised_limit_days=5))

    again = Item.replay(item.pending)

    assert again is not None
    assert again.versions == item.versions
    assert again.publish(facts(), 2, replace(LICENCE, promised_limit_days=5)) is False


def test_version_is_flagged_when_it_took_effect_before_it_was_published() -> None:
    item = Item.of("I1")

    item.publish(facts(), 1, replace(LICENCE, effective_from=NOW - timedelta(days=1)))

    (event,) = item.pending
    assert isinstance(event, ItemPublished)
    assert event.retroactive


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"lists": ()}, "lists"),
        ({"lists": (PublicList.FEE, PublicList.FEE)}, "lists"),
        ({"promised_limit_days": 16}, "promised_limit"),
        ({"promised_limit_days": 0}, "case_type"),
        ({"case_type": CaseType.IMMEDIATE}, "case_type"),
    ],
)
def test_publishing_is_refused_when_the_list_contradicts_itself(
    change: dict[str, object], rule: str
) -> None:
    item = Item.of("I1")

    with pytest.raises(CatalogRuleError) as refused:
        item.publish(facts(), 1, replace(LICENCE, **change))  # type: ignore[arg-type]

    assert refused.value.rule == rule
    assert item.pending == ()


@pytest.mark.parametrize(
    ("version", "said", "rule"),
    [
        (2, replace(LICENCE, name="另一名称"), "immutable"),
        (1, LICENCE, "version_order"),
        (3, replace(LICENCE, effective_from=NOW - timedelta(days=1)), "one_effective"),
    ],
)
def test_publishing_is_refused_when_it_would_change_the_past(
    version: int, said: Implementation, rule: str
) -> None:
    item = published((2, LICENCE))

    with pytest.raises(CatalogRuleError) as refused:
        item.publish(facts(), version, said)

    assert refused.value.rule == rule
