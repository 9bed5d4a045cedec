"""What is counted of the catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from banjian_verify.catalog import TOPICS, WORDS, Row, View
from banjian_verify.figures import Figure
from banjian_verify.told import says

if TYPE_CHECKING:
    from banjian_verify.books import Books

LICENCE: Final = "01"
"""Item type 行政许可."""
COMPRESSED: Final = ("01", "05", "06", "07", "08", "10", "11")
"""Item types whose limits count for the time compression rate."""
Said = Mapping[str, Any]
Test = Callable[[Said], bool]


@dataclass(frozen=True)
class CatalogCount:
    """Rows of which something is true, or what they add up to."""

    rows: Callable[[View], Iterable[Row]]
    which: Callable[[Mapping[str, Any]], bool] = lambda said: True
    amount: Callable[[Mapping[str, Any]], int] = lambda said: 1
    filters = frozenset(WORDS)

    def topics(self, figure: Figure) -> frozenset[str]:
        """Name the types of events it is counted from."""
        return TOPICS

    def of(self, books: Books, figure: Figure) -> int:
        """Count, or add up.

        Raises:
            ValueError: the figure does not say what is needed for it.
        """
        asked = [(name, figure.filters[name]) for name in WORDS if name in figure.filters]
        return sum(
            self.amount(row.said)
            for row in self.rows(books.catalog.view(figure))
            if all(says(name, word, row.words[name]) for name, word in asked)
            and self.which(row.said)
        )


def _resident(item: Said) -> bool:
    return bool(item["resident"])


def _compressed(item: Said) -> bool:
    units = {item["statutory_unit"], item["promised_unit"]}
    return _resident(item) and item["item_type"] in COMPRESSED and units == {"WORKING_DAY"}


def _limited(item: Said) -> bool:
    days = item["promised_unit"] == "WORKING_DAY"
    return _resident(item) and days and bool(item["promised"] > 0)


def _at_most_once(item: Said) -> bool:
    return _resident(item) and item["visits"] is not None and bool(item["visits"] <= 1)


RESIDENT: Final = CatalogCount(View.items, _resident)
ONE_VISIT: Final = CatalogCount(View.items, _at_most_once)
MATERIALS: Final = CatalogCount(View.items, _resident, lambda item: item["materials"])
COUNTY_ITEMS: Final = CatalogCount(View.items, lambda item: item["level"] == 4)
STATUTORY_DAYS: Final = CatalogCount(View.items, _compressed, lambda item: item["statutory"])
DAYS_SAVED: Final = CatalogCount(
    View.items, _compressed, lambda item: item["statutory"] - item["promised"]
)
LIMITED: Final = CatalogCount(View.items, _limited)
PROMISED_DAYS: Final = CatalogCount(View.items, _limited, lambda item: item["promised"])


def _licence(item: Said) -> bool:
    return bool(item["item_type"] == LICENCE)


def _promised(item: Said) -> bool:
    return bool(item["case_type"] != "IMMEDIATE")


LICENCES: Final = CatalogCount(View.before, _licence)
LICENCES_MERGED: Final = CatalogCount(View.before, lambda item: _licence(item) and item["merged"])
PROMISED: Final = CatalogCount(View.before, _promised)
MADE_IMMEDIATE: Final = CatalogCount(
    View.before, lambda item: _promised(item) and item["made_immediate"]
)


def before(what: str) -> CatalogCount:
    """Add up steps or materials before every re-engineering."""
    return CatalogCount(View.reengineered, amount=lambda change: change["before"][what])


def removed(what: str) -> CatalogCount:
    """Add up the steps or materials that re-engineering took away."""
    return CatalogCount(
        View.reengineered, amount=lambda change: change["before"][what] - change["after"][what]
    )


CHANGES: Final = CatalogCount(View.changes)


def changes(kind: str) -> CatalogCount:
    """Count the changes of one kind."""
    return CatalogCount(View.changes, lambda change: change["kind"] == kind)


def claims(which: Test) -> CatalogCount:
    """Count the claims that stand and of which something is true."""
    return CatalogCount(View.claims, lambda claim: claim["standing"] and which(claim))


EVER_CLAIMED: Final = CatalogCount(View.claims)
CLAIMS: Final = claims(lambda claim: True)
COUNTY_CLAIMS: Final = claims(lambda claim: claim["level"] == 4)
LOWER_CLAIMS: Final = claims(lambda claim: claim["level"] in (5, 6))
IN_USE: Final = claims(lambda claim: claim["in_use"])
DEEP: Final = claims(lambda claim: claim["depth"] >= 3)
FULLY_ONLINE: Final = claims(lambda claim: claim["online"])
