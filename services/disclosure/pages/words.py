"""How numbers, moments, codes and addresses are written on the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from services.chassis import words as shared
from services.disclosure.measures import (
    CHANGE_KINDS,
    OVER,
    Count,
    Days,
    Happened,
    Measure,
    Quantity,
    Question,
    Tally,
    Thing,
)
from services.disclosure.projections.names import Names
from services.kernel.rounding import Rounding
from services.kernel.times import SHANGHAI

CHANNEL_NAMES: Final[Mapping[str, str]] = {
    "window": "窗口",
    "online": "网上",
    "mobile": "移动端",
    "app": "移动应用",
    "post": "邮寄",
    "courier": "快递",
    "fax": "传真",
    "email": "电子邮件",
    "other": "其他",
    "Internet": "互联网",
    "Desk": "柜台",
    "Post": "邮寄",
    "e-mail": "电子邮件",
    "Intern": "内部",
}
"""A sender's own code is shown by its name where we know one, else as it is."""

KIND_NAMES: Final = shared.COMPLETION_KINDS

COUNT_NAMES: Final[Mapping[Quantity, str]] = {
    Count.ACCEPTED: "受理",
    Count.COMPLETED: "办结",
    Count.ACCEPTED_COMPLETED: "已办结",
    Count.OPEN: "在办",
    Count.DUE: "已到期",
    Count.DUE_IN_TIME: "到期前办结",
    Count.PROMISED_COMPLETED: "有时限且已办结",
    Count.IN_TIME: "时限内办结",
    Count.ONLINE: "网上办件",
    Count.APPLIED_ONLINE: "网上申请",
    Tally.RESIDENT: "进驻事项",
    Tally.ONE_VISIT: "最多跑一次",
    Tally.STATUTORY_DAYS: "法定时限合计",
    Tally.DAYS_SAVED: "压缩",
    Tally.PROMISED_DAYS: "承诺时限合计",
    Tally.LIMITED: "有承诺时限的进驻事项",
    Tally.MATERIALS: "申报材料合计",
    Tally.COUNTY_ITEMS: "县级事项",
    Tally.LICENCES_BEFORE: "期初行政许可",
    Tally.LICENCES_MERGED: "精简合并",
    Tally.PROMISED_BEFORE: "期初承诺件",
    Tally.MADE_IMMEDIATE: "转为即办件",
    Tally.STEPS_BEFORE: "再造前",
    Tally.STEPS_REMOVED: "压减",
    Tally.MATERIALS_BEFORE: "再造前",
    Tally.MATERIALS_REMOVED: "压减",
    Tally.COUNTY_CLAIMS: "县级认领",
    Tally.LOWER_CLAIMS: "乡村两级认领",
    Tally.CLAIMS_MADE: "认领过",
    Tally.CLAIMS_IN_USE: "在用",
    Tally.CLAIMS: "三级认领",
    Tally.DEEP_CLAIMS: "网办深度三级及以上",
    Tally.FULLY_ONLINE: "全程网办",
    Tally.CHANGED: "调整",
    Tally.CANCELLED: "取消",
    Tally.MODE_CHANGED: "转变管理方式",
    Tally.MERGED: "合并",
    Tally.FROZEN: "冻结",
    Tally.FORWARDED_UP: "转报上级",
    Tally.DELEGATED_DOWN: "承接下放",
    Tally.FEE_ADJUSTED: "收费调整",
    Tally.SERVICE_REVISED: "公共服务调整",
    Days.WORKING: "工作日",
    **{one: over.zh for one, over in OVER.items()},
}
_DAYS: Final = (Tally.STATUTORY_DAYS, Tally.DAYS_SAVED, Tally.PROMISED_DAYS)
_SHEETS: Final = (Tally.MATERIALS, Tally.MATERIALS_BEFORE, Tally.MATERIALS_REMOVED)
_STEPS: Final = (Tally.STEPS_BEFORE, Tally.STEPS_REMOVED)
KIND_OF_CHANGE: Final[Mapping[str, str]] = {
    **{code: COUNT_NAMES[tally] for code, tally in CHANGE_KINDS.items()},
    "reengineered": "流程再造",
}
ITEM_TYPES: Final = shared.ITEM_TYPES
LEVEL_NAMES: Final = ("", "国家", "省级", "市级", "县级", "乡镇", "村", "多级")
"""行使层级 1 to 7."""
SOURCE_NAMES: Final[Mapping[str, str]] = {
    "catalog": "事项目录",
    "intake": "受理",
    "approval": "审批",
    "disclosure": "公开",
}
_ROUNDING_NAMES: Final[Mapping[Rounding, str]] = {
    Rounding.HALF_UP: "四舍五入，{places} 位小数",
    Rounding.FLOOR: "向下取整，{places} 位小数",
    Rounding.EXACT: "精确值，不取整",
}


WORDS: Final[Mapping[str, Callable[[str, Names], str]]] = {
    "region": lambda code, names: names.regions.get(code, code),
    "department": lambda code, names: names.departments.get(code, code),
    "item": lambda code, names: names.items.get(code, code),
    "item_type": lambda code, _: ITEM_TYPES.get(code, code),
    "level": lambda code, _: LEVEL_NAMES[int(code)],
    "channel": lambda code, _: CHANNEL_NAMES.get(code, code),
}
"""How the word of each filter is said."""
COUNTY_CODE: Final = 6
"""Digits of a county's region code; a township's has 9, a village's 12."""
_LISTS: Final[Mapping[Thing, str]] = {
    Thing.CASES: "/cases",
    Thing.HAPPENINGS: "/happenings",
}


def sign_of(count: Quantity) -> str:
    """Say what a numerator or denominator is counted in."""
    if isinstance(count, Count):
        return "件"
    if isinstance(count, Happened):
        return OVER[count].sign
    if isinstance(count, Days):
        return "个工作日"
    if count in _DAYS:
        return "个工作日"
    return "份" if count in _SHEETS else "个环节" if count in _STEPS else "项"


def number(value: int | Decimal | None) -> str:
    """Write a number with thousands marks; a dash where there is none."""
    return "—" if value is None else f"{value:,}"


def place_of(region: str, name: str) -> str:
    """Name a township or a village; nothing for the county itself, where nearly all happens."""
    return name if len(region) > COUNTY_CODE else ""


def rounding(measure: Measure) -> str:
    """Say how a measure is rounded."""
    return _ROUNDING_NAMES[measure.rounding].format(places=measure.places)


def moment(value: datetime | None) -> str:
    """Write a moment on its own clock, to the minute; another offset than +08:00 is named."""
    if value is None:
        return "—"
    offset = "" if value.utcoffset() == SHANGHAI.utcoffset(None) else f" {value:%z}"
    return f"{value:%Y-%m-%d %H:%M}{offset}"


def china(value: datetime | None) -> str:
    """Write a moment on the centre's clock."""
    return moment(None if value is None else value.astimezone(SHANGHAI))


@dataclass(frozen=True)
class Links:
    """Addresses that carry the whole question, so that what is behind a link is the same figure."""

    question: Question

    def behind(self, measure: Measure, part: str = "numerator") -> str:
        """Give the list of what is counted: cases, or entries of the catalog."""
        page = _LISTS.get(measure.of, "/entries")
        if part == "denominator" and measure.denominator is Days.WORKING:
            page = "/working-days"
        return self._address(page, measure=measure.id, part=part)

    def list_csv(self, page: str, measure: str, part: str = "numerator") -> str:
        return self._address(f"{page}.csv", measure=measure, part=part)

    def entries_csv(self, measure: str, part: str = "numerator") -> str:
        return self._address("/entries.csv", measure=measure, part=part)

    def cases_csv(self, measure: str, part: str = "numerator") -> str:
        return self._address("/cases.csv", measure=measure, part=part)

    def how(self, measure: str) -> str:
        return self._address(f"/how/{measure}")

    def stat(self, measure: str) -> str:
        return self._address(f"/stat/{measure}")

    def board(self, **changed: str) -> str:
        """Give the board with these filters changed; without positions, for the board lives."""
        said = {"as_of": self.question.as_of.isoformat()} if self.question.as_of_said else {}
        said |= {name: text for name, text in (self.question.filters | changed).items() if text}
        return f"/board?{urlencode(said)}" if said else "/board"

    def _address(self, path: str, **said: str) -> str:
        places = ",".join(f"{name}:{at}" for name, at in sorted(self.question.positions.items()))
        asked = {"as_of": self.question.as_of.isoformat(), "positions": places}
        return f"{path}?{urlencode(said | asked | self.question.filters)}"
