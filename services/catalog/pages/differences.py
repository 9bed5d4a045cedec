"""Two versions of an item side by side, field by field, in words."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from services.catalog.domain.terms import FeeItem, Listing, Material, Step
from services.catalog.pages import words
from services.catalog.projections.items import ItemVersion


class Difference(msgspec.Struct, frozen=True):
    """One field of two versions; `before` and `after` have a line for each part of it."""

    field: str
    label: str
    before: list[str]
    after: list[str]

    @property
    def changed(self) -> bool:
        return self.before != self.after

    @property
    def gone(self) -> set[str]:
        """Lines only the first one has."""
        return set(self.before) - set(self.after)

    @property
    def new(self) -> set[str]:
        """Lines only the second one has."""
        return set(self.after) - set(self.before)


def differences(a: ItemVersion, b: ItemVersion) -> list[Difference]:
    """Give every field that at least one of the two says something in."""
    return [
        Difference(field, label, before, after)
        for (field, label, before), (_, _, after) in zip(_fields(a), _fields(b), strict=True)
        if before or after
    ]


def _fields(version: ItemVersion) -> Iterable[tuple[str, str, list[str]]]:
    listing = version.told
    yield "name", "事项名称", [version.name]
    yield "item_type", "事项类型", [words.ITEM_TYPES.get(version.item_type, version.item_type)]
    yield "case_type", "办件类型", [words.CASE_TYPES[version.case_type]]
    yield "department", "实施部门", [f"{version.department_name}（{version.department}）"]
    yield "lists", "所在清单", [words.LISTS[name] for name in version.lists]
    statutory = words.limit(version.statutory_limit_days, listing.statutory_unit.value)
    promised = words.limit(version.promised_limit_days, listing.promised_unit.value)
    yield "statutory_limit_days", "法定时限", [statutory]
    yield "promised_limit_days", "承诺时限", [promised]
    yield "effective_from", "生效日期", [words.day(version.effective_from)]
    yield from _served(listing)
    yield "listing.materials", "申请材料", [material(one) for one in listing.materials]
    yield "listing.steps", "办理环节", [step(one) for one in listing.steps]
    yield "listing.charged", "是否收费", _maybe(listing.charged)
    yield "listing.fees", "收费项目", [fee(one) for one in listing.fees]
    texts = (
        ("fee_basis", "收费依据"),
        ("conditions", "受理条件"),
        ("criteria", "审查标准"),
        ("flow", "办理流程"),
        ("basis", "设定依据"),
        ("power_source", "权力来源"),
        ("result_name", "结果名称"),
        ("quota", "数量限制"),
        ("scope", "通办范围"),
        ("place", "办理地点"),
        ("hours", "办理时间"),
        ("enquiry_line", "咨询电话"),
        ("complaint_line", "监督投诉电话"),
        ("intermediary", "中介服务"),
        ("other_departments", "联办机构"),
    )
    for name, label in texts:
        yield f"listing.{name}", label, _text(getattr(listing, name))


def _served(listing: Listing) -> Iterable[tuple[str, str, list[str]]]:
    level = [] if listing.level is None else [words.LEVELS.get(listing.level, str(listing.level))]
    yield "listing.level", "行使层级", level
    yield "listing.audience", "服务对象", [words.AUDIENCES.get(n, str(n)) for n in listing.audience]
    visits = [] if listing.visits is None else [f"{listing.visits} 次"]
    yield "listing.visits", "到现场次数", visits
    yield "listing.visits_reason", "到现场原因", _text(listing.visits_reason)
    forms = [words.FORMS.get(n, str(n)) for n in listing.handling_forms]
    yield "listing.handling_forms", "办理形式", forms
    depth = listing.online_depth
    yield "listing.online_depth", "网办深度", [] if depth is None else [words.DEPTHS[depth]]
    yield "listing.fully_online", "全程网办", _maybe(listing.fully_online)
    yield "listing.resident", "进驻大厅", _maybe(listing.resident)


def material(one: Material) -> str:
    """Say one material in a line."""
    parts = [one.name, "必要" if one.needed else "非必要", one.form]
    parts += [f"原件 {one.originals}" if one.originals else ""]
    parts += [f"复印件 {one.copies}" if one.copies else "", "可共享获取" if one.shared else ""]
    return " · ".join(part for part in parts if part)


def step(one: Step) -> str:
    """Say one step in a line."""
    days = "" if one.days is None else f"{one.days} 个工作日"
    return " · ".join(part for part in (one.name, one.role, days) if part)


def fee(one: FeeItem) -> str:
    """Say one charge in a line."""
    return " · ".join(part for part in (one.name, one.standard, one.basis) if part)


def _maybe(value: bool | None) -> list[str]:
    return [] if value is None else [words.yes(value)]


def _text(value: str) -> list[str]:
    return [line for line in value.splitlines() if line.strip()]
