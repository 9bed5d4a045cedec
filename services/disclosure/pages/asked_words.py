"""The words of requests for information on pages, and what each act asks of an officer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from services.chassis.web.parts import Light
from services.disclosure.domain.foi import FoiRequest
from services.disclosure.domain.foi_terms import OFFICE_HEAD, FoiState

STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "received": ("待确认收到日期", "grey"),
    "registered": ("已登记", "amber"),
    "correction_pending": ("待补正", "grey"),
    "in_review": ("办理中", "amber"),
    "replied": ("已答复", "green"),
    "closed": ("已送达", "green"),
    "abandoned": ("视为放弃", "grey"),
    "not_processed": ("不再处理", "grey"),
    "withdrawn": ("已撤回", "grey"),
}
WAITS: Final[Mapping[str, str]] = {
    "": "",
    "confirmation": "等待双方确认收到申请的日期",
    "correction": "等待申请人补正",
    "consultation": "正在征求第三方或者共同制作机关意见，所需时间不计入期限",
    "fee": "等待申请人缴纳信息处理费",
}
CHANNELS: Final = {
    "in_person": "当面提交",
    "registered_post": "挂号信、特快专递",
    "ordinary_post": "平常信函",
    "internet": "互联网、传真",
}
CATEGORIES: Final = {
    "natural": "自然人",
    "commercial": "商业企业",
    "research": "科研机构",
    "social_welfare": "社会公益组织",
    "legal_service": "法律服务机构",
    "other": "其他",
}
FORMS: Final = {"paper": "纸质", "electronic": "电子文件", "disc": "光盘", "inspection": "当场查阅"}
DELIVERIES: Final = {"post": "邮寄", "online": "网上获取", "pickup": "自行领取", "fax": "传真"}
REPLIES: Final = {
    "already_public": "已经主动公开",
    "provided": "予以公开",
    "partially_provided": "部分公开",
    "refused": "不予公开",
    "not_found": "无法提供",
    "not_this_authority": "不属于本机关负责公开",
    "repeat_not_processed": "不予处理",
    "special_regime": "按专门规定办理（行政查询）",
}
GROUNDS: Final = {
    "state_secret": "属于国家秘密",
    "other_law": "其他法律行政法规禁止公开",
    "security": "危及“三安全一稳定”",
    "third_party": "保护第三方合法权益",
    "internal_affairs": "属于三类内部事务信息",
    "process": "属于四类过程性信息",
    "enforcement": "属于行政执法案卷",
    "query": "属于行政查询事项",
    "not_held": "本机关不掌握相关政府信息",
    "must_be_made": "没有现成信息需要另行制作",
    "still_unclear": "补正后申请内容仍不明确",
    "petition": "信访举报投诉类申请",
    "repeat": "重复申请",
    "publication": "要求提供公开出版物",
    "massive": "无正当理由大量反复申请",
    "confirmation": "要求确认或重新出具已获取信息",
}
ROWS: Final = {
    "new": "一、本年新收政府信息公开申请数量",
    "carried_over": "二、上年结转政府信息公开申请数量",
    "granted": "予以公开",
    "partial": "部分公开",
    **{name: text for name, text in GROUNDS.items()},
    "not_corrected": "逾期不补正、不再处理",
    "fee_not_paid": "逾期未缴费、不再处理",
    "other": "其他",
    "processed": "三、本年度办理结果总计",
    "carried_forward": "四、结转下年度继续办理",
}
_GROUNDS: Final = tuple(GROUNDS)
SUMMED: Final[Mapping[str, Sequence[str]]] = {
    "予以公开": ("granted",),
    "部分公开": ("partial",),
    "不予公开": _GROUNDS[:8],
    "无法提供": _GROUNDS[8:11],
    "不予处理": _GROUNDS[11:],
    "其他": ("not_corrected", "fee_not_paid", "other"),
}
"""The groups of the national form: every row of its results is in one of them."""
LINES: Final = {
    "reconsideration": "行政复议",
    "suit": "行政诉讼（未经复议直接起诉）",
    "suit_after_reconsideration": "行政诉讼（复议后起诉）",
}
OUTCOMES: Final = {
    "upheld": "结果维持",
    "corrected": "结果纠正",
    "other": "其他结果",
    "pending": "尚未审结",
}
POINTS: Final = {
    "identity": "申请人身份证明",
    "contact": "联系方式",
    "description": "所需信息的名称、文号或者特征描述",
    "form": "获取信息的形式",
}
STANCES: Final = {
    "asked": "征求中",
    "consents": "同意公开",
    "objects": "不同意公开",
    "silent": "逾期未答复：由本机关依规定决定",
    "deemed_consent": "逾期未答复：视为同意公开",
}
REASONS: Final = {"THIRD_PARTY": "第三方", "OTHER_AUTHORITY": "共同制作机关"}
OVER: Final = frozenset({"abandoned", "not_processed", "withdrawn"})


def steps(state: str) -> list[tuple[str, str, str]]:
    """Give the steps of a request with where it is: name, English, `done`, `now` or `ahead`."""
    over = state in OVER
    way = [("收到", "Received"), ("确认登记", "Registered"), ("办理", "In review")]
    way += [("不再办理", "Over")] if over else [("答复", "Reply"), ("送达", "Served")]
    now = {"received": 1, "registered": 2, "correction_pending": 2, "in_review": 2, "replied": 4}
    here = now.get(state, len(way))
    return [
        (name, english, "done" if n < here else "now" if n == here else "ahead")
        for n, (name, english) in enumerate(way)
    ]


_TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    "foi-request-received": ("收到申请", "Received", ""),
    "foi-receipt-confirmed": ("双方确认收到日期", "Receipt confirmed", ""),
    "foi-assigned": ("转承办单位", "Assigned", ""),
    "foi-correction-requested": ("告知补正", "Correction asked", "amber"),
    "foi-correction-received": ("收到补正，期限重新计算", "Corrected", ""),
    "foi-abandoned": ("逾期未补正，视为放弃", "Abandoned", "red"),
    "third-party-consulted": ("征求第三方意见", "Third party asked", "amber"),
    "third-party-replied": ("第三方答复", "Third party answered", ""),
    "third-party-silent": ("第三方逾期未答复", "Third party silent", "amber"),
    "co-authority-consulted": ("征求共同制作机关意见", "Co-authority asked", "amber"),
    "co-authority-replied": ("共同制作机关答复", "Co-authority answered", ""),
    "co-authority-deemed-consented": ("视为同意公开", "Deemed consent", "amber"),
    "foi-extended": ("延长答复期限", "Extended", "amber"),
    "foi-reasons-requested": ("要求说明理由", "Reasons asked", "amber"),
    "foi-reasons-given": ("说明理由", "Reasons given", ""),
    "foi-reasonable-delay-set": ("确定合理延迟答复期限", "Delay set", "amber"),
    "foi-fee-noticed": ("收费通知", "Fee asked", "amber"),
    "foi-fee-paid": ("缴费，期限重新计算", "Fee paid", ""),
    "foi-fee-lapsed": ("逾期未缴费", "Fee lapsed", "red"),
    "foi-replied": ("答复", "Replied", "green"),
    "foi-reply-served": ("送达", "Served", "green"),
    "foi-overdue": ("超过答复期限", "Overdue", "red"),
    "foi-reply-supplemented": ("补充答复", "Supplemented", ""),
    "foi-reconsideration-filed": ("申请行政复议", "Reconsideration", "amber"),
    "foi-suit-filed": ("提起行政诉讼", "Suit", "amber"),
    "foi-outcome-recorded": ("复议、诉讼结果", "Outcome", ""),
    "foi-carried-forward": ("结转下年度", "Carried forward", ""),
    "foi-withdrawn": ("申请人撤回", "Withdrawn", ""),
    "foi-clock-recalculated": ("工作日历调整，期限重新计算", "Recounted", "amber"),
}
TITLES: Final = {f"disclosure.{name}.v1": told for name, told in _TITLES.items()}

Kind = Literal["text", "date", "number", "long", "choice", "checks", "yes_no"]


@dataclass(frozen=True)
class Ask:
    """One field of an act's form."""

    name: str
    label: str
    kind: Kind = "text"
    options: Mapping[str, str] | None = None
    hint: str = ""
    value: str = ""


@dataclass(frozen=True)
class ActSheet:
    """One act an officer may do: what it means and what it asks."""

    act: str
    label: str
    english: str
    meaning: str
    asks: Sequence[Ask] = ()
    hurts: bool = False


_NOTE: Final = Ask("note", "随附文书或说明（加密保存，可不填）", "long")
_NOTICE: Final = Ask("notice_no", "告知书编号")
_SCALES: Final = {"by_number": "按件计收", "by_pages": "按量计收"}
SHEETS: Final[Mapping[str, ActSheet]] = {
    one.act: one
    for one in (
        ActSheet(
            "confirm",
            "确认收到日期",
            "Confirm the receipt",
            "与申请人联系，双方确认收到申请之日；二十个工作日从次日起算。",
            (Ask("received_on", "双方确认的收到日期", "date"),),
        ),
        ActSheet(
            "assign",
            "转承办单位",
            "Assign",
            "交给负责答复的单位；同一信息用同一事由代码，满三件可转主动公开。",
            (
                Ask("unit", "承办单位编码"),
                Ask("matter", "事由代码（可不填）", hint="例：land-price-2020"),
            ),
        ),
        ActSheet(
            "answer",
            "答复",
            "Reply",
            "答复书必须写明救济渠道，系统按答复之日的法律自动写入。",
            (
                Ask("reply", "答复类型", "choice", REPLIES),
                Ask("grounds", "理由（不公开、无法提供或者不予处理时）", "checks", GROUNDS),
                Ask("letter_no", "答复书编号"),
                Ask("sealed_by", "印章编码"),
                Ask("form", "提供形式", "choice", FORMS),
                Ask("where", "获取途径或者负责机关", hint="已主动公开、不属于本机关时必填"),
                Ask("earlier_request_no", "重复的申请编号", hint="重复申请时必填"),
                Ask("public_interest", "第三方不同意，但不公开会对公共利益造成重大影响", "yes_no"),
                _NOTE,
            ),
        ),
        ActSheet(
            "ask-correction",
            "告知补正",
            "Ask for a correction",
            "自收到申请之日起七个工作日内一次性告知；补正后期限重新计算，逾期不补正视为放弃。",
            (
                _NOTICE,
                Ask("points", "需要补正的事项", "checks", POINTS),
                Ask("due_on", "补正期限", "date"),
                _NOTE,
            ),
        ),
        ActSheet(
            "correct",
            "收到补正",
            "Corrected",
            "从收到补正之日的次日起重新计算二十个工作日。",
            (Ask("received_on", "收到补正日期", "date"), _NOTE),
        ),
        ActSheet(
            "consult-third-party",
            "征求第三方意见",
            "Ask a third party",
            "第三方十五个工作日内答复；逾期不答复由本机关依规定决定，不视为同意。",
            (
                Ask("party_no", "第三方编号", hint="只写编号，不写姓名"),
                Ask("asked_on", "收到征求意见书日期", "date"),
                _NOTE,
            ),
        ),
        ActSheet(
            "consult-co-authority",
            "征求共同制作机关意见",
            "Ask a co-authority",
            "十五个工作日内答复；逾期不答复视为同意公开。",
            (
                Ask("authority", "机关编码"),
                Ask("asked_on", "收到征求意见书日期", "date"),
                _NOTE,
            ),
        ),
        ActSheet(
            "record-answer",
            "登记征求意见答复",
            "Answer of who was asked",
            "全部答复后期限继续计算。",
            (
                Ask("party", "第三方编号或机关编码"),
                Ask("consents", "是否同意公开", "choice", {"true": "同意", "false": "不同意"}),
                Ask("replied_on", "答复日期", "date"),
                _NOTE,
            ),
        ),
        ActSheet(
            "extend",
            "延长答复期限",
            "Extend",
            "由政府信息公开工作机构负责人同意并告知申请人，最多二十个工作日，只能一次。",
            (_NOTICE, Ask("days", "延长工作日数", "number", value="20")),
        ),
        ActSheet(
            "ask-reasons",
            "要求说明理由",
            "Ask for reasons",
            "申请数量、频次明显超过合理范围时，要求申请人说明理由。",
            (_NOTE,),
        ),
        ActSheet(
            "give-reasons",
            "登记理由",
            "Reasons given",
            "理由不合理的，不予处理；合理但无法按期答复的，确定合理延迟期限。",
            (
                Ask("given_on", "说明理由日期", "date"),
                Ask("reasonable", "理由是否合理", "choice", {"true": "合理", "false": "不合理"}),
                _NOTE,
            ),
        ),
        ActSheet(
            "delay",
            "确定合理延迟期限",
            "Set a delay",
            "确定延迟答复的合理期限并告知申请人。",
            (Ask("due_on", "答复期限", "date"), _NOTICE),
        ),
        ActSheet(
            "ask-fee",
            "收费通知",
            "Ask for a fee",
            "按件或者按量择一计收；按件时由系统计算申请人当月件次。三十日内未缴视为放弃。",
            (
                Ask("scale", "计收方式", "choice", _SCALES),
                Ask("pages", "页数（按量时）", "number", value="0"),
                _NOTICE,
            ),
        ),
        ActSheet(
            "pay-fee",
            "登记缴费",
            "Fee paid",
            "从缴费次日起重新计算期限。",
            (Ask("fee_fen", "金额（分）", "number"), Ask("paid_on", "缴费日期", "date")),
        ),
        ActSheet(
            "serve",
            "登记送达",
            "Served",
            "申请人收到答复书之日。",
            (
                Ask("served_on", "送达日期", "date"),
                Ask("delivery", "送达方式", "choice", DELIVERIES),
            ),
        ),
        ActSheet(
            "supplement",
            "补充答复",
            "Supplement",
            "补充答复同样写明救济渠道；年度统计以首次答复为准。",
            (
                Ask("reply", "答复类型", "choice", REPLIES),
                Ask("grounds", "理由", "checks", GROUNDS),
                Ask("supplement_no", "补充答复书编号"),
                _NOTE,
            ),
        ),
        ActSheet(
            "file-remedy",
            "登记复议、诉讼",
            "Remedy",
            "登记申请人提起的行政复议或者行政诉讼。",
            (
                Ask(
                    "route",
                    "途径",
                    "choice",
                    {"reconsideration": "行政复议", "suit": "行政诉讼"},
                ),
                Ask("docket_no", "案号"),
                Ask("filed_on", "受理日期", "date"),
            ),
        ),
        ActSheet(
            "settle-remedy",
            "登记复议、诉讼结果",
            "Outcome",
            "结果计入年度报告表四。",
            (
                Ask("docket_no", "案号"),
                Ask(
                    "outcome",
                    "结果",
                    "choice",
                    {name: OUTCOMES[name] for name in ("upheld", "corrected", "other")},
                ),
                Ask("decided_on", "日期", "date"),
            ),
        ),
        ActSheet(
            "withdraw",
            "申请人撤回",
            "Withdrawn",
            "申请人书面撤回申请后登记，不能恢复。",
            (_NOTE,),
            hurts=True,
        ),
    )
}


def acts_of(request: FoiRequest, roles: frozenset[str]) -> list[ActSheet]:
    """Give what somebody in these roles can do to a request as it stands, the usual next first."""
    found: list[str] = []
    state = request.state
    if OFFICE_HEAD in roles and _running(request) and not request.extended:
        found.append("extend")
    if "foi_officer" in roles:
        found += _officers(request, state)
    return [SHEETS[act] for act in found]


def _running(request: FoiRequest) -> bool:
    return request.state in (FoiState.REGISTERED, FoiState.IN_REVIEW) and request.pay_by is None


def _officers(request: FoiRequest, state: FoiState) -> list[str]:
    if state is FoiState.RECEIVED:
        return ["confirm", "withdraw"]
    if state is FoiState.CORRECTION_PENDING:
        return ["correct", "withdraw"]
    remedies = ["file-remedy"]
    if any(one.outcome is None for one in request.remedies.values()):
        remedies.insert(0, "settle-remedy")
    if state is FoiState.REPLIED:
        return ["serve", "supplement", *remedies]
    if not request.is_open:
        return ["supplement", *remedies] if request.reply else remedies
    if request.pay_by is not None:
        return ["pay-fee", "withdraw"]
    acts = ["record-answer"] if request.asked else []
    acts += ["assign", "answer"] if not request.unit else ["answer", "assign"]
    if not request.correction_asked:
        acts.append("ask-correction")
    acts += ["consult-third-party", "consult-co-authority"]
    if not request.reasons_asked:
        acts.append("ask-reasons")
    elif request.reasonable is None:
        acts.append("give-reasons")
    elif request.reasonable:
        acts.append("delay")
    return [*acts, *([] if request.fee_fen else ["ask-fee"]), *remedies, "withdraw"]
