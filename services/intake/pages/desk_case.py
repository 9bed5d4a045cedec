"""What a clerk sees of one case: where it stands, what to do next, its papers, and the letters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from services.chassis.events import Event
from services.chassis.vault import Person
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Light
from services.intake.desk_answers import NoticeForm
from services.intake.domain import Case, CaseState, ItemVersion, NoticeItem
from services.intake.domain.case import IMMEDIATE
from services.intake.domain.remedies import remedies
from services.intake.domain.terms import RUNNING
from services.intake.material_answers import ChecklistView, MaterialLine
from services.intake.pages import CASE_STATES, CHANNELS, case_page, moments
from services.intake.pages.case_words import UNDOINGS
from services.intake.pages.desk import Times, due_of
from services.intake.pages.desk_words import (
    FORMS,
    MATERIALS,
    OVERTURNINGS,
    PERSONAL,
    REFUSALS,
    REJECTIONS,
)
from services.intake.pages.offers import acts_for
from services.kernel.clock import Reason
from services.kernel.clock.due import LAST_SECOND
from services.kernel.times import SHANGHAI

_S = CaseState
OTHER_CODE: Final = "other-1"
"""The code of a line of the notice that is not on the list of materials."""
STOPPED: Final = "时限中止，暂停计算"
ABSENT: Final = "尚未提交"
UNDONE: Final[Mapping[str, str]] = {
    "voiding": "批准后办件没有效力；已受理的以作废办结。",
    "deletion": "批准后从统计中剔除；经过仍然保留。",
}
"""What a confirmation brings about."""
UNFIT: Final = "不符合要求，请重新提交"


@dataclass(frozen=True)
class Paper:
    """One material of the checklist."""

    code: str
    name: str
    required: bool
    shared: bool
    state: str
    light: Light
    wanted: str
    came: str
    wrong: str
    """What is wrong, in the words told to the applicant; empty when nothing is."""
    file_href: str
    can_receive: bool
    can_reject: bool
    can_promise: bool
    can_return: bool


@dataclass(frozen=True)
class Asked:
    """One line of the notice as it is composed."""

    code: str
    name: str
    ticked: bool
    text: str
    state: str
    light: Light


def next_step(case: Case, missing: int, promised: int = 0) -> str:
    """Say what to do next, in a sentence."""
    if case.review:
        return "申请人要求人工复核：请看过材料和经过，写明结论。"
    match case.state:
        case _S.SUBMITTED if missing:
            return f"还缺 {missing} 项必要材料：一次性告知申请人，或者收齐后受理。"
        case _S.SUBMITTED if promised:
            return f"有 {promised} 项材料承诺后补：同意容缺就受理，不同意的一次性告知申请人。"
        case _S.SUBMITTED:
            return "必要材料齐全：核对无误就受理。"
        case _S.CORRECTION_PENDING:
            return "补正通知已发出；申请人带来材料时，先在清单登记，再登记补正。"
        case _S.ACCEPTED | _S.IN_REVIEW if case.waits_for:
            why = "、".join(reason.chinese for reason in case.waits_for)
            return f"时限中止：{why}；这件事结束的当天登记恢复。"
        case _S.ACCEPTED if case.case_type == IMMEDIATE:
            return "即办件：可以当场作出决定。"
        case _S.ACCEPTED | _S.IN_REVIEW:
            return "已转审批；决定作出后这里会出现结果。"
        case _S.DECIDED:
            return "先办后补：等申请人补齐。"
        case _S.COMPLETED:
            return "已办结：把结果交统一出件窗口，或者登记送达。"
        case _S.DELIVERED:
            return "已送达：可以归档。"
    return ""


def papers(view: ChecklistView, is_open: bool) -> list[Paper]:
    """Give the checklist, line by line."""
    wrong = {one.material_code: one.what for one in view.missing}
    return [_paper(view.project_no, one, wrong, is_open) for one in view.materials]


def _paper(number: str, one: MaterialLine, wrong: Mapping[str, str], is_open: bool) -> Paper:
    state, light = MATERIALS[one.state]
    wanted = [one.wanted_form, f"原件 {one.originals} 份" if one.originals else ""]
    wanted += [f"复印件 {one.wanted_copies} 份" if one.wanted_copies else "", one.source]
    came = [FORMS.get(one.form, ""), f"{one.copies} 份" if one.form == "paper" else ""]
    came += [size(one.size_bytes) if one.size_bytes else "", one.certificate_id]
    came += [REJECTIONS.get(one.reason, "")]
    came += [f"承诺 {one.due_on} 前补交" if one.due_on else "", "逾期" if one.lapsed else ""]
    here = one.state in ("received", "reused")
    return Paper(
        one.material_code,
        one.name,
        one.required,
        one.shared,
        state,
        light,
        " · ".join(filter(None, wanted)),
        " · ".join(filter(None, came)),
        wrong.get(one.material_code, ""),
        f"/cases/{number}/materials/{one.material_code}/file" if one.content_hash else "",
        can_receive=is_open and not one.shared,
        can_reject=is_open and here,
        can_promise=is_open and not one.shared and not here and one.due_on is None,
        can_return=one.state in ("received", "rejected"),
    )


def size(size_bytes: int) -> str:
    """Write the size of a file."""
    if size_bytes < 1 << 20:
        return f"{max(1, round(size_bytes / 1024))} KB"
    return f"{size_bytes / (1 << 20):.1f} MB"


def desk_case(
    case: Case,
    events: Sequence[Event],
    view: ChecklistView,
    times: Times,
    item: ItemVersion | None,
    person: Person | None,
    roles: Collection[str] = ("clerk",),
) -> dict[str, Any]:
    """Give what `desk_case.html` shows to somebody in these roles."""
    plain = case_page(case, events, times.now)
    missing = sum(one.required for one in view.missing)
    needed = [one for one in view.materials if one.required and not one.shared]
    due_at, due_name = _due(case)
    light, due_said = ("", STOPPED) if case.suspended else due_of(due_at, times)
    promised = sum(one.state == "promised" and not one.lapsed for one in needed)
    ready = sum(one.state in ("received", "reused", "promised") for one in needed)
    return plain | {
        "item_name": case.item_name or (item.name if item else case.item_code),
        "department": item.department if item else "",
        "department_name": item.department_name if item else "",
        "acts": acts_for(case, roles),
        "undo": undo_of(case),
        "stops": {one.value: one.chinese for one in Reason if one is not Reason.CORRECTION},
        "standing": {one.value: one.chinese for one in case.waits_for},
        "overturnings": OVERTURNINGS,
        "next_step": next_step(case, missing, promised),
        "papers": papers(view, case.is_open or case.state is _S.DRAFT),
        "certificates": view.certificates,
        "missing": missing,
        "ready": ready,
        "needed": len(needed),
        "due": shown_time(due_at),
        "due_name": due_name,
        "due_light": light,
        "due_said": due_said,
        "particulars": particulars(person),
        "masked": person.masked if person else True,
        "erased": bool(person and person.erased_at),
        "refusals": REFUSALS,
        "rejections": REJECTIONS,
        "moments": plain["moments"][::-1],
    }


def undo_of(case: Case) -> dict[str, str] | None:
    """Give what the page shows of a voiding or deletion somebody asked for."""
    if case.undo is None:
        return None
    asked = case.undo.undoing.value
    return {
        "title": UNDOINGS[asked],
        "what": UNDONE[asked],
        "reason": case.undo.reason,
        "by": case.undo.by,
        "confirm": f"{asked}-confirmation",
        "decline": f"{asked}-declining",
    }


def _due(case: Case) -> tuple[datetime | None, str]:
    if case.state is _S.SUBMITTED:
        return case.notice_due_at, "告知或受理截止"
    if case.state is _S.CORRECTION_PENDING and case.correction_due:
        return end_of(case.correction_due), "申请人补正截止"
    if case.state in RUNNING:
        return case.promised_due_at, "承诺时限"
    return None, ""


def end_of(day: date) -> datetime:
    """Give the last second of a day in the county's clock."""
    return datetime.combine(day, LAST_SECOND, SHANGHAI)


def particulars(person: Person | None) -> list[tuple[str, str]]:
    """Give what is known of an applicant, as far as it may be shown; never texts of others."""
    fields = person.fields if person else {}
    return [(PERSONAL[name], fields[name]) for name in PERSONAL if name in fields]


def texts_of(form: NoticeForm) -> dict[str, str]:
    """Give the text of each line: behind its mark, in the order of the form."""
    found: dict[str, str] = {}
    code = ""
    for text in form.text:
        if text.startswith("@M") and " " not in text:
            code = text[1:]
        elif code:
            found[code] = text.strip()
            code = ""
    return found


def lines_of(view: ChecklistView, form: NoticeForm | None = None) -> list[Asked]:
    """Give the lines of the notice: first composed from the checklist, then as they were typed."""
    wrong = {one.material_code: one.what for one in view.missing if one.required}
    typed = texts_of(form) if form else {}
    found = []
    for one in view.materials:
        if one.shared:
            continue
        code = one.material_code
        state, light = MATERIALS[one.state]
        text = wrong.get(code) or (ABSENT if one.state == "absent" else UNFIT)
        ticked = code in form.tick if form else code in wrong
        found.append(
            Asked(code, one.name, ticked, typed.get(code, "") if form else text, state, light)
        )
    return found


def asked_for(lines: Sequence[Asked], form: NoticeForm) -> tuple[list[NoticeItem], str]:
    """Give what a composed notice asks for, and what is wrong with it ("" when nothing is)."""
    items = [NoticeItem(one.code, one.name, one.text) for one in lines if one.ticked]
    other, other_wrong = form.other.strip(), form.other_wrong.strip()
    if bool(other) != bool(other_wrong):
        return items, "“其他”一行要写明事项和问题。"
    if other:
        items.append(NoticeItem(OTHER_CODE, other, other_wrong))
    if not items:
        return items, "至少勾选一项。"
    blank = next((one.material for one in items if not one.wrong), "")
    return items, f"请写明“{blank}”有什么问题、要怎么补。" if blank else ""


def letter_of_refusal(case: Case, at: datetime, reason_code: str) -> dict[str, Any]:
    """Give what the preview of a refusal shows beside what was typed."""
    return {"remedies": remedies(at), "ground": REFUSALS.get(reason_code, "")}


def changed_page(case: Case, events: Sequence[Event], seen: int) -> dict[str, Any]:
    """Give what `desk_changed.html` shows: what others did since this version was seen."""
    since = [event for event in events if event.version > seen]
    state, light = CASE_STATES[case.state.value]
    return {
        "case": case,
        "state": state,
        "light": light,
        "moments": moments(since),
        "channel": CHANNELS.get(case.channel, case.channel),
    }
