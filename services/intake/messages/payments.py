"""Translates records of the payment platform (contracts/ingress/payment.v1). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, TypeVar

import msgspec

from services.chassis.errors import ContractError
from services.intake.domain.payments import Paid, Told
from services.intake.domain.refusal import Reply
from services.intake.messages.record_fields import FieldError, named
from services.intake.messages.records import RefusedError
from services.kernel.money import MoneyTextError, read_yuan
from services.kernel.times import TimeTextError, plain, read_time

KIND = "payment"
CHANNELS = frozenset(
    {"app", "portal", "wechat", "alipay", "unionpay", "terminal", "window", "cash", "pos", "bank"}
)

_KEY = re.compile(r"[0-9A-Za-z._-]{1,64}", re.ASCII)
_T = TypeVar("_T")


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    record: Literal["payment"]
    transaction_no: str
    order_no: str
    cd_operation: Literal["insert", "update", "delete", "I", "U", "D"]
    data_source: str
    amount: str = ""
    paid_at: str = ""
    channel: str = ""


def translate(body: bytes, source: str = "", message_id: str = "") -> Told:
    """Read one message of the payment platform.

    Raises:
        RefusedError: it is JSON, but a field is missing, of a wrong type or impossible.
        ContractError: it is no JSON object.
    """
    try:
        said = msgspec.json.decode(body, type=_Record)
    except msgspec.ValidationError as error:
        raise _refused(body, source, named(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ContractError("the record is not JSON text in UTF-8") from None
    try:
        paid = _paid(said)
    except FieldError as error:
        raise _refused(body, source, error) from None
    return Told(paid, message_id or paid.transaction_no, body)


def _paid(said: _Record) -> Paid:
    if said.cd_operation in ("delete", "D"):
        raise FieldError(
            "reversal_not_taken", "cd_operation", "cannot take money back: ask for a refund"
        )
    channel = plain(said.channel).lower()
    if channel not in CHANNELS:
        reason = "has a value the contract does not know" if channel else "is missing"
        raise FieldError("bad_value" if channel else "missing_field", "channel", reason)
    amount_fen = _read(read_yuan, said, "amount")
    if amount_fen == 0:
        raise FieldError("bad_value", "amount", "is nothing")
    return Paid(
        transaction_no=_key(said, "transaction_no"),
        data_source=_key(said, "data_source"),
        order_no=_key(said, "order_no"),
        amount_fen=amount_fen,
        channel=channel,
        paid_at=_read(read_time, said, "paid_at"),
    )


def _read(reader: Callable[[str], _T], said: _Record, field: str) -> _T:
    text: str = getattr(said, field)
    if not text:
        raise FieldError("missing_field", field, "is missing")
    try:
        return reader(text)
    except (TimeTextError, MoneyTextError) as error:
        raise FieldError(error.reason, field, str(error)) from None


def _key(said: _Record, field: str) -> str:
    text = plain(getattr(said, field))
    if not _KEY.fullmatch(text):
        raise FieldError("bad_value", field, "is no key: 1 to 64 letters and digits")
    return text


def _refused(body: bytes, source: str, error: FieldError) -> RefusedError:
    """Address the reply as far as the record says who sent it; only keys are repeated."""
    try:
        record = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        raise ContractError("the record is not a JSON object") from None

    def told(name: str) -> str | None:
        try:
            text = plain(msgspec.json.decode(record.get(name, b'""'), type=str))
        except msgspec.DecodeError:
            return None
        return text if _KEY.fullmatch(text) else None

    return RefusedError(
        Reply(
            data_source=told("data_source") or source or "unknown",
            record=KIND,
            reason_code=error.code,
            reason=f"{error.field or 'the record'} {error.reason}",
            row_guid=told("transaction_no"),
            project_no=told("order_no"),
            field=error.field or None,
        )
    )
