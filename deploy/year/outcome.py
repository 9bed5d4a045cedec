"""The figures of a loaded year as disclosure counts them, beside the plan and the report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from deploy.year.plan import Plan, Target
from services.chassis.bus.positions import watermarks
from services.chassis.eventlog.database import Database
from services.disclosure.measures import MEASURES, Question
from services.disclosure.projections.figures import answer


@dataclass(frozen=True)
class Found:
    """One figure: what it was to be, and what disclosure counts."""

    target: Target
    counted: int
    value: str
    """As the measure gives it."""

    @property
    def equal(self) -> bool:
        return self.counted == self.target.planned


def compare(plan: Plan, disclosure_url: str) -> Iterator[Found]:
    """Ask disclosure's read model for every figure of the plan.

    Raises:
        UnavailableError: the database does not answer.
    """
    with closing(Database(disclosure_url)) as database:
        positions = watermarks(database)
        own = database.read("SELECT coalesce(max(position), 0) FROM ledger")[0][0]
        for target in plan.targets():
            question = Question(target.moment, {**positions, "disclosure": own})
            found = answer(database, MEASURES[target.figure], question)
            yield Found(target, found.numerator, str(found.value))
