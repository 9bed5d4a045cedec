"""The wire form of an event: what goes out comes back, and nothing else gets in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.chassis.bus.envelope import (
    EVENT_CONTENT_TYPE,
    Publication,
    check_type,
    decode,
    encode,
    routing_key,
)
from services.chassis.errors import ContractError, UnknownVersionError
from tests.integration.bus.street import event

PUBLICATION = Publication("alpha.thing-done.v1")


def wire(**changes: Any) -> bytes:
    """Give an encoded event with some attributes replaced; None removes one."""
    told = json.loads(encode(event("case-1", 2, 7, 3, n=1), PUBLICATION))
    told.update(changes)
    return json.dumps({name: value for name, value in told.items() if value is not None}).encode()


def test_an_event_comes_back_as_it_was() -> None:
    sent = event("case-1", 2, 7, 3, n=1)
    got = decode(encode(sent, PUBLICATION))
    assert (got.source, got.type, got.id, got.position, got.previous) == (
        sent.source,
        sent.type,
        sent.id,
        7,
        3,
    )
    assert got.recorded_at == sent.recorded_at
    assert bytes(got.body.data) == bytes(sent.body.data)
    assert (got.body.actor, got.body.occurred_at) == (sent.body.actor, sent.body.occurred_at)


def test_the_envelope_has_the_attributes_of_cloudevents() -> None:
    told = json.loads(encode(event("case-1", 2, 7, 3, n=1), PUBLICATION))
    assert told["specversion"] == "1.0"
    assert told["source"] == "/banjian/alpha"
    assert told["subject"] == told["partitionkey"] == "case-1"
    assert told["sequence"] == "7"
    assert told["dataschema"] == "/contracts/alpha/thing-done.v1.schema.json"
    assert told["datacontenttype"] == "application/json"
    assert told["data"] == {"n": 1}
    assert None not in told.values()


def test_a_translation_replaces_the_data() -> None:
    told = encode(event("a", 1, 1, n=1), Publication("alpha.thing-done.v1", lambda _: b'{"m":2}'))
    assert json.loads(told)["data"] == {"m": 2}


def test_the_routing_key_has_three_words() -> None:
    assert routing_key(event("a", 1, 1)) == "thing-done.3412XX.D07"


@pytest.mark.parametrize(
    "changes",
    [
        {"specversion": "0.3"},
        {"source": "alpha"},
        {"type": "beta.thing-done.v1"},
        {"sequence": "seven"},
        {"sequence": "-1"},
        {"sequence": 7},
        {"previous": 7},
        {"previous": -1},
        {"time": "2026-03-01T00:00:00"},
        {"time": "2020-11-31T00:00:00Z"},
        {"subject": ""},
        {"subject": "a\0b"},
        {"subject": None},
        {"data": None},
        {"actorkind": "ghost"},
        {"id": "other/1"},
        {"stream": "not-a-uuid"},
    ],
    ids=str,
)
def test_a_broken_envelope_is_refused_without_quoting_it(changes: dict[str, Any]) -> None:
    with pytest.raises(ContractError) as refused:
        decode(wire(**changes))
    assert "ghost" not in refused.value.message


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_an_envelope_is_refused(body: bytes) -> None:
    with pytest.raises(ContractError):
        decode(body)


@pytest.mark.parametrize(
    "content_type", ["", "application/json", "application/x-python-serialize", "application/x-yaml"]
)
def test_only_one_content_type_is_read(content_type: str) -> None:
    with pytest.raises(ContractError):
        decode(wire(), content_type)
    assert decode(wire(), EVENT_CONTENT_TYPE).position == 7


def test_types_are_read_ignored_or_refused_but_never_guessed() -> None:
    reads = ("alpha.thing-done.v1",)
    assert check_type("alpha.thing-done.v1", reads)
    assert not check_type("alpha.thing-seen.v1", reads)
    assert not check_type("alpha.thing-seen.v1", reads, ("alpha.thing-seen.v1",))
    with pytest.raises(UnknownVersionError):
        check_type("alpha.thing-done.v2", reads, ("alpha.thing-done.v2",))
    with pytest.raises(UnknownVersionError):
        check_type("alpha.never.v1", reads, ("alpha.thing-seen.v1",))
