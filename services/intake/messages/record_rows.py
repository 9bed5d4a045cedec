"""The rows of the national exchange tables, and what each kind states. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from services.intake.domain.records import (
    AcceptSaid,
    MaterialSaid,
    Procedure,
    RecordKind,
    ResultSaid,
    Row,
    Said,
    SpecialSaid,
    StepSaid,
)
from services.intake.messages.record_fields import (
    FieldError,
    count_of,
    text_of,
    time_of,
    version_of,
)
from services.kernel.clock import Reason
from services.kernel.times import plain

CHANNELS = {"1": "window", "2": "online", "3": "mobile", "4": "post", "9": "other", "": "other"}
"""GB/T 39046-2020 A.5; the sender's own words pass as they are."""
OUTCOMES = {"通过": "pass", "退回": "return", "其他": "other", "": "pass"}
RESULTS = {"1": "granted", "2": "rejected", "9": "other"}
KINDS = {"granted": 0, "rejected": 1, "other": 6}
"""Completion kind when the row names none."""
PROCEDURES = {
    **{word: Procedure.EXTENSION for word in ("extension", "1", "延期", "延长")},
    **{word: Procedure.OTHER for word in ("other", "2", "其他")},
}
STANDSTILLS = (
    ("听证", Reason.HEARING),
    ("招标", Reason.BIDDING),
    ("招投标", Reason.BIDDING),
    ("拍卖", Reason.AUCTION),
    ("检验", Reason.INSPECTION),
    ("检测", Reason.TESTING),
    ("检疫", Reason.QUARANTINE),
    ("鉴定", Reason.APPRAISAL),
    ("专家评审", Reason.EXPERT_REVIEW),
    ("专家论证", Reason.EXPERT_REVIEW),
    ("现场勘", Reason.SURVEY),
    ("现场踏勘", Reason.SURVEY),
    ("实地核查", Reason.SURVEY),
    ("补正", Reason.CORRECTION),
    ("申请人", Reason.APPLICANT_CAUSE),
    ("第三方", Reason.THIRD_PARTY),
    ("其他机关", Reason.OTHER_AUTHORITY),
)
"""What the name of a procedure says the case waits for; another name stops no clock."""
APPROVALS = {"同意": "approved", "1": "approved", "不同意": "refused", "2": "refused"}
FORMS = {
    **{word: "paper" for word in ("paper", "1", "纸质")},
    **{word: "electronic" for word in ("electronic", "2", "电子")},
    **{word: "library" for word in ("library", "3", "电子证照库")},
}
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MEDIA_TYPE = re.compile(r"[a-z]+/[0-9a-z.+-]{1,80}", re.ASCII)


class ExchangeRow(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of all kinds; which are required is said in `_accept`, `_process` and so on."""

    record: Literal["accept", "process", "result", "special-procedure", "material"]
    project_no: str
    row_guid: str
    cd_operation: Literal["insert", "update", "delete", "I", "U", "D"]
    cd_time: str
    data_source: str
    task_code: str = ""
    task_version: int | str = ""
    accept_date: str = ""
    apply_date: str = ""
    promise_date: str = ""
    accept_doc_no: str = ""
    channel: str = ""
    org_code: str = ""
    org_name: str = ""
    window: str = ""
    handler: str = ""
    applyer_name: str = ""
    applyer_type: str = ""
    applyer_page_type: str = ""
    applyer_page_code: str = ""
    applyer_mobile: str = ""
    applyer_address: str = ""
    process_name: str = ""
    event_name: Literal["pass", "return", "other", "通过", "退回", "其他", ""] = ""
    start_time: str = ""
    end_time: str = ""
    opinion: str = ""
    result_date: str = ""
    result_type: Literal["granted", "rejected", "other", "1", "2", "9", ""] = ""
    completion_kind: int | None = None
    satisfaction: int | str | None = None
    satisfaction_scale: Literal["1_best", "5_best", ""] = ""
    procedure_type: str = ""
    procedure_name: str = ""
    procedure_reason: str = ""
    procedure_result: str = ""
    extension_days: int | str | None = None
    material_name: str = ""
    get_type: str = ""
    get_num: int | str = 1
    get_time: str = ""
    attachment_hash: str = ""
    attachment_size: int = 0
    attachment_type: str = ""


_VAULT_FIELDS = {
    "name": "applyer_name",
    "kind": "applyer_type",
    "document_kind": "applyer_page_type",
    "document_no": "applyer_page_code",
    "phone": "applyer_mobile",
    "address": "applyer_address",
}


def _accept(said: ExchangeRow) -> AcceptSaid:
    channel = text_of(said, "channel", 32, required=False)
    return AcceptSaid(
        item_code=text_of(said, "task_code", 64),
        item_version=version_of(said.task_version),
        accepted_at=time_of(said, "accept_date"),
        submitted_at=time_of(said, "apply_date") if said.apply_date else None,
        promised_due_at=time_of(said, "promise_date") if said.promise_date else None,
        channel=CHANNELS.get(channel, channel),
        department=text_of(said, "org_code", 64, required=False),
        department_name=text_of(said, "org_name", 200, required=False),
        window=text_of(said, "window", 32, required=False),
        accept_doc_no=text_of(said, "accept_doc_no", 64, required=False),
    )


def _process(said: ExchangeRow) -> StepSaid:
    if not said.start_time and not said.end_time:
        raise FieldError("missing_field", "end_time", "is missing, and so is start_time")
    ended = time_of(said, "end_time") if said.end_time else time_of(said, "start_time")
    return StepSaid(
        name=text_of(said, "process_name", 200),
        outcome=OUTCOMES.get(said.event_name, said.event_name),
        started_at=time_of(said, "start_time") if said.start_time else ended,
        ended_at=ended,
        handler=text_of(said, "handler", 64, required=False),
        unit=text_of(said, "org_name", 200, required=False)
        or text_of(said, "org_code", 64, required=False),
    )


def _result(said: ExchangeRow) -> ResultSaid:
    result = RESULTS.get(said.result_type, said.result_type)
    if not result:
        raise FieldError("missing_field", "result_type", "is missing")
    kind = KINDS[result] if said.completion_kind is None else said.completion_kind
    if not 0 <= kind <= 6:
        raise FieldError("bad_value", "completion_kind", "is not between 0 and 6")
    satisfaction = 0
    if said.satisfaction not in (None, ""):
        satisfaction = count_of(said.satisfaction, "satisfaction", 1, 5)
        if not said.satisfaction_scale:
            raise FieldError(
                "scale_missing", "satisfaction_scale", "is missing: 1 or 5 may be best"
            )
    return ResultSaid(
        result,
        kind,
        time_of(said, "result_date"),
        satisfaction,
        said.satisfaction_scale if satisfaction else "",
    )


def _special(said: ExchangeRow) -> SpecialSaid:
    procedure = PROCEDURES.get(plain(said.procedure_type).lower())
    if procedure is None:
        fault = "has a value the contract does not know" if said.procedure_type else "is missing"
        code = "bad_value" if said.procedure_type else "missing_field"
        raise FieldError(code, "procedure_type", fault)
    name = text_of(said, "procedure_name", 200)
    started = time_of(said, "start_time")
    ended = time_of(said, "end_time") if said.end_time else started
    if ended < started:
        raise FieldError("bad_value", "end_time", "lies before start_time")
    days = 0
    if said.extension_days not in (None, ""):
        days = count_of(said.extension_days, "extension_days", 1, 365)
    outcome = plain(said.procedure_result)
    return SpecialSaid(
        procedure,
        name,
        started,
        ended if ended > started else None,
        _standstill(name) if procedure is Procedure.OTHER else None,
        APPROVALS.get(outcome, "other" if outcome else ""),
        days if procedure is Procedure.EXTENSION else 0,
    )


def _standstill(name: str) -> Reason | None:
    text = plain(name)
    if text.upper() in Reason.__members__:
        return Reason[text.upper()]
    return next((reason for word, reason in STANDSTILLS if word in text), None)


def _material(said: ExchangeRow) -> MaterialSaid:
    form = FORMS.get(plain(said.get_type).lower())
    if form is None:
        fault = "has a value the contract does not know" if said.get_type else "is missing"
        raise FieldError("bad_value" if said.get_type else "missing_field", "get_type", fault)
    content_hash = plain(said.attachment_hash).lower()
    if content_hash and not _HASH.fullmatch(content_hash):
        raise FieldError("bad_value", "attachment_hash", "is no SHA-256 in hex")
    media_type = plain(said.attachment_type).lower()
    if media_type and not _MEDIA_TYPE.fullmatch(media_type):
        raise FieldError("bad_value", "attachment_type", "is no media type")
    if not 0 <= said.attachment_size < 1 << 40:
        raise FieldError("bad_value", "attachment_size", "is no size in bytes")
    return MaterialSaid(
        text_of(said, "material_name", 200),
        form,
        count_of(said.get_num, "get_num", 0, 9999),
        time_of(said, "get_time") if said.get_time else None,
        content_hash,
        said.attachment_size,
        media_type,
    )


READERS: Mapping[RecordKind, Callable[[ExchangeRow], Said]] = {
    RecordKind.ACCEPT: _accept,
    RecordKind.PROCESS: _process,
    RecordKind.RESULT: _result,
    RecordKind.SPECIAL: _special,
    RecordKind.MATERIAL: _material,
}


def particulars_of(said: ExchangeRow, row: Row) -> dict[str, str]:
    """Give what a row says about persons: it goes to the vault and nowhere else."""
    if row.kind is RecordKind.PROCESS:
        return {f"opinion/{row.row_guid}": said.opinion} if said.opinion else {}
    if row.kind is RecordKind.SPECIAL:
        why = said.procedure_reason
        return {f"procedure_reason/{row.row_guid}": why} if why else {}
    if row.kind is not RecordKind.ACCEPT:
        return {}
    told = {name: getattr(said, field).strip() for name, field in _VAULT_FIELDS.items()}
    return {name: text for name, text in told.items() if text}
