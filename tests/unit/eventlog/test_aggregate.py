"""Facts and aggregates: guards decide, appliers remember, replay asks nobody."""

from __future__ import annotations

from dataclasses import field

import eventsourcing.domain
import pytest

from services.kernel.aggregate import TOPICS, Aggregate, Fact
from tests.integration.eventlog.domain import START, Counted, Counter, facts, later, stream


def counted(times: int) -> Counter:
    counter = Counter.begin(stream("a"))
    for number in range(times):
        counter.count(facts(occurred_at=later(number)), "a")
    return counter


def test_recording_applies_and_keeps() -> None:
    counter = counted(3)
    assert (counter.value, counter.version) == (3, 3)
    assert [fact.originator_version for fact in counter.pending] == [1, 2, 3]
    assert (counter.created_on, counter.modified_on) == (START, later(2))


def test_replay_gives_the_same_state() -> None:
    counter = counted(3)
    replayed = Counter.replay(counter.collect_events())
    assert replayed == counter


def test_replay_of_nothing_is_nothing() -> None:
    assert Counter.replay([]) is None


def test_replay_reads_no_clock_and_asks_no_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    events = counted(3).collect_events()

    def forbidden(*_: object) -> None:
        raise AssertionError("the replay asked")

    monkeypatch.setattr(eventsourcing.domain, "datetime_now_with_tzinfo", forbidden)
    monkeypatch.setattr(Counter, "count", forbidden)
    replayed = Counter.replay(events)
    assert replayed is not None
    assert replayed.value == 3


def test_an_event_nobody_applies_only_moves_the_version() -> None:
    class Ignored(Fact):
        TOPIC = "trial.ignored.v1"

    counter = counted(1)
    counter.record(Ignored, facts())
    assert (counter.value, counter.version) == (1, 2)


def test_an_event_without_a_name_of_its_own_is_not_recorded() -> None:
    class Nameless(Fact):
        pass

    class Derived(Counted):
        pass

    for kind in (Nameless, Derived):
        with pytest.raises(TypeError, match="TOPIC"):
            counted(1).record(kind, facts())


def test_missing_and_unknown_fields_are_refused() -> None:
    with pytest.raises(TypeError):
        counted(1).record(Counted, facts(), name="a")
    with pytest.raises(TypeError):
        counted(1).record(Counted, facts(), name="a", value=1, colour="red")


def test_what_is_wrong_with_the_fields_is_named() -> None:
    # As many fields as there are, one of them wrong: counting them is not enough.
    with pytest.raises(TypeError, match=r"unknown \['colour'\], missing \['value'\]"):
        counted(1).record(Counted, facts(), name="a", colour="red")
    assert counted(1).version == 1


def test_a_list_that_is_left_out_is_one_of_its_own() -> None:
    class Listed(Fact):
        TOPIC = "trial.listed.v1"

        names: list[str] = field(default_factory=list)

    counter = counted(1)
    counter.record(Listed, facts())
    counter.record(Listed, facts())
    first, second = counter.pending[1:]
    assert first.names == second.names == []  # type: ignore[attr-defined]
    assert first.names is not second.names  # type: ignore[attr-defined]
    again = Listed(first.originator_id, 2, first.timestamp, first.facts)  # type: ignore[call-arg]
    assert first == again and hash(first.facts) == hash(again.facts)


def test_a_fact_with_checks_of_its_own_is_refused() -> None:
    class Checked(Fact):
        TOPIC = "trial.checked.v1"

        def __post_init__(self) -> None:
            raise ValueError("no")

    with pytest.raises(TypeError, match="__post_init__"):
        counted(1).record(Checked, facts())


def test_a_public_name_belongs_to_one_class() -> None:
    with pytest.raises(TypeError, match="belongs to"):
        type("Thief", (Fact,), {"TOPIC": "trial.counted.v1", "__annotations__": {}})
    assert TOPICS["trial.counted.v1"] is Counted


def test_subclasses_inherit_appliers() -> None:
    class Louder(Counter):
        pass

    assert isinstance(Louder.begin(stream("b")), Aggregate)
    assert Counted in Louder.APPLIERS
