"""What events change in the rows of cases, and how often that writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from services.chassis.eventlog.folding import folded
from services.chassis.eventlog.rows import Shape
from services.chassis.events import Body, Event
from services.chassis.projection import Change, Insert, Statement, Update
from services.intake.projections import cases, limits
from services.kernel.facts import Actor, ActorKind
from services.kernel.identifiers import stream_id

NOON = "2020-09-25T12:00:00+08:00"
SHAPES = {
    "case_row": Shape(
        tuple((column, "text") for column in cases.CASE), ("project_no",), frozenset({"project_no"})
    )
}
SUBMITTED = {"item_code": "I1", "channel": "window", "submitted_at": NOON, "window": "W01"}
ACCEPTED = {
    "item_version": 3,
    "item_name": "食品经营许可",
    "channel": "window",
    "department": "D09",
    "accepted_at": NOON,
}
COMPLETED = {"completed_at": NOON, "completion_kind": 0, "granted": True}


def tell(topic: str, **data: Any) -> Event:
    body = Body(
        occurred_at=datetime.fromisoformat(NOON),
        subject="case-1",
        actor=Actor(ActorKind.PERSON, "clerk-1"),
        correlation_id="test",
        data=msgspec.Raw(msgspec.json.encode({"project_no": "case-1"} | data)),
        region="3412XX",
        department="D09",
    )
    kind = f"intake.{topic}.v1"
    return Event("intake", kind, stream_id("case", "case-1"), 1, 1, 0, None, body)


def written(*events: Event) -> list[Change]:
    return list(folded([one for event in events for one in cases.project(event)], SHAPES))


def test_a_case_that_is_accepted_and_decided_at_the_window_is_written_once() -> None:
    [change] = written(
        tell("case-submitted", **SUBMITTED),
        tell("case-accepted", **ACCEPTED),
        tell("case-decided", granted=True, conditional=False),
        tell("case-completed", **COMPLETED),
    )

    assert isinstance(change, Insert)
    row = dict(zip(cases.CASE, change.row, strict=True))
    noon = datetime(2020, 9, 25, 4, tzinfo=UTC)
    assert (row["state"], row["accepted_at"], row["completed_at"]) == ("completed", noon, noon)
    assert (row["item_version"], row["window_no"], row["completion_kind"]) == (3, "W01", 0)


@pytest.mark.parametrize("kind", [2, 4, 6])
def test_what_ended_without_a_decision_keeps_the_state_that_says_how(kind: int) -> None:
    [change] = written(tell("case-completed", **(COMPLETED | {"completion_kind": kind})))

    assert isinstance(change, Statement)
    assert "WHEN state IN ('withdrawn', 'forwarded_up', 'voided') THEN state" in change.sql


def test_a_result_from_outside_completes_whatever_its_kind() -> None:
    [change] = written(
        tell("case-completed", **(COMPLETED | {"completion_kind": 2, "row_guid": "r-1"}))
    )

    assert isinstance(change, Update)
    assert (change.values["state"], change.values["completion_kind"]) == ("completed", 2)


def test_a_correction_is_one_update_of_what_it_changes() -> None:
    told = {"record": "accept", "row_guid": "r-1", "changed": {"channel": "pc", "item_name": "x"}}

    assert written(tell("external-record-corrected", **told)) == [
        Update("case_row", {"project_no": "case-1"}, {"channel": "pc"})
    ]


def test_the_day_of_a_bad_review_is_found_by_case_and_stage() -> None:
    said = {"limit": "BAD_REVIEW_CONTACT", "key": "case-1/2", "new_due_at": NOON}
    [change] = limits.project(tell("limit-recounted", **said))

    assert isinstance(change, Update)
    assert change.key == {"project_no": "case-1", "stage": 2}
