"""The form of a draft: what it asks, what was typed, and what became of that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from msgspec.structs import asdict, replace

from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.terms import CaseType, Guide, Implementation, Listing, PublicList
from services.catalog.domain.validators import HARD, soft
from services.catalog.pages import lines, words
from services.kernel.limits import Unit
from services.kernel.times import TimeTextError, read_time

_YES_NO: Final = {"": "未说明", "yes": "是", "no": "否"}
_UNITS: Final = {
    "WORKING_DAY": "工作日",
    "CALENDAR_DAY": "自然日",
    "HOUR": "小时",
    "IMMEDIATE": "当场",
}


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """Everything as it was typed; nothing is refused before it can be shown again."""

    item_code: str = ""
    item_version: str = ""
    name: str = ""
    item_type: str = ""
    case_type: str = ""
    department: str = ""
    department_name: str = ""
    lists: list[str] = []
    effective_from: str = ""
    statutory_limit_days: str = ""
    statutory_unit: str = "WORKING_DAY"
    promised_limit_days: str = ""
    promised_unit: str = "WORKING_DAY"
    level: str = ""
    catalog_code: str = ""
    resident: str = ""
    audience: list[str] = []
    handling_forms: list[str] = []
    visits: str = ""
    visits_reason: str = ""
    online_depth: str = ""
    fully_online: str = ""
    courier: str = ""
    materials: str = ""
    steps: str = ""
    conditions: str = ""
    basis: str = ""
    result_name: str = ""
    result_type: str = ""
    charged: str = ""
    fee_basis: str = ""
    pay_online: str = ""
    fees: str = ""
    place: str = ""
    hours: str = ""
    enquiry_line: str = ""
    complaint_line: str = ""
    topics_people: str = ""
    topics_business: str = ""
    guide_materials: str = ""
    guide_criteria: str = ""
    guide_steps: str = ""
    guide_flow: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a field: the rule and what to do."""

    rule: str
    text: str


@dataclass
class Outcome:
    """What the form says; `said` only when nothing is wrong."""

    typed: Typed
    wrong: dict[str, Wrong] = field(default_factory=dict)
    version: int = 0
    said: Implementation | None = None

    def refuse(self, error: CatalogRuleError) -> None:
        """Put a rule's word next to its field."""
        self.wrong.setdefault(error.field.removeprefix("listing."), Wrong(error.rule, str(error)))


@dataclass(frozen=True)
class Ask:
    """One field of the form."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    rows: int = 4


def _options(*tables: Mapping[Any, str]) -> tuple[tuple[str, str], ...]:
    return tuple((str(key), text) for table in tables for key, text in table.items())


_BLANK: Final = {"": "请选择"}
SHEETS: Final[Sequence[tuple[str, str, Sequence[Ask]]]] = (
    (
        "基本信息",
        "What it is",
        (
            Ask("item_code", "实施编码", hint="31 位：机构代码 18 位、层级 1 位、基本编码 12 位"),
            Ask("item_version", "版本", "number"),
            Ask("name", "事项名称"),
            Ask("item_type", "事项类型", "select", options=_options(_BLANK, words.ITEM_TYPES)),
            Ask("case_type", "办件类型", "select", options=_options(_BLANK, words.CASE_TYPES)),
            Ask("department", "部门编码"),
            Ask("department_name", "部门名称"),
            Ask("catalog_code", "基本编码", hint="12 位"),
            Ask("level", "行使层级", "select", options=_options({"": "未说明"}, words.LEVELS)),
            Ask("resident", "进驻大厅", "select", options=_options(_YES_NO)),
            Ask("effective_from", "生效日期", "date", hint="不得早于公布时"),
            Ask("lists", "所在清单", "checks", options=_options(words.LISTS)),
        ),
    ),
    (
        "时限",
        "Limits",
        (
            Ask("statutory_limit_days", "法定时限", "number"),
            Ask("statutory_unit", "法定时限单位", "select", options=_options(_UNITS)),
            Ask("promised_limit_days", "承诺时限", "number", hint="即办件为 0"),
            Ask("promised_unit", "承诺时限单位", "select", options=_options(_UNITS)),
        ),
    ),
    (
        "服务",
        "Service",
        (
            Ask("audience", "服务对象", "checks", options=_options(words.AUDIENCES)),
            Ask("handling_forms", "办理形式", "checks", options=_options(words.FORMS)),
            Ask("visits", "到现场次数", "number"),
            Ask("visits_reason", "到现场原因"),
            Ask(
                "online_depth", "网办深度", "select", options=_options({"": "未说明"}, words.DEPTHS)
            ),
            Ask("fully_online", "全程网办", "select", options=_options(_YES_NO)),
            Ask("courier", "快递送达", "select", options=_options(_YES_NO)),
            Ask("result_name", "结果名称"),
            Ask("result_type", "结果类型", hint="证照填 10"),
            Ask("place", "办理地点"),
            Ask("hours", "办理时间"),
            Ask("enquiry_line", "咨询电话"),
            Ask("complaint_line", "监督投诉电话"),
            Ask("topics_people", "个人主题", hint="多个用逗号分开"),
            Ask("topics_business", "法人主题", hint="多个用逗号分开"),
        ),
    ),
    (
        "材料、环节和收费",
        "Papers, steps, fees",
        (
            Ask(
                "materials",
                "申请材料",
                "lines",
                "每行一件：名称 | 必要、非必要或免提交 | 形式 | 原件数 | 复印件数 | 来源 | 依据",
                rows=7,
            ),
            Ask("steps", "办理环节", "lines", "每行一个：环节 | 岗位 | 工作日", rows=7),
            Ask("charged", "是否收费", "select", options=_options(_YES_NO)),
            Ask("pay_online", "可网上支付", "select", options=_options(_YES_NO)),
            Ask("fee_basis", "收费依据"),
            Ask("fees", "收费项目", "lines", "每行一项：项目 | 标准 | 金额（元） | 依据"),
            Ask("conditions", "受理条件", "lines"),
            Ask("basis", "设定依据", "lines"),
        ),
    ),
    (
        "服务指南（公布前四部分须齐全）",
        "Service guide",
        (
            Ask("guide_materials", "材料要素", "lines"),
            Ask("guide_criteria", "审查要素", "lines"),
            Ask("guide_steps", "办理环节说明", "lines"),
            Ask("guide_flow", "流程图说明", "lines"),
        ),
    ),
    ("修改说明", "Why", (Ask("reason", "修改原因", "lines", rows=3),)),
)
_GUIDE: Final = ("materials", "criteria", "steps", "flow")
_PLAIN: Final = (
    "visits_reason",
    "result_name",
    "result_type",
    "fee_basis",
    "place",
    "hours",
    "enquiry_line",
    "complaint_line",
)
_LONG: Final = ("conditions", "basis")


def typed_of(item_code: str, version: int, said: Implementation | None, reason: str = "") -> Typed:
    """Fill the form with what a version says."""
    if said is None:
        return Typed(item_code=item_code, item_version=str(version), reason=reason)
    listing = said.listing or Listing()
    guide = asdict(listing.guide) if listing.guide else dict.fromkeys(_GUIDE, "")
    return Typed(
        item_code=item_code,
        item_version=str(version),
        name=said.name,
        item_type=said.item_type,
        case_type=said.case_type.value,
        department=said.department,
        department_name=said.department_name,
        lists=[one.value for one in said.lists],
        effective_from=words.day(said.effective_from),
        statutory_limit_days=str(said.statutory_limit_days),
        statutory_unit=listing.statutory_unit.value,
        promised_limit_days=str(said.promised_limit_days),
        promised_unit=listing.promised_unit.value,
        audience=[str(one) for one in listing.audience],
        handling_forms=[str(one) for one in listing.handling_forms],
        level=_text(listing.level),
        visits=_text(listing.visits),
        online_depth=_text(listing.online_depth),
        resident=_said(listing.resident),
        fully_online=_said(listing.fully_online),
        courier=_said(listing.courier),
        charged=_said(listing.charged),
        pay_online=_said(listing.pay_online),
        materials=lines.write_materials(listing.materials),
        steps=lines.write_steps(listing.steps),
        fees=lines.write_fees(listing.fees),
        topics_people="，".join(listing.topics_people),
        topics_business="，".join(listing.topics_business),
        reason=reason,
        **{name: getattr(listing, name) or "" for name in (*_PLAIN, *_LONG, "catalog_code")},
        **{f"guide_{name}": guide[name] for name in _GUIDE},
    )


def read(typed: Typed, before: Listing | None) -> Outcome:
    """Read the form; what it does not ask is kept from `before`. Says everything that is wrong."""
    outcome = Outcome(typed)
    reading = _Reading(typed, outcome)
    outcome.version = reading.number("item_version", 1, 999_999) or 0
    said = reading.implementation(before or Listing())
    if not outcome.wrong and said is not None:
        for error in _broken(typed.item_code, said):
            outcome.refuse(error)
    if not outcome.wrong:
        outcome.said = said
    return outcome


def _broken(item_code: str, said: Implementation) -> Iterator[CatalogRuleError]:
    listing = said.listing or Listing()
    yield from (rule.error() for rule in HARD if rule.broken(said, listing))
    yield from soft(item_code, said)


class _Reading:
    """Turns texts into values and notes what is no value."""

    def __init__(self, typed: Typed, outcome: Outcome) -> None:
        self._typed = typed
        self._wrong = outcome.wrong

    def implementation(self, before: Listing) -> Implementation | None:
        typed = self._typed
        listing = self._listing(before)
        statutory = self.number("statutory_limit_days", 0, 3650)
        promised = self.number("promised_limit_days", 0, 3650)
        at = None
        try:
            at = read_time(typed.effective_from)
        except TimeTextError:
            self._no("effective_from", "没有这个日期，请写成 2021-01-31。")
        for name in ("item_code", "name", "item_type", "case_type", "department_name"):
            self._text(name, 200, needed=True)
        self._text("department", 64, needed=True)
        if typed.item_code and not _is_code(typed.item_code):
            self._no("item_code", "编码只能用数字、字母和 . _ -，最多 64 位。")
        if typed.department and not _is_code(typed.department):
            self._no("department", "编码只能用数字、字母和 . _ -，最多 64 位。")
        if self._wrong or statutory is None or promised is None or at is None:
            return None
        try:
            return Implementation(
                name=typed.name.strip(),
                item_type=typed.item_type,
                case_type=CaseType(typed.case_type),
                department=typed.department,
                department_name=typed.department_name.strip(),
                statutory_limit_days=statutory,
                promised_limit_days=promised,
                lists=tuple(PublicList(one) for one in typed.lists),
                effective_from=at,
                listing=listing,
            )
        except ValueError:
            self._no("case_type", "请从列出的选项中选择。")
            return None

    def _listing(self, before: Listing) -> Listing:
        typed = self._typed
        values: dict[str, Any] = {name: self._text(name, 2000) for name in _PLAIN}
        values |= {name: self._text(name, 20_000) for name in _LONG}
        for name in ("resident", "fully_online", "courier", "charged", "pay_online"):
            values[name] = {"yes": True, "no": False}.get(getattr(typed, name))
        guide = {name: self._text(f"guide_{name}", 20_000) for name in _GUIDE}
        return replace(
            before,
            catalog_code=self._text("catalog_code", 64) or None,
            level=self.number("level", 1, 7, blank=True),
            visits=self.number("visits", 0, 99, blank=True),
            online_depth=self.number("online_depth", 1, 4, blank=True),
            audience=self._numbers("audience"),
            handling_forms=self._numbers("handling_forms"),
            statutory_unit=self._unit("statutory_unit"),
            promised_unit=self._unit("promised_unit"),
            materials=self._lines("materials", lines.materials, before.materials),
            steps=self._lines("steps", lines.steps, before.steps),
            fees=self._lines("fees", lines.fees, before.fees),
            topics_people=_parts(typed.topics_people),
            topics_business=_parts(typed.topics_business),
            guide=Guide(**guide) if any(guide.values()) else None,
            flags=[],
            **values,
        )

    def number(self, name: str, least: int, most: int, *, blank: bool = False) -> int | None:
        text = getattr(self._typed, name).strip()
        if not text and blank:
            return None
        if not (text.isascii() and text.isdigit()) or not least <= int(text[:9]) <= most:
            self._no(name, f"请写 {least} 到 {most} 的整数。")
            return None
        return int(text)

    def _numbers(self, name: str) -> list[int]:
        texts = getattr(self._typed, name)
        if not all(text.isascii() and text.isdigit() and len(text) < 3 for text in texts):
            self._no(name, "请从列出的选项中选择。")
            return []
        return [int(text) for text in texts]

    def _unit(self, name: str) -> Unit:
        try:
            return Unit(getattr(self._typed, name))
        except ValueError:
            self._no(name, "请从列出的选项中选择。")
            return Unit.WORKING_DAY

    def _lines(self, name: str, parse: Callable[[str, Any], list[Any]], before: Any) -> list[Any]:
        try:
            return parse(getattr(self._typed, name), before)
        except lines.LineError as error:
            self._no(name, f"{error}。")
            return []

    def _text(self, name: str, most: int, *, needed: bool = False) -> str:
        text: str = getattr(self._typed, name).strip()
        if needed and not text:
            self._no(name, "请填写。")
        elif len(text) > most:
            self._no(name, f"最多 {most} 个字。")
        return text

    def _no(self, name: str, text: str) -> None:
        self._wrong.setdefault(name, Wrong("form", text))


def _is_code(text: str) -> bool:
    return len(text) <= 64 and text.isascii() and all(c.isalnum() or c in "._-" for c in text)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def _said(value: bool | None) -> str:
    return "" if value is None else ("yes" if value else "no")
