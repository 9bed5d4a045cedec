"""The words of an export fit the contracts, and none of them leads to a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

import contracts
from deploy.exports import vocabulary as words
from deploy.exports.plans import plan_of

TOPICS = tuple(
    name for name in contracts.names() if not name.startswith(("ingress.", "envelope.", "v1"))
)


def fields() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for topic in TOPICS:
        properties: Any = contracts.schema(topic).get("properties", {})
        for name, said in properties.items():
            yield topic, name, said


def test_two_events_never_have_one_name() -> None:
    names: dict[str, str] = {}
    for topic in TOPICS:
        stem = topic.rpartition(".")[0]
        assert names.setdefault(words.activity_of(topic), stem) == stem


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("intake.case-accepted.v1", "Case accepted"),
        ("intake.case-refused.v2", "Case refused"),
        ("disclosure.foi-request-received.v1", "FOI request received"),
        ("approval.clock-breached.v1", "Task limit passed"),
    ],
)
def test_an_event_has_a_plain_name(topic: str, name: str) -> None:
    assert words.activity_of(topic) == name


def test_every_account_is_known_as_an_officials_or_left_out() -> None:
    strays = {
        f"{topic}: {name}"
        for topic, name, said in fields()
        if re.match(r"(Accounts? |Reference to )", said.get("description", ""))
        and name not in words.PRIVATE | words.STAFF
    }
    assert not strays


def test_a_subject_never_becomes_an_attribute_or_an_object() -> None:
    for topic in TOPICS:
        plan = plan_of(topic)
        assert not words.PRIVATE & plan.kinds.keys()
        assert not words.PRIVATE & {name for name, _ in plan.roles}


def test_what_the_vocabulary_names_stands_in_the_contracts() -> None:
    stems = {topic.rpartition(".")[0] for topic in TOPICS}
    known = {(topic.rpartition(".")[0], name) for topic, name, _ in fields()}
    said = {*words.VALUES, *words.TURNS, *words.OUTCOMES, *words.LIFECYCLE}
    assert not said - stems
    for stem, (key, names) in words.VALUES.items():
        assert not {(stem, name) for name in (key, *names)} - known, stem
    for stem, turn in words.TURNS.items():
        assert {(stem, name) for name in (turn.field, turn.at) if name} <= known, stem


def test_attributes_are_typed_by_the_contract() -> None:
    plan = plan_of("intake.case-accepted.v1")

    assert plan.kinds["accepted_at"] == "time"
    assert plan.kinds["item_version"] == "integer"
    assert plan.kinds["attested"] == "boolean"
    assert plan.kinds["item_name"] == "string"
    assert "item_code" not in plan.kinds  # an object


def test_a_unit_of_measure_is_no_department() -> None:
    for topic, name, said in fields():
        role = plan_of(topic).role(name)
        if role is not None and role.kind == "department":
            told = said["description"].lower()
            assert re.search("department|unit|part|who ", told), f"{topic}: {name}: {told}"
    assert plan_of("disclosure.statistic-published.v1").role("unit") is None
    assert plan_of("disclosure.supervision-cycle-scheduled.v1").role("unit") is not None


def test_a_topic_without_a_contract_here_is_exported_all_the_same() -> None:
    plan = plan_of("intake.thing-invented.v7")

    assert (plan.activity, plan.kinds, plan.roles) == ("Thing invented", {}, [])
