"""A permit log becomes records; bad rows are named and left out."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from deploy.feed import receipt
from deploy.feed.receipt import COLUMNS
from services.chassis.errors import ContractError

CONTRACTS = Path(__file__).resolve().parents[3] / "contracts" / "ingress"
ROW = {
    "case:concept:name": "case-1",
    "case:startdate": "2011-10-11 13:42:22.688000+02:00",
    "case:enddate": "2011-12-01 10:00:00+01:00",
    "case:deadline": "2011-12-06 13:41:31.788000+01:00",
    "case:channel": "Internet",
    "case:department": "Customer contact",
    "case:responsible": "Resource21",
    "concept:instance": "task-1",
    "concept:name": "Confirmation of receipt",
    "time:timestamp": "2011-10-11 13:45:40.276000+02:00",
    "org:resource": "Resource21",
    "org:group": "Group 1",
}


def csv_of(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    lines = [",".join(columns), *(",".join(row[column] for column in columns) for row in rows)]
    return "\r\n".join(lines) + "\r\n"


def row(**changed: str) -> dict[str, str]:
    names = {"case": "case:concept:name", "start": "case:startdate", "end": "case:enddate"}
    names |= {"task": "concept:instance", "name": "concept:name", "at": "time:timestamp"}
    names |= {"deadline": "case:deadline"}
    return ROW | {names[short]: value for short, value in changed.items()}


def test_log_becomes_an_acceptance_its_steps_and_its_result_in_time_order() -> None:
    log = receipt.parse(csv_of(row(), row(task="task-2", at="2011-11-24 15:36:51+01:00")).encode())

    assert [record.kind for record in log.records] == ["accept", "process", "process", "result"]
    accept, step, _, result = (json.loads(record.body) for record in log.records)
    assert accept["accept_date"] == "2011-10-11T13:42:22.688000+02:00"
    assert accept["promise_date"] == "2011-12-06T13:41:31.788000+01:00"
    assert (accept["channel"], accept["org_code"]) == ("Internet", "Customer-contact")
    assert step["process_name"] == "Confirmation of receipt"
    assert result["result_date"] == "2011-12-01T10:00:00+01:00"
    assert log.refused == []


def test_every_record_keeps_its_contract() -> None:
    log = receipt.parse(csv_of(row()).encode())

    for record in log.records:
        schema = json.loads((CONTRACTS / f"{record.kind}.v1.schema.json").read_text())
        Draft202012Validator(schema).validate(json.loads(record.body))


def test_case_without_an_end_has_no_result() -> None:
    log = receipt.parse(csv_of(row(end="")).encode())

    assert [record.kind for record in log.records] == ["accept", "process"]


def test_case_without_a_deadline_promises_nothing() -> None:
    log = receipt.parse(csv_of(row(deadline="")).encode())

    assert "promise_date" not in json.loads(log.records[0].body)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"at": "2020-11-31 10:00:00+08:00"}, "time:timestamp '2020-11-31 10:00:00+08:00'"),
        ({"at": "2020-11-30 10:00:00"}, "has no offset"),
        ({"start": "soon"}, "case:startdate 'soon' is not a date and time"),
        ({"end": "x"}, "case:enddate 'x'"),
        ({"case": ""}, "case:concept:name is empty"),
        ({"case": "case 1/2"}, "case:concept:name"),
        ({"name": ""}, "concept:name is empty"),
    ],
)
def test_bad_row_is_refused_with_its_line_and_the_rest_goes_on(
    changed: dict[str, str], why: str
) -> None:
    log = receipt.parse(
        csv_of(row(case="case-0", task="a"), row(**changed), row(task="b")).encode()
    )

    assert [refusal.line for refusal in log.refused] == [3]
    assert why in log.refused[0].reason
    assert Counter(record.kind for record in log.records) == {
        "accept": 2,
        "process": 2,
        "result": 2,
    }


def test_row_that_contradicts_its_case_is_refused() -> None:
    log = receipt.parse(csv_of(row(), row(task="b", deadline="2012-01-01T00:00:00+01:00")).encode())

    assert [(r.line, r.reason) for r in log.refused] == [
        (3, "case:deadline differs from line 2 of the same case")
    ]


def test_repeated_row_is_sent_once_and_named() -> None:
    log = receipt.parse(csv_of(row(), row()).encode())

    assert [(r.line, r.reason) for r in log.refused] == [(3, "it repeats line 2")]


def test_row_with_too_few_fields_is_refused() -> None:
    log = receipt.parse((csv_of(row()) + "case-2,only\r\n").encode())

    assert [refusal.line for refusal in log.refused] == [3]
    assert "has 2 fields" in log.refused[0].reason


def test_line_numbers_count_quoted_line_ends() -> None:
    text = csv_of(row(name='"two\nlines"'), row(task="b", at="never"))

    assert [refusal.line for refusal in receipt.parse(text.encode()).refused] == [4]


@pytest.mark.parametrize("spelling", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_encodings_give_the_same_records(spelling: str) -> None:
    log = receipt.parse(csv_of(row(name="受理审核")).encode(spelling))

    assert json.loads(log.records[1].body)["process_name"] == "受理审核"


def test_full_width_digits_are_digits() -> None:
    log = receipt.parse(csv_of(row(at="２０１１-10-11 13:45:40+02:00")).encode())

    assert log.records[1].at == datetime.fromisoformat("2011-10-11T13:45:40+02:00")


def test_missing_columns_are_all_named() -> None:
    with pytest.raises(ContractError, match="lacks the columns case:enddate, org:group"):
        receipt.parse(
            csv_of(
                row(), columns=tuple(c for c in COLUMNS if c not in ("case:enddate", "org:group"))
            ).encode()
        )


def test_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="No such file"):
        receipt.read(tmp_path / "nothing.csv")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ContractError, match="not text"):
        receipt.parse(b"\x00\x01\x02\xff")


def test_empty_file_lacks_its_columns() -> None:
    with pytest.raises(ContractError, match="lacks the columns"):
        receipt.parse(b"")


def test_same_bytes_give_the_same_records() -> None:
    stored = csv_of(row(), row(case="case-2", task="z")).encode()

    assert receipt.parse(stored).records == receipt.parse(stored).records


def test_result_never_leaves_before_the_acceptance_of_its_case() -> None:
    log = receipt.parse(csv_of(row(end="2011-10-01 00:00:00+02:00")).encode())

    assert [record.kind for record in log.records] == ["accept", "result", "process"]
    assert json.loads(log.records[1].body)["result_date"] == "2011-10-01T00:00:00+02:00"


@pytest.mark.data
def test_real_log_gives_the_counts_known_of_it(shared_data: Path) -> None:
    log = receipt.read(shared_data / "receipt.csv")

    assert log.refused == []
    assert Counter(record.kind for record in log.records) == {
        "accept": 1_434,
        "process": 8_577,
        "result": 1_329,
    }
    assert len({record.row_guid for record in log.records}) == 11_340
    assert len({record.project_no for record in log.records}) == 1_434
    seen: set[str] = set()
    for record in log.records:
        assert record.kind == "accept" or record.project_no in seen
        seen.add(record.project_no)
