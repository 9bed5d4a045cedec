"""The translator of the payment platform's records: what it reads, what it refuses and how."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

import contracts
from services.chassis.errors import ContractError
from services.intake.domain import Paid
from services.intake.domain.refusal import Reply
from services.intake.messages.payments import CHANNELS, translate
from services.intake.messages.records import RefusedError
from services.kernel.times import SHANGHAI


def sent(**changed: Any) -> bytes:
    record = contracts.example("ingress.payment.v1") | changed
    return json.dumps({name: value for name, value in record.items() if value is not ...}).encode()


def reply(body: bytes) -> Reply:
    with pytest.raises(RefusedError) as refused:
        translate(body, source="fallback")
    return refused.value.reply


@pytest.mark.parametrize("example", contracts.EXAMPLES)
def test_pinned_example_is_read(example: str) -> None:
    body = json.dumps(contracts.example("ingress.payment.v1", example)).encode()

    told = translate(body)

    assert told.paid == Paid(
        "ZF20201022000017",
        "province-payment",
        "F000000000000000017",
        1000,
        "app",
        datetime(2020, 10, 22, 10, 5, tzinfo=SHANGHAI),
    )
    assert (told.correlation_id, told.body) == ("ZF20201022000017", body)


def test_message_id_becomes_the_thread() -> None:
    assert translate(sent(), "", "m-1").correlation_id == "m-1"


def test_channels_are_those_of_the_contract() -> None:
    schema: Any = contracts.schema("ingress.payment.v1")

    assert set(schema["properties"]["channel"]["enum"]) == CHANNELS


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"amount": "0.005"}, "too_fine", "amount"),
        ({"amount": "十元"}, "not_money", "amount"),
        ({"amount": "-10"}, "not_money", "amount"),
        ({"amount": "0.00"}, "bad_value", "amount"),
        ({"amount": ...}, "missing_field", "amount"),
        ({"amount": 10}, "wrong_type", "amount"),
        ({"paid_at": "2020-11-31"}, "no_such_time", "paid_at"),
        ({"paid_at": "gestern"}, "not_a_time", "paid_at"),
        ({"paid_at": ...}, "missing_field", "paid_at"),
        ({"channel": "barter"}, "bad_value", "channel"),
        ({"channel": ...}, "missing_field", "channel"),
        ({"transaction_no": ""}, "bad_value", "transaction_no"),
        ({"transaction_no": "x" * 65}, "bad_value", "transaction_no"),
        ({"transaction_no": ...}, "missing_field", "transaction_no"),
        ({"order_no": "F 1"}, "bad_value", "order_no"),
        ({"cd_operation": "delete"}, "reversal_not_taken", "cd_operation"),
        ({"cd_operation": "D"}, "reversal_not_taken", "cd_operation"),
        ({"record": "accept"}, "bad_value", "record"),
    ],
)
def test_record_that_cannot_be_taken_is_refused_with_a_reason(
    changed: dict[str, Any], code: str, field: str
) -> None:
    found = reply(sent(**changed))

    assert (found.reason_code, found.field, found.record) == (code, field, "payment")
    schema: Any = contracts.schema("intake.payment-refused.v1")
    assert code in schema["properties"]["reason_code"]["enum"]
    for value in changed.values():
        assert value is ... or not value or f" {value}" not in f" {found.reason}"


def test_reply_repeats_only_keys() -> None:
    found = reply(sent(transaction_no="张三 付", order_no="F1", data_source=""))

    assert (found.data_source, found.row_guid, found.project_no) == ("fallback", None, "F1")


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"1", b"null"])
def test_what_is_no_json_object_breaks_the_contract(body: bytes) -> None:
    with pytest.raises(ContractError):
        translate(body)
