"""The plan of a batch: what may take effect now, what waits, what is there already."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.bus.delivery import Delivery, Item
from services.chassis.bus.inbox import Known, Plan, Ranges, plan
from tests.integration.bus.street import history

NOTHING = Delivery("alpha.events", "", "", "", "", {}, b"")


def items(cases: int, each: int) -> list[Item]:
    return [
        Item(NOTHING, one.source, one.subject, one, one.position, one.previous)
        for one in history(cases, each)
    ]


def positions(made: Plan) -> list[int | None]:
    return [item.position for item in made.accepted]


def test_ranges_contain_what_postgresql_says() -> None:
    ranges = Ranges("{[1,5),[7,9)}")
    assert [number for number in range(11) if number in ranges] == [1, 2, 3, 4, 7, 8]
    assert 1 not in Ranges("{}")


def test_a_disordered_batch_is_put_in_order() -> None:
    batch = items(3, 3)
    random.Random(1).shuffle(batch)
    assert positions(plan(batch, Known())) == list(range(1, 10))


def test_done_and_repeated_positions_are_duplicates() -> None:
    batch = items(2, 2)
    made = plan(batch + batch, Known({"alpha": Ranges("{[1,3)}")}))
    assert positions(made) == [3, 4]
    assert made.duplicates == 6


def test_an_event_before_a_gap_waits_and_so_does_its_case() -> None:
    batch = [item for item in items(2, 3) if item.position != 1]
    made = plan(batch, Known())
    assert positions(made) == [2, 4, 6]
    assert [(one.item.position, one.reason) for one in made.waiting] == [(3, "gap"), (5, "behind")]


def test_an_event_behind_a_held_one_waits_but_the_missing_one_goes() -> None:
    batch = items(1, 3)
    held = {("alpha", "case-0"): [2]}
    made = plan([batch[0], batch[2]], Known({}, held))
    assert positions(made) == [1]
    assert [one.item.position for one in made.waiting] == [3]
    assert made.wake == [("alpha", "case-0")]
    assert plan([batch[1]], Known({}, held)).duplicates == 1


@given(st.integers(0, 2**32), st.integers(1, 7))
def test_whatever_the_order_each_takes_effect_once_in_the_order_of_its_case(
    seed: int, size: int
) -> None:
    stream = items(4, 6) * 2
    random.Random(seed).shuffle(stream)
    done: set[int] = set()
    held: dict[int, Item] = {}
    last: dict[str, int] = {}

    def known() -> Known:
        text = ",".join(f"[{n},{n + 1})" for n in sorted(done))
        cases: dict[tuple[str, str], list[int | None]] = {}
        for number, item in held.items():
            cases.setdefault((item.source, item.subject), []).append(number)
        return Known({"alpha": Ranges("{" + text + "}")}, cases)

    def take(made: Plan) -> None:
        for item in made.accepted:
            assert item.position is not None and item.position not in done
            assert item.position > last.get(item.subject, 0)
            last[item.subject] = item.position
            done.add(item.position)
            held.pop(item.position, None)
        for waiting in made.waiting:
            assert waiting.item.position is not None
            held[waiting.item.position] = waiting.item

    for start in range(0, len(stream), size):
        take(plan(stream[start : start + size], known()))
        for number in sorted(held):
            took = plan([held[number]], Known(known().done))
            if (
                took.accepted
                and min(n for n, i in held.items() if i.subject == held[number].subject) == number
            ):
                take(took)
    assert done == set(range(1, 25))
    assert not held
