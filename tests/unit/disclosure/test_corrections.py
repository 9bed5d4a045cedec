"""A published figure never changes; what is found later stands beside it (S04t)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from services.chassis.audit.proofs import Inclusion
from services.chassis.audit.tree import HashAlg
from services.chassis.errors import ContractError
from services.chassis.events import Event
from services.chassis.projection import Insert
from services.disclosure.application.figures import _pause
from services.disclosure.domain import (
    Cause,
    Counted,
    Figure,
    FigureRuleError,
    PublishedFigure,
    Recount,
    StatisticCorrected,
)
from services.disclosure.inquiry import Filters, read_known_at
from services.disclosure.pages.proofs import ladder
from services.disclosure.projections import READ_MODEL
from tests.integration.disclosure.conftest import event
from tests.unit.audit.naive import mth, path
from tests.unit.disclosure.foi_world import OFFICER, TIMER, at, by

FIGURE = Figure(
    *("S03", 3, at("2020-10-20"), "HALF_UP", 2, "percent", {"intake": 7}, {}, "75.00", 4)
)
AGAIN = Recount(Counted(4, "100.00", 4), {"intake": 9}, (Cause("intake", 8),))


def published() -> PublishedFigure:
    figure = PublishedFigure.publish(by(OFFICER, "2020-10-21"), FIGURE)
    figure.collect_events()
    return figure


def test_s04t_what_is_another_now_is_said_beside_it_and_what_was_said_stays() -> None:
    figure = published()

    figure.correct(by(TIMER, "2020-10-22"), AGAIN)

    [said] = figure.pending
    assert isinstance(said, StatisticCorrected)
    assert (said.was_value, said.was_numerator, said.was_denominator) == ("75.00", 3, 4)
    assert (said.value, said.numerator, said.denominator) == ("100.00", 4, 4)
    assert (said.positions, said.causes, said.more_causes) == (
        {"intake": 9},
        [Cause("intake", 8)],
        0,
    )
    assert said.figure == str(FIGURE.stream)
    assert figure.figure == FIGURE
    assert figure.corrected == AGAIN


def test_what_is_the_same_is_not_corrected_and_a_correction_is_said_once() -> None:
    figure = published()

    figure.correct(by(TIMER, "2020-10-22"), Recount(FIGURE.counted, {"intake": 99}))
    assert not figure.pending
    figure.correct(by(TIMER, "2020-10-22"), AGAIN)
    figure.correct(by(TIMER, "2020-10-23"), replace(AGAIN, positions={"intake": 20}, causes=()))
    assert len(figure.pending) == 1


def test_a_correction_starts_from_the_one_before_it() -> None:
    figure = published()
    figure.correct(by(TIMER, "2020-10-22"), AGAIN)

    figure.correct(by(TIMER, "2020-10-23"), Recount(Counted(0), {"intake": 12}))

    last = figure.pending[-1]
    assert isinstance(last, StatisticCorrected)
    assert (last.was_value, last.value, last.denominator) == ("100.00", None, None)


def test_a_figure_is_not_corrected_by_less_than_was_known() -> None:
    figure = published()

    with pytest.raises(FigureRuleError):
        figure.correct(by(TIMER, "2020-10-22"), replace(AGAIN, positions={"intake": 6}))
    with pytest.raises(FigureRuleError):
        figure.correct(by(TIMER, "2020-10-22"), replace(AGAIN, positions={}))


def test_a_figure_is_looked_at_every_day_then_every_week_then_every_month() -> None:
    days = [_pause(n).days for n in range(1, 200)]

    assert days[:30] == [1] * 30
    assert days[30:108] == [7] * 78
    assert set(days[108:]) == {30}
    assert _pause(20_000) == timedelta(days=30)


def test_only_what_is_counted_is_remembered_with_its_recording_time() -> None:
    done = {"completion_kind": 1, "completed_at": "2020-03-01T09:00:00+08:00"}
    counted = recorded(event("case-completed", 7, project_no="P", **done))

    rows = [change for change in READ_MODEL.project(counted) if isinstance(change, Insert)]

    assert [one.row for one in rows if one.table == "known"] == [("intake", 7, at("2020-03-02"))]
    assert not list(READ_MODEL.project(recorded(event("nobody-counts", 8, project_no="P"))))


def recorded(said: Event) -> Event:
    return msgspec.structs.replace(said, recorded_at=at("2020-03-02"))


def test_positions_and_a_time_of_knowledge_exclude_each_other() -> None:
    with pytest.raises(ContractError, match="positions"):
        read_known_at(Filters(known_at="2020-03-01", positions="intake:3"))
    with pytest.raises(ContractError):
        read_known_at(Filters(known_at="2020-02-30"))
    assert read_known_at(Filters()) is None
    moment = read_known_at(Filters(known_at="2020-03-01"))
    assert moment is not None and moment.isoformat() == "2020-03-01T23:59:59.999999+08:00"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 11])
def test_the_picture_of_a_proof_climbs_as_the_proof_does(size: int) -> None:
    """Hashing its steps side by side gives the root, for every leaf."""
    alg = HashAlg.SHA_256
    leaves = [alg.leaf(bytes([n])) for n in range(size)]
    for index in range(size):
        steps = path(alg, index, leaves)
        proof = Inclusion(
            position=index + 1,
            tree=1,
            hash=alg.value,
            leaf_index=index,
            leaf_hash=leaves[index].hex(),
            tree_size=size,
            root=mth(alg, leaves).hex(),
            path=[one.hex() for one in steps],
            checkpoint="",
        )
        reached = leaves[index]
        for step in ladder(proof).steps:
            other = bytes.fromhex(step.sibling)
            reached = alg.node(other, reached) if step.left else alg.node(reached, other)
        assert reached.hex() == proof.root
