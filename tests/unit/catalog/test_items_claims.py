"""The basic directory and claims of it: given, when, then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from services.catalog.domain.basic import BasicItem, BasicItemSaid
from services.catalog.domain.claims import Claim, ClaimSaid, place_of
from services.catalog.domain.rules import CatalogRuleError
from tests.unit.catalog.licence import EDITOR, NEXT_MONTH, TOMORROW, by
from tests.unit.facts import NOW

BASIC = BasicItemSaid(
    catalog_code="000100001000",
    name="施工许可",
    item_type="01",
    levels=[4, 5],
    effective_from=NOW,
)
CLAIM = ClaimSaid(
    catalog_code="000100001000", unit="3412XX001", unit_name="示例镇", level=5, batch_no=1
)


def registered(**said: Any) -> BasicItem:
    basic = BasicItem.of("000100001000")
    basic.register(by(EDITOR), msgspec.structs.replace(BASIC, **said))
    basic.collect_events()
    return basic


def claimed() -> Claim:
    claim = Claim.of(CLAIM.unit, CLAIM.catalog_code)
    claim.make(by(EDITOR), CLAIM, registered())
    claim.collect_events()
    return claim


def test_basic_item_is_registered_once_and_may_be_said_anew() -> None:
    basic = registered()

    assert basic.register(by(EDITOR), BASIC) is False
    assert basic.register(by(EDITOR), msgspec.structs.replace(BASIC, name="施工许可证")) is True
    again = BasicItem.replay(basic.pending)
    assert again is not None and again.said == basic.said


def test_cancelled_basic_item_is_claimable_until_then() -> None:
    basic = registered()

    assert basic.cancel(by(EDITOR), "取消", TOMORROW) is True
    assert basic.cancel(by(EDITOR), "取消", TOMORROW) is False
    assert basic.claimable_at(NOW) and not basic.claimable_at(TOMORROW)


@pytest.mark.parametrize("levels", [[], [0], [8], [4, 9]])
def test_basic_item_is_refused_without_lawful_levels(levels: list[int]) -> None:
    with pytest.raises(CatalogRuleError) as refused:
        BasicItem.of("x").register(by(EDITOR), msgspec.structs.replace(BASIC, levels=levels))

    assert (refused.value.rule, refused.value.field) == ("levels", "levels")


def test_basic_item_is_cancelled_once_and_stays_so() -> None:
    basic = registered()
    basic.cancel(by(EDITOR), "取消", TOMORROW)

    for when in (
        lambda: basic.cancel(by(EDITOR), "再取消", NEXT_MONTH),
        lambda: basic.register(by(EDITOR), msgspec.structs.replace(BASIC, name="另一名称")),
    ):
        with pytest.raises(CatalogRuleError):
            when()
    with pytest.raises(CatalogRuleError) as refused:
        registered().cancel(by(EDITOR), "取消", NOW - timedelta(days=1))
    assert refused.value.rule == "retroactive"


def test_claim_is_made_once_changed_and_withdrawn() -> None:
    claim = claimed()

    assert claim.make(by(EDITOR), CLAIM, registered()) is False
    deeper = msgspec.structs.replace(CLAIM, online_depth=4)
    assert claim.make(by(EDITOR), deeper, registered()) is True
    assert claim.withdraw(by(EDITOR), "并入县级") is True
    assert claim.withdraw(by(EDITOR), "并入县级") is False
    assert not claim.stands
    assert claim.make(by(EDITOR), deeper, registered()) is True
    assert claim.stands
    again = Claim.replay(claim.pending)
    assert again is not None and (again.said, again.withdrawn) == (claim.said, None)


@pytest.mark.parametrize(
    ("basic", "said", "rule", "field"),
    [
        (None, {}, "unknown_basic_item", "catalog_code"),
        (BasicItem.of("000100001000"), {}, "unknown_basic_item", "catalog_code"),
        (registered(), {"level": 6}, "level", "level"),
        (registered(), {"online_depth": 5}, "range", "online_depth"),
        (registered(), {"batch_no": -1}, "range", "batch_no"),
    ],
)
def test_claim_is_refused(
    basic: BasicItem | None, said: dict[str, Any], rule: str, field: str
) -> None:
    claim = Claim.of(CLAIM.unit, CLAIM.catalog_code)

    with pytest.raises(CatalogRuleError) as refused:
        claim.make(by(EDITOR), msgspec.structs.replace(CLAIM, **said), basic)

    assert (refused.value.rule, refused.value.field) == (rule, field)
    assert claim.pending == ()


def test_claim_of_a_cancelled_basic_item_is_refused_from_then_on() -> None:
    basic = registered()
    basic.cancel(by(EDITOR), "取消", TOMORROW)
    claim = Claim.of(CLAIM.unit, CLAIM.catalog_code)

    with pytest.raises(CatalogRuleError) as refused:
        claim.make(by(EDITOR, at=TOMORROW), CLAIM, basic)

    assert refused.value.rule == "unknown_basic_item"
    assert claim.make(by(EDITOR), CLAIM, basic) is True


def test_shared_basic_item_is_claimed_at_any_level() -> None:
    claim = Claim.of(CLAIM.unit, CLAIM.catalog_code)

    assert claim.make(by(EDITOR), CLAIM, registered(levels=[7])) is True


def test_claim_nobody_made_is_not_withdrawn() -> None:
    with pytest.raises(CatalogRuleError) as refused:
        Claim.of("3412XX001", "x").withdraw(by(EDITOR), "并入县级")

    assert refused.value.rule == "not_claimed"


@pytest.mark.parametrize(
    ("unit", "level", "region"),
    [
        ("3412XX", 4, "341200000000"),
        ("3412XX001", 5, "3412XX001"),
        ("3412XX001002", 6, "3412XX001002"),
        ("3412XX001", 6, "341200000000"),
        ("D07", 5, "341200000000"),
    ],
)
def test_claim_below_the_county_belongs_to_the_region_of_its_unit(
    unit: str, level: int, region: str
) -> None:
    assert place_of(unit, level, "341200000000") == region
