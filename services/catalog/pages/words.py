"""How the catalog's codes are said to people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from services.catalog.domain.validators import SOFT
from services.catalog.imports.irregular import FLAGS
from services.chassis import words as shared
from services.chassis.clock import CHINA
from services.chassis.web.parts import Light

CASE_TYPES: Final = {"IMMEDIATE": "即办件", "PROMISED": "承诺件"}
ITEM_TYPES: Final = shared.ITEM_TYPES
LISTS: Final = {
    "POWER": "权力清单",
    "RESPONSIBILITY": "责任清单",
    "FEE": "收费清单",
    "INTERMEDIARY": "中介服务清单",
    "PUBLIC_SERVICE": "公共服务清单",
}
LEVELS: Final = {
    1: "国家级",
    2: "省级",
    3: "市级",
    4: "县级",
    5: "乡镇（街道）级",
    6: "村（社区）级",
    7: "共享",
}
AUDIENCES: Final = shared.AUDIENCES
FORMS: Final = {1: "窗口办理", 2: "网上办理", 3: "移动端办理", 4: "快递申请", 9: "其他方式"}
BODIES: Final = {1: "法定机关", 2: "授权组织", 3: "受委托组织", 9: "其他"}
DEPTHS: Final = {
    1: "一级（网上咨询）",
    2: "二级（表格下载）",
    3: "三级（网上申请）",
    4: "四级（全程网办）",
}
ELEMENTS: Final = {
    1: "网上咨询",
    2: "网上收件",
    3: "网上预审",
    4: "网上受理",
    5: "网上办理",
    6: "结果反馈",
    7: "电子证照反馈",
    8: "其他",
}
UNITS: Final = {
    "WORKING_DAY": "个工作日",
    "CALENDAR_DAY": "个自然日",
    "HOUR": "小时",
    "IMMEDIATE": "当场",
}
STATUSES: Final[Mapping[str, tuple[str, str, Light]]] = {
    "in_force": ("有效", "In force", "green"),
    "pending": ("尚未生效", "Not yet in force", "grey"),
    "past": ("已被新版取代", "Replaced", "grey"),
    "frozen": ("已冻结，暂停受理", "Frozen", "amber"),
    "cancelled": ("已取消，不再受理", "Cancelled", "red"),
    "superseded": ("已并入其他事项", "Merged into another", "red"),
    "split": ("已拆分为其他事项", "Split", "red"),
}
ACTS: Final[Mapping[str, tuple[str, str, Light]]] = {
    "revised": ("修订", "Revised", ""),
    "case_type_changed": ("办件类型变更", "Case type changed", ""),
    "reengineered": ("流程再造", "Process re-engineered", "green"),
    "fee_adjusted": ("收费调整", "Fee adjusted", ""),
    "merged": ("合并其他事项", "Merged others into it", ""),
    "split": ("拆分", "Split", "red"),
    "split_off": ("由其他事项拆分而来", "Split off another", ""),
    "superseded": ("并入其他事项", "Merged into another", "red"),
    "cancelled": ("取消", "Cancelled", "red"),
    "frozen": ("冻结", "Frozen", "amber"),
    "unfrozen": ("解冻", "Unfrozen", "green"),
    "mode_changed": ("转变管理方式", "Management mode changed", ""),
    "reassigned_upward": ("转报上级", "Forwarded to a higher level", ""),
    "delegated_down": ("承接下放", "Taken over from above", ""),
}
OPEN_CASES: Final = {
    "FINISH_UNDER_OLD": "在办件按原规定办完",
    "TERMINATE": "在办件终止办理",
}
PROGRAMMES: Final = {"ADJUSTMENT": "动态调整", "LICENCE_STREAMLINING": "行政许可精简合并"}
ORIGINS: Final = {"EDITED": "本中心编制，经编办、法制办会签", "TAKEN_OVER": "由已公布的清单录入"}
OFFICES: Final = {"STAFFING": "编办", "LEGAL": "法制办"}
DEEMED: Final = {
    "NEXT_STAGE": "逾期视为同意，转入下一环节",
    "GRANT": "逾期视为准予",
    "NONE": "不适用默许",
}
SCHEME_KINDS: Final = shared.SCHEME_KINDS
WINDOW_KINDS: Final = {
    "DEPARTMENT": "部门窗口",
    "COMPREHENSIVE": "综合窗口",
    "CENTRAL_INTAKE": "统一受理窗口",
}
_FLAGS: Final = {
    "placeholder": "编码含占位符",
    "guide_missing": "来源清单没有完整的服务指南",
    **{rule.id: rule.remedy.partition("。 ")[0] for rule in SOFT},
    **{flag: meaning.partition(" (")[0] for flag, meaning in FLAGS.items()},
}


def flag(code: str) -> str:
    """Say what is irregular about a source; its code when nobody wrote that down."""
    return _FLAGS.get(code, code)


def limit(value: int, unit: str) -> str:
    """Say a time limit."""
    if unit == "IMMEDIATE" or value == 0:
        return "当场办结"
    return f"{value} {UNITS.get(unit, unit)}"


def day(at: datetime | date | None) -> str:
    """Write a day as the county's clock has it; "" for none."""
    if at is None:
        return ""
    local = at.astimezone(CHINA) if isinstance(at, datetime) else at
    return local.strftime("%Y-%m-%d")


def yes(value: bool | None, true: str = "是", false: str = "否", unknown: str = "未说明") -> str:
    """Say a yes or no that may be missing."""
    return unknown if value is None else (true if value else false)


def yuan(fen: int) -> str:
    """Write an amount."""
    return f"{fen / 100:,.2f} 元"
