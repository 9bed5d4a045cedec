"""The year's adjustments: second versions, ends, freezes, and the rows that tell of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from deploy.feed.bureaus import REGION
from deploy.feed.sample.blocks import Fate
from deploy.feed.sample.items import Item, Version
from services.kernel.times import SHANGHAI

Row = dict[str, object]
ADJUSTMENT, STREAMLINING = "ADJUSTMENT", "LICENCE_STREAMLINING"
UPPER = "34XX00"
"""Placeholder of the city the county belongs to."""
WAVES = ((4, 1), (6, 15), (9, 1), (11, 2))
"""Month and day on which second versions take effect."""
CANCELLING = "依据的规定已废止，予以取消"
FREEZING = "疫情防控期间暂停受理"
FINISH = "FINISH_UNDER_OLD"


@dataclass(frozen=True)
class Change:
    """Something that happens to an item: announced, then in effect, both within the year."""

    happened_at: datetime
    effective_from: datetime


def apply(items: Sequence[Item], chance: Random, year: int) -> list[Row]:
    """Let the year pass over the items; gives the rows of its adjustments in order of time."""
    rows: list[Row] = []
    merged: dict[int, list[Item]] = defaultdict(list)
    by_number = {item.number: item for item in items}
    for item in items:
        if item.fate in (Fate.MERGED, Fate.STREAMLINED):
            merged[_target(item, items, chance).number].append(item)
        else:
            rows += _happen(item, chance, year)
    for number, gone in merged.items():
        rows.append(_merge(by_number[number], gone, _change(chance, year)))
    return sorted(rows, key=lambda row: (str(row["happened_at"]), _subject(row)))


def reason(item: Item) -> str:
    """Say why an item has a second version."""
    return {
        Fate.IMMEDIATE: "承诺件转为即办件",
        Fate.REENGINEERED: "流程再造，减环节、减材料、减时限",
        Fate.FEE: "落实降费政策，调整收费标准",
        Fate.REVISED: "公共服务类事项动态调整",
    }[item.fate]


def _subject(row: Row) -> str:
    return str(next(row[name] for name in ("task_code", "into", "catalog_code") if name in row))


def _happen(item: Item, chance: Random, year: int) -> Iterator[Row]:
    match item.fate:
        case Fate.IMMEDIATE | Fate.REENGINEERED | Fate.FEE | Fate.REVISED:
            at = datetime(year, *chance.choice(WAVES), tzinfo=SHANGHAI)
            told = at - timedelta(days=chance.randint(5, 20), hours=-10)
            item.versions.append(Version(2, item.amounts.last, at, told))
        case Fate.RECEIVED:
            change = _change(chance, year)
            item.versions.append(
                Version(1, item.amounts.last, change.effective_from, change.happened_at)
            )
            level = chance.choice((2, 3))
            document = f"{'省' if level == 2 else '市'}政示例〔{year}〕{chance.randint(1, 40)}号"
            yield _row("delegate_down", item, change, from_level=level, source_document=document)
        case Fate.CANCELLED:
            change = _change(chance, year)
            item.ends = change.effective_from
            yield _row("cancel", item, change, reason=CANCELLING, open_cases=FINISH)
        case Fate.NON_LICENCE:
            end = datetime(year - 1, 12, 31, tzinfo=SHANGHAI)
            change = Change(end - timedelta(days=10, hours=-9), end)
            item.ends = end
            why = "非行政许可审批类别取消"
            yield _row("cancel", item, change, reason=why, open_cases=FINISH)
            yield _cancel_basic(item, why, datetime(year, 1, 10, tzinfo=SHANGHAI))
        case Fate.MODE:
            yield _row(
                "change_mode",
                item,
                _change(chance, year),
                before="审批",
                after="备案",
                reason="由事前审批转为告知性备案，加强事中事后监管",
            )
        case Fate.UPWARD:
            yield _row(
                "forward_up",
                item,
                _change(chance, year),
                to_unit=UPPER,
                to_level=3,
                reason="上级收回审批权，本级负责初审转报",
            )
        case Fate.FROZEN:
            yield from _freeze(item, chance, year)
        case _:
            pass


def _cancel_basic(item: Item, why: str, at: datetime) -> Row:
    return {
        "kind": "adjustment",
        "act": "cancel_basic",
        "catalog_code": item.catalog_code,
        "effective_from": at.isoformat(),
        "reason": why,
        "happened_at": (at - timedelta(days=3, hours=-9)).isoformat(),
    }


def _freeze(item: Item, chance: Random, year: int) -> Iterator[Row]:
    """Freeze for some months: in the hall with the end named at once, elsewhere until told."""
    begins = datetime(year, 2, chance.randint(1, 20), tzinfo=SHANGHAI)
    ends = datetime(year, chance.randint(5, 8), chance.randint(1, 28), tzinfo=SHANGHAI)
    item.frozen = (begins, ends)
    change = Change(begins - timedelta(days=1, hours=-9), begins)
    if item.resident:
        yield _row("freeze", item, change, reason=FREEZING, until=ends.isoformat())
        return
    yield _row("freeze", item, change, reason=FREEZING)
    opened = Change(ends - timedelta(days=3, hours=-9), ends)
    yield _row("unfreeze", item, opened, reason="疫情防控形势好转，恢复受理")


def _target(item: Item, items: Sequence[Item], chance: Random) -> Item:
    """Choose what an item is merged into: of its type and, where there is one, its department."""
    kind = [
        other
        for other in items
        if other.fate is Fate.STAYS and other.resident and other.item_type == item.item_type
    ]
    near = [other for other in kind if other.department == item.department]
    nearest = [other for other in near if other.subject == item.subject]
    return chance.choice(nearest or near or kind)


def _merge(into: Item, gone: Sequence[Item], change: Change) -> Row:
    for item in gone:
        item.ends = change.effective_from
    licence = into.item_type == "01"
    row = _row(
        "merge",
        into,
        change,
        into=into.code,
        merged=sorted(item.code for item in gone),
        programme=STREAMLINING if licence else ADJUSTMENT,
        open_cases=FINISH,
    )
    return {name: value for name, value in row.items() if name != "task_code"}


def _change(chance: Random, year: int) -> Change:
    day = datetime(year, 2, 1, tzinfo=SHANGHAI) + timedelta(days=chance.randrange(320))
    return Change(day - timedelta(days=chance.randint(5, 20), hours=-10), day)


def _row(act: str, item: Item, change: Change, **said: object) -> Row:
    return {
        "kind": "adjustment",
        "act": act,
        "task_code": item.code,
        "effective_from": change.effective_from.isoformat(),
        **said,
        "happened_at": change.happened_at.isoformat(),
    }


def schemes(items: Sequence[Item], year: int) -> Iterator[Row]:
    """Give the three parallel-approval schemes; two departments of one need each other first."""
    laid_out = (
        ("ENTERPRISE_ESTABLISHMENT", "企业设立并联审批", (1, 4, 5, 8, 31), ()),
        ("GOVERNMENT_INVESTMENT", "政府投资项目并联审批", (2, 6, 13, 15, 3), ((2, 6),)),
        ("PRIVATE_INVESTMENT", "社会投资项目并联审批", (3, 2, 6, 13, 33, 34), ((6, 13),)),
    )
    at = datetime(year, 3, 1, tzinfo=SHANGHAI)
    for number, (kind, label, departments, edges) in enumerate(laid_out, start=1):
        chosen = {place: _member(items, place - 1, number) for place in departments}
        lead = departments[0]
        needs = {place: [chosen[lead].code] for place in departments[1:]}
        for place, first in edges:
            needs.setdefault(place, []).append(chosen[first].code)
        yield {
            "kind": "scheme",
            "scheme": f"{REGION}-P{number}",
            "label": label,
            "scheme_kind": kind,
            "lead": chosen[lead].department_code,
            "members": [
                {
                    "item_code": chosen[place].code,
                    "department": chosen[place].department_code,
                    "needs": needs.get(place, []),
                    "waivable": place != lead,
                }
                for place in departments
            ],
            "joint_limit_days": 45,
            "joint_extension_days": 15,
            "plan_effective_date": at.isoformat(),
            "happened_at": (at - timedelta(days=8, hours=-10)).isoformat(),
        }


def _member(items: Sequence[Item], department: int, turn: int) -> Item:
    """Choose a lasting item of a department in the hall, another one for each scheme if it can."""
    lasting = [
        item
        for item in items
        if item.department == department
        and item.resident
        and item.fate is Fate.STAYS
        and item.item_type in ("01", "07", "10")
    ]
    return lasting[turn % len(lasting)]
