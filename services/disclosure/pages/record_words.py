"""The words of corrections of one's own record on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.chassis.web.parts import Light
from services.disclosure.domain.own_records import RecordOutcome

OUTCOMES: Final = {
    "corrected": "审核属实，予以更正",
    "unfounded": "审核不属实，不予更正",
    "transferred": "转送有权更正的行政机关",
    "referred": "告知向有权更正的行政机关提出",
}
MISSING: Final = {
    "text": "请写明哪一条信息不准确，应当是什么。",
    "evidence": "请写明有什么证据。",
    "name": "请填写姓名或者单位名称。",
    "id_number": "请填写身份证件号码或者统一社会信用代码。",
    "phone": "请填写联系电话。",
}
ASKED_ON_PAPER: Final = {"received_on": "请填写收到的日期。", **MISSING}
REFUSED: Final = {
    "no_authority": "转送或者告知的，写明有权更正的机关；自己更正的，这一项空着。",
    "record_decided": "这件申请已经答复过了。",
}
TEXTS: Final = {
    "record_text": "不准确的信息",
    "record_evidence": "证据",
    "name": "申请人",
    "document_no": "证件号码",
    "phone": "联系电话",
}
TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    "disclosure.record-correction-requested.v1": ("收到更正申请", "Asked for", ""),
    "disclosure.record-correction-decided.v1": ("答复", "Answered", "green"),
}


def state(outcome: RecordOutcome | None) -> tuple[str, Light]:
    """Say how far it is."""
    if outcome is None:
        return "正在审核", "amber"
    return OUTCOMES[outcome.value], "green" if outcome is RecordOutcome.CORRECTED else "grey"
