"""Stories of items, the basic directory and claims, so that each of their events happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from services.catalog.domain.basic import BasicItem, BasicItemSaid
from services.catalog.domain.claims import Claim, ClaimSaid
from services.catalog.domain.items import Item
from services.catalog.domain.standing import Merge
from services.catalog.domain.terms import CaseType, FeeItem, Office, OpenCases, Programme, Step
from services.kernel.aggregate import Aggregate
from tests.unit.catalog.licence import (
    CODE,
    EDITOR,
    LEGAL,
    LICENCE,
    LISTING,
    NEXT_MONTH,
    OTHER,
    STAFFING,
    THIRD,
    TOMORROW,
    by,
    changed,
    reviewed,
)
from tests.unit.facts import NOW

LATER = NEXT_MONTH + timedelta(days=1)
BASIC = BasicItemSaid(
    catalog_code="000100001000",
    name="建筑工程施工许可证核发",
    item_type="01",
    levels=[4, 5],
    effective_from=NOW,
    basis="《建筑法》",
    as_published={"行使层级": "县级"},
)
CLAIM = ClaimSaid(
    catalog_code="000100001000",
    unit="3412XX001",
    unit_name="示例镇",
    level=5,
    batch_no=2,
    item_code=CODE,
    online_depth=3,
    fully_online=False,
)
MERGE = Merge((OTHER,), LATER, Programme.LICENCE_STREAMLINING, OpenCases.FINISH_UNDER_OLD)


def edited_item() -> Item:
    """Two versions by the two offices: the second is immediate, cheaper and shorter."""
    item = reviewed()
    item.publish_draft(by(EDITOR), 1)
    second = changed(
        listed={
            "fees": [FeeItem("工本费", "免收", 0)],
            "materials": LISTING.materials[:1],
            "steps": [*LISTING.steps[:4], Step("送达", 0)],
            "guide": None,
        },
        case_type=CaseType.IMMEDIATE,
        promised_limit_days=0,
        effective_from=NEXT_MONTH,
    )
    item.write_draft(by(EDITOR), 2, second)
    item.review(by(LEGAL), 2, Office.LEGAL, False, "缺服务指南")
    second = changed(second, {"guide": LISTING.guide})
    item = reviewed(second, 2, item)
    item.publish_draft(by(EDITOR), 2, Programme.ADJUSTMENT)
    return item


def adjusted_item() -> Item:
    item = Item.of(CODE)
    item.publish(by(EDITOR), 1, LICENCE, "事项目录（2020 年本）")
    item.delegate_down(by(EDITOR), 2, TOMORROW, "省政府令第 1 号")
    item.freeze(by(EDITOR), "上位法修订", TOMORROW, NEXT_MONTH)
    item.unfreeze(by(EDITOR), "上位法修订完成", TOMORROW + timedelta(days=3))
    item.change_mode(by(EDITOR), "审批", "备案", TOMORROW, "放管服改革")
    item.absorb(by(EDITOR), [OTHER], LATER, MERGE.programme, MERGE.open_cases)
    item.come_out_of(by(EDITOR), THIRD, LATER)
    item.forward_up(by(EDITOR), "3412", 3, LATER, "权限上收")
    item.cancel(by(EDITOR), "国务院取消", LATER, OpenCases.TERMINATE)
    return item


def superseded_item() -> Item:
    item = Item.of(OTHER)
    item.publish(by(EDITOR, subject=OTHER), 1, changed(listed={"catalog_code": None}))
    item.be_superseded(by(EDITOR, subject=OTHER), CODE, MERGE)
    return item


def split_item() -> Item:
    item = Item.of(CODE)
    item.publish(by(EDITOR), 1, LICENCE)
    item.split(by(EDITOR), [OTHER, THIRD], LATER, OpenCases.FINISH_UNDER_OLD)
    return item


def half_reviewed_item() -> Item:
    item = Item.of(CODE)
    item.write_draft(by(EDITOR), 1, LICENCE, "新增事项")
    item.review(by(STAFFING), 1, Office.STAFFING, True, "职责清楚")
    return item


def basic_item() -> BasicItem:
    basic = BasicItem.of(BASIC.catalog_code)
    basic.register(by(EDITOR, subject=BASIC.catalog_code), BASIC)
    basic.cancel(by(EDITOR, subject=BASIC.catalog_code), "国务院取消", NEXT_MONTH)
    return basic


def claim() -> Claim:
    basic = BasicItem.of(BASIC.catalog_code)
    basic.register(by(EDITOR), BASIC)
    subject = f"{CLAIM.unit}/{CLAIM.catalog_code}"
    made = Claim.of(CLAIM.unit, CLAIM.catalog_code)
    made.make(by(EDITOR, subject=subject), CLAIM, basic)
    made.withdraw(by(EDITOR, subject=subject), "并入县级办理")
    return made


ITEM_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "catalog-edited-item": edited_item,
    "catalog-adjusted-item": adjusted_item,
    "catalog-superseded-item": superseded_item,
    "catalog-split-item": split_item,
    "catalog-half-reviewed-item": half_reviewed_item,
    "catalog-basic-item": basic_item,
    "catalog-claim": claim,
}
