"""The words around the figures: headings and sentences, `{5}` being line 5 of the ledger.

The structure is that of the county's report, part by part; the sentences are ours and say only
what a figure says. What is to be done next year is the centre's to write: there stands by which
measures it will be judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Said:
    """One paragraph, and findings that belong to no single figure of it."""

    text: str
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A chart by month of these measures."""

    id: str
    title: str
    unit: str
    measures: tuple[str, ...]
    line: str
    """Line whose cut-off it has."""
    per: int = 1
    """What a value is divided by, such as 10 000 for 万元."""


@dataclass(frozen=True)
class Part:
    """A heading and what stands under it. `{year}` and `{next}` are years."""

    level: int
    heading: str
    said: tuple[Said | Drawn, ...] = field(default=())


def _said(text: str, *findings: str) -> Said:
    return Said(text, findings)


TITLE: Final = "县政务服务中心{year}年度工作报告"
ENGLISH: Final = "Annual report {year}"
CENTRE: Final = "县政务服务中心"

OUTLINE: Final = (
    Part(
        1,
        "概况",
        (
            _said(
                "到统计时点，进驻中心的单位 {1} 个，开设窗口 {2} 个，窗口工作人员 {3} 名，"
                "进驻大厅的审批和服务事项 {4} 项。"
            ),
            _said(
                "{year}年以来共受理办件 {5} 件，办结 {6} 件，办结率 {7}%，在办 {S04} 件；"
                "收缴规费 {8} 元。平均每个工作日受理 {9} 件，接待群众 {10} 人次。"
            ),
            Drawn("cases", "各月受理量和办结量", "件", ("S01", "S02"), "5"),
            Drawn("fees", "各月收缴规费", "万元", ("S07",), "8", 10_000),
        ),
    ),
    Part(1, "一、{year}年工作"),
    Part(2, "（一）行政审批制度改革"),
    Part(
        3,
        "1. 清理事项，动态调整",
        (
            _said(
                "年初有效的行政许可 {11a} 项，精简合并 {11b} 项，占 {11c}%；"
                "取消非行政许可审批 {12} 项。"
            ),
            _said(
                "目录动态调整：取消 {13a} 项，转变管理方式 {13b} 项，合并 {13c} 项，冻结 {13d} 项，"
                "转报上级 {13e} 项，承接上级下放 {14} 项；调整收费 {15a} 项、公共服务 {15b} 项。"
                "没有列入清单的事项，系统不予受理。"
            ),
            _said(
                "全县梳理政务服务事项 {16} 项。进驻大厅的事项中，"
                "群众最多到场一次的 {17a} 项，占 {17b}%。",
                "X14",
            ),
        ),
    ),
    Part(
        3,
        "2. 再造流程，压减环节、材料和时限",
        (
            _said("年初的承诺件，有 {18}% 转成了即办件。"),
            _said(
                "流程再造共减少办理环节 {19} 个；减少申报材料 {20a} 份，压减率 {20b}%；"
                "承诺时限比法定时限共少 {21a} 个工作日，压缩率 {21b}%。"
            ),
            _said(
                "按同样的公式，材料压减 {22a}%，环节压减 {22b}%，时限压缩 {22c}%。"
                "事项平均承诺 {23} 个工作日，平均要 {24} 份材料。"
            ),
            _said(
                "召开并联审批会议 {25a} 次，并联办理项目 {25b} 个；"
                "为 {26a} 家企业全程代理，为 {26b} 家企业送证上门。"
            ),
        ),
    ),
    Part(
        3,
        "3. 并联审批、联合踏勘、先办后补、限时办结",
        (
            _said(
                "企业开办、政府投资、社会投资的并联审批方案共 {27} 个，"
                "互为前置的事项由系统识别，以承诺书解开。"
            ),
            _said(
                "两类时限都按公布的工作日历计算。{year}年默许 {S06a} 件，超期率 {S05}%；"
                "每一次默许都记下窗口和所属部门的责任。"
            ),
            _said("规范服务指南 {28} 项，印发指南 {29a} 份、并联审批手册 {29b} 册。"),
        ),
    ),
    Part(
        3,
        "4. 听取意见，改进服务",
        (
            _said(
                "发出问卷 {30a} 份，走访 {30b} 次，召开座谈会 {30c} 次，到访企业 {30d} 家；"
                "收到问题 {30e} 个，解决 {30f} 个。",
                "X15",
            ),
            _said("办事群众的评价中，满意率 {S43}%，差评整改率 {S44}%。"),
        ),
    ),
    Part(2, "（二）互联网加政务服务"),
    Part(
        3,
        "1. 组织推进",
        (
            _said(
                "事项、办件、审批、公开、送达五项服务各有自己的事件日志，"
                "彼此只以公开的事件往来；本报告的数字都从这些日志算出。"
            ),
        ),
    ),
    Part(
        3,
        "2. 基础支撑",
        (
            _said("接入政务外网的行政村（社区） {31} 个，完成证照目录统计的单位 {32} 家。"),
            _said(
                "有网上缴费记录的单位 {33a} 家、收费事项 {33b} 项；"
                "手机应用教育缴费 {34a} 笔，共 {34b} 元。",
            ),
            _said(
                "审核信息化项目 {35a} 个，统筹机房建设 {35b} 个，节约财政资金 {35c} 元。",
                "X19",
            ),
        ),
    ),
    Part(
        3,
        "3. 平台应用",
        (
            _said(
                "培训村（社区）经办人 {36} 人。"
                "乡镇（街道）和村（社区）在网上受理并办结证明 {37} 件。"
            ),
            _said(
                "实施清单分 {38} 批编制。县级单位认领事项 {39} 项；{40a} 个乡镇（街道）和 "
                "{40b} 个行政村（社区）认领 {40c} 项；事项在用率 {41}%。"
            ),
            _said(
                "认领事项中，网办深度达到三级的占 {42}%，可全程网办的占 {43}%。"
                "省政务服务网本县分厅办件 {44a} 件，其中网上申请 {44b} 件，网上申办率 {44c}%；"
                "网上办件占全部办件的 {S28}%。"
            ),
        ),
    ),
    Part(2, "（三）政务公开"),
    Part(
        3,
        "1. 公开制度和监督",
        (
            _said(
                "举办公开培训 {45a} 次、{45b} 人次；发出整改通知 {46a} 次、通报 {46b} 次，"
                "涉及滞后单位 {46c} 家。"
            ),
            _said(
                "市里的季度测评：第二季度 {47a} 分，列第 {47b} 名；"
                "第三季度 {47c} 分，列第 {47d} 名。"
            ),
            _said(
                "更新、调度、监测、督查、考评的任务按时完成率 {O17}%；督查 {O14} 次，"
                "依时限自动发出黄牌 {O16} 张、红牌 {O15} 张。"
            ),
            _said("依申请公开按期答复率 {S41}%，热线工单按期答复率 {S45}%。"),
        ),
    ),
    Part(
        3,
        "2. 主动公开",
        (
            _said(
                "按稳增长、促改革、调结构、惠民生、防风险五个专题，主动公开信息 {48} 条；"
                "公开专栏首页访问 {49} 次，收到咨询投诉 {50} 人次。"
            ),
            Drawn("entries", "各月主动公开信息", "条", ("S33",), "48"),
        ),
    ),
    Part(1, "二、{next}年计划"),
    Part(
        2,
        "（一）网上政务服务",
        (
            _said(
                "具体安排由中心另行公布；成效以网上申办率（今年 {44c}%）、"
                "全程网办占比（今年 {43}%）衡量。"
            ),
        ),
    ),
    Part(
        2,
        "（二）政务公开",
        (
            _said(
                "每周更新、每月调度、每季监测、半年督查、全年考评，到期由系统记录完成或错过；"
                "成效以主动公开信息（今年 {48} 条）和依申请公开按期答复率（今年 {S41}%）衡量。",
                "X16",
            ),
        ),
    ),
    Part(
        2,
        "（三）县乡村一体化",
        (
            _said(
                "乡镇（街道）和村（社区）的服务点由中心检查；"
                "成效以到期办结率（今年 {S03b}%）和村（社区）证明（今年 {37} 件）衡量。"
            ),
        ),
    ),
)
