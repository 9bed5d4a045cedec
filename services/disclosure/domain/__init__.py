"""Decides: figures that never change, requests for information, and what is published unasked."""

from services.disclosure.domain.directory import Node
from services.disclosure.domain.entries import Entry
from services.disclosure.domain.erasure import Subject
from services.disclosure.domain.figures import (
    Cause,
    Counted,
    Figure,
    FigureRuleError,
    Printed,
    PublishedFigure,
    Recount,
    StatisticCorrected,
    StatisticPublished,
)
from services.disclosure.domain.foi import FoiRequest
from services.disclosure.domain.own_records import RecordCorrection
from services.disclosure.domain.reports import PublishedReport
from services.disclosure.domain.rules import DisclosureRuleError
from services.disclosure.domain.supervision_cards import Card
from services.disclosure.domain.supervision_counters import Counter
from services.disclosure.domain.supervision_cycles import Supervision
from services.disclosure.domain.supervision_notices import RectificationNotice
from services.disclosure.domain.supervision_outreach import Outreach
from services.disclosure.domain.supervision_records import (
    Circular,
    Inspection,
    Lagging,
    ReportedFact,
    Score,
    Training,
)

__all__ = [
    "Card",
    "Cause",
    "Circular",
    "Counted",
    "Counter",
    "DisclosureRuleError",
    "Entry",
    "Figure",
    "FigureRuleError",
    "FoiRequest",
    "Inspection",
    "Lagging",
    "Node",
    "Outreach",
    "Printed",
    "PublishedFigure",
    "PublishedReport",
    "RecordCorrection",
    "Recount",
    "RectificationNotice",
    "ReportedFact",
    "Score",
    "StatisticCorrected",
    "StatisticPublished",
    "Subject",
    "Supervision",
    "Training",
]
