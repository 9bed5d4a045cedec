"""What is taken of one event."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from deploy.exports import flat, xes
from deploy.exports.plans import Taken, plan_of, take
from deploy.exports.window import Window
from services.chassis.errors import ContractError, UnavailableError
from services.chassis.events import Body, Event

AT = "2020-10-20T09:20:00+08:00"
OFFICER = {"kind": "person", "id": "officer-3", "unit": "D07", "role": "officer"}


def event(topic: str, data: dict[str, Any], actor: dict[str, str] | None = None) -> Event:
    said = {
        "occurred_at": AT,
        "subject": "s",
        "actor": actor or OFFICER,
        "correlation_id": "c",
        "data": data,
    }
    body = msgspec.json.decode(json.dumps(said), type=Body)
    source = topic.partition(".")[0]
    return Event(source, topic, UUID(int=1), 1, 7, 0, datetime(2020, 10, 20, tzinfo=UTC), body)


def taken(topic: str, data: dict[str, Any], actor: dict[str, str] | None = None) -> Taken:
    return take(plan_of(topic), event(topic, data, actor))


def test_the_objects_of_an_event_hang_together() -> None:
    found = taken(
        "approval.task-created.v1",
        {
            "project_no": "C1",
            "process_no": "GC-1",
            "task_id": "GC-1/I1",
            "item_code": "I1",
            "department": "D07",
            "prerequisites": ["GC-1/I0"],
            "accepted_by": "clerk-1",
        },
    )

    assert found.related == {
        "case:C1": "case",
        "process:GC-1": "process",
        "task:GC-1/I1": "task",
        "item:I1": "item",
        "department:D07": "department",
        "task:GC-1/I0": "prerequisite",
    }
    assert ("task:GC-1/I1", "task:GC-1/I0", "waits for") in found.links
    assert ("task:GC-1/I1", "case:C1", "decides") in found.links
    assert found.attributes == {"accepted_by": "clerk-1"}
    assert not found.turned  # it waits: its days begin when it is ready


def test_a_task_from_before_there_were_processes_is_one_all_the_same() -> None:
    decided = {"project_no": "C1", "decided_at": AT, "completion_kind": 0, "decided_by": "o"}

    found = taken("approval.task-approved.v1", decided)

    assert found.task == "C1"
    assert found.values == [("task:C1", {"decided_at": AT, "outcome": "approved"})]
    assert [(turn.object, turn.what) for turn in found.turned] == [("task:C1", "stop")]


def test_every_case_of_a_project_belongs_to_it() -> None:
    cases = [
        {"project_no": no, "item_code": f"I{no}", "item_version": 1, "department": "D07"}
        for no in ("C1", "C2")
    ]

    found = taken(
        "intake.project-opened.v1", {"project_code": "GC-1", "scheme": "S", "cases": cases}
    )

    assert {"case:C1", "case:C2", "process:GC-1", "scheme:S"} <= found.related.keys()
    assert ("case:C2", "process:GC-1", "part of") in found.links


@pytest.mark.parametrize(
    ("role", "shown"), [("applicant", ""), ("agent", ""), ("", ""), ("clerk", "a-1")]
)
def test_who_acted_is_shown_of_officials_only(role: str, shown: str) -> None:
    who = {"kind": "person", "id": "a-1", "role": role}

    assert taken("intake.case-withdrawn.v1", {"project_no": "C1"}, who).resource == shown


def test_an_event_of_nothing_belongs_to_its_log() -> None:
    assert taken("intake.booking-terms-set.v1", {}).related == {"log:intake": "log"}


def test_a_correction_changes_when_a_case_began() -> None:
    found = taken(
        "intake.external-record-corrected.v1",
        {"project_no": "C1", "record": "accept", "changed": {"accepted_at": AT, "channel": "web"}},
    )

    assert found.values == [("case:C1", {"channel": "web", "accepted_at": AT})]
    assert [(turn.what, turn.at) for turn in found.turned] == [
        ("begin", datetime.fromisoformat(AT))
    ]


def test_a_day_is_in_the_window_as_a_whole() -> None:
    window = Window.read("2020-10-20", "2020-10-20")

    assert not window.before(datetime.fromisoformat("2020-10-20T00:00:00+08:00"))
    assert not window.after(datetime.fromisoformat("2020-10-20T23:59:59.999999+08:00"))
    assert window.before(datetime.fromisoformat("2020-10-19T23:59:59+08:00"))
    assert window.after(datetime.fromisoformat("2020-10-20T16:00:00Z"))


@pytest.mark.parametrize(
    ("begin", "end"), [("2020-13-01", ""), ("", "soon"), ("2020-10-21", "2020-10-20")]
)
def test_a_window_that_is_none_is_refused(begin: str, end: str) -> None:
    with pytest.raises(ContractError, match="--"):
        Window.read(begin, end)


def test_xes_is_whole_whatever_a_text_holds() -> None:
    said = xes._said("name", 'a<b>&"c"\n\x00', "string")

    assert said == '<string key="name" value="a&lt;b&gt;&amp;&quot;c&quot;&#10;\ufffd"/>\n'


def test_without_pyarrow_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)

    with pytest.raises(UnavailableError, match=r"banjian\[analysis\]"):
        flat.arrow_or_refuse()
