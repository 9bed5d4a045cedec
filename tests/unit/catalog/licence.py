"""An implementation list that keeps every rule, who works on it, and the ways to a draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from services.catalog.domain.items import Item
from services.catalog.domain.terms import (
    CaseType,
    FeeItem,
    Guide,
    Implementation,
    Listing,
    Material,
    Office,
    PublicList,
    Step,
)
from services.kernel.facts import Actor, ActorKind, Facts
from tests.unit.facts import NOW, facts

CODE = "123412XXMB0000001X4000100001000"
OTHER = "123412XXMB0000001X4000100002000"
THIRD = "123412XXMB0000001X4000100003000"
EDITOR = Actor(ActorKind.PERSON, "editor-1", role="catalog_editor")
STAFFING = Actor(ActorKind.PERSON, "staffing-1", role="staffing_office")
LEGAL = Actor(ActorKind.PERSON, "legal-1", role="legal_office")
IMPORTER = Actor(ActorKind.PERSON, "importer-1", role="catalog_importer")
TOMORROW = NOW + timedelta(days=1)
NEXT_MONTH = NOW + timedelta(days=30)
GUIDE = Guide(
    "申请表、营业执照", "材料齐全", "受理、审查、决定、办结、送达", "受理后审查，决定后送达"
)
LISTING = Listing(
    catalog_code="000100001000",
    level=4,
    resident=True,
    audience=[2],
    handling_forms=[1, 2],
    handle_items=[f"{CODE}01"],
    visits=1,
    visits_reason="现场核验原件",
    online_depth=3,
    charged=True,
    fee_basis="收费标准文件",
    pay_online=True,
    fees=[FeeItem("工本费", "每证 10 元", 1000)],
    materials=[Material("申请表"), Material("营业执照", needed=False, shared=True)],
    steps=[Step(name) for name in ("受理", "审查", "决定", "办结", "送达")],
    result_type="10",
    result_name="施工许可证",
    enquiry_line="0000-0000000",
    complaint_line="0000-0000001",
    topics_business=["工程建设"],
    guide=GUIDE,
)
LICENCE = Implementation(
    name="建筑工程施工许可证核发",
    item_type="01",
    case_type=CaseType.PROMISED,
    department="D07",
    department_name="住房和城乡建设局",
    statutory_limit_days=15,
    promised_limit_days=7,
    lists=(PublicList.POWER,),
    effective_from=TOMORROW,
    listing=LISTING,
)


def changed(said: Implementation = LICENCE, /, listed: Any = None, **fields: Any) -> Implementation:
    """Give the list with other fields; `listed` are those of its listing."""
    listing = msgspec.structs.replace(said.listing or Listing(), **(listed or {}))
    return replace(said, listing=listing, **fields)


def by(actor: Actor, at: datetime = NOW, subject: str = CODE) -> Facts:
    """Say who acts on the item."""
    return facts(actor, at, subject)


def drafted(said: Implementation = LICENCE, version: int = 1, item: Item | None = None) -> Item:
    """Give an item with a draft of this version."""
    item = item or Item.of(CODE)
    item.write_draft(by(EDITOR), version, said, "压缩承诺时限")
    return item


def reviewed(said: Implementation = LICENCE, version: int = 1, item: Item | None = None) -> Item:
    """Give an item with a draft that both offices passed."""
    item = drafted(said, version, item)
    item.review(by(STAFFING), version, Office.STAFFING, True, "职责清楚")
    item.review(by(LEGAL), version, Office.LEGAL, True, "依据准确")
    return item


def published(code: str = CODE, *versions: Implementation) -> Item:
    """Give an item with these versions (one when none is named), nothing pending."""
    item = Item.of(code)
    for number, said in enumerate(versions or (replace(LICENCE, effective_from=NOW),), 1):
        item.publish(by(EDITOR, subject=code), number, said)
    item.collect_events()
    return item
