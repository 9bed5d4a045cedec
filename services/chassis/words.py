"""What codes are called that more than one house shows to people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ITEM_TYPES: Final[Mapping[str, str]] = {
    "00": "权力事项",
    "01": "行政许可",
    "02": "行政处罚",
    "03": "行政强制",
    "04": "行政征收",
    "05": "行政给付",
    "06": "行政检查",
    "07": "行政确认",
    "08": "行政奖励",
    "09": "行政裁决",
    "10": "其他行政权力",
    "20": "公共服务",
}
"""Item types (事项类型), GB/T 39046-2020 A.1."""
AUDIENCES: Final[Mapping[int, str]] = {
    1: "自然人",
    2: "企业",
    3: "事业单位",
    4: "社会组织",
    5: "行政机关",
    6: "其他",
}
"""Whom an item serves (服务对象), GB/T 39046-2020 A.4."""
SCHEME_KINDS: Final[Mapping[str, str]] = {
    "ENTERPRISE_ESTABLISHMENT": "企业设立",
    "GOVERNMENT_INVESTMENT": "政府投资项目",
    "PRIVATE_INVESTMENT": "社会投资项目",
}
"""What is approved in parallel: kinds of schemes, and of the processes run by them."""
LIMITS: Final[Mapping[str, str]] = {"PROMISED": "承诺时限", "STATUTORY": "法定时限"}
"""The two limits of every case and task."""
STEP_OUTCOMES: Final[Mapping[str, str]] = {"pass": "通过", "return": "退回", "other": "其他"}
"""How a step ended."""
COMPLETION_KINDS: Final = ("发证", "退回", "作废", "误录删除", "转报", "补交不来", "其他办结")
"""Completion kinds (办结方式) 0 to 6."""
SATISFACTION: Final = (
    (1, "非常满意", "Very satisfied"),
    (2, "满意", "Satisfied"),
    (3, "基本满意", "Fair"),
    (4, "不满意", "Dissatisfied"),
    (5, "非常不满意", "Very dissatisfied"),
)
"""The five levels of GB/T 39734 7.3, 1 best."""
