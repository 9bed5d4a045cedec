"""Reads what is asked for: moments, periods, positions and filters as they stand in an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final, Literal

import msgspec

from services.chassis.errors import ContractError, NotFoundError
from services.chassis.names import SERVICES
from services.chassis.web.paging import Cursor, Limit
from services.disclosure.measures import MEASURES, Measure, Quantity, Question
from services.kernel.times import SHANGHAI, TimeTextError, plain, read_time

Word = Annotated[str, msgspec.Meta(max_length=64)]
Moment = Annotated[
    str,
    msgspec.Meta(
        max_length=40,
        description="RFC 3339 with offset, or a date: its whole day in Asia/Shanghai.",
    ),
]
By = Literal[
    "",
    "channel",
    "department",
    "item",
    "region",
    "month",
    "year",
    "kind",
    "item_type",
    "level",
]
POSITIONED: Final = ("catalog", "intake", "approval", "disclosure")
"""Logs figures are counted from."""
Level = Literal["", "1", "2", "3", "4", "5", "6", "7"]

_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}", re.ASCII)
_NUMBER = re.compile(r"\d{1,3}(\.\d{1,9})?", re.ASCII)
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d{2}:\d{2}$)")
_PLACE = re.compile(r"([a-z]+):([0-9]{1,18})", re.ASCII)


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What every measure takes."""

    as_of: Moment = ""
    begin: Moment = msgspec.field(name="from", default="")
    end: Moment = msgspec.field(name="to", default="")
    region: Word = ""
    """Of a county (6 digits) or a township (9) with all that lies in it; else just this code."""
    department: Word = ""
    item: Word = ""
    channel: Word = ""
    item_type: Word = ""
    """The item's type, such as 01 (行政许可); of a case that of its item's newest list."""
    level: Level = ""
    """Of measures of the catalog: 行使层级, 4 county, 5 township, 6 village."""
    positions: Annotated[
        str,
        msgspec.Meta(max_length=200, description="intake:17,catalog:4; default: all that is here."),
    ] = ""
    known_at: Annotated[
        str,
        msgspec.Meta(
            max_length=40,
            description="Count only what the logs had recorded by this moment: RFC 3339 with"
            " offset, or a date: its whole day in Asia/Shanghai. Not beside `positions`.",
        ),
    ] = ""


class StatQuery(Filters, frozen=True, kw_only=True):
    """Query of one statistic."""

    by: By = ""


class BehindQuery(Filters, frozen=True, kw_only=True):
    """Query of what is behind a figure."""

    measure: Word = ""
    """Whose: what is counted in its numerator or its denominator."""
    part: Literal["numerator", "denominator"] = "numerator"
    cursor: Cursor = ""
    limit: Limit = 50


class CasesQuery(BehindQuery, frozen=True, kw_only=True):
    """Query of the cases behind a figure."""

    measure: Word = "S01"


class EntriesQuery(BehindQuery, frozen=True, kw_only=True):
    """Query of the items, changes or claims behind a figure of the catalog."""

    measure: Word = "S09"


class CheckQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Query of the check of a printed percentage."""

    printed: Annotated[str, msgspec.Meta(max_length=12, description="Such as 97.92, without %.")]
    of: Annotated[int, msgspec.Meta(ge=1, le=10**12, description="The population it is of.")]
    places: Annotated[int, msgspec.Meta(ge=0, le=9)] | None = None
    """Decimal places it was printed with; default: as many as it shows."""


def read_printed(text: str) -> Decimal:
    """Raises:
    ContractError: it is not a plain decimal number.
    """
    spelled = plain(text).removesuffix("%").strip()
    if not _NUMBER.fullmatch(spelled):
        raise ContractError("printed is a percentage such as 97.92", field="printed")
    return Decimal(spelled)


def find_measure(name: str) -> Measure:
    """Raises:
    NotFoundError: there is no such measure; the message lists those there are.
    """
    measure = MEASURES.get(name)
    if measure is None:
        raise NotFoundError(f"no measure of this id; the measures are {', '.join(MEASURES)}")
    return measure


def check_takes(measure: Measure, question: Question, by: str = "") -> None:
    """Raises:
    ContractError: a filter or a breakdown that does not exist for what the measure counts; an
        answer that left it out would look restricted and not be.
    """
    kind = measure.of
    for name in question.words:
        if name not in measure.filters:
            takes = ", ".join(measure.filters) or "none"
            raise ContractError(
                f"{measure.id} counts {kind.value}, which have no {name}; it takes {takes}",
                field=name,
            )
    if by and by not in measure.groups:
        takes = ", ".join(measure.groups) or "nothing"
        raise ContractError(
            f"{measure.id} cannot be broken down by {by}; it can by {takes}", field="by"
        )


def behind(measure: Measure, part: str) -> Quantity:
    """Raises:
    ContractError: the denominator of a plain count.
    """
    if part != "denominator":
        return measure.numerator
    if measure.denominator is None:
        raise ContractError(f"{measure.id} has no denominator", field="part")
    return measure.denominator


def read_known_at(said: Filters) -> datetime | None:
    """Read until when the logs may have been told; None: no matter when.

    Raises:
        ContractError: it cannot be read, or the positions are named besides.
    """
    if not said.known_at.strip():
        return None
    if said.positions.strip():
        raise ContractError("positions say already what was known", field="known_at")
    return _moment("known_at", said.known_at, last=True)


def read_question(said: Filters, now: datetime, watermarks: Mapping[str, int]) -> Question:
    """Turn an address into a question. Unsaid, it asks about now and all that has arrived.

    Raises:
        ContractError: a moment or a position cannot be read, or the period ends before it begins.
        NotFoundError: a position has not arrived here yet.
    """
    begin = _moment("from", said.begin, last=False) if said.begin.strip() else None
    end = _moment("to", said.end, last=True) if said.end.strip() else None
    if begin and end and end < begin:
        raise ContractError("the period ends before it begins", field="to")
    return Question(
        as_of=_moment("as_of", said.as_of, last=True) if said.as_of.strip() else now,
        positions=_positions(said.positions, watermarks),
        begin=begin,
        end=end,
        region=said.region.strip(),
        department=said.department.strip(),
        item=said.item.strip(),
        channel=said.channel.strip(),
        item_type=said.item_type.strip(),
        level=said.level,
        as_of_said=bool(said.as_of.strip()),
    )


def _moment(name: str, text: str, *, last: bool) -> datetime:
    # A "+" that nobody escaped arrives as a blank.
    spelled = _LOST_PLUS.sub("+", plain(text))
    try:
        moment = read_time(spelled)
    except TimeTextError as problem:
        raise ContractError(f"{name} {problem}", field=name) from None
    try:
        if last and _DAY.fullmatch(spelled):
            moment += timedelta(days=1, microseconds=-1)
        moment.astimezone(UTC)
        moment.astimezone(SHANGHAI)
    except OverflowError:
        raise ContractError(f"{name} is out of range", field=name) from None
    return moment


def _positions(text: str, watermarks: Mapping[str, int]) -> dict[str, int]:
    places = {source: watermarks.get(source, 0) for source in POSITIONED}
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _PLACE.fullmatch(part)
        if match is None or match[1] not in SERVICES:
            raise ContractError(
                "positions are <service>:<position>, for example intake:17", field="positions"
            )
        source, position = match[1], int(match[2])
        if source not in places:
            raise ContractError(f"no figure depends on {source}", field="positions")
        if position > places[source]:
            raise NotFoundError(
                f"{source} has arrived here up to {places[source]}, not yet {position}"
            )
        places[source] = position
    return places
