"""The translator of the national exchange: what it reads, what it refuses and how (I05-I11)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

import contracts
from services.chassis.errors import ContractError
from services.intake.domain import AcceptSaid, Operation, RecordKind, ResultSaid, StepSaid
from services.intake.messages.records import RefusedError, thread_of, translate
from services.kernel.times import SHANGHAI


def sent(kind: str, **changed: Any) -> bytes:
    record = contracts.example(f"ingress.{kind}.v1") | changed
    return json.dumps({name: value for name, value in record.items() if value is not ...}).encode()


def refusal(body: bytes) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        translate(body, source="fallback")
    return refused.value


@pytest.mark.parametrize("kind", ["accept", "process", "result"])
@pytest.mark.parametrize("example", contracts.EXAMPLES)
def test_record_is_read_when_it_is_a_pinned_example(kind: str, example: str) -> None:
    body = json.dumps(contracts.example(f"ingress.{kind}.v1", example)).encode()

    incoming = translate(body)

    assert incoming.row.kind is RecordKind(kind)
    assert incoming.project_no == contracts.example(f"ingress.{kind}.v1")["project_no"]


def test_acceptance_says_nothing_about_the_person() -> None:
    incoming = translate(sent("accept"))

    assert isinstance(incoming.said, AcceptSaid)
    assert incoming.said.channel == "window"
    assert incoming.said.submitted_at == datetime(2020, 10, 20, 9, 12, tzinfo=SHANGHAI)
    assert incoming.particulars["name"] == "测试申请人"
    for particular in incoming.particulars.values():
        if len(particular) > 3:
            assert particular not in repr(incoming.said)


def test_step_takes_its_end_for_its_start_when_it_has_none() -> None:
    incoming = translate(sent("process", start_time=...))

    assert isinstance(incoming.said, StepSaid)
    assert incoming.said.started_at == incoming.said.ended_at
    assert list(incoming.particulars) == [f"opinion/{incoming.row.row_guid}"]


def test_step_takes_its_start_for_its_end_when_it_has_none() -> None:
    incoming = translate(sent("process", end_time=..., event_name="退回", org_name=...))

    assert isinstance(incoming.said, StepSaid)
    assert incoming.said.started_at == incoming.said.ended_at
    assert (incoming.said.outcome, incoming.said.unit) == ("return", "D07-2")


@pytest.mark.parametrize(
    ("changed", "result", "kind"),
    [
        ({"result_type": "1", "completion_kind": ...}, "granted", 0),
        ({"result_type": "2", "completion_kind": ...}, "rejected", 1),
        ({"result_type": "9", "completion_kind": ...}, "other", 6),
        ({"result_type": "other", "completion_kind": 4}, "other", 4),
    ],
)
def test_result_is_read_in_both_spellings(changed: dict[str, Any], result: str, kind: int) -> None:
    incoming = translate(sent("result", **changed))

    assert isinstance(incoming.said, ResultSaid)
    assert (incoming.said.result, incoming.said.completion_kind) == (result, kind)


@pytest.mark.parametrize(
    ("told", "operation"),
    [("I", Operation.INSERT), ("U", Operation.UPDATE), ("insert", Operation.INSERT)],
)
def test_operation_is_read_in_both_spellings(told: str, operation: Operation) -> None:
    assert translate(sent("result", cd_operation=told)).row.operation is operation


@pytest.mark.parametrize("told", ["delete", "D"])
def test_delete_needs_only_the_row_itself(told: str) -> None:
    minimal = {
        name: value
        for name, value in contracts.example("ingress.result.v1").items()
        if name in ("record", "project_no", "row_guid", "cd_time", "data_source")
    }

    incoming = translate(json.dumps(minimal | {"cd_operation": told}).encode())

    assert incoming.said is None
    assert incoming.row.operation is Operation.DELETE


@pytest.mark.parametrize("code", ["1" * 31, "2" * 24])
def test_item_code_is_read_in_both_lengths(code: str) -> None:
    incoming = translate(sent("accept", task_code=code))

    assert isinstance(incoming.said, AcceptSaid)
    assert incoming.said.item_code == code


def test_full_width_codes_are_read_as_half_width() -> None:
    incoming = translate(sent("accept", project_no="ｃａｓｅ－１", task_version="２"))

    assert isinstance(incoming.said, AcceptSaid)
    assert (incoming.project_no, incoming.said.item_version) == ("case-1", 2)


def test_time_with_offset_is_kept() -> None:
    incoming = translate(sent("accept", accept_date="2020-10-20T01:20:00Z"))

    assert isinstance(incoming.said, AcceptSaid)
    assert incoming.said.accepted_at == datetime(2020, 10, 20, 1, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "changed", "code", "field"),
    [
        ("accept", {"accept_date": "2020-11-31"}, "no_such_time", "accept_date"),
        ("accept", {"accept_date": "soon"}, "not_a_time", "accept_date"),
        ("accept", {"accept_date": ...}, "missing_field", "accept_date"),
        ("accept", {"cd_time": "2020-02-30"}, "no_such_time", "cd_time"),
        ("accept", {"task_version": ...}, "missing_field", "task_version"),
        ("accept", {"task_version": "two"}, "bad_value", "task_version"),
        ("accept", {"task_version": "0"}, "bad_value", "task_version"),
        ("accept", {"task_version": 1.5}, "wrong_type", "task_version"),
        ("accept", {"task_code": ""}, "missing_field", "task_code"),
        ("accept", {"task_code": "1" * 65}, "bad_value", "task_code"),
        ("accept", {"project_no": "a b"}, "bad_value", "project_no"),
        ("accept", {"project_no": "1" * 51}, "bad_value", "project_no"),
        ("accept", {"row_guid": ...}, "missing_field", "row_guid"),
        ("accept", {"row_guid": 7}, "wrong_type", "row_guid"),
        ("accept", {"cd_operation": "replace"}, "bad_value", "cd_operation"),
        ("accept", {"record": "special"}, "bad_value", "record"),
        ("accept", {"data_source": ...}, "missing_field", "data_source"),
        ("process", {"start_time": ..., "end_time": ...}, "missing_field", "end_time"),
        ("process", {"process_name": ""}, "missing_field", "process_name"),
        ("process", {"event_name": "maybe"}, "bad_value", "event_name"),
        ("result", {"result_type": ...}, "missing_field", "result_type"),
        ("result", {"completion_kind": 7}, "bad_value", "completion_kind"),
        ("result", {"result_date": "20201131"}, "no_such_time", "result_date"),
    ],
)
def test_record_is_refused_with_reason_and_field(
    kind: str, changed: dict[str, Any], code: str, field: str
) -> None:
    reply = refusal(sent(kind, **changed)).reply

    assert (reply.reason_code, reply.field) == (code, field)
    assert reply.reason.startswith(field)
    contracts.validate(
        "intake.record-refused.v2",
        {name: value for name, value in vars(reply).items() if value is not None},
    )


def test_refusal_never_repeats_a_value() -> None:
    secret = "340000190001010011"

    reply = refusal(sent("accept", applyer_page_code=[secret], applyer_name=secret)).reply

    assert secret not in repr(reply)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"\xff", b"[" * 5000, b'"text"'])
def test_message_is_parked_when_it_is_no_json_object(body: bytes) -> None:
    with pytest.raises(ContractError):
        translate(body)


def test_message_id_is_what_set_it_in_motion() -> None:
    assert translate(sent("result"), message_id="m-1").correlation_id == "m-1"
    row_guid = contracts.example("ingress.result.v1")["row_guid"]
    assert translate(sent("result")).correlation_id == row_guid


@pytest.mark.parametrize("given", ["11010519491231002X", "张三", "", "row 7"])
def test_a_sender_s_message_id_becomes_a_correlation_only_when_it_is_a_uuid(given: str) -> None:
    assert thread_of(given) == ""
    assert thread_of("6F8A1C1E-0001-4B5E-8F0A-000000000001").startswith("6f8a1c1e-")
