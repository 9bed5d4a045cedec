"""Counts published figures again, from the events alone.

What the measures mean is written down in docs/measures.md; this is a second reading of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext
from typing import Any, Final

from banjian_verify.export import EventLine

PUBLISHED: Final = "disclosure.statistic-published.v1"
CORRECTED: Final = "disclosure.statistic-corrected.v1"
DELETED_IN_ERROR: Final = 3
FILTERS: Final = ("region", "department", "item", "channel")


@dataclass(frozen=True)
class Figure:
    """A figure as it was published, or as it was corrected later."""

    id: str
    position: int
    """Of the event that published it, in disclosure's log."""
    measure: str
    numerator: int
    denominator: int | None
    value: str | None
    rounding: str
    places: int
    as_of: datetime
    upto: int
    """Position of intake's log up to which it counts."""
    filters: Mapping[str, str]
    corrects: int = 0
    """Position of what it corrects; 0: it was published so."""

    @property
    def said(self) -> tuple[int, int | None, str | None]:
        """Give what it says."""
        return self.numerator, self.denominator, self.value

    def corrected(self, event: EventLine) -> tuple[Figure, str]:
        """Give it as an event corrects it, and what is wrong with the correction."""
        said = json.loads(event.state)["data"]
        was = (said["was_numerator"], said.get("was_denominator"), said.get("was_value"))
        wrong = ""
        if was != self.said:
            wrong = f"the correction says it was {was[0]} of {was[1]}, not {self.numerator}"
        elif _moment(said["as_of"]) != self.as_of or said["measure"] != self.measure:
            wrong = "the correction is of another figure"
        corrected = replace(
            self,
            position=event.position,
            numerator=said["numerator"],
            denominator=said.get("denominator"),
            value=said.get("value"),
            upto=said["positions"].get("intake", 0),
            corrects=self.position,
        )
        return corrected, wrong

    @classmethod
    def read(cls, event: EventLine) -> Figure:
        """Read a figure from the event that published it."""
        said = json.loads(event.state)["data"]
        return cls(
            str(event.stream),
            event.position,
            said["measure"],
            said["numerator"],
            said.get("denominator"),
            said.get("value"),
            said["rounding"],
            said["places"],
            _moment(said["as_of"]),
            said["positions"].get("intake", 0),
            said["filters"],
        )


@dataclass(frozen=True)
class Recount:
    """A figure, and what the events say."""

    figure: Figure
    numerator: int = 0
    denominator: int | None = None
    value: str | None = None
    why_not: str = ""
    """Why it was not counted again."""

    @property
    def same(self) -> bool:
        """Say whether the events say the same."""
        said = self.numerator, self.denominator, self.value
        return not self.why_not and self.figure.said == said


@dataclass
class _Case:
    """A case as of a position."""

    accepted_at: datetime
    completed_at: datetime | None
    kind: int | None
    words: dict[str, str]


@dataclass
class Cases:
    """What intake's events say of each case; give it every event, in order."""

    _facts: dict[str, list[tuple[int, str, tuple[Any, ...]]]] = field(default_factory=dict)

    def __call__(self, event: EventLine) -> None:
        """Take an event; most say nothing that is counted."""
        read = _READ.get(event.topic)
        if read is None:
            return
        body = json.loads(event.state)
        data = body["data"]
        fact = read(data, body)
        if fact is not None:
            self._facts.setdefault(data["project_no"], []).append((event.position, *fact))

    def recount(self, figure: Figure) -> Recount:
        """Count a figure again."""
        counted = _COUNTED.get(figure.measure)
        if counted is None:
            known = ", ".join(sorted(_COUNTED))
            return Recount(figure, why_not=f"this verifier counts {known}")
        strange = set(figure.filters) - {*FILTERS, "from", "to"}
        if strange:
            return Recount(figure, why_not=f"filter {', '.join(sorted(strange))} is not known here")
        numerator, denominator = counted(figure, list(self._standing(figure)))
        return Recount(figure, numerator, denominator, _value(figure, numerator, denominator))

    def _standing(self, figure: Figure) -> Iterator[_Case]:
        """Give the cases as they stood at the figure's position, where its words hold."""
        for facts in self._facts.values():
            case = _fold(facts, figure.upto)
            if case is not None and all(
                case.words.get(name) == figure.filters[name]
                for name in FILTERS
                if name in figure.filters
            ):
                yield case


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _accepted(data: Any, body: Any) -> tuple[str, tuple[Any, ...]]:
    words = (body.get("region", ""), data["department"], data["item_code"], data["channel"])
    return "accepted", (_moment(data["accepted_at"]), *words)


def _completed(data: Any, body: Any) -> tuple[str, tuple[Any, ...]]:
    return "completed", (_moment(data["completed_at"]), data["completion_kind"])


def _corrected(data: Any, body: Any) -> tuple[str, tuple[Any, ...]] | None:
    new = data["changed"]
    if data["record"] == "process":
        return None
    said = {name: new.get(name) for name in _CHANGED}
    if all(value is None for value in said.values()):
        return None
    return "corrected", (data["record"], said)


def _retracted(data: Any, body: Any) -> tuple[str, tuple[Any, ...]] | None:
    return None if data["record"] == "process" else ("retracted", (data["record"],))


def _uncounted(data: Any, body: Any) -> tuple[str, tuple[Any, ...]]:
    return "retracted", ("accept",)


def _reopened(data: Any, body: Any) -> tuple[str, tuple[Any, ...]]:
    return "retracted", ("result",)


_CHANGED: Final = (
    "accepted_at",
    "completed_at",
    "completion_kind",
    "department",
    "item_code",
    "channel",
)
_READ: Final[Mapping[str, Callable[[Any, Any], tuple[str, tuple[Any, ...]] | None]]] = {
    "intake.case-accepted.v1": _accepted,
    "intake.case-completed.v1": _completed,
    "intake.external-record-corrected.v1": _corrected,
    "intake.external-record-retracted.v1": _retracted,
    "intake.case-deleted-in-error.v1": _uncounted,
    "intake.acceptance-withdrawn.v1": _uncounted,
    "intake.case-reopened.v1": _reopened,
}


def _fold(facts: list[tuple[int, str, tuple[Any, ...]]], upto: int) -> _Case | None:
    """Give a case as of a position, None when it was not there, or not any more."""
    case: _Case | None = None
    for position, fact, said in facts:
        if position > upto:
            break
        if fact == "accepted":
            at, region, department, item, channel = said
            words = {"region": region, "department": department, "item": item, "channel": channel}
            case = _Case(at, None, None, words)
        elif case is None:
            continue
        elif fact == "completed":
            case.completed_at, case.kind = said
        elif fact == "retracted":
            if said[0] == "accept":
                case = None
            else:
                case.completed_at = case.kind = None
        else:
            _correct(case, said[1])
    return case


def _correct(case: _Case, new: Mapping[str, Any]) -> None:
    if new["accepted_at"] is not None:
        case.accepted_at = _moment(new["accepted_at"])
    for word, name in (("department", "department"), ("item", "item_code"), ("channel", "channel")):
        if new[name] is not None:
            case.words[word] = new[name]
    if case.completed_at is not None:
        if new["completed_at"] is not None:
            case.completed_at = _moment(new["completed_at"])
        if new["completion_kind"] is not None:
            case.kind = new["completion_kind"]


def _within(figure: Figure, moment: datetime) -> bool:
    begin, end = figure.filters.get("from"), figure.filters.get("to")
    return (
        moment <= figure.as_of
        and (begin is None or moment >= _moment(begin))
        and (end is None or moment <= _moment(end))
    )


def _done(figure: Figure, case: _Case) -> bool:
    return case.completed_at is not None and case.completed_at <= figure.as_of


def _accepted_of(figure: Figure, cases: list[_Case]) -> list[_Case]:
    return [
        case
        for case in cases
        if _within(figure, case.accepted_at)
        and not (_done(figure, case) and case.kind == DELETED_IN_ERROR)
    ]


def _s01(figure: Figure, cases: list[_Case]) -> tuple[int, int | None]:
    return len(_accepted_of(figure, cases)), None


def _s02(figure: Figure, cases: list[_Case]) -> tuple[int, int | None]:
    completed = [
        case
        for case in cases
        if case.completed_at is not None
        and case.kind != DELETED_IN_ERROR
        and _within(figure, case.completed_at)
    ]
    return len(completed), None


def _s03(figure: Figure, cases: list[_Case]) -> tuple[int, int | None]:
    accepted = _accepted_of(figure, cases)
    return sum(_done(figure, case) for case in accepted), len(accepted)


def _s04(figure: Figure, cases: list[_Case]) -> tuple[int, int | None]:
    return sum(not _done(figure, case) for case in _accepted_of(figure, cases)), None


_COUNTED: Final = {"S01": _s01, "S02": _s02, "S03": _s03, "S04": _s04}


def _value(figure: Figure, numerator: int, denominator: int | None) -> str | None:
    """Round as the figure says; below the whole never 100 %."""
    if figure.denominator is None and denominator is None:
        return str(numerator)
    if not denominator:
        return None
    with localcontext(prec=28) as context:
        exact = context.divide(Decimal(numerator * 100), Decimal(denominator))
        if figure.rounding == "EXACT":
            return str(exact)
        step = Decimal(1).scaleb(-figure.places)
        up = exact.quantize(step, ROUND_HALF_UP)
        full = up >= 100 and numerator < denominator
        return str(exact.quantize(step, ROUND_FLOOR) if full or figure.rounding == "FLOOR" else up)
