"""What the ledger of the county's report is made of: one line a figure, and where ours is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Final

from services.kernel.rounding import Rounding


class Take(Enum):
    """What of a measure's answer a line prints."""

    VALUE = "value"
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


class Cutoff(Enum):
    """Figures of one report may speak of different days (X7); each says which of these is its."""

    MAIN = "main"
    VILLAGES = "villages"
    ONLINE = "online"
    OPENNESS = "openness"
    YEAR = "year"
    """What the report says of the year, or of now (目前), without a day."""


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A figure as a report prints it: the text, and the number in the printed unit."""

    text: str
    value: Decimal | None = None
    """None: in words or no number; `low` and `high` then say what would agree with it."""
    scale: int = 1
    """10 000 where it is printed in 万, 100 000 000 in 亿."""
    places: int = 0
    mode: Rounding = Rounding.HALF_UP
    low: Decimal | None = None
    high: Decimal | None = None
    """Of words such as 1500多: what agrees with them, ends included, before scaling."""

    @property
    def is_figure(self) -> bool:
        """False: the number of a document."""
        return self.value is not None or self.low is not None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One figure of the report."""

    id: str
    """Number in the ledger with a letter where a number holds several; of a figure that only we
    print, its measure."""
    zh: str
    en: str
    unit: str
    measure: str = ""
    take: Take = Take.VALUE
    reported: str = ""
    """Code of the fact a person reports where no event of a service is counted."""
    cutoff: Cutoff = Cutoff.MAIN
    stock: bool = False
    """What stands at the cut-off, whenever it began; else what happened in the year."""
    quarter: int = 0
    """1 to 4: what is of one quarter of the year."""
    printed: Printed | None = None
    """None: the county's report does not print it."""
    findings: tuple[str, ...] = ()
    """Ids of what does not agree about it (X1 to X20)."""
    explains: tuple[str, ...] = ()
    """Those of them for which ours may be another figure than the report's."""

    @property
    def no(self) -> int:
        """Give its number in the ledger, 0 for a figure only we print."""
        digits = "".join(character for character in self.id if character.isdigit())
        return int(digits) if self.printed else 0


@dataclass(frozen=True)
class Edition:
    """Cut-offs of one report where they are not all its own day."""

    year: int
    as_of: date
    cutoffs: Mapping[Cutoff, date]


COUNTY_2020: Final = Edition(
    2020,
    date(2020, 10, 31),
    {
        Cutoff.VILLAGES: date(2020, 11, 21),
        # The report says 11月31日, a day there is not (X5).
        Cutoff.ONLINE: date(2020, 11, 30),
        Cutoff.OPENNESS: date(2020, 11, 21),
        Cutoff.YEAR: date(2020, 12, 31),
    },
)
"""The report of 2020 with its three cut-offs (X7); what has none is counted to the year's end."""
EDITIONS: Final = (COUNTY_2020,)


def cutoffs_of(year: int, as_of: date) -> Mapping[Cutoff, date]:
    """Give the day of each cut-off: those of the edition of this very day, else the one day."""
    same = {cutoff: as_of for cutoff in Cutoff}
    for edition in EDITIONS:
        if (edition.year, edition.as_of) == (year, as_of):
            return same | dict(edition.cutoffs)
    return same
