"""A rebuild takes in lanes of sources side by side: the same rows, and no lane fails unheard."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest

from services.chassis.events import Event
from services.chassis.projection import Change, ReadModel
from services.chassis.rebuild import taking
from services.disclosure.projections import READ_MODEL
from tests.integration.rebuild_logs import (
    case_log,
    catalog_log,
    item,
    rebuild_of,
    rows,
    take_in,
    write,
)
from tests.support.house import House

# A test's process has eventlet in it, that of a rebuild has not.
pytestmark = pytest.mark.filterwarnings("ignore:Using fork:DeprecationWarning")

PROCESS = os.getpid()
SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'disclosure_model_%'"
FACTS = "SELECT count(*) FROM disclosure_model.facts"


@pytest.fixture
def lived(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Give a house whose disclosure has taken in cases and a catalog; every lane is worth it."""
    write(house, "catalog", [*(item(number) for number in range(7)), *catalog_log()])
    write(house, "intake", case_log(range(40)))
    take_in(house, "disclosure", "catalog")
    take_in(house, "disclosure", "intake")
    monkeypatch.setattr(taking, "LANES_FROM", 0)
    yield house
    gc.unfreeze()  # a rebuild freezes it, which is for a process of its own


def in_the_other_process(act: Callable[[], object]) -> ReadModel:
    """Give disclosure's model, whose projection does this where it does not run in ours."""

    def project(event: Event) -> Iterable[Change]:
        if os.getpid() != PROCESS:
            act()
        return READ_MODEL.project(event)

    return replace(READ_MODEL, project=project)


def test_lanes_side_by_side_give_the_live_rows(lived: House) -> None:
    heard: list[int] = []

    outcome = rebuild_of(
        lived, "disclosure", verify=True, report=lambda progress: heard.append(progress.events)
    )

    assert outcome.differences == []
    assert max(heard) == outcome.events == sum(outcome.positions.values())


def test_each_lane_has_a_process_and_a_short_one_has_not(
    lived: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise LookupError("a bug in a projection")

    with pytest.raises(RuntimeError, match="a bug in a projection"):
        rebuild_of(lived, "disclosure", model=in_the_other_process(fail))
    assert rows(lived, SCHEMAS) == []

    monkeypatch.setattr(taking, "LANES_FROM", 1_000_000)
    assert rebuild_of(lived, "disclosure", model=in_the_other_process(fail)).switched


def test_lane_that_dies_without_a_word_ends_the_rebuild(lived: House) -> None:
    before = rows(lived, FACTS)

    with pytest.raises(RuntimeError, match="ended without a word"):
        rebuild_of(lived, "disclosure", model=in_the_other_process(lambda: os._exit(9)))

    assert (rows(lived, FACTS), rows(lived, SCHEMAS)) == (before, [])


def test_lane_ends_when_the_first_one_fails(lived: House) -> None:
    def project(event: Event) -> Iterable[Change]:
        if os.getpid() == PROCESS:
            raise LookupError("a bug in a projection")
        return READ_MODEL.project(event)

    with pytest.raises(LookupError):
        rebuild_of(lived, "disclosure", model=replace(READ_MODEL, project=project))
    assert rows(lived, SCHEMAS) == []


def test_lanes_hold_every_source_once() -> None:
    assert sorted(source for lane in READ_MODEL.lanes for source in lane) == sorted(
        READ_MODEL.sources
    )
