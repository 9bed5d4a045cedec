"""The words of proactive disclosure on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.chassis.web.parts import Light

FACETS: Final = {
    "DECISION": "决策公开",
    "EXECUTION": "执行公开",
    "MANAGEMENT": "管理公开",
    "SERVICE": "服务公开",
    "RESULT": "结果公开",
}
BOOSTS: Final = {
    "STABLE_GROWTH": "助力稳增长",
    "REFORM": "助力促改革",
    "RESTRUCTURING": "助力调结构",
    "LIVELIHOOD": "助力惠民生",
    "RISK_PREVENTION": "助力防风险",
}
LEVELS: Final = {"COUNTY": "县级", "TOWNSHIP": "乡镇", "VILLAGE": "村（社区）"}
STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "drafted": ("待保密审查", "amber"),
    "secrecy_passed": ("待审批", "amber"),
    "secrecy_failed": ("保密审查未通过", "red"),
    "approved": ("待发布", "amber"),
    "published": ("已发布", "green"),
    "withdrawn": ("已撤下", "grey"),
    "archived": ("已归档", "grey"),
}
FAULTS: Final = {
    "state_secret": "涉及国家秘密",
    "work_secret": "涉及工作秘密",
    "business_secret": "涉及商业秘密",
    "privacy": "涉及个人隐私",
    "unclear": "密级不明，需另行确定",
}
WITHDRAWALS: Final = {
    "repealed": "已废止",
    "wrong": "内容有误",
    "privacy": "涉及个人隐私",
    "secret": "涉及秘密",
    "superseded": "被新文件替代",
}
TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    "disclosure.entry-drafted.v1": ("起草", "Drafted", ""),
    "disclosure.entry-secrecy-passed.v1": ("保密审查通过", "Secrecy review passed", "green"),
    "disclosure.entry-secrecy-failed.v1": ("保密审查未通过", "Secrecy review failed", "red"),
    "disclosure.entry-approved.v1": ("审批同意", "Approved", "green"),
    "disclosure.entry-published.v1": ("发布", "Published", "green"),
    "disclosure.entry-updated.v1": ("更新", "Updated", "green"),
    "disclosure.entry-withdrawn.v1": ("撤下", "Withdrawn", "red"),
    "disclosure.entry-archived.v1": ("归档", "Archived", ""),
    "disclosure.entry-overdue.v1": ("超过二十个工作日未发布", "Overdue", "red"),
    "disclosure.entry-reactively-converted.v1": ("依申请转主动公开", "Converted", ""),
}
