"""Column names of published lists, as they are found in the wild, to national names.

A heading is compared without blanks, stars, colons and what stands in brackets. What no name here
matches stays a column of its own and is kept in `as_published`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from services.catalog.imports.formats import Sheet
from services.catalog.imports.names import LIST, NAMES, guess
from services.catalog.imports.values import text_of
from services.kernel.times import plain

ALIASES: Mapping[str, str] = {
    alias: name
    for name, aliases in {
        "task_code": "实施编码 实施清单编码 事项实施编码 事项编码 事项代码 权力编码 权力事项编码"
        " 职权编码 业务编码 项目编码 编码 item_code code",
        "local_task_code": "地方实施编码 本地编码",
        "catalog_code": "基本编码 基本目录编码 目录编码",
        "local_catalog_code": "地方基本编码",
        "task_handle_item": "业务办理项编码 办理项编码",
        "task_name": "事项名称 实施清单名称 权力名称 权力事项名称 职权名称 项目名称 服务事项名称"
        " 政务服务事项名称 公共服务事项名称 办理项名称 子项名称 子项 事项 名称 name item_name",
        "main_item": "主项名称 主项 大项名称 大项 main_item",
        "task_type": "事项类型 事项类别 权力类型 权力类别 职权类型 职权类别 事项性质 类型 类别"
        " item_type type",
        "task_version": "版本号 版本 事项版本 version",
        "use_level": "行使层级 实施层级 层级 级别 level",
        "power_source": "权力来源",
        "dept_code": "部门编码 部门代码 实施主体编码 实施主体代码 机构编码 机构代码 组织机构代码"
        " 统一社会信用代码 责任部门编码 主管部门编码 department_code org_code",
        "dept_name": "部门名称 部门 实施主体 实施主体名称 实施机构 实施机关 实施部门 责任部门"
        " 主管部门 行使主体 承办单位 承办部门 办理部门 单位 单位名称 机构名称 department"
        " department_name org_name",
        "dept_type": "实施主体性质 主体性质",
        "region": "区划 行政区划 区划编码 区划代码 行政区划编码 行政区划代码 region region_code",
        "project_type": "办件类型 办理类型 办件性质 case_type",
        "anticipate_day": "法定时限 法定办结时限 法定期限 法定办理时限 法定办结期限"
        " statutory_limit_days",
        "anticipate_type": "法定时限单位 法定办结时限单位",
        "anticipate_explain": "法定时限说明 法定办结时限说明",
        "promise_day": "承诺时限 承诺办结时限 承诺期限 承诺办理时限 承诺办结期限 办理时限 办结时限"
        " promised_limit_days",
        "promise_type": "承诺时限单位 承诺办结时限单位",
        "promise_explain": "承诺时限说明 承诺办结时限说明",
        "lists": "所属清单 清单类型 清单",
        "plan_effective_date": "生效日期 实施日期 计划生效日期 启用日期 effective_from",
        "plan_cancel_date": "失效日期 取消日期 计划取消日期",
        "limit_scene_num": "到现场次数 到办事现场次数 跑动次数 最多跑动次数",
        "limit_scene_explain": "必须现场办理原因 到现场原因",
        "is_entry_center": "是否进驻政务大厅 是否进驻大厅 进驻大厅 是否进驻",
        "server_type": "服务对象",
        "handle_type": "办理形式 办理方式",
        "online_handle_depth": "网办深度",
        "is_fee": "是否收费",
        "fee_basis": "收费依据",
        "is_pay_online": "是否支持网上支付 网上支付",
        "accept_condition": "受理条件 办理条件 申请条件",
        "handle_flow": "办理流程 办事流程",
        "by_law": "设定依据 法律依据 实施依据 依据 权力依据",
        "result_type": "结果类型 办理结果类型",
        "result_name": "结果名称 办理结果名称 办理结果",
        "transact_addr": "办理地点 办公地址 办理地址",
        "transact_time": "办理时间 办公时间",
        "link_way": "咨询电话 咨询方式 联系电话",
        "supervise_way": "监督投诉电话 监督投诉方式 投诉电话 监督电话",
        "is_express": "是否支持物流快递 物流快递",
        "is_schedule": "是否支持预约办理 预约办理",
        "service_type": "中介服务",
        "other_dept": "联办机构 联办部门",
        "limit_explain": "数量限制",
        "handle_area": "通办范围",
    }.items()
    for alias in aliases.split()
}
_ORDINALS = frozenset({"序号", "编号", "no", "no.", "id"})
_BRACKETS = re.compile(r"[(\[【〔{][^)\]】〕}]*[)\]】〕}]")
_NOISE = re.compile(r"[\s*:：★※_]+")
_KEEP_UNDERSCORE = re.compile(r"[\s*:：★※]+")
_UNITS = (("自然日", "Z"), ("日历日", "Z"), ("小时", "H"), ("工作日", "G"))
LOOKED_AT = 30
"""Lines looked at for a heading: titles and notes stand above it now and then."""
_ALL = frozenset[str]().union(*NAMES.values())


@dataclass(frozen=True)
class Heading:
    """What the columns of a table are called, theirs and ours."""

    line: int
    kind: str
    """As said, or as the names say; `names.LIST` when they say nothing else."""
    own: tuple[str, ...]
    """As published, made unique."""
    names: tuple[str, ...]
    """National name of each column; the published heading where there is none."""
    national: bool
    """All that matched is national names already, so the national rules hold strictly."""
    units: Mapping[str, str]
    """Unit that a heading states for its column: 承诺时限(自然日)."""

    @property
    def known(self) -> frozenset[str]:
        return frozenset(self.names)


Lines = Iterator[tuple[int, Sequence[object]]]


def find_heading(sheet: Sheet, kind: str) -> tuple[Heading | None, Lines]:
    """Give the heading of a table and the lines below it; None when no line looks like one.

    The heading is the line with most known names among the first; below a title line, say.

    Args:
        kind: what the table is said to be about; found out by the names when empty.
    """
    lines = sheet.lines
    first = list(islice(lines, LOOKED_AT))
    best, at = 0, -1
    for index, (_, cells) in enumerate(first):
        matched = sum(bool(_named(text_of(cell), _ALL)) for cell in cells)
        if matched > best:
            best, at = matched, index
    if at < 0:
        return None, chain(first, lines)
    line, cells = first[at]
    if not kind:
        exact = frozenset(plain(text_of(cell)).lower() for cell in cells)
        kind = guess(exact) or LIST
    return _heading(line, cells, kind), chain(first[at + 1 :], lines)


def _heading(line: int, cells: Sequence[object], kind: str) -> Heading:
    national = NAMES["implementation" if kind == LIST else kind]
    own: list[str] = []
    names: list[str] = []
    units: dict[str, str] = {}
    strict = True
    for number, cell in enumerate(cells, 1):
        shown = plain("" if cell is None else str(cell)) or f"column {number}"
        while shown in own:
            shown += "'"
        own.append(shown)
        name = _named(shown, national)
        if name is None or name in names:
            names.append(shown)
            continue
        names.append(name)
        strict = strict and shown.lower() in national
        for word, unit in _UNITS:
            if word in shown:
                units[name.replace("_day", "_type")] = unit
                break
    return Heading(line, kind, tuple(own), tuple(names), strict and kind != LIST, units)


def _named(heading: str, national: frozenset[str]) -> str | None:
    text = plain(heading).lower()
    bare = _KEEP_UNDERSCORE.sub("", _BRACKETS.sub("", text))
    for candidate in (_KEEP_UNDERSCORE.sub("", text), bare):
        if candidate in national:
            return candidate
        if candidate in ALIASES:
            return ALIASES[candidate]
    return None


def is_ordinal(heading: str) -> bool:
    """Tell a column that only numbers the rows."""
    return _NOISE.sub("", plain(heading).lower()) in _ORDINALS
