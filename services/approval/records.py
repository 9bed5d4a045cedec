"""Translates rows of departments that work in a system of their own (ingress/department-*). Pure.

Routing key `<data_source>.department.<kind>`, record `department-<kind>`. A row names its task by
the number of the case; it says what the department did there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal

import msgspec

from services.approval.domain.refusal import Reply
from services.chassis.errors import ContractError
from services.kernel.clock import Reason
from services.kernel.times import TimeTextError, plain, read_time

PREFIX: Final = "department-"
OPERATIONS: Final = {"I": "insert", "U": "update", "D": "delete"}
_KEY = re.compile(r"[0-9A-Za-z._-]{1,64}", re.ASCII)
_CASE = re.compile(r"[0-9A-Za-z._-]{1,50}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_WORD = re.compile(r"[a-z0-9_]{0,64}", re.ASCII)
_AT_FIELD = re.compile(r"`\$\.?([a-z_]*)|field `([a-z_]+)`")


class RefusedError(Exception):
    """A row that cannot be taken; carries the reply to its sender."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.reason_code)
        self.reply = reply


class _FieldError(Exception):
    def __init__(self, code: str, field: str, reason: str) -> None:
        super().__init__(code)
        self.code, self.field, self.reason = code, field, reason


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    record: Literal[
        "department-start",
        "department-decision",
        "department-suspension",
        "department-resumption",
    ]
    project_no: str
    row_guid: str
    cd_operation: Literal["insert", "update", "delete", "I", "U", "D"]
    cd_time: str
    data_source: str
    org_code: str = ""
    decision: Literal["granted", "rejected", ""] = ""
    decided_at: str = ""
    completion_kind: int | None = None
    reason: str = ""
    document_hash: str = ""
    standstill: str = ""
    notice_no: str = ""
    expected_days: int = 0


@dataclass(frozen=True)
class Incoming:
    """What a department says it did with one task."""

    kind: str
    """start, decision, suspension or resumption."""
    data_source: str
    row_guid: str
    operation: str
    """insert, update or delete."""
    source_time: datetime
    project_no: str
    department: str
    content: bytes
    """Digest of what it says, without the envelope; the same for the same content."""
    digest: str
    granted: bool = False
    completion_kind: int = 0
    decided_at: datetime | None = None
    reason: str = ""
    proof: str = ""
    standstill: Reason | None = None
    notice_no: str = ""
    expected_days: int = 0
    message_id: str = ""

    @property
    def record(self) -> str:
        return PREFIX + self.kind

    @property
    def key(self) -> tuple[str, str]:
        return self.data_source, self.row_guid

    def refusal(self, code: str, reason: str, field: str = "") -> Reply:
        """Give the reply that refuses it."""
        return Reply(
            self.data_source,
            self.record,
            code,
            reason[:500],
            self.row_guid,
            self.project_no,
            field or None,
        )


def translate(body: bytes, source: str = "", message_id: str = "") -> Incoming:
    """Read one message of an outside department.

    Args:
        source: who sent it, for the reply when the row itself does not say.
        message_id: the sender's, when it is a UUID.

    Raises:
        RefusedError: it is JSON, but a field is missing, of a wrong type or impossible.
        ContractError: it is no JSON object.
    """
    try:
        said = msgspec.json.decode(body, type=_Row)
        return _incoming(said, body, message_id)
    except msgspec.ValidationError as error:
        raise RefusedError(reply_to(body, source, *_named(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ContractError("the record is not JSON text in UTF-8") from None
    except _FieldError as error:
        reply = reply_to(body, source, error.code, error.field, error.reason)
        raise RefusedError(reply) from None


def reply_to(body: bytes, source: str, code: str, field: str, reason: str) -> Reply:
    """Address a reply as far as a record says what it is; only keys are repeated."""
    record = msgspec.json.decode(body, type=dict[str, msgspec.Raw])

    def told(name: str) -> str | None:
        try:
            text = plain(msgspec.json.decode(record.get(name, b'""'), type=str))
        except msgspec.DecodeError:
            return None
        return text if _KEY.fullmatch(text) else None

    kind = told("record") or ""
    return Reply(
        data_source=source or told("data_source") or "unknown",
        record=kind if kind.startswith(PREFIX) else "department",
        reason_code=code,
        reason=f"{field or 'the record'} {reason}",
        row_guid=told("row_guid"),
        project_no=told("project_no"),
        field=field or None,
    )


def sender_of(body: bytes) -> tuple[str, str]:
    """Give the data_source and the kind a record names, each "" when it names none."""
    said = msgspec.json.decode(body, type=dict[str, object])
    names = (said.get("data_source"), said.get("record"))
    source, record = (plain(one) if isinstance(one, str) else "" for one in names)
    return source, record.removeprefix(PREFIX)


def _incoming(said: _Row, body: bytes, message_id: str) -> Incoming:
    kind = said.record.removeprefix(PREFIX)
    operation = OPERATIONS.get(said.cd_operation, said.cd_operation)
    own = msgspec.structs.asdict(said)
    for name in ("row_guid", "cd_operation", "cd_time", "data_source"):
        del own[name]
    row = Incoming(
        kind=kind,
        data_source=_key(said, "data_source"),
        row_guid=_key(said, "row_guid"),
        operation=operation,
        source_time=_time(said, "cd_time"),
        project_no=_key(said, "project_no", _CASE),
        department=_key(said, "org_code") if operation != "delete" else "",
        content=sha256(msgspec.json.encode(own, order="sorted")).digest(),
        digest=sha256(body).hexdigest(),
        message_id=message_id,
    )
    if operation == "delete":
        return row
    return _READERS[kind](row, said)


def _decision(row: Incoming, said: _Row) -> Incoming:
    if not said.decision:
        raise _FieldError("missing_field", "decision", "is missing")
    granted = said.decision == "granted"
    kind = (0 if granted else 1) if said.completion_kind is None else said.completion_kind
    if not 0 <= kind <= 6:
        raise _FieldError("bad_value", "completion_kind", "is not between 0 and 6")
    proof = plain(said.document_hash).lower()
    if proof and not _HASH.fullmatch(proof):
        raise _FieldError("bad_value", "document_hash", "is no SHA-256 in hex")
    if not _WORD.fullmatch(said.reason):
        raise _FieldError("bad_value", "reason", "is no code: small letters, digits, underscores")
    return replace(
        row,
        granted=granted,
        completion_kind=kind,
        decided_at=_time(said, "decided_at"),
        reason=said.reason,
        proof=proof,
    )


def _standing(row: Incoming, said: _Row) -> Incoming:
    word = plain(said.standstill).upper()
    if not word:
        raise _FieldError("missing_field", "standstill", "is missing")
    if word not in Reason.__members__:
        raise _FieldError("bad_value", "standstill", "has a value the contract does not know")
    return replace(row, standstill=Reason[word])


def _suspension(row: Incoming, said: _Row) -> Incoming:
    notice = _key(said, "notice_no")
    if not 1 <= said.expected_days <= 365:
        raise _FieldError("bad_value", "expected_days", "is no number from 1 to 365")
    row = _standing(row, said)
    return replace(row, notice_no=notice, expected_days=said.expected_days)


_READERS: Mapping[str, Callable[[Incoming, _Row], Incoming]] = {
    "start": lambda row, _: row,
    "decision": _decision,
    "suspension": _suspension,
    "resumption": _standing,
}
KINDS: Final = tuple(_READERS)


def _key(said: _Row, field: str, form: re.Pattern[str] = _KEY) -> str:
    text = plain(getattr(said, field))
    if not text:
        raise _FieldError("missing_field", field, "is missing")
    if not form.fullmatch(text):
        raise _FieldError("bad_value", field, "is no key of letters and digits")
    return text


def _time(said: _Row, field: str) -> datetime:
    text: str = getattr(said, field)
    if not text:
        raise _FieldError("missing_field", field, "is missing")
    try:
        return read_time(text)
    except TimeTextError as error:
        raise _FieldError(error.reason, field, str(error)) from None


def _named(error: msgspec.ValidationError) -> tuple[str, str, str]:
    """Name fault and field; the library's own text may quote the value."""
    text = str(error)
    found = _AT_FIELD.search(text)
    field = (found.group(1) or found.group(2) or "") if found else ""
    if "missing required field" in text:
        return "missing_field", field, "is missing"
    if text.startswith("Expected"):
        return "wrong_type", field, "has a wrong type"
    return "bad_value", field, "has a value the contract does not know"
