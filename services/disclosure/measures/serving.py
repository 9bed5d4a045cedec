"""Measures of limits, fees, ways of service, ratings and the hotline (DOMAIN.md 1.8)."""

from __future__ import annotations

from typing import Final

from services.disclosure.measures.definition import Measure, Source, Thing
from services.disclosure.measures.quantities import Happened
from services.kernel.rounding import Rounding

_BY: Final = ("region", "department", "month", "year")
_OF: Final = ("region", "department")
_TASK_BY: Final = ("region", "department", "item", "month", "year")
_TASK_OF: Final = ("region", "department", "item")
_FEE_BY: Final = ("region", "department", "item", "channel", "month", "year")
_FEE_OF: Final = ("region", "department", "item", "channel")
_TASKS: Final = (
    "approval tasks with a promised limit, one a department and case, whose limit began in the "
    "period: a joint case counts as its tasks, never besides them; immediate items have no limit"
)
_TASKS_ZH: Final = "有承诺时限的审批任务（一件一部门一个任务，并联审批按任务计，不重复计办件）"

SERVING_MEASURES: Final = (
    Measure(
        id="S05",
        zh="超时限率",
        en="Overdue rate",
        of=Thing.HAPPENINGS,
        numerator=Happened.CLOCKS_BREACHED,
        denominator=Happened.CLOCKS_STARTED,
        population=(
            _TASKS + ". Overdue: a limit of the task (promised, joint or statutory) passed in the "
            "period, once a task; one that a voided consent or a new count excused is not"
        ),
        population_zh=_TASKS_ZH + "；任一时限超过即算一次，默许撤销或时限重算后不再超时的不计",
        window="limit passed in the period, over limits begun in it",
        note_zh="期内超过时限的审批任务 ÷ 期内开始计时的审批任务。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        sources=("approval",),
        takes=_TASK_OF,
        by=_TASK_BY,
    ),
    Measure(
        id="S06",
        zh="默许率",
        en="Deemed consent rate",
        of=Thing.HAPPENINGS,
        numerator=Happened.DEEMED,
        denominator=Happened.CLOCKS_STARTED,
        population=(
            _TASKS + ". A voided consent leaves the figure, from the position of its voiding on; "
            "one set aside later (overturned) happened and stays"
        ),
        population_zh=_TASKS_ZH + "；撤销（自始无效）的默许不计，事后依法撤销许可的仍计",
        window="consent deemed in the period, over limits begun in it",
        note_zh="期内的默许 ÷ 期内开始计时的审批任务。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        sources=("approval",),
        takes=_TASK_OF,
        by=_TASK_BY,
    ),
    Measure(
        id="S06a",
        zh="默许件",
        en="Deemed consents",
        of=Thing.HAPPENINGS,
        numerator=Happened.DEEMED,
        population="the numerator of S06",
        population_zh="与默许率的分子相同",
        window="consent deemed in the period",
        note_zh="期内的默许件数，撤销的不计。",
        unit="tasks",
        sources=("approval",),
        takes=_TASK_OF,
        by=_TASK_BY,
    ),
    Measure(
        id="S07",
        zh="收缴规费",
        en="Fees collected",
        of=Thing.HAPPENINGS,
        numerator=Happened.FEES_NET,
        population=(
            "fees of cases, by every channel, that were paid in the period, less those refunded "
            "in it; a second payment that was sent back never was a fee paid"
        ),
        population_zh="办件的各渠道缴费，减去期内退费；重复缴款退回的不算缴费",
        window="paid or refunded in the period",
        note_zh="期内实缴合计 − 期内退费合计。",
        unit="yuan",
        scale=2,
        takes=_FEE_OF,
        by=_FEE_BY,
    ),
    Measure(
        id="S17",
        zh="并联审批项目",
        en="Parallel projects",
        of=Thing.HAPPENINGS,
        numerator=Happened.PROJECTS,
        population="projects, each once, whatever the number of its cases; the lead's department",
        population_zh="并联审批项目，一个项目计一次，不论其中办件多少；部门为牵头部门",
        window="started in the period",
        note_zh="期内启动并联审批的项目数。",
        unit="projects",
        sources=("approval",),
        takes=_OF,
        by=("kind", *_BY),
    ),
    Measure(
        id="S18",
        zh="并联审批会议",
        en="Joint meetings",
        of=Thing.HAPPENINGS,
        numerator=Happened.MEETINGS,
        population="review meetings that were held; one meeting may review several projects",
        population_zh="已召开的并联审批会议，一次会议可审多个项目",
        window="held in the period",
        note_zh="期内召开的会议数。",
        unit="meetings",
        sources=("approval",),
        takes=(),
        by=("month", "year"),
    ),
    Measure(
        id="S18a",
        zh="上会项目",
        en="Projects reviewed",
        of=Thing.HAPPENINGS,
        numerator=Happened.PROJECTS_REVIEWED,
        population="projects on the agenda of meetings that were held, each once",
        population_zh="已召开会议所审的项目，一个项目计一次",
        window="first reviewed in the period",
        note_zh="期内会议所审的项目数。",
        unit="projects",
        source=Source.DESIGN,
        sources=("approval",),
        takes=(),
        by=("month", "year"),
    ),
    Measure(
        id="S19",
        zh="全程代理",
        en="Full agency",
        of=Thing.HAPPENINGS,
        numerator=Happened.AGENCY_PRINCIPALS,
        population=(
            "principals of agencies that were completed, each once: by the account that appointed "
            "the agent; a mandate on paper, which names no account, is a principal of its own"
        ),
        population_zh="已办结的全程代理的委托人，按委托账号去重；纸质委托没有账号，一份计一家",
        window="completed in the period",
        note_zh="期内享受全程代理服务的申请人数。",
        unit="principals",
        takes=(),
        by=("month", "year"),
    ),
    Measure(
        id="S20",
        zh="送证上门",
        en="Door deliveries",
        of=Thing.HAPPENINGS,
        numerator=Happened.DOOR_CASES,
        population=(
            "cases whose result was served at the door, each once however many certificates or "
            "records; who received it stands in no event"
        ),
        population_zh="结果送到门上的办件，一件计一次；事件里没有收件人",
        window="served in the period",
        note_zh="期内送证上门的办件数。",
        unit="cases",
        sources=("approval", "intake"),
        takes=_OF,
        by=_BY,
    ),
    Measure(
        id="S21",
        zh="一站通证明",
        en="Village certificates",
        of=Thing.HAPPENINGS,
        numerator=Happened.VILLAGE_ISSUED,
        population=(
            "certificates issued; a population of its own: not in S01 and never added to it (X13)."
            " Region: the village; department: the township"
        ),
        population_zh="已出具的证明；单独成类，不在受理量内，也不与之相加。区划为村，部门为乡镇",
        window="issued in the period",
        note_zh="期内出具的村级证明数。",
        unit="certificates",
        takes=_OF,
        by=("kind", *_BY),
    ),
    Measure(
        id="S21a",
        zh="一站通申请",
        en="Village certificates asked for",
        of=Thing.HAPPENINGS,
        numerator=Happened.VILLAGE_REQUESTED,
        population="requests for a certificate, whatever became of them",
        population_zh="证明申请，不论结果",
        window="asked for in the period",
        note_zh="期内提出的村级证明申请数。",
        unit="certificates",
        takes=("region", "department", "channel"),
        by=("kind", "channel", *_BY),
    ),
    Measure(
        id="S29",
        zh="移动应用缴费笔数",
        en="Payments in the app",
        of=Thing.HAPPENINGS,
        numerator=Happened.APP_PAYMENTS,
        population="fees paid by the channel app (in the report: education fees, one a student)",
        population_zh="经移动应用（app）渠道的缴费（报告中为教育缴费，一名学生一笔）",
        window="paid in the period",
        note_zh="期内经移动应用缴费的笔数；退费不减笔数。",
        unit="payments",
        takes=("region", "department", "item"),
        by=("region", "department", "item", "month", "year"),
    ),
    Measure(
        id="S30",
        zh="移动应用缴费金额",
        en="Amount paid in the app",
        of=Thing.HAPPENINGS,
        numerator=Happened.APP_PAID,
        population="the payments of S29; refunds are not taken off (S07 takes them off)",
        population_zh="与移动应用缴费笔数相同的缴费；不减退费",
        window="paid in the period",
        note_zh="期内经移动应用缴费的金额合计。",
        unit="yuan",
        scale=2,
        takes=("region", "department", "item"),
        by=("region", "department", "item", "month", "year"),
    ),
    Measure(
        id="S31",
        zh="网上缴费单位",
        en="Units with online payment",
        of=Thing.HAPPENINGS,
        numerator=Happened.ONLINE_UNITS,
        population=(
            "departments a fee was really paid to online, by whichever online channel; a charge "
            "that could be paid online and never was does not count; a refund changes nothing"
        ),
        population_zh="有真实网上缴费记录的单位，不论哪种网上渠道；可网上缴费而无记录的不计",
        window="paid in the period",
        note_zh="期内有网上缴费的单位数（去重）。",
        unit="units",
        takes=("region", "channel"),
        by=("channel", "month", "year"),
    ),
    Measure(
        id="S32",
        zh="网上缴费收费项目",
        en="Charges paid online",
        of=Thing.HAPPENINGS,
        numerator=Happened.ONLINE_CHARGES,
        population=(
            "charges (an item's fee by its name) that were really paid online, each once; a refund "
            "changes nothing"
        ),
        population_zh="有真实网上缴费记录的收费项目（事项与费目），一项计一次",
        window="paid in the period",
        note_zh="期内有网上缴费的收费项目数（去重）。",
        unit="charges",
        takes=("region", "department", "channel"),
        by=("department", "channel", "month", "year"),
    ),
    Measure(
        id="S43",
        zh="满意率",
        en="Satisfaction",
        of=Thing.HAPPENINGS,
        numerator=Happened.SATISFIED,
        denominator=Happened.RATINGS,
        population=(
            "ratings that somebody gave, each stage of a case once; no answer is no rating; those "
            "an appeal took out are in neither; level 1 is the best, whatever scale they came in"
        ),
        population_zh="实际作出的评价，一件一环节一次；未评价的不计；申诉后剔除的不计；1级最好",
        window="given in the period",
        note_zh="基本满意及以上（1至3级）的评价 ÷ 全部评价。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        source=Source.DESIGN,
        takes=("region", "department", "channel"),
        by=("kind", "channel", *_BY),
    ),
    Measure(
        id="S44",
        zh="差评整改率",
        en="Bad reviews rectified",
        of=Thing.HAPPENINGS,
        numerator=Happened.RECTIFIED,
        denominator=Happened.BAD_REVIEWS,
        population="ratings of levels 4 and 5; those an appeal took out are in neither",
        population_zh="不满意、非常不满意的评价；申诉后剔除的不计",
        window="rectified in the period, over bad reviews of the period",
        note_zh="期内完成整改的差评 ÷ 期内的差评。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        source=Source.DESIGN,
        takes=_OF,
        by=_BY,
    ),
    Measure(
        id="S45",
        zh="热线按时回复率",
        en="Hotline timely reply",
        of=Thing.HAPPENINGS,
        numerator=Happened.TICKETS_TIMELY,
        denominator=Happened.TICKETS_DUE,
        population=(
            "tickets of the hotline that were replied to, or whose limit passed without a reply, "
            "each once; tickets still within their limit are in neither"
        ),
        population_zh="已回复或超过时限未回复的热线工单，一件计一次；时限未到的不计",
        window="replied to or overdue in the period",
        note_zh="时限内回复的工单 ÷ 应回复的工单。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        source=Source.DESIGN,
        takes=_OF,
        by=_BY,
    ),
)
