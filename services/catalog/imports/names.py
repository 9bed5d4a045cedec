"""The national names of each kind's fields: known in headings, and written by an export."""

from __future__ import annotations

from collections.abc import Mapping

LIST = "list"
"""A published list of items in whatever columns, read leniently."""

_COLUMNS: Mapping[str, str] = {
    "region": "region_code region_name use_level parent_code",
    "department": "dept_code dept_name use_level region_code is_entry_center since until uscc"
    " budget_unit network_connected",
    "window": "window_no label window_kind dept_code since hours",
    "staff": "staff_no unit roles window_no since",
    "delegation": "delegation_no dept_code staff_no since until document items",
    "seal": "seal_no dept_code custodian since",
    "calendar": "year calendar_version document announced_on days_off work_days",
    "basic": "catalog_code task_name task_type use_levels by_law plan_effective_date",
    "implementation": "task_code task_version task_name task_type catalog_code use_level dept_code"
    " dept_name dept_type project_type anticipate_day anticipate_type anticipate_explain "
    "promise_day promise_type promise_explain lists plan_effective_date plan_cancel_date"
    " limit_scene_num limit_scene_explain is_entry_center server_type handle_type task_handle_item"
    " online_handle_depth online_elements fully_online online_handle_url is_fee fee_basis"
    " is_pay_online accept_condition accept_stand handle_flow by_law power_source result_type"
    " result_name transact_addr transact_time link_way supervise_way is_express is_schedule"
    " is_service_terminals user_topic_type corp_topic_type special_procedure service_type"
    " other_dept limit_explain handle_area deemed_effect also_stops_statutory also_stops_promised"
    " confidential batch_no source_document reason programme materials fees steps guide"
    " as_published flags",
    "claim": "catalog_code unit unit_name use_level batch_no task_code online_handle_depth"
    " fully_online",
    "scheme": "scheme scheme_version label scheme_kind lead members joint_limit_days"
    " joint_extension_days plan_effective_date",
    "adjustment": "act task_code into merged to_unit to_level from_level before after until"
    " effective_from reason source_document programme open_cases unit catalog_code"
    " window_no staff_no delegation_no seal_no on",
    "material": "task_code task_version material_name is_need material_type material_format"
    " page_num copy_num source_type shared by_law fill_explain",
    "fee": "task_code task_version fee_name fee_stand amount_fen by_law is_desc desc_explain"
    " is_pay_online",
    "step": "task_code task_version name days role note",
}
COLUMNS: Mapping[str, tuple[str, ...]] = {
    kind: (*names.split(), "happened_at") for kind, names in _COLUMNS.items()
}
"""In the order in which an export writes them."""
NAMES: Mapping[str, frozenset[str]] = {kind: frozenset(names) for kind, names in COLUMNS.items()}

_MARKS: tuple[tuple[str, frozenset[str]], ...] = (
    ("adjustment", frozenset({"act"})),
    ("material", frozenset({"task_code", "material_name"})),
    ("fee", frozenset({"task_code", "fee_name"})),
    ("claim", frozenset({"catalog_code", "unit"})),
    ("basic", frozenset({"catalog_code", "use_levels"})),
    ("calendar", frozenset({"year", "announced_on"})),
    ("scheme", frozenset({"scheme", "members"})),
    ("delegation", frozenset({"delegation_no"})),
    ("seal", frozenset({"seal_no"})),
    ("window", frozenset({"window_no", "window_kind"})),
    ("staff", frozenset({"staff_no", "roles"})),
    ("region", frozenset({"region_code", "region_name"})),
    ("department", frozenset({"dept_code", "region_code"})),
    ("step", frozenset({"task_code", "name", "days"})),
    ("implementation", frozenset({"task_code", "task_version"})),
)
_SHEETS: Mapping[str, str] = {
    "基本目录": "basic",
    "实施清单": "implementation",
    "事项认领": "claim",
    "认领": "claim",
    "材料": "material",
    "申报材料": "material",
    "收费": "fee",
    "收费项目": "fee",
    "环节": "step",
    "办理环节": "step",
    "区划": "region",
    "部门": "department",
    "窗口": "window",
    "人员": "staff",
    "授权": "delegation",
    "印章": "seal",
    "工作日历": "calendar",
    "并联审批": "scheme",
    "调整": "adjustment",
}


def guess(known: frozenset[str]) -> str:
    """Give the kind a set of names can only be, "" when it is none."""
    return next((kind for kind, marks in _MARKS if marks <= known), "")


def kind_of_sheet(title: str) -> str:
    """Give the kind a sheet's title names, "" when it names none."""
    text = title.strip().lower()
    return text if text in NAMES else _SHEETS.get(text, "")
