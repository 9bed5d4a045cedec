"""Rows that come twice, late or out of order end in the same state (I01-I04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import (
    Case,
    NotBegunError,
    Operation,
    RecordKind,
    ResultSaid,
    Row,
    Verdict,
)
from tests.unit.facts import COUNTY, NOW, facts
from tests.unit.intake.rows import accepted, row


@dataclass(frozen=True)
class Sent:
    row: Row
    said: ResultSaid | None


def take(case: Case, sent: Sent) -> None:
    verdict = case.rows.judge(sent.row, sent.said)
    if verdict is Verdict.RETRACTED:
        case.retract(facts(COUNTY), sent.row, "deleted")
    elif sent.said is not None and verdict is Verdict.CORRECTED:
        case.correct(facts(COUNTY), sent.row, sent.said)
    elif sent.said is not None and verdict is Verdict.NEW:
        case.report(facts(COUNTY), sent.row, sent.said)


def deliver(case: Case, messages: Sequence[Sent]) -> None:
    """Deliver like the bus: what comes too early is tried again after the others."""
    waiting: list[Sent] = []
    for message in messages:
        try:
            take(case, message)
        except NotBegunError:
            waiting.append(message)
    for message in waiting:
        take(case, message)


def counts(case: Case) -> object:
    """Give what the row still says; a deleted one says nothing."""
    (known,) = (one for one in case.rows.values() if one.kind is RecordKind.RESULT)
    return (known.source_time, None if known.retracted else known.said)


@st.composite
def histories(draw: st.DrawFn) -> list[Sent]:
    """Draw what one row went through in its own system, in order."""
    kinds = draw(st.lists(st.integers(0, 6), min_size=1, max_size=5, unique=True))
    sent = []
    for number, kind in enumerate(kinds):
        operation = Operation.INSERT if number == 0 else Operation.UPDATE
        at = NOW + timedelta(minutes=number)
        said = ResultSaid("other", kind, NOW)
        sent.append(Sent(row(RecordKind.RESULT, operation, at), said))
    if draw(st.booleans()):
        at = NOW + timedelta(minutes=len(kinds))
        sent.append(Sent(row(RecordKind.RESULT, Operation.DELETE, at), None))
    return sent


@given(histories(), st.data())
def test_rows_converge_whatever_the_order_and_however_often(
    history: list[Sent], data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(history), max_size=6))
    shuffled = data.draw(st.permutations([*history, *repeats]))
    straight, crooked = accepted(), accepted()

    deliver(straight, history)
    deliver(crooked, shuffled)

    assert counts(crooked) == counts(straight)


@given(histories())
def test_second_push_of_the_same_rows_adds_nothing(history: list[Sent]) -> None:
    case = accepted()
    deliver(case, history)
    case.collect_events()

    deliver(case, history)

    assert case.pending == ()
