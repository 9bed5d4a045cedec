"""The words of supervision (监督): cycles, cards, outreach, reports, and what is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Final

from services.disclosure.domain.rules import DisclosureRuleError


class Cycle(Enum):
    """What every unit owes again and again.

    一周一更新、一月一调度、一季一监测、半年一督查、一年一考评.
    """

    WEEKLY_UPDATE = "WEEKLY_UPDATE"
    MONTHLY_DISPATCH = "MONTHLY_DISPATCH"
    QUARTERLY_MONITORING = "QUARTERLY_MONITORING"
    HALF_YEAR_INSPECTION = "HALF_YEAR_INSPECTION"
    ANNUAL_APPRAISAL = "ANNUAL_APPRAISAL"


class Colour(Enum):
    """Of a card: yellow warns, red says that a limit passed."""

    YELLOW = "YELLOW"
    RED = "RED"


class CardGround(Enum):
    """Why a card was issued."""

    APPROACHING = "APPROACHING"
    """A limit was about to end."""
    BREACHED = "BREACHED"
    """A limit passed."""


class CardExcuse(Enum):
    """Why a card is taken back."""

    LIABILITY_WITHDRAWN = "LIABILITY_WITHDRAWN"
    """Nobody answers for the limit any more."""
    LIMIT_MOVED = "LIMIT_MOVED"
    """The limit was counted again and ends later."""
    WRONG = "WRONG"
    """A supervisor found that it should not have been."""


class OutreachForm(Enum):
    """How the centre asks those it serves (问卷、走访、座谈会)."""

    QUESTIONNAIRE = "QUESTIONNAIRE"
    VISIT = "VISIT"
    SYMPOSIUM = "SYMPOSIUM"


class Criterion(Enum):
    """What an inspection looks at: the five things on the wall, and the four promises."""

    RULES_POSTED = "RULES_POSTED"
    """规章制度上墙."""
    ITEMS_POSTED = "ITEMS_POSTED"
    """办理项目上墙."""
    FLOW_POSTED = "FLOW_POSTED"
    """流程图上墙."""
    CONTACT_POSTED = "CONTACT_POSTED"
    """联系方式上墙."""
    HOTLINE_POSTED = "HOTLINE_POSTED"
    """举报电话上墙."""
    CONVENIENT = "CONVENIENT"
    """便民高效."""
    OPEN = "OPEN"
    """公开透明."""
    LAWFUL = "LAWFUL"
    """依法公正."""
    FREE_AGENCY = "FREE_AGENCY"
    """无偿代理."""
    ATTENDANCE = "ATTENDANCE"
    """在岗情况."""


class Retraction(Enum):
    """Why something recorded is taken back."""

    ENTERED_TWICE = "ENTERED_TWICE"
    WRONG_FIGURES = "WRONG_FIGURES"
    DID_NOT_HAPPEN = "DID_NOT_HAPPEN"


class RecordKind(Enum):
    """What can be taken back: named like the event that said it."""

    NOTICE = "rectification-notice-issued"
    CIRCULAR = "circular-published"
    LAGGING = "lagging-unit-named"
    SCORE = "score-imported"
    TRAINING = "training-held"
    INSPECTION = "inspection-recorded"
    OUTREACH = "outreach-held"
    VISITORS = "hall-visitors-counted"
    PAGE_VISITS = "page-visits-counted"
    ENQUIRIES = "enquiries-counted"
    FACT = "reported-fact-recorded"


@dataclass(frozen=True)
class Finding:
    """One fault an inspection found."""

    criterion: Criterion
    text: str


class UnknownPeriodError(DisclosureRuleError):
    """No such quarter, or the period ends before it begins."""

    code = "unknown_period"


class InTheFutureError(DisclosureRuleError):
    """What is recorded has happened already."""

    code = "in_the_future"


class AlreadyRecordedError(DisclosureRuleError):
    """The same was recorded before; take that back first."""

    code = "already_recorded"


class RetractedError(DisclosureRuleError):
    """It was taken back."""

    code = "retracted"


class NotUnderSupervisionError(DisclosureRuleError):
    """The unit does not owe this cycle."""

    code = "not_under_supervision"


class NoticeStateError(DisclosureRuleError):
    """Something else has to happen to the notice first, or it is over."""

    code = "notice_state"


class NotTheUnitError(DisclosureRuleError):
    """Another unit has to do that."""

    code = "not_the_unit"


class EmptyError(DisclosureRuleError):
    """Something has to be said here."""

    code = "empty"


class ScoreError(DisclosureRuleError):
    """No score from 0 to 100 with two places, or no such rank."""

    code = "score"


class CountedBeforeError(DisclosureRuleError):
    """These days were counted before: they would count twice."""

    code = "counted_before"


class ValueTextError(DisclosureRuleError):
    """The value is no decimal number."""

    code = "value_text"


_QUARTER: Final = re.compile(r"(?P<year>[12]\d{3})Q(?P<quarter>[1-4])")
_DECIMAL: Final = re.compile(r"-?\d{1,15}(\.\d{1,6})?")


def check_quarter(period: str) -> str:
    """Give a quarter as it is written: 2020Q3.

    Raises:
        UnknownPeriodError: it is written otherwise, or is none.
    """
    text = period.strip().upper()
    if not _QUARTER.fullmatch(text):
        raise UnknownPeriodError("a quarter is written 2020Q3", "period")
    return text


def check_score(period: str, hundredths: int, rank: int, of_units: int) -> str:
    """Give the quarter of a score that can be.

    Raises:
        UnknownPeriodError: no such quarter.
        ScoreError: it is not from 0 to 100, or its rank is not among those scored.
    """
    if not 0 <= hundredths <= 10_000:
        raise ScoreError("a score lies between 0 and 100", "score")
    if not 1 <= rank <= of_units:
        raise ScoreError("a rank lies between 1 and the number of those scored", "rank")
    return check_quarter(period)


def check_value(text: str) -> str:
    """Give a decimal number as text, without blanks.

    Raises:
        ValueTextError: it is none; the message does not repeat it.
    """
    plain = text.strip()
    try:
        if _DECIMAL.fullmatch(plain):
            return str(Decimal(plain))
    except InvalidOperation:
        pass
    raise ValueTextError("a number such as 20000 or 97.92, without units", "value")
