"""Translates rows of the national exchange (contracts/ingress) into facts, or refuses with reason.

The one translator of `up_pro_accept`, `up_pro_process`, `up_pro_result`,
`up_pro_special_procedure` and `up_pro_material`. Pure.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

import msgspec

from services.chassis.errors import ContractError
from services.intake.domain.records import Incoming, Operation, RecordKind, Row, Said
from services.intake.domain.refusal import Reply
from services.intake.messages.record_fields import FieldError, named, text_of, time_of
from services.intake.messages.record_rows import READERS, ExchangeRow, particulars_of
from services.kernel.times import plain

OPERATIONS = {"I": "insert", "U": "update", "D": "delete"}
_PAYMENT = "payment"
_KINDS = frozenset({*(kind.value for kind in RecordKind), _PAYMENT})
_PROJECT_NO = re.compile(r"[0-9A-Za-z._-]{1,50}", re.ASCII)
_decode = msgspec.json.Decoder(ExchangeRow).decode


class RefusedError(Exception):
    """A row that cannot be taken; carries the reply to its sender."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.reason_code)
        self.reply = reply


def translate(
    body: bytes, source: str = "", message_id: str = "", original: bytes = b""
) -> Incoming:
    """Read one message of `banjian.ingress`.

    Args:
        body: JSON text in UTF-8; the bus has decoded other charsets.
        source: who sent it, for the reply when the row itself does not say.
        message_id: what set this in motion; the row's own key when empty.
        original: the bytes as they came, when these are others than `body`.

    Raises:
        RefusedError: it is JSON, but a field is missing, of a wrong type or impossible.
        ContractError: it is no JSON object.
    """
    try:
        said = _decode(body)
    except msgspec.ValidationError as error:
        raise _refused(body, source, named(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ContractError("the record is not JSON text in UTF-8") from None
    try:
        incoming = _incoming(said, message_id)
    except FieldError as error:
        raise _refused(body, source, error) from None
    came = original or body
    return replace(incoming, row=replace(incoming.row, digest=sha256(came).hexdigest()), body=came)


def thread_of(message_id: str) -> str:
    """Give a sender's message id if it is a UUID, else nothing.

    It becomes the correlation id of events, and a sender can write anything, a person's number too.
    """
    try:
        return str(UUID(message_id))
    except ValueError:
        return ""


def _incoming(said: ExchangeRow, message_id: str) -> Incoming:
    project_no = plain(said.project_no)
    if not _PROJECT_NO.fullmatch(project_no):
        raise FieldError("bad_value", "project_no", "is no case number: 1 to 50 letters and digits")
    operation = Operation(OPERATIONS.get(said.cd_operation, said.cd_operation))
    row = Row(
        kind=RecordKind(said.record),
        data_source=text_of(said, "data_source", 64),
        row_guid=text_of(said, "row_guid", 64),
        operation=operation,
        source_time=time_of(said, "cd_time"),
    )
    told: Said | None = None
    particulars: dict[str, str] = {}
    if operation is not Operation.DELETE:
        told = READERS[row.kind](said)
        particulars = particulars_of(said, row)
    return Incoming(row, project_no, told, particulars, message_id or row.row_guid, message_id)


def _refused(text: bytes, source: str, error: FieldError) -> RefusedError:
    """Address the reply as far as the row says who sent it."""
    to = _told(text, "data_source") or source
    return RefusedError(reply_to(text, to, error.code, error.reason, error.field))


def sender_of(body: bytes, source: str) -> tuple[str, str]:
    """Give in whose name a row comes, and its kind; both as it says them, unread otherwise."""
    return _told(body, "data_source") or source, _told(body, "record")


def reply_to(body: bytes, to: str, code: str, reason: str, field: str = "") -> Reply:
    """Make the reply to a row, with the keys it names as far as they are keys.

    Raises:
        ContractError: it is no JSON object.
    """
    kind = _told(body, "record")
    number = _told(body, "project_no" if kind != _PAYMENT else "order_no")
    return Reply(
        data_source=to or "unknown",
        record=kind if kind in _KINDS else "unknown",
        reason_code=code,
        reason=f"{field or 'the record'} {reason}",
        row_guid=_told(body, "row_guid" if kind != _PAYMENT else "transaction_no") or None,
        project_no=number if _PROJECT_NO.fullmatch(number) else None,
        field=field or None,
    )


def _told(body: bytes, name: str) -> str:
    try:
        row = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        raise ContractError("the record is not a JSON object") from None
    try:
        return plain(msgspec.json.decode(row.get(name, b'""'), type=str))[:64]
    except msgspec.DecodeError:
        return ""
