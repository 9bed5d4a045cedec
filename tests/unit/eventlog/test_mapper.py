"""What is stored for ever, and how yesterday's is read today (A13)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import ContractError, UnknownVersionError
from services.chassis.eventlog.mapper import FactMapper, body_of, event_of, fact_of
from services.kernel.aggregate import Fact
from services.kernel.facts import Actor, ActorKind, Facts

STREAM = UUID(int=7)
FACTS = Facts(
    datetime(2011, 3, 1, 9, 0, 0, 250_000, timezone(timedelta(hours=8))),
    "3412010001",
    Actor(ActorKind.EXTERNAL, "exchange", unit="D07"),
    "corr",
    region="3412XX",
)


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Part:
    name: str
    size: int = 0


class Everything(Fact):
    TOPIC = "trial.everything.v1"

    text: str
    number: int
    ratio: float
    flag: bool
    day: date
    moment: datetime
    colour: Colour
    pair: tuple[str, int]
    items: list[str]
    table: dict[str, int]
    part: Part
    maybe: str | None = None
    parts: tuple[Part, ...] = ()


class Nothing(Fact):
    TOPIC = "trial.nothing.v1"


class Renamed(Fact):
    TOPIC = "trial.renamed.v1"
    class_version = 3

    full_name: str
    score: int

    @staticmethod
    def upcast_v1_v2(data: dict[str, Any]) -> None:
        data["full_name"] = data.pop("name")

    @staticmethod
    def upcast_v2_v3(data: dict[str, Any]) -> None:
        data["score"] = int(data["score"])


def make(kind: type[Fact], **fields: Any) -> Fact:
    return kind(
        originator_id=STREAM,
        originator_version=1,
        timestamp=FACTS.occurred_at,
        facts=FACTS,
        **fields,
    )


def everything(**changed: Any) -> Fact:
    return make(
        Everything,
        **{
            "text": "办件",
            "number": -1,
            "ratio": 0.5,
            "flag": True,
            "day": date(2020, 2, 29),
            "moment": datetime(2011, 1, 1, tzinfo=UTC),
            "colour": Colour.RED,
            "pair": ("a", 1),
            "items": ["x"],
            "table": {"k": 1},
            "part": Part("p", 2),
            **changed,
        },
    )


GOLDEN = (
    '{"occurred_at":"2011-03-01T09:00:00.250000+08:00","subject":"3412010001",'
    '"actor":{"kind":"external","id":"exchange","unit":"D07","window":"","role":""},'
    '"correlation_id":"corr","data":{"text":"办件","number":-1,"ratio":0.5,"flag":true,'
    '"day":"2020-02-29","moment":"2011-01-01T00:00:00Z","colour":"red","pair":["a",1],'
    '"items":["x"],"table":{"k":1},"part":{"name":"p","size":2},"parts":[]},'
    '"region":"3412XX"}'
).encode()


def test_stored_bytes_are_pinned() -> None:
    stored = FactMapper().to_stored_event(everything())
    assert stored.state == GOLDEN
    assert (stored.topic, stored.originator_id, stored.originator_version) == (
        "trial.everything.v1",
        STREAM,
        1,
    )


def test_golden_bytes_come_back_as_the_fact() -> None:
    assert fact_of(STREAM, 1, "trial.everything.v1", GOLDEN) == everything()


def test_reading_and_writing_again_gives_the_same_bytes() -> None:
    """The stored hash must survive a replay."""
    fact = fact_of(STREAM, 1, "trial.everything.v1", GOLDEN)
    assert FactMapper().to_stored_event(fact).state == GOLDEN


def test_absent_means_absent() -> None:
    assert b"maybe" not in GOLDEN
    assert b'"maybe":"x"' in FactMapper().to_stored_event(everything(maybe="x")).state


def test_an_event_without_fields_of_its_own() -> None:
    stored = FactMapper().to_stored_event(make(Nothing))
    assert FactMapper().to_domain_event(stored) == make(Nothing)


@given(
    text=st.text(),
    number=st.integers(-(2**63), 2**63 - 1),
    ratio=st.floats(allow_nan=False, allow_infinity=False),
    moment=st.datetimes(timezones=st.just(UTC)),
    maybe=st.none() | st.text(),
)
def test_any_value_survives(**fields: Any) -> None:
    fact = everything(**fields)
    stored = FactMapper().to_stored_event(fact)
    assert FactMapper().to_domain_event(stored) == fact


@pytest.mark.parametrize(
    ("version", "data"),
    [
        (1, {"name": "ann", "score": "7"}),
        (2, {"full_name": "ann", "score": "7"}),
        (3, {"full_name": "ann", "score": 7}),
    ],
)
def test_every_past_version_is_read_step_by_step(version: int, data: dict[str, Any]) -> None:
    body = replace_body(data, version)
    fact = fact_of(STREAM, 1, "trial.renamed.v1", body)
    assert isinstance(fact, Renamed)
    assert (fact.full_name, fact.score) == ("ann", 7)


def test_a_newer_class_version_is_not_guessed() -> None:
    with pytest.raises(UnknownVersionError):
        fact_of(STREAM, 1, "trial.renamed.v1", replace_body({"full_name": "a", "score": 1}, 4))


def test_an_unknown_topic_is_not_guessed() -> None:
    with pytest.raises(UnknownVersionError):
        fact_of(STREAM, 1, "trial.unheard-of.v1", GOLDEN)


@pytest.mark.parametrize("state", [b"", b"{", b"[]", b"{}", b'{"data":{}}', b"\xff\xfe"])
def test_broken_bytes_are_a_contract_error(state: bytes) -> None:
    with pytest.raises(ContractError):
        fact_of(STREAM, 1, "trial.everything.v1", state)


def test_an_inline_event_is_not_sealed_yet() -> None:
    fact = everything()
    event = event_of(fact, body_of(fact))
    assert (event.source, event.type, event.position, event.recorded_at) == (
        "trial",
        "trial.everything.v1",
        0,
        None,
    )


def test_optional_fields_default_to_none() -> None:
    class Odd(Fact):
        TOPIC = "trial.odd.v1"

        colour: str | None = "red"

    with pytest.raises(TypeError, match="absent must mean None"):
        FactMapper().to_stored_event(make(Odd))


def replace_body(data: dict[str, Any], version: int) -> bytes:
    body = msgspec.structs.replace(
        body_of(make(Nothing)), data=msgspec.Raw(msgspec.json.encode(data)), v=version
    )
    return msgspec.json.encode(body)


def test_facts_are_kept_whole() -> None:
    other = replace(FACTS, causation_id="cause", department="D1")
    fact = replace(make(Nothing), facts=other)  # type: ignore[type-var]
    stored = FactMapper().to_stored_event(fact)
    assert FactMapper().to_domain_event(stored).facts == other  # type: ignore[attr-defined]
