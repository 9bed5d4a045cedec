"""What each measure counts: a second reading of docs/measures.md, as a table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol

from banjian_verify import cases
from banjian_verify import catalog_counts as catalog
from banjian_verify.figures import Figure
from banjian_verify.happened import Fact, Facts, How
from banjian_verify.workdays import WORKING

if TYPE_CHECKING:
    from banjian_verify.books import Books


class Count(Protocol):
    """A number that can be counted from the books."""

    @property
    def filters(self) -> Collection[str]:
        """Words that restrict it."""

    def topics(self, figure: Figure) -> Collection[str]:
        """Name the types of events it is counted from."""

    def of(self, books: Books, figure: Figure) -> int:
        """Count.

        Raises:
            ValueError: the figure does not say what is needed for it.
        """


class Shape(Enum):
    """How a value is made. Value: places a plain count is moved by."""

    COUNT = 0
    HUNDREDTHS = 2
    """Counted in fen, or hundredths of a point."""
    SHARE = -1
    """In per cent."""
    PER = -2


@dataclass(frozen=True)
class Measure:
    """What is counted, over what, and how it is said."""

    shape: Shape
    numerator: Count
    denominator: Count | None = None

    @property
    def counts(self) -> tuple[Count, ...]:
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    def value(self, numerator: int, denominator: int | None, figure: Figure) -> str | None:
        """Round as the figure says; below the whole never 100 %; undefined over nothing."""
        if self.denominator is None:
            return str(Decimal(numerator).scaleb(-self.shape.value))
        if not denominator:
            return None
        share = self.shape is Shape.SHARE
        with localcontext(prec=28) as context:
            exact = context.divide(Decimal(numerator * (100 if share else 1)), Decimal(denominator))
            if figure.rounding == "EXACT":
                return str(exact)
            step = Decimal(1).scaleb(-figure.places)
            up = exact.quantize(step, ROUND_HALF_UP)
            down = figure.rounding == "FLOOR" or (share and up >= 100 and numerator < denominator)
            return str(exact.quantize(step, ROUND_FLOOR) if down else up)


def _count(count: Count) -> Measure:
    return Measure(Shape.COUNT, count)


def _hundredths(count: Count) -> Measure:
    return Measure(Shape.HUNDREDTHS, count)


def _share(part: Count, whole: Count) -> Measure:
    return Measure(Shape.SHARE, part, whole)


def _per(count: Count, each: Count) -> Measure:
    return Measure(Shape.PER, count, each)


_CASES: Final[Mapping[str, Measure]] = {
    "S01": _count(cases.ACCEPTED),
    "S02": _count(cases.COMPLETED),
    "S03": _share(cases.ACCEPTED_COMPLETED, cases.ACCEPTED),
    "S03b": _share(cases.DUE_IN_TIME, cases.DUE),
    "S03c": _share(cases.IN_TIME, cases.PROMISED),
    "S04": _count(cases.OPEN),
    "S08": _per(cases.ACCEPTED, WORKING),
    "S27": _share(cases.APPLIED_FOR, cases.THROUGH_THE_HALL),
    "S27a": _count(cases.THROUGH_THE_HALL),
    "S27b": _count(cases.APPLIED_FOR),
    "S28": _share(cases.THROUGH_THE_HALL, cases.ACCEPTED),
}
_CATALOG: Final[Mapping[str, Measure]] = {
    "O04": _count(catalog.COUNTY_ITEMS),
    "O09": _count(catalog.RESIDENT),
    "S09": _share(catalog.ONE_VISIT, catalog.RESIDENT),
    "S10": _share(catalog.LICENCES_MERGED, catalog.LICENCES),
    "S11": _share(catalog.MADE_IMMEDIATE, catalog.PROMISED),
    "S12": _share(catalog.removed("steps"), catalog.before("steps")),
    "S13": _share(catalog.removed("materials"), catalog.before("materials")),
    "S14": _share(catalog.DAYS_SAVED, catalog.STATUTORY_DAYS),
    "S15": _per(catalog.PROMISED_DAYS, catalog.LIMITED),
    "S16": _per(catalog.MATERIALS, catalog.RESIDENT),
    "S22": _count(catalog.COUNTY_CLAIMS),
    "S23": _count(catalog.LOWER_CLAIMS),
    "S24": _share(catalog.IN_USE, catalog.EVER_CLAIMED),
    "S25": _share(catalog.DEEP, catalog.CLAIMS),
    "S26": _share(catalog.FULLY_ONLINE, catalog.CLAIMS),
    "S40": _count(catalog.CHANGES),
    "S40a": _count(catalog.changes("cancelled")),
    "S40b": _count(catalog.changes("mode_changed")),
    "S40c": _count(catalog.changes("merged")),
    "S40d": _count(catalog.changes("frozen")),
    "S40e": _count(catalog.changes("forwarded_up")),
    "S40f": _count(catalog.changes("delegated_down")),
    "S40g": _count(catalog.changes("fee_adjusted")),
    "S40h": _count(catalog.changes("service_revised")),
}

_EACH, _NEWEST = How.EACH, How.NEWEST
_APP: Final = ("app",)
_SATISFIED: Final = ("1", "2", "3")
_TIMELY: Final = ("on_time",)
_FOI: Final = ("foi_new", "foi_over")


def _collected(kind: str, fact: Fact, figure: Figure) -> int:
    """Give what was paid; what went back is not taken off."""
    return max(fact.amount, 0)


def _still_open(kind: str, fact: Fact, figure: Figure) -> int:
    return fact.amount if kind == "foi_new" else -fact.amount


def _accounted(kind: str, fact: Fact, figure: Figure) -> int:
    """Leave out what was over before the period began: the rest is over in it, or open."""
    if kind == "foi_new":
        return fact.amount
    return -fact.amount if figure.begin is not None and fact.at < figure.begin else 0


_TASKS: Final = Facts("task")
_TRAININGS: Final = Facts("training", how=_EACH)
_ATTENDANCES: Final = Facts("training", how=_NEWEST)
_HAPPENED: Final[Mapping[str, Measure]] = {
    "S05": _share(Facts("breach", how=_EACH), _TASKS),
    "S06": _share(Facts("deemed"), _TASKS),
    "S06a": _count(Facts("deemed")),
    "S07": _hundredths(Facts("fee")),
    "S17": _count(Facts("parallel")),
    "S18": _count(Facts("meeting")),
    "S18a": _count(Facts("meeting_project", how=_EACH)),
    "S19": _count(Facts("agency", how=How.WHO)),
    "S20": _count(Facts("door", how=_EACH)),
    "S21": _count(Facts("village_certificate")),
    "S21a": _count(Facts("village_request")),
    "S29": _count(Facts("fee", how=How.TIMES, channels=_APP)),
    "S30": _hundredths(Facts("fee", channels=_APP, adds=_collected)),
    "S31": _count(Facts("fee", how=How.UNITS, marks=("online",))),
    "S32": _count(Facts("fee", how=How.EVER, marks=("online",))),
    "S33": _count(Facts("published")),
    "S34": _count(Facts("page_visits", how=_NEWEST)),
    "S35": _count(Facts("ticket", "enquiry", how=_NEWEST)),
    "S35a": _count(Facts("ticket")),
    "S36": _per(_ATTENDANCES, _TRAININGS),
    "S36a": _count(_TRAININGS),
    "S36b": _count(_ATTENDANCES),
    "S37a": _count(Facts("notice", how=_EACH)),
    "S37b": _count(Facts("circular", how=_EACH)),
    "S37c": _count(Facts("lagging", how=How.WHO)),
    "S38": _hundredths(Facts("score", how=How.LAST)),
    "S38a": _count(Facts("rank", how=How.LAST)),
    "S39": _share(Facts("issue_solved"), Facts("issue_raised")),
    "S41": _share(
        Facts("foi_replied", how=_EACH, marks=_TIMELY),
        Facts("foi_replied", "foi_overdue", how=_EACH),
    ),
    "S42": _share(Facts("foi_new", "foi_carried"), Facts(*_FOI, adds=_accounted, by_its_end=True)),
    "S42a": _count(Facts("foi_new")),
    "S42b": _count(Facts("foi_carried")),
    "S42c": _count(Facts("foi_over")),
    "S42d": _count(Facts(*_FOI, adds=_still_open, by_its_end=True)),
    "S43": _share(Facts("rating", marks=_SATISFIED), Facts("rating")),
    "S44": _share(Facts("rectified"), Facts("bad_review")),
    "S45": _share(
        Facts("ticket_replied", how=_EACH, marks=_TIMELY),
        Facts("ticket_replied", "ticket_overdue", how=_EACH),
    ),
    "S46": _per(Facts("visitors", how=_NEWEST), WORKING),
    "O01": _count(Facts("department", how=_NEWEST)),
    "O02": _count(Facts("window", how=_NEWEST)),
    "O03": _count(Facts("staff", how=_NEWEST)),
    "O05": _count(Facts("region", how=_NEWEST, marks=("5",))),
    "O06": _count(Facts("region", how=_NEWEST, marks=("6",))),
    "O07": _count(Facts("scheme", how=_NEWEST)),
    "O08": _count(Facts("guide", how=_EACH)),
    "O10": _count(Facts("outreach", how=_NEWEST, marks=("QUESTIONNAIRE",))),
    "O11": _count(Facts("outreach", how=_NEWEST, marks=("VISIT",))),
    "O12": _count(Facts("outreach", how=_NEWEST, marks=("SYMPOSIUM",))),
    "O13": _count(Facts("enterprises", how=_NEWEST)),
    "O14": _count(Facts("inspection", how=_EACH)),
    "O15": _count(Facts("card", how=_NEWEST, marks=("RED",))),
    "O16": _count(Facts("card", how=_NEWEST, marks=("YELLOW",))),
    "O17": _share(
        Facts("obligation_met", how=_EACH, marks=_TIMELY),
        Facts("obligation_met", "obligation_missed", how=_EACH),
    ),
}
MEASURES: Final[Mapping[str, Measure]] = {**_CASES, **_CATALOG, **_HAPPENED}
