"""What each act of supervision asks on a page, and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from services.disclosure.pages.supervision_words import (
    CRITERIA,
    CYCLES,
    FORMS,
    RETRACTED,
    WHY,
)

Kind = Literal["text", "long", "date", "number", "choice", "checks", "yes_no"]


@dataclass(frozen=True)
class Ask:
    """One field of a form."""

    name: str
    label: str
    kind: Kind = "text"
    options: Mapping[str, str] | None = None
    hint: str = ""
    optional: bool = False
    value: str = ""


@dataclass(frozen=True)
class Sheet:
    """One act: what it means, and what it asks."""

    act: str
    label: str
    english: str
    meaning: str
    asks: Sequence[Ask]
    back: str
    """The page to return to."""
    hurts: bool = False


_UNIT: Final = Ask("unit", "单位编码", hint="部门编码，或者乡镇（街道）的区划代码。")
_ON: Final = Ask("on", "日期", "date")
_OBLIGATIONS: Final = "/supervision/desk/obligations"
_NOTICES: Final = "/supervision/desk/notices"
_RECORDS: Final = "/supervision/desk/records?kind="


def _number(name: str) -> Ask:
    return Ask(name, "编号（可不填，由系统编号）", optional=True, hint="只用字母、数字和 . _ -")


SHEETS: Final[Mapping[str, Sheet]] = {
    one.act: one
    for one in (
        Sheet(
            "start-cycles",
            "纳入督查周期",
            "Start cycles",
            "从所选日期所在的周、月、季、半年、年起，一期接一期自动生成任务；到期未办自动记为逾期。",
            (
                Ask("units", "单位编码", "long", hint="一行一个。"),
                Ask("cycles", "周期", "checks", CYCLES),
                Ask("begins", "从哪一天所在的一期开始", "date"),
            ),
            _OBLIGATIONS,
        ),
        Sheet(
            "end-cycle",
            "停止督查周期",
            "End a cycle",
            "这一天以后开始的各期不再生成；已经生成的仍要完成。",
            (_UNIT, Ask("cycle", "周期", "choice", CYCLES), Ask("on", "从哪一天起停止", "date")),
            _OBLIGATIONS,
            hurts=True,
        ),
        Sheet(
            "meet",
            "登记完成",
            "Met",
            "写明哪一天完成、凭什么证明。期限以后登记的，记为逾期完成。",
            (
                Ask("obligation_no", "任务编号", hint="例如 2020-W38.D07"),
                Ask("on", "完成日期", "date"),
                Ask(
                    "evidence",
                    "证明材料",
                    hint="公开信息编号、会议纪要、文号；不写姓名和号码。",
                ),
            ),
            _OBLIGATIONS,
        ),
        Sheet(
            "issue-notice",
            "发出整改通知",
            "Rectification notice",
            "写明要整改的每一个问题和反馈期限；到期没有反馈自动记为逾期。",
            (
                _UNIT,
                Ask("issues", "问题", "long", hint="一行一个。不写姓名和号码。"),
                Ask("on", "通知日期", "date"),
                Ask("due_on", "反馈期限", "date"),
                Ask("inspection_no", "依据的督查编号", optional=True),
                _number("notice_no"),
            ),
            _NOTICES,
        ),
        Sheet(
            "answer",
            "反馈整改情况",
            "Answer",
            "逐条写明整改了什么。",
            (
                Ask("notice_no", "通知编号"),
                Ask("answer", "整改情况", "long", hint="不写姓名和号码。"),
                Ask("on", "反馈日期", "date"),
            ),
            _NOTICES,
        ),
        Sheet(
            "verify",
            "核查",
            "Verify",
            "整改到位的销号；不到位的写明还差什么，重新确定期限。",
            (
                Ask("notice_no", "通知编号"),
                Ask("accepted", "整改到位，销号", "yes_no"),
                Ask("on", "核查日期", "date"),
                Ask("remark", "还差什么（不到位时）", "long", optional=True),
                Ask("due_on", "新的反馈期限（不到位时）", "date", optional=True),
            ),
            _NOTICES,
        ),
        Sheet(
            "publish-circular",
            "发布通报",
            "Circular",
            "通报向社会公开；点名的滞后单位同时记入工作滞后单位。",
            (
                Ask("title", "标题"),
                Ask("text", "正文", "long", hint="不写姓名和号码。", optional=True),
                Ask("on", "发布日期", "date"),
                Ask("units", "涉及的单位", "long", hint="一行一个编码。", optional=True),
                Ask(
                    "lagging",
                    "工作滞后单位",
                    "long",
                    hint="一行一个：编码、空格、滞后的原因。例如 D07 栏目更新不及时",
                    optional=True,
                ),
                Ask("period", "滞后的时段", hint="例如 2020Q3、2020-09", optional=True),
                _number("circular_no"),
            ),
            "/circulars",
        ),
        Sheet(
            "name-lagging",
            "点名滞后单位",
            "Lagging unit",
            "不发通报，只记入工作滞后单位。同一时段同一单位只记一次。",
            (_UNIT, Ask("period", "时段", hint="例如 2020Q3、2020-09"), Ask("reason", "原因"), _ON),
            "/supervision",
        ),
        Sheet(
            "import-score",
            "登记测评得分",
            "Score",
            "上级测评的季度得分和名次。再次登记同一季度的，以后一次为准。",
            (
                Ask("period", "季度", hint="例如 2020Q3"),
                Ask("score", "得分", hint="例如 81.49"),
                Ask("rank", "名次", "number"),
                Ask("of_units", "参加测评的单位数", "number"),
                Ask("source_document", "依据文件"),
                Ask("on", "文件日期", "date"),
                Ask("unit", "单位编码（全县得分不填）", optional=True),
            ),
            "/scores",
        ),
        Sheet(
            "hold-training",
            "登记培训",
            "Training",
            "人次按到场计。",
            (
                Ask("title", "培训内容"),
                _ON,
                Ask("attendees", "人次", "number"),
                _number("training_no"),
            ),
            _RECORDS + "training-held",
        ),
        Sheet(
            "record-inspection",
            "登记督查、暗访",
            "Inspection",
            "没有发现问题的也要登记。发现问题的，接着发整改通知。",
            (
                _UNIT,
                _ON,
                Ask("covert", "暗访（事先不通知）", "yes_no"),
                Ask("faults", "发现的问题", "checks", CRITERIA),
                Ask("text", "具体情况（可不填）", "long", optional=True),
                _number("inspection_no"),
            ),
            _RECORDS + "inspection-recorded",
        ),
        Sheet(
            "hold-outreach",
            "登记问卷、走访、座谈",
            "Outreach",
            "征求到的问题一行一个，逐个销号。",
            (
                Ask("form", "形式", "choice", FORMS),
                Ask("count", "数量（份、次、场）", "number"),
                Ask("enterprises", "参加的企业数", "number", value="0"),
                _ON,
                Ask("title", "主题", optional=True),
                Ask("issues", "征求到的问题", "long", hint="一行一个。", optional=True),
                _number("outreach_no"),
            ),
            _RECORDS + "outreach-held",
        ),
        Sheet(
            "raise-issue",
            "补记问题",
            "Issue raised",
            "问卷、走访、座谈以后补记的问题。",
            (Ask("outreach_no", "活动编号"), _ON, Ask("text", "问题")),
            "/supervision",
        ),
        Sheet(
            "resolve-issue",
            "问题已解决",
            "Issue resolved",
            "写明怎样解决的。",
            (Ask("issue_no", "问题编号"), _ON, Ask("text", "解决情况")),
            "/supervision",
        ),
        Sheet(
            "count-visitors",
            "登记大厅人流",
            "Hall visitors",
            "一天一个数；同一天不能重复登记。",
            (
                Ask("counter", "计数器编码", hint="例如 gate-1"),
                Ask("day", "日期", "date"),
                Ask("count", "人次", "number"),
            ),
            _RECORDS + "hall-visitors-counted",
        ),
        Sheet(
            "count-page-visits",
            "登记专栏访问",
            "Page visits",
            "一段时间一个数；已经统计过的日期不能重复登记。",
            (
                Ask("counter", "统计系统编码", hint="例如 portal"),
                Ask("page", "页面编码", hint="例如 open-column"),
                Ask("begin", "起", "date"),
                Ask("end", "止", "date"),
                Ask("count", "访问次数", "number"),
            ),
            _RECORDS + "page-visits-counted",
        ),
        Sheet(
            "count-enquiries",
            "登记咨询投诉",
            "Enquiries",
            "只登记热线和好差评系统以外的咨询投诉，避免重复统计。",
            (
                Ask("counter", "统计来源编码", hint="例如 desk"),
                Ask("begin", "起", "date"),
                Ask("end", "止", "date"),
                Ask("count", "人次", "number"),
            ),
            _RECORDS + "enquiries-counted",
        ),
        Sheet(
            "report-fact",
            "登记填报数据",
            "Reported figure",
            "系统不计算的数据，连同出处登记；公布时注明“填报”。",
            (
                Ask("code", "数据编码", hint="例如 guides-printed"),
                Ask("name", "数据名称"),
                Ask("value", "数值", hint="只写数，例如 20000 或 97.92"),
                Ask("unit", "计量单位", hint="例如 份、万元"),
                Ask("as_of", "截至日期", "date"),
                Ask("source_document", "出处"),
            ),
            _RECORDS + "reported-fact-recorded",
        ),
        Sheet(
            "retract",
            "撤销登记",
            "Take back",
            "登记错了的撤销后不再统计，日志里仍有记录；可以用原编号重新登记。",
            (
                Ask("kind", "种类", "choice", RETRACTED),
                Ask("record_no", "编号", hint="计数的填计数器编码；填报数据填“编码.日期”。"),
                Ask("reason", "原因", "choice", WHY),
                Ask("page", "页面编码（只有专栏访问要填）", optional=True),
                Ask("begin", "起（只有计数要填）", "date", optional=True),
            ),
            "/supervision",
            hurts=True,
        ),
        Sheet(
            "withdraw-card",
            "撤销红黄牌",
            "Withdraw a card",
            "核查后认为不应发牌的，由督办人员撤销；责任或者时限变化的由系统自动撤销。",
            (Ask("warning_no", "牌号"),),
            "/supervision/desk/cards",
            hurts=True,
        ),
    )
}
