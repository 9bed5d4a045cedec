"""Translates rows of the national exchange (contracts/ingress) into facts, or refuses with reason.

The one translator of `up_pro_accept`, `up_pro_process` and `up_pro_result`. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from services.chassis.errors import ContractError
from services.intake.domain.records import (
    AcceptSaid,
    Incoming,
    Operation,
    RecordKind,
    ResultSaid,
    Row,
    Said,
    StepSaid,
)
from services.intake.domain.refusal import Reply
from services.kernel.times import TimeTextError, plain, read_time

CHANNELS = {"1": "window", "2": "online", "3": "mobile", "4": "post", "9": "other", "": "other"}
"""GB/T 39046-2020 A.5; the sender's own words pass as they are."""
OUTCOMES = {"通过": "pass", "退回": "return", "其他": "other", "": "pass"}
RESULTS = {"1": "granted", "2": "rejected", "9": "other"}
KINDS = {"granted": 0, "rejected": 1, "other": 6}
"""Completion kind when the row names none."""
OPERATIONS = {"I": "insert", "U": "update", "D": "delete"}

_KINDS = frozenset(kind.value for kind in RecordKind)
_PROJECT_NO = re.compile(r"[0-9A-Za-z._-]{1,50}", re.ASCII)
_WORDS = frozenset({"org_name", "process_name", "accept_doc_no"})
"""Written by people: kept as they are. Codes are given in half-width characters."""
_AT_FIELD = re.compile(r"`\$\.?([a-z_]*)|field `([a-z_]+)`")


class RefusedError(Exception):
    """A row that cannot be taken; carries the reply to its sender."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.reason_code)
        self.reply = reply


class _FieldError(Exception):
    def __init__(self, code: str, field: str, reason: str) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.reason = reason


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of all three kinds; which are required is said in `_accept`, `_process`, `_result`."""

    record: Literal["accept", "process", "result"]
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


_decode = msgspec.json.Decoder(_Row).decode
_VAULT_FIELDS = {
    "name": "applyer_name",
    "kind": "applyer_type",
    "document_kind": "applyer_page_type",
    "document_no": "applyer_page_code",
    "phone": "applyer_mobile",
    "address": "applyer_address",
}


def translate(body: bytes, source: str = "", message_id: str = "") -> Incoming:
    """Read one message of `banjian.ingress`.

    Args:
        body: JSON text in UTF-8; the bus has decoded other charsets.
        source: who sent it, for the reply when the row itself does not say.
        message_id: what set this in motion; the row's own key when empty.

    Raises:
        RefusedError: it is JSON, but a field is missing, of a wrong type or impossible.
        ContractError: it is no JSON object.
    """
    try:
        said = _decode(body)
    except msgspec.ValidationError as error:
        raise _refused(body, source, _named(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ContractError("the record is not JSON text in UTF-8") from None
    try:
        return replace(_incoming(said, message_id), body=body)
    except _FieldError as error:
        raise _refused(body, source, error) from None


def thread_of(message_id: str) -> str:
    """Give a sender's message id if it is a UUID, else nothing.

    It becomes the correlation id of events, and a sender can write anything, a person's number too.
    """
    try:
        return str(UUID(message_id))
    except ValueError:
        return ""


def _incoming(said: _Row, message_id: str) -> Incoming:
    project_no = plain(said.project_no)
    if not _PROJECT_NO.fullmatch(project_no):
        raise _FieldError(
            "bad_value", "project_no", "is no case number: 1 to 50 letters and digits"
        )
    operation = Operation(OPERATIONS.get(said.cd_operation, said.cd_operation))
    row = Row(
        kind=RecordKind(said.record),
        data_source=_text(said, "data_source", 64),
        row_guid=_text(said, "row_guid", 64),
        operation=operation,
        source_time=_time(said, "cd_time"),
    )
    told: Said | None = None
    particulars: dict[str, str] = {}
    if operation is not Operation.DELETE:
        told = _READERS[row.kind](said)
        particulars = _particulars(said, row)
    return Incoming(row, project_no, told, particulars, message_id or row.row_guid, message_id)


def _accept(said: _Row) -> AcceptSaid:
    channel = _text(said, "channel", 32, required=False)
    return AcceptSaid(
        item_code=_text(said, "task_code", 64),
        item_version=_version(said.task_version),
        accepted_at=_time(said, "accept_date"),
        submitted_at=_time(said, "apply_date") if said.apply_date else None,
        promised_due_at=_time(said, "promise_date") if said.promise_date else None,
        channel=CHANNELS.get(channel, channel),
        department=_text(said, "org_code", 64, required=False),
        department_name=_text(said, "org_name", 200, required=False),
        window=_text(said, "window", 32, required=False),
        accept_doc_no=_text(said, "accept_doc_no", 64, required=False),
    )


def _process(said: _Row) -> StepSaid:
    if not said.start_time and not said.end_time:
        raise _FieldError("missing_field", "end_time", "is missing, and so is start_time")
    ended = _time(said, "end_time") if said.end_time else _time(said, "start_time")
    return StepSaid(
        name=_text(said, "process_name", 200),
        outcome=OUTCOMES.get(said.event_name, said.event_name),
        started_at=_time(said, "start_time") if said.start_time else ended,
        ended_at=ended,
        handler=_text(said, "handler", 64, required=False),
        unit=_text(said, "org_name", 200, required=False)
        or _text(said, "org_code", 64, required=False),
    )


def _result(said: _Row) -> ResultSaid:
    result = RESULTS.get(said.result_type, said.result_type)
    if not result:
        raise _FieldError("missing_field", "result_type", "is missing")
    kind = KINDS[result] if said.completion_kind is None else said.completion_kind
    if not 0 <= kind <= 6:
        raise _FieldError("bad_value", "completion_kind", "is not between 0 and 6")
    return ResultSaid(result, kind, _time(said, "result_date"))


_READERS: Mapping[RecordKind, Callable[[_Row], Said]] = {
    RecordKind.ACCEPT: _accept,
    RecordKind.PROCESS: _process,
    RecordKind.RESULT: _result,
}


def _particulars(said: _Row, row: Row) -> dict[str, str]:
    if row.kind is RecordKind.PROCESS:
        return {f"opinion/{row.row_guid}": said.opinion} if said.opinion else {}
    if row.kind is RecordKind.RESULT:
        return {}
    told = {name: getattr(said, field).strip() for name, field in _VAULT_FIELDS.items()}
    return {name: text for name, text in told.items() if text}


def _text(said: _Row, field: str, longest: int, required: bool = True) -> str:
    text: str = getattr(said, field)
    text = text.strip() if field in _WORDS else plain(text)
    if required and not text:
        raise _FieldError("missing_field", field, "is missing")
    if len(text) > longest or not text.isprintable():
        raise _FieldError("bad_value", field, f"is not plain text of at most {longest} characters")
    return text


def _time(said: _Row, field: str) -> datetime:
    text: str = getattr(said, field)
    if not text:
        raise _FieldError("missing_field", field, "is missing")
    try:
        return read_time(text)
    except TimeTextError as error:
        raise _FieldError(error.reason, field, str(error)) from None


def _version(said: int | str) -> int:
    text = plain(str(said))
    if not text:
        raise _FieldError("missing_field", "task_version", "is missing")
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) > 0):
        raise _FieldError("bad_value", "task_version", "is no version number")
    return int(text)


def _named(error: msgspec.ValidationError) -> _FieldError:
    """Name field and kind of fault; the library's own text may quote the value."""
    text = str(error)
    found = _AT_FIELD.search(text)
    field = (found.group(1) or found.group(2) or "") if found else ""
    if "missing required field" in text:
        return _FieldError("missing_field", field, "is missing")
    if text.startswith("Expected"):
        return _FieldError("wrong_type", field, "has a wrong type")
    return _FieldError("bad_value", field, "has a value the contract does not know")


def _refused(text: bytes, source: str, error: _FieldError) -> RefusedError:
    """Address the reply as far as the row says who sent it."""
    try:
        row = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        raise ContractError("the record is not a JSON object") from None

    def told(name: str) -> str:
        try:
            return plain(msgspec.json.decode(row.get(name, b'""'), type=str))[:64]
        except msgspec.DecodeError:
            return ""

    kind = told("record")
    project_no = told("project_no")
    return RefusedError(
        Reply(
            data_source=told("data_source") or source or "unknown",
            record=kind if kind in _KINDS else "accept",
            reason_code=error.code,
            reason=f"{error.field or 'the record'} {error.reason}",
            row_guid=told("row_guid") or None,
            project_no=project_no if _PROJECT_NO.fullmatch(project_no) else None,
            field=error.field or None,
        )
    )
