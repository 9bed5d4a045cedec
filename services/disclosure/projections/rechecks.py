"""Published figures asked again at their own moment: do they still hold, and if not, why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from services.chassis.eventlog.database import Database
from services.disclosure.domain import Cause, Counted, Figure, Recount
from services.disclosure.domain.figures import CAUSES
from services.disclosure.measures import (
    MEASURES,
    Answer,
    Count,
    Happened,
    Measure,
    Question,
    Thing,
)
from services.disclosure.projections import figures as shown
from services.disclosure.projections import happened_figures, item_types, known

# ruff: noqa: S608 - every text below is written here; what a caller says travels as a parameter.
_CATALOG: Final = """
SELECT position FROM (
    SELECT position, effective_from AS at FROM items
    UNION SELECT position, at FROM changes UNION SELECT position, at FROM claims
    UNION SELECT position, at FROM withdrawals UNION SELECT position, at FROM basics
) AS rows WHERE position > %(before)s AND position <= %(after)s AND at <= %(as_of)s
ORDER BY position
"""


def question_of(figure: Figure) -> Question:
    """Give the question a published figure answered."""
    said = figure.filters
    begin, end = said.get("from"), said.get("to")
    return Question(
        as_of=figure.as_of,
        positions=figure.positions,
        begin=datetime.fromisoformat(begin) if begin else None,
        end=datetime.fromisoformat(end) if end else None,
        region=said.get("region", ""),
        department=said.get("department", ""),
        item=said.get("item", ""),
        channel=said.get("channel", ""),
        item_type=said.get("item_type", ""),
        level=said.get("level", ""),
    )


def counted(answer: Answer) -> Counted:
    """Give what an answer says of a figure."""
    value = None if answer.value is None else str(answer.value)
    return Counted(answer.numerator, value, answer.denominator)


def recount(
    database: Database, figure: Figure, said: Counted, positions: Mapping[str, int]
) -> Recount | None:
    """Ask a figure again with all that is known now; None when its measure is not counted any more.

    Args:
        said: what the centre says of it, `positions` what it knew when it said so: the causes are
            those that came since.
    """
    measure = MEASURES.get(figure.measure)
    if measure is None:
        return None
    tips = known.newest(database, {*figure.positions, *measure.sources})
    upto = {name: max(at, positions.get(name, 0)) for name, at in tips.items()}
    question = replace(question_of(figure), positions=upto)
    again = counted(shown.answer(database, measure, question))
    if again == said:
        return Recount(again, upto)
    before = replace(question, positions=positions)
    causes = _causes(database, measure, before, question)
    return Recount(again, upto, causes[:CAUSES], max(0, len(causes) - CAUSES))


def cases_of(database: Database, positions: Collection[int]) -> dict[tuple[str, int], str]:
    """Name the cases that events of intake are about, by source and position."""
    if not positions:
        return {}
    rows = database.read(
        "SELECT source, position, case_no FROM facts"
        " WHERE source = 'intake' AND position = ANY(%s)",
        (list(positions),),
    )
    return {(source, position): case_no for source, position, case_no in rows}


def _causes(database: Database, measure: Measure, before: Question, after: Question) -> list[Cause]:
    """Name the events between two questions because of which their answers differ.

    Of cases exactly those; of the rest what came since and may count, in the order of their logs.
    """
    if measure.of is Thing.CASES:
        cases = [Cause("intake", at) for at in _of_cases(database, measure, before, after)]
        return [*_typed(database, before, after), *cases]
    if measure.of is Thing.HAPPENINGS:
        wanted = [count for count in measure.counts if isinstance(count, Happened)]
        found = happened_figures.positions_between(database, wanted, before, after)
        return [*_typed(database, before, after), *(Cause(source, at) for source, at in found)]
    told = {
        "before": before.positions.get("catalog", 0),
        "after": after.positions.get("catalog", 0),
        "as_of": after.as_of,
    }
    return [Cause("catalog", at) for (at,) in database.read(_CATALOG, told)]


def _typed(database: Database, before: Question, after: Question) -> list[Cause]:
    """Name the lists because of which an item is of the asked type now, or is so no more."""
    if not after.item_type:
        return []
    return [Cause("catalog", at) for (at,) in database.read(*item_types.changed(before, after))]


def _of_cases(database: Database, measure: Measure, before: Question, after: Question) -> list[int]:
    """Give the positions of what came since of the cases that count otherwise now."""
    counts = [count for count in measure.counts if isinstance(count, Count)]
    there, said = shown.members(before, counts)
    here, _ = shown.members(after, counts)
    told: dict[str, Any] = {
        **said,
        "before": before.positions.get("intake", 0),
        "after": after.positions.get("intake", 0),
    }
    there = there.replace("%(intake)s", "%(before)s")
    here = here.replace("%(intake)s", "%(after)s")
    rows = database.read(
        f"WITH there AS ({there}), here AS ({here}), changed AS ("
        " SELECT case_no FROM (SELECT * FROM there EXCEPT SELECT * FROM here) AS gone"
        " UNION SELECT case_no FROM (SELECT * FROM here EXCEPT SELECT * FROM there) AS come)"
        " SELECT f.position FROM facts AS f JOIN changed USING (case_no)"
        " WHERE f.position > %(before)s AND f.position <= %(after)s"
        " AND (f.fact NOT IN ('accepted', 'completed')"
        " OR coalesce(f.accepted_at, f.completed_at) <= %(as_of)s) ORDER BY f.position",
        told,
    )
    return [row[0] for row in rows]
