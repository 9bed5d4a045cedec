"""The measures: each declared once. API, board, command line and docs read them here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.disclosure.measures.cases import CASE_MEASURES, DELETED_IN_ERROR, ONLINE_CHANNELS
from services.disclosure.measures.catalog import COMPRESSED_TYPES, STOCK_MEASURES
from services.disclosure.measures.changes import (
    CHANGE_KINDS,
    CHANGE_MEASURES,
    LICENCE,
    PUBLIC_SERVICE,
)
from services.disclosure.measures.definition import Answer, Measure, Period, Question, Source, Thing
from services.disclosure.measures.quantities import Count, Quantity, Tally

MEASURES: Final[Mapping[str, Measure]] = {
    measure.id: measure
    for measure in sorted(
        (*CASE_MEASURES, *STOCK_MEASURES, *CHANGE_MEASURES), key=lambda measure: measure.id
    )
}

__all__ = [
    "CHANGE_KINDS",
    "COMPRESSED_TYPES",
    "DELETED_IN_ERROR",
    "LICENCE",
    "MEASURES",
    "ONLINE_CHANNELS",
    "PUBLIC_SERVICE",
    "Answer",
    "Count",
    "Measure",
    "Period",
    "Quantity",
    "Question",
    "Source",
    "Tally",
    "Thing",
]
