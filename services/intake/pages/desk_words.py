"""The window's pages in words: refusals, fields, grounds, states of materials, fees and ratings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from services.chassis import words as shared
from services.chassis.vault import Purpose
from services.chassis.web.parts import Light
from services.intake.domain.checklists import REJECTED
from services.intake.domain.rating_terms import AppealGround, Measure

SAID: Final[Mapping[str, str]] = {
    "case_state": "办件现在的状态不能这样办理，请看下面的经过。",
    "silence_accepted": "五个工作日内没有告知，依法已视为受理（行政许可法第三十二条）。",
    "empty_notice": "至少勾选一项，每项只列一次。",
    "unknown_correction": "补正通知没有要求这一项。",
    "other_authority_missing": "请写明有权办理的机关（行政许可法第三十二条第一款第二项）。",
    "same_approver": "批准人必须是另一个人：谁申请，谁不能批准。",
    "undo_state": "已经有人申请、正在等待批准，或者没有人申请过。",
    "not_immediate": "只有即办件可以在窗口当场决定；其他事项受理的人不作决定。",
    "not_by_rule": "这是人工决定的，不是规则自动作出的。",
    "review_state": "没有待办的人工复核，或者已经有一个。",
    "not_yours": "只有督办人员，或者提出申请的人自己可以这样做。",
    "materials_missing": "缺少必要材料，请先一次性告知或者收齐。",
    "not_asked_for": "现行实施清单不再要求提交这份材料。",
    "material_not_asked": "事项的材料清单没有要求这份材料。",
    "material_shared": "这份材料通过数据共享获取，不得要求提交。",
    "material_state": "材料现在的状态不能这样办理：可能刚刚由别人登记过。",
    "case_over": "办件已经结束，不再收材料。",
    "promise_day": "承诺补交的日期要在今天之后。",
    "file_refused": "文件是空的，或者不是清单允许的格式（pdf、ofd、png、jpeg、docx、xlsx）。",
    "project_no_taken": "这个编号已经被另一件办件使用。",
    "no_result": "办件没有可以发放的结果。",
    "wrong_result_state": "结果已经由统一出件窗口办理。",
    "not_for_pickup": "取件码只告知申请人、代理人，或者由窗口打印。",
    "free_item": "该事项不收费，不得收取任何费用。",
    "free_agency": "代办、代理实行无偿服务。",
    "unlisted_fee": "收费项目不在受理时的收费清单内，不得收取。",
    "fee_amount": "金额与公布的收费标准不符，或者没有写明金额。",
    "not_chargeable": "办件没有受理，或者已经结束，不能收费。",
    "fee_state": "这笔费用现在的状态不能这样办理。",
    "fee_already_set": "这个收费项目已经核定过，还没有结束。",
    "refund_not_due": "这笔交易没有应退的款，或者没有这么多。",
    "wrong_rating_state": "差评现在的状态不能这样办理，请看下面的经过。",
    "other_unit": "由被评价的部门办理整改，由别的部门回访。",
    "already_appealed": "已经申诉过一次。",
    "judge_in_own_case": "经手办件或者评价的人、被评价的部门不能裁定申诉。",
    "no_appeal": "没有待裁定的申诉。",
    "finish_in_past": "整改期限要在今天或者以后。",
    "wrong_ticket_state": "工单现在的状态不能这样办理，请看下面的经过。",
    "other_units_ticket": "由主办单位办理；答复的单位不能自己回访。",
    "returned_too_late": "派单超过 24 小时，不能再退单。",
    "dispatch_ruled": "主办单位已经裁定，不能再退单。",
    "extended_before": "工单只能延期一次。",
    "extended_after_due": "时限已过，不能再延期。",
    "not_supervisor": "只有督办人员可以办理，且不能办理本单位的工单。",
    "not_called_back": "要先回访；打不通的至少打三次。",
    "lead_also_helps": "主办单位不能同时是协办单位。",
    "ticket_no_taken": "这个工单编号已经有了。",
    "wrong_contact_state": "移交已经确认、退回，或者首问事项已经结束。",
    "not_owner": "由首问责任人办理。",
    "not_receiver": "由被移交的人确认。",
    "unknown_reason": "没有这种中止的情形。",
    "does_not_stop": "这种情形不能中止时限：法定时限只因行政许可法第四十五条所列事项中止，"
    "承诺时限按实施清单。",
    "already_suspended": "已经因为同一情形中止。",
    "not_suspended": "没有因为这种情形中止的时限。",
    "suspended_before_start": "时限还没有开始，不能中止。",
    "suspended_after_due": "时限已过，不能再中止；逾期如实记录。",
    "resumed_too_early": "恢复的时间早于中止的时间。",
    "in_future": "时间不能晚于现在。",
}
"""What the law refuses, by its code, where its own text is not Chinese."""
FIELDS: Final[Mapping[str, str]] = {
    "reason": "理由",
    "to": "上级机关",
    "items": "所列各项",
    "other_authority": "有权办理的机关",
    "name": "姓名或名称",
    "id_number": "证件号码",
    "item_code": "事项编码",
    "copies": "份数",
    "due_on": "日期",
    "certificate_id": "证照编号",
    "days": "工作日数",
    "fee": "收费项目",
    "units": "数量",
    "amount": "金额",
    "policy": "减免依据",
    "transaction_no": "交易流水号",
    "measures": "整改措施",
    "finish_by": "整改期限",
    "evidence": "证明材料编号",
    "ground": "理由",
    "lead_unit": "主办单位编码",
    "co_units": "协办单位编码",
    "topic": "诉求类别",
    "text": "诉求内容",
    "channel": "渠道",
    "outcome": "办理结果",
    "project_no": "办件编号",
    "archive_no": "档号",
    "shelf": "架位",
    "since": "提交日期起",
    "until": "提交日期止",
    "phone": "联系电话",
    "expected_days": "预计工作日数",
    "notice_no": "告知书编号",
    "moment": "时间",
    "ruling_no": "文书编号",
}
"""Fields of forms, in words."""
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
REFUSALS: Final[Mapping[str, str]] = {
    "no_jurisdiction": "不属于本机关职权范围（须告知有权机关）",
    "not_eligible": "申请人依法不得提出该申请",
    "false_statement": "隐瞒情况或者提供虚假材料",
    "other": "其他法定情形",
}
"""Why a clerk refuses, by reason code."""
OVERTURNINGS: Final[Mapping[str, str]] = {
    "reconsideration": "行政复议决定撤销",
    "suit": "人民法院判决撤销",
    "superior": "上级机关责令受理",
}
"""Why a refusal falls, by its ground."""
REJECTIONS: Final[Mapping[str, str]] = {one.value: text for one, text in REJECTED.items()}
MATERIALS: Final[Mapping[str, tuple[str, Light]]] = {
    "absent": ("未提交", "grey"),
    "shared": ("数据共享，免提交", "green"),
    "received": ("已收", "green"),
    "rejected": ("不合格", "red"),
    "reused": ("已用电子证照", "green"),
    "promised": ("容缺，承诺补交", "amber"),
    "returned": ("已退还", "grey"),
}
FORMS: Final[Mapping[str, str]] = {"paper": "纸质", "electronic": "电子", "library": "电子证照"}
FEES: Final[Mapping[str, tuple[str, Light]]] = {
    "assessed": ("已核定", "grey"),
    "notified": ("待缴款", "amber"),
    "paid": ("已缴款", "green"),
    "refunded": ("已退款", "grey"),
    "waived": ("已减免", "grey"),
    "lapsed": ("逾期未缴", "red"),
}
PAYMENTS: Final[Mapping[str, tuple[str, Light]]] = {
    "paid": ("已入账", "green"),
    "refund_due": ("应退款", "red"),
    "returned": ("已退回", "grey"),
    "refunded": ("已退款", "grey"),
}
DIFFERENCES: Final[Mapping[str, str]] = {
    "missing_here": "平台有、本中心没有",
    "missing_there": "本中心有、平台没有",
    "other_amount": "金额不同",
    "other_order": "缴款单号不同",
    "other_day": "日期不同",
    "twice_there": "平台重复列出",
}
LEVELS: Final[Mapping[int, str]] = {level: text for level, text, _ in shared.SATISFACTION}
STAGES: Final[Mapping[int, str]] = {1: "受理环节", 2: "办结环节"}
RATINGS: Final[Mapping[str, tuple[str, Light]]] = {
    "bad": ("待核实", "red"),
    "contacted": ("已联系", "amber"),
    "rectifying": ("整改中", "amber"),
    "rectified": ("已整改，待回访", "amber"),
    "followed_up": ("已回访", "green"),
    "excluded": ("申诉成立，不计入", "grey"),
    "invited": ("已邀请", "grey"),
    "defaulted": ("未评价", "grey"),
    "submitted": ("已评价", "green"),
}
MEASURES: Final[Mapping[Measure, str]] = {
    Measure.EXPLAINED: "解释说明",
    Measure.APOLOGY: "道歉",
    Measure.REDONE: "重新办理",
    Measure.TRAINING: "业务培训",
    Measure.PROCESS: "改进流程",
    Measure.GUIDE: "修改办事指南",
    Measure.EQUIPMENT: "改善设施设备",
    Measure.DISCIPLINE: "批评教育或者处理",
    Measure.OTHER: "其他",
}
APPEALS: Final[Mapping[AppealGround, str]] = {
    AppealGround.MISTAKEN: "误评",
    AppealGround.MALICIOUS: "恶意差评",
}
RATED: Final[Mapping[str, tuple[str, str, Light]]] = {
    "intake.evaluation-invited.v1": ("邀请评价", "Invited", "grey"),
    "intake.evaluation-submitted.v1": ("收到评价", "Rated", ""),
    "intake.evaluation-defaulted.v1": ("逾期未评价", "No answer", "grey"),
    "intake.bad-review-opened.v1": ("差评，启动核实", "Bad review", "red"),
    "intake.bad-review-contacted.v1": ("联系评价人", "Contacted", ""),
    "intake.bad-review-contact-overdue.v1": ("逾期未联系", "Contact overdue", "red"),
    "intake.rectification-planned.v1": ("提出整改措施", "Plan", "amber"),
    "intake.rectification-completed.v1": ("整改完成", "Set right", "green"),
    "intake.bad-review-followed-up.v1": ("回访", "Followed up", "green"),
    "intake.bad-review-appealed.v1": ("申诉", "Appeal", "amber"),
    "intake.bad-review-excluded.v1": ("申诉成立，不计入", "Excluded", "grey"),
    "intake.bad-review-upheld.v1": ("申诉不成立", "Upheld", ""),
}
CHARGED: Final[Mapping[str, tuple[str, str, Light]]] = {
    "intake.fee-assessed.v1": ("核定费用", "Assessed", ""),
    "intake.payment-notice-issued.v1": ("发出缴款通知", "Notice", "amber"),
    "intake.fee-paid.v1": ("缴款", "Paid", "green"),
    "intake.payment-mismatch-detected.v1": ("金额不符", "Mismatch", "red"),
    "intake.refund-due.v1": ("应退款", "Refund due", "red"),
    "intake.payment-returned.v1": ("退回款项", "Returned", "grey"),
    "intake.fee-refunded.v1": ("退费", "Refunded", "grey"),
    "intake.fee-waived.v1": ("减免", "Waived", "grey"),
    "intake.fee-lapsed.v1": ("逾期未缴，通知失效", "Lapsed", "red"),
}
PURPOSES: Final[Mapping[Purpose, str]] = {
    Purpose.CASE_HANDLING: "办件办理",
    Purpose.CONTACT: "联系当事人",
    Purpose.DELIVERY: "送达",
    Purpose.COMPLAINT: "投诉、差评处理",
    Purpose.SUPERVISION: "监督检查",
    Purpose.LEGAL: "复议、诉讼",
    Purpose.ARCHIVE: "归档",
    Purpose.SUBJECT_REQUEST: "个人行使权利",
    Purpose.FAULT: "报文差错处理",
}
PERSONAL: Final[Mapping[str, str]] = {
    "name": "姓名或名称",
    "document_no": "证件号码",
    "phone": "联系电话",
    "address": "地址",
    "kind": "申请人类型",
    "document_kind": "证件类型",
}
DECLINES: Final[Mapping[str, str]] = {
    "not_our_duty": "不属于我的职责",
    "other_unit": "应由其他部门接手",
    "absent": "不在岗",
}
DONE: Final[Mapping[str, str]] = {
    "acceptance": "已受理。",
    "notice": "补正通知已发出，等申请人补正。",
    "correction": "已登记补正材料。",
    "refusal": "不予受理决定已作出。",
    "not-required": "已告知不需要取得行政许可（不受理）。",
    "withdrawal": "已登记撤回。",
    "forwarding": "已转报上级机关。",
    "voiding": "已申请作废，等另一位督办人员批准。",
    "voiding-confirmation": "已作废。",
    "voiding-declining": "不作废，办件照常办理。",
    "deletion": "已申请误录删除，等另一位督办人员批准。",
    "deletion-confirmation": "已作误录删除，经过仍然保留。",
    "deletion-declining": "不删除，办件照常办理。",
    "decision": "已当场决定并办结。",
    "delivery": "已登记送达。",
    "archive": "已归档。",
    "review": "人工复核结论已记录。",
    "review-request": "已代申请人要求人工复核。",
    "submission": "草稿已提交，等待受理。",
    "suspension": "时限已中止，请把中止的理由和期限书面告知申请人。",
    "resumption": "时限已恢复计算。",
    "overturning": "不予受理已撤销，申请重新等待受理，五个工作日从今天起算。",
    "recall": "受理已撤回，重新审查。",
    "shelving": "已交统一出件窗口。",
    "material": "材料已登记。",
    "fee": "费用已核定。",
    "acknowledgement": "已接手首问事项。",
    "refusal-of-hand-over": "已退回，首问责任人不变。",
    "taken": "已收件，待受理。",
    "taken-accepted": "已收件并受理。",
}
"""What is said after an act, by its name in the address."""


def said_of(error: Exception) -> str:
    """Give a refusal in Chinese."""
    text = str(error)
    code = str(getattr(error, "code", "") or getattr(error, "rule", ""))
    field = str(getattr(error, "field", ""))
    if code == "form":
        return f"{text}{FIELDS.get(field, field)}。"
    return text if _CHINESE.search(text) else SAID.get(code, text)
