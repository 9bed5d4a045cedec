"""Reads the forms of the desk as the API would, and says of each field what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from services.approval.act_answers import NoticeDelay, Void
from services.approval.certificate_answers import IssueDecision
from services.approval.desk_answers import ActForm
from services.approval.domain import Notice, VoidGround
from services.approval.domain.decision_terms import DecisionResult, Remedies, Wording
from services.approval.pages.desk_words import (
    DELAY_REASONS,
    DELAY_REMEDIES,
    FRAUD,
    OVERTURN_GROUNDS,
    REOPEN_REASONS,
    VOID_GROUNDS,
    WAIVE_REASONS,
)
from services.approval.service.desk_room import FormError
from services.kernel.clock import Reason

S = TypeVar("S", bound=msgspec.Struct)


def granted_in(form: ActForm) -> bool:
    if form.decision not in ("approve", "reject"):
        raise FormError("请选择准予或者不予。", "decision")
    return form.decision == "approve"


def wording_of(form: ActForm, granted: bool) -> Wording:
    """Read what the document says.

    Raises:
        FormError: a refusal lacks what art. 38 asks for, or there is no number.
    """
    if not granted:
        for value, field, message in (
            (form.reasons, "reasons", "不予许可须说明理由（行政许可法第三十八条）。"),
            (lines_of(form.legal_basis), "legal_basis", "请写明法律依据，每行一条。"),
            (form.review.strip(), "review", "请写明向谁申请行政复议。"),
            (form.court.strip(), "court", "请写明向哪个法院起诉。"),
        ):
            if not value:
                raise FormError(message, field)
    told = {
        "document": form.document.strip(),
        "result": DecisionResult.GRANTED if granted else DecisionResult.REFUSED,
        "reasons": [] if granted else list(form.reasons),
        "legal_basis": lines_of(form.legal_basis),
        "review": form.review.strip(),
        "court": form.court.strip(),
        "statement": form.statement,
    }
    if not told["document"]:
        raise FormError("请填写文号。", "document")
    said = converted(told, IssueDecision)
    remedies = None if granted else Remedies(said.review, said.court)
    return Wording(said.document, said.result, said.reasons, said.legal_basis, remedies)


def delay_of(form: ActForm) -> dict[str, Any]:
    one_of(DELAY_REASONS, form.reason, "reason")
    one_of(DELAY_REMEDIES, form.remedy, "remedy")
    both = {"to_applicant": bool(form.to_applicant), "to_window": bool(form.to_window)}
    if not any(both.values()):
        raise FormError("请至少选一个告知对象；同时告知双方才停止时限。", "to_applicant")
    said = read_form(form, NoticeDelay, "reason", "remedy", "notice_no", "expected_days", **both)
    notice = Notice(said.notice_no, said.expected_days)
    return {"reason": said.reason, "remedy": said.remedy, "notice": notice, **both}


def ruling_in(form: ActForm) -> dict[str, Any]:
    """Read what a supervisor says.

    Raises:
        FormError: a ground, a reason or the proof is missing.
    """
    match form.act:
        case "void":
            ground = VoidGround(one_of(VOID_GROUNDS, form.ground, "ground"))
            told = {"ground": ground.value, "proof": form.proof.strip().lower()}
            return {"ground": ground, "proof": converted(told, Void).proof}
        case "overturn":
            article = one_of(OVERTURN_GROUNDS, form.legal_ground, "legal_ground")
            if form.compensation not in ("yes", "no"):
                raise FormError("请选择是否给予补偿或者赔偿。", "compensation")
            pays = form.compensation == "yes"
            if pays and article == FRAUD:
                raise FormError("以不正当手段取得的利益不受保护，不予补偿。", "compensation")
            return {"legal_ground": article, "compensation": pays}
        case "reopen":
            return {"reason": one_of(REOPEN_REASONS, form.reason, "reason")}
    return {"reason": one_of(WAIVE_REASONS, form.reason, "reason")}


_FIELDS: Final = {
    "expected_days": "请填写预计的工作日数，1 到 365。",
    "days": "请选择延长的天数。",
    "notice_no": "请填写书面通知的编号。",
    "reason": "请选择原因。",
    "proof": "凭证摘要是 64 位十六进制数（SHA-256）。",
}


def read_form(form: ActForm, shape: type[S], *names: str, **more: Any) -> S:
    """Read these fields as the API would."""
    told: dict[str, Any] = {name: getattr(form, name).strip() for name in names}
    return converted({name: value for name, value in told.items() if value} | more, shape)


def converted(told: dict[str, Any], shape: type[S]) -> S:
    try:
        return msgspec.convert(told, shape, strict=False)
    except msgspec.ValidationError as error:
        text = str(error)
        place = text.rpartition("`$.")[2].partition("`")[0].partition("[")[0]
        missing = text.partition("required field `")[2].partition("`")[0]
        field = missing or place
        message = _FIELDS.get(field, f"请核对这一项。{text.partition(' - ')[0]}")
        raise FormError(message, field) from None


def one_of(known: Mapping[str, str], code: str, field: str) -> str:
    if code not in known:
        raise FormError("请选择一项。", field)
    return code


def reason_of(text: str) -> Reason:
    try:
        return Reason(text)
    except ValueError:
        raise FormError("请选择原因。", "reason") from None


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def typed_in(form: ActForm) -> list[tuple[str, str]]:
    """Give what was typed and would be lost, in words."""
    labels = {
        "notice_no": "通知编号",
        "expected_days": "预计工作日",
        "days": "延长",
        "document": "文号",
        "legal_basis": "法律依据",
        "statement": "说明",
        "place": "地点",
    }
    return [(text, getattr(form, name)) for name, text in labels.items() if getattr(form, name)]
