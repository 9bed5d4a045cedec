"""The measures: each declared once. API, board, command line and docs read them here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.disclosure.measures.cases import (
    APPLIED_CHANNELS,
    CASE_MEASURES,
    DELETED_IN_ERROR,
    ONLINE_CHANNELS,
)
from services.disclosure.measures.catalog import COMPRESSED_TYPES, STOCK_MEASURES
from services.disclosure.measures.changes import (
    CHANGE_KINDS,
    CHANGE_MEASURES,
    LICENCE,
    PUBLIC_SERVICE,
)
from services.disclosure.measures.definition import Answer, Measure, Period, Question, Source, Thing
from services.disclosure.measures.happened import OVER, How, Over, Reach
from services.disclosure.measures.oversight import OVERSIGHT_MEASURES
from services.disclosure.measures.quantities import Count, Days, Happened, Quantity, Tally
from services.disclosure.measures.serving import SERVING_MEASURES

MEASURES: Final[Mapping[str, Measure]] = {
    measure.id: measure
    for measure in sorted(
        (
            *CASE_MEASURES,
            *STOCK_MEASURES,
            *CHANGE_MEASURES,
            *SERVING_MEASURES,
            *OVERSIGHT_MEASURES,
        ),
        key=lambda measure: measure.id,
    )
}

__all__ = [
    "APPLIED_CHANNELS",
    "CHANGE_KINDS",
    "COMPRESSED_TYPES",
    "DELETED_IN_ERROR",
    "LICENCE",
    "MEASURES",
    "ONLINE_CHANNELS",
    "OVER",
    "PUBLIC_SERVICE",
    "Answer",
    "Count",
    "Days",
    "Happened",
    "How",
    "Measure",
    "Over",
    "Period",
    "Quantity",
    "Question",
    "Reach",
    "Source",
    "Tally",
    "Thing",
]
