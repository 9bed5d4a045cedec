"""All rows of one case, in any order and however often: it ends in the same state (I01-I04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.application.records import Records
from services.intake.domain import AcceptSaid, Case, Known, ListedItem, NotBegunError, StepSaid
from services.intake.domain.materials import MaterialFile
from services.intake.domain.records import (
    Incoming,
    MaterialSaid,
    Operation,
    Procedure,
    RecordKind,
    Said,
    SpecialSaid,
)
from services.kernel.calendar_seed import SEED
from services.kernel.clock import Kind, Reason
from services.kernel.limits import Limit
from tests.unit.facts import NOW
from tests.unit.intake.rows import ACCEPT, ITEM, RESULT, STEP, later, row

NEWER = replace(ITEM, item_version=3, promised=Limit(5), statutory=Limit(10))
CATALOG = Known({"I1": ListedItem([ITEM, NEWER])}, SEED)
TAKE: Any = Records.take
"""Under its command there is the function itself, which needs no database."""


@dataclass
class Seal:
    """A vault that keeps nothing: the rows here say nothing about persons."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: ()


class Desk(Records):
    """The application's own decisions about rows, over a case in memory."""

    def __init__(self) -> None:
        self._case: Case | None = None
        self.papers: MaterialFile | None = None
        self._region = "3412XX"
        self._sealed = Seal()  # type: ignore[assignment]

    def find(self, kind: Any, stream: UUID) -> Any:
        return {Case: self._case, MaterialFile: self.papers}.get(kind)

    def keep(self, *aggregates: Any) -> None:
        for one in aggregates:
            one.collect_events()
            self.papers = one

    def change(self, *changes: Any) -> None:
        pass

    def _file(self, case: Case, calendar: Any = None, firing: str = "") -> None:
        case.collect_events()
        self._case = case

    def here(self) -> set[str]:
        """Name the materials the checklist knows to be here."""
        return set(self.papers.held) if self.papers else set()

    def deliver(self, rows: Sequence[Incoming]) -> Case:
        """Deliver as the bus does: what comes too early is tried again after the others."""
        waiting = list(rows)
        while waiting:
            early = []
            for one in waiting:
                try:
                    TAKE.__wrapped__(self, one, CATALOG)
                except NotBegunError:
                    early.append(one)
            assert len(early) < len(waiting), "nothing comes any more"
            waiting = early
        assert self._case is not None
        return self._case


def states(draw: st.DrawFn, kind: RecordKind, guid: str, said: Sequence[Said]) -> list[Incoming]:
    """Draw what one row went through in its own system: inserted, changed, perhaps deleted."""
    told = draw(st.lists(st.sampled_from(said), min_size=1, max_size=3, unique=True))
    sent = [
        Incoming(
            row(kind, Operation.UPDATE if n else Operation.INSERT, _at(n), guid),
            "case-1",
            one,
            {},
            "",
        )
        for n, one in enumerate(told)
    ]
    if draw(st.integers(0, 3)) == 0:
        delete = row(kind, Operation.DELETE, _at(len(told)), guid)
        sent.append(Incoming(delete, "case-1", None, {}, ""))
    return sent


def _at(number: int) -> Any:
    return NOW + timedelta(minutes=number)


ACCEPTS = [
    ACCEPT,
    replace(ACCEPT, window="09"),
    replace(ACCEPT, accepted_at=later(1)),
    replace(ACCEPT, item_version=3, promised_due_at=later(20)),
    replace(ACCEPT, item_version=3),
]
STEPS = [STEP, replace(STEP, name="复审"), StepSaid("勘查", "return", NOW, later(1))]
RESULTS = [RESULT, replace(RESULT, result="rejected", completion_kind=1)]
RESULTS += [replace(RESULT, satisfaction=5, satisfaction_scale="5_best")]
HEARING = SpecialSaid(Procedure.OTHER, "听证", later(1), None, Reason.HEARING)
SPECIALS = [
    HEARING,
    replace(HEARING, ended_at=later(3)),
    replace(HEARING, ended_at=later(6), outcome="other"),
    SpecialSaid(Procedure.OTHER, "申请人原因", later(2), later(7), Reason.APPLICANT_CAUSE),
    SpecialSaid(Procedure.EXTENSION, "延期", later(2), outcome="approved", days=5),
    SpecialSaid(Procedure.EXTENSION, "延期", later(2), outcome="refused", days=9),
]
MATERIALS = [MaterialSaid("规划许可证", "paper", 1), MaterialSaid("规划许可证", "electronic", 2)]


@st.composite
def cases(draw: st.DrawFn) -> list[Incoming]:
    """Draw all rows of a case, as their system wrote them."""
    sent = states(draw, RecordKind.ACCEPT, "a", ACCEPTS)
    for kind, guid, said in (
        (RecordKind.PROCESS, "p", STEPS),
        (RecordKind.RESULT, "r", RESULTS),
        (RecordKind.SPECIAL, "s1", SPECIALS),
        (RecordKind.SPECIAL, "s2", SPECIALS),
        (RecordKind.MATERIAL, "m", MATERIALS),
        (RecordKind.MATERIAL, "m2", [*MATERIALS, MaterialSaid("照片", "paper", 1)]),
    ):
        if draw(st.booleans()):
            sent += states(draw, kind, guid, said)
    return sent


def end_of(case: Case) -> dict[str, Any]:
    """Give what the case says in the end; a deleted row says nothing."""
    rows = {
        key: (known.source_time, None if known.retracted else known.said)
        for key, known in case.rows.items()
        if known.kind is not RecordKind.ACCEPT
    }
    accept = next(one for one in case.rows.values() if one.kind is RecordKind.ACCEPT)
    told: dict[str, Any] = {"state": case.state, "rows": rows, "accept_at": accept.source_time}
    if not accept.retracted:
        assert isinstance(accept.said, AcceptSaid)
        told |= {
            "accepted_at": case.accepted_at,
            "version": case.item_version,
            "window": case.window or "",
            # While a clock stands still, its end is only the last one that was told.
            "ends": {
                kind: case.due_at(kind)
                for kind in (Kind.PROMISED, Kind.STATUTORY)
                if not case.stands_still(kind)
            },
            "still": {kind: set(stops) for kind, stops in case.still.items() if stops},
            "extra": case.counts.extra,
        }
    return told


@settings(deadline=None, max_examples=200)
@given(cases(), st.data())
def test_any_order_with_repetitions_ends_in_the_same_state(
    sent: list[Incoming], data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(sent), max_size=6))
    shuffled = data.draw(st.permutations([*sent, *repeats]))

    first, second = Desk(), Desk()
    straight, crooked = first.deliver(sent), second.deliver(shuffled)

    assert end_of(crooked) == end_of(straight)
    assert second.here() == first.here()


@settings(deadline=None, max_examples=50)
@given(cases())
def test_a_second_push_of_everything_writes_nothing(sent: list[Incoming]) -> None:
    desk = Desk()
    case = desk.deliver(sent)
    version = case.version

    assert desk.deliver(sent).version == version
