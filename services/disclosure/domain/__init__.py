"""Decides: figures that never change, requests for information, and what is published unasked."""

from services.disclosure.domain.directory import Node
from services.disclosure.domain.entries import Entry
from services.disclosure.domain.figures import (
    Figure,
    FigureRuleError,
    Printed,
    PublishedFigure,
    StatisticPublished,
)
from services.disclosure.domain.foi import FoiRequest
from services.disclosure.domain.rules import DisclosureRuleError

__all__ = [
    "DisclosureRuleError",
    "Entry",
    "Figure",
    "FigureRuleError",
    "FoiRequest",
    "Node",
    "Printed",
    "PublishedFigure",
    "StatisticPublished",
]
