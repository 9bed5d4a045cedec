"""One version of an item as a row of the import format, every field said."""

from __future__ import annotations

from deploy.feed.bureaus import COUNTY
from deploy.feed.sample.amounts import Form
from deploy.feed.sample.blocks import Fate
from deploy.feed.sample.changes import ADJUSTMENT, Row, reason
from deploy.feed.sample.items import Item, Version

STEPS = ("受理", "初审", "审查", "现场踏勘", "专家评审", "公示", "决定", "制证", "办结", "送达")
"""In the order in which they are done."""
FIRST_STEPS = (
    "受理",
    "办结",
    "审查",
    "决定",
    "送达",
    "现场踏勘",
    "初审",
    "制证",
    "公示",
    "专家评审",
)
"""In the order in which an item cannot do without them."""
ROLES = {"受理": "窗口人员", "决定": "首席代表", "送达": "窗口人员"}
MATERIALS = (
    *("申请人身份证明", "法定代表人授权委托书", "营业执照副本", "经营场所证明", "平面布置图"),
    *("专业技术人员名单", "资质等级证书", "检测检验报告", "管理制度文本", "安全承诺书"),
    *("上级主管部门意见", "项目可行性报告", "原批准文件", "财务审计报告", "近期照片"),
)
RESULTS = {
    "01": ("10", "行政许可证"),
    "05": ("30", "给付决定书"),
    "07": ("10", "登记证"),
    "08": ("30", "奖励决定书"),
    "10": ("20", "批复文件"),
    "20": ("30", "办理结果告知单"),
}
"""Kind and name of what an item ends with; 10 is a certificate."""
PEOPLE, BUSINESS, BOTH = "1", "2^3^4", "1^2"
TOPICS_PEOPLE = ("户籍身份", "社会保障", "教育科研", "住房保障", "医疗卫生")
TOPICS_BUSINESS = ("设立变更", "准营准办", "年检年审", "投资审批", "资质认证")
ELEMENTS = {1: "1", 2: "1^2", 3: "1^2^3^4", 4: "1^2^3^4^5^6^7"}
"""Elements of each depth (DOMAIN.md 2.3)."""
HOURS = "工作日 08:30-12:00，14:00-17:30"
EXTENDED_HOURS = "工作日 08:30-12:00，14:00-17:30；周六上午预约办理"


def implementation(item: Item, version: Version) -> Row:
    """Give the row of one version."""
    form, amounts = version.form, item.amounts
    row: Row = {
        "kind": "implementation",
        "task_code": item.code,
        "task_version": version.number,
        "task_name": item.name,
        "task_type": item.item_type,
        "catalog_code": item.catalog_code,
        "use_level": 4,
        "dept_code": item.department_code,
        "dept_name": item.department_name,
        "project_type": 1 if form.immediate else 2,
        "anticipate_day": form.statutory,
        "anticipate_type": form.unit,
        "promise_day": form.promised,
        "promise_type": "" if form.immediate else form.unit,
        "lists": _lists(item, form),
        "plan_effective_date": version.effective_from.isoformat(),
        "is_entry_center": int(amounts.resident),
        "online_handle_depth": amounts.depth,
        "online_elements": ELEMENTS[amounts.depth],
        "fully_online": int(amounts.fully_online),
        "limit_scene_num": amounts.visits,
        "is_express": int(amounts.visits == 0 or item.number % 3 == 0),
        "is_schedule": int(amounts.resident),
        "is_fee": int(bool(form.fee_fen)),
        "special_procedure": "专家评审^检验检测" if item.item_type == "01" else "",
        "power_source": "非行政许可审批" if item.fate is Fate.NON_LICENCE else "法定本级行使",
        "handle_area": "全县" if amounts.depth >= 3 else "本部门窗口",
        "limit_explain": "无数量限制",
        "source_document": f"{COUNTY}政务服务事项实施清单（{version.effective_from.year}年版）",
    }
    if amounts.visits:
        row["limit_scene_explain"] = (
            "须现场核验原件" if amounts.visits == 1 else "须现场核验原件并当面领取"
        )
    if version.number > 1:
        row["reason"] = reason(item)
    if item.fate is Fate.REVISED and version.number > 1:
        row["programme"] = ADJUSTMENT
    row |= _served(item)
    row |= _where(item, form)
    row |= _fees(item, form)
    row |= _procedure(item, form)
    row["happened_at"] = version.happened_at.isoformat()
    return row


def _lists(item: Item, form: Form) -> str:
    lists = ["PUBLIC_SERVICE"] if item.item_type == "20" else ["POWER", "RESPONSIBILITY"]
    if form.fee_fen:
        lists.append("FEE")
    if _intermediary(item):
        lists.append("INTERMEDIARY")
    return "^".join(lists)


def _intermediary(item: Item) -> str:
    return "检测机构出具报告" if item.item_type == "01" and item.number % 9 == 0 else ""


def _served(item: Item) -> Row:
    people = item.item_type in ("05", "20") or item.number % 3 == 0
    business = item.item_type in ("01", "08", "10") or not people
    audience = BOTH if people and business else PEOPLE if people else BUSINESS
    forms = ["1"]
    if item.amounts.depth >= 3:
        forms += ["2", "3"]
    if item.amounts.visits == 0 or item.number % 3 == 0:
        forms.append("4")
    served: Row = {"server_type": audience, "handle_type": "^".join(forms)}
    if people:
        served["user_topic_type"] = TOPICS_PEOPLE[item.number % len(TOPICS_PEOPLE)]
    if business:
        served["corp_topic_type"] = TOPICS_BUSINESS[item.number % len(TOPICS_BUSINESS)]
    return served


def _where(item: Item, form: Form) -> Row:
    place = (
        f"{COUNTY}政务服务中心{item.department_name}窗口"
        if item.resident
        else f"{COUNTY}{item.department_name}办事大厅"
    )
    # No telephone network has numbers that begin so.
    line = f"0000-{1_000_000 + item.department * 100:07d}"
    return {
        "transact_addr": place,
        "transact_time": HOURS if form.edition == 1 else EXTENDED_HOURS,
        "link_way": line,
        "supervise_way": f"{line[:-2]}99",
    }


def _fees(item: Item, form: Form) -> Row:
    if not form.fee_fen:
        return {}
    basis = f"《行政事业性收费目录（示例）》第{item.number % 40 + 1}项"
    online = int(item.amounts.pays_online)
    fee: Row = {
        "fee_name": f"{item.subject}工本费",
        "fee_stand": f"{form.fee_fen // 100}元/件",
        "amount_fen": form.fee_fen,
        "by_law": basis,
        "is_desc": 1,
        "desc_explain": "小微企业减半",
        "is_pay_online": online,
    }
    return {"fee_basis": basis, "is_pay_online": online, "fees": [fee]}


def _procedure(item: Item, form: Form) -> Row:
    kept = frozenset(FIRST_STEPS[: form.steps])
    steps = [name for name in STEPS if name in kept]
    papers = [f"{item.name}申请表"]
    papers += [
        MATERIALS[(item.number + place) % len(MATERIALS)] for place in range(form.materials - 1)
    ]
    kind, result = RESULTS[item.item_type]
    law = (
        "中华人民共和国行政许可法" if item.item_type == "01" else f"{item.subject}管理办法（示例）"
    )
    basis = f"《{law}》第{item.number % 60 + 1}条"
    condition = f"符合《{law}》规定的条件，材料齐全、符合法定形式。"
    flow = " → ".join(steps)
    row: Row = {
        "accept_condition": condition,
        "handle_flow": flow,
        "by_law": basis,
        "result_type": kind,
        "result_name": f"{item.subject}{result}",
        "materials": [_material(name, place) for place, name in enumerate(papers)],
        "steps": [{"name": name, "role": ROLES.get(name, "审批人员")} for name in steps],
        "guide": {
            "materials": f"共{len(papers)}份：{'、'.join(papers)}。",
            "criteria": f"申请人具备法定资格；材料真实、一致、有效；{condition}",
            "steps": f"共{len(steps)}个环节：{'、'.join(steps)}。",
            "flow": flow,
        },
    }
    if intermediary := _intermediary(item):
        row["service_type"] = intermediary
    if "现场踏勘" in kept:
        row["other_dept"] = "县自然资源和规划局、县应急管理局"
    return row


def _material(name: str, place: int) -> Row:
    return {
        "material_name": name,
        "is_need": 1,
        "material_type": "申请表格文书" if place == 0 else "原件和复印件",
        "material_format": "纸质/电子",
        "page_num": 1 if place else 2,
        "source_type": "申请人自备" if place == 0 else "政府部门核发",
        "shared": 0,
        "by_law": "办事指南（示例）",
        "fill_explain": "字迹清楚，加盖公章或签名",
    }
