"""Rows of departments that work in a system of their own: read, or refused with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

import contracts
from services.approval.records import KINDS, Incoming, RefusedError, translate
from services.chassis.bus.topology import RECORDS, entrances, record_owner
from services.chassis.errors import ContractError
from services.intake.domain.sources import DEPARTMENT
from services.kernel.clock import Reason


def row(kind: str = "decision", **changed: Any) -> bytes:
    said = contracts.example(f"ingress.department-{kind}.v1") | changed
    return json.dumps({name: value for name, value in said.items() if value is not ...}).encode()


def read(body: bytes) -> Incoming:
    return translate(body, "province-housing")


def refused(body: bytes) -> tuple[str, str | None]:
    with pytest.raises(RefusedError) as caught:
        read(body)
    return caught.value.reply.reason_code, caught.value.reply.field


@pytest.mark.parametrize("size", contracts.EXAMPLES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_example_of_the_contract_is_read(kind: str, size: str) -> None:
    example = contracts.example(f"ingress.department-{kind}.v1", size)

    incoming = read(json.dumps(example).encode())

    assert (incoming.kind, incoming.record) == (kind, example["record"])
    assert (incoming.department, incoming.operation) == ("D07", "insert")
    if kind == "suspension":
        assert (incoming.standstill, incoming.expected_days) == (Reason.EXPERT_REVIEW, 10)
    if kind == "decision":
        assert incoming.granted and incoming.decided_at is not None


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (row(decided_at="2020-11-31"), "no_such_time", "decided_at"),
        (row(decided_at=...), "missing_field", "decided_at"),
        (row(decision=...), "missing_field", "decision"),
        (row(decision="perhaps"), "bad_value", "decision"),
        (row(org_code=...), "missing_field", "org_code"),
        (row(completion_kind=9), "bad_value", "completion_kind"),
        (row(document_hash="abc"), "bad_value", "document_hash"),
        (row(reason="free words"), "bad_value", "reason"),
        (row(project_no=7), "wrong_type", "project_no"),
        (row("suspension", standstill="HOLIDAY"), "bad_value", "standstill"),
        (row("suspension", expected_days=0), "bad_value", "expected_days"),
        (row("suspension", notice_no=...), "missing_field", "notice_no"),
        (row("resumption", standstill=...), "missing_field", "standstill"),
        (row(record="department-party"), "bad_value", "record"),
    ],
)
def test_row_is_refused_with_its_field_and_never_quoted(body: bytes, code: str, field: str) -> None:
    assert refused(body) == (code, field)
    with pytest.raises(RefusedError) as caught:
        read(body)
    for value in ("2020-11-31", "perhaps", "free words", "HOLIDAY"):
        assert value not in caught.value.reply.reason


def test_what_is_no_object_is_nobodys() -> None:
    with pytest.raises(ContractError):
        read(b"not json")


def test_delete_needs_no_more_than_its_key() -> None:
    keys = ("record", "project_no", "row_guid", "cd_time", "data_source")
    example = contracts.example("ingress.department-decision.v1")
    body = {name: example[name] for name in keys} | {"cd_operation": "D"}

    incoming = read(json.dumps(body).encode())

    assert (incoming.operation, incoming.department) == ("delete", "")


def test_same_content_is_the_same_whatever_its_envelope_says() -> None:
    one = read(row())
    assert one.content == read(row(row_guid="other", cd_time="20210101")).content
    assert one.content != read(row(decision="rejected")).content


def test_rows_of_departments_are_approvals_and_what_may_be_permitted() -> None:
    (binding,) = entrances("approval", ["ingress"], 1)
    assert binding.routing_key == RECORDS["approval"] == "#.department.*"
    assert record_owner("province-housing.department.decision") == "approval"
    assert record_owner("province-housing.catalog.department") == "catalog"
    assert record_owner("province-housing.decision") == ""
    assert DEPARTMENT == KINDS
