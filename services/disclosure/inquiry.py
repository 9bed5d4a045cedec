"""Reads what is asked for: moments, periods, positions and filters as they stand in an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec

from services.chassis.errors import ContractError, NotFoundError
from services.chassis.names import SERVICES
from services.chassis.web.paging import Cursor, Limit
from services.disclosure.measures import MEASURES, Measure, Question
from services.kernel.times import TimeTextError, plain, read_time

Word = Annotated[str, msgspec.Meta(max_length=64)]
Moment = Annotated[
    str,
    msgspec.Meta(
        max_length=40,
        description="RFC 3339 with offset, or a date: its whole day in Asia/Shanghai.",
    ),
]
By = Literal["", "channel", "department", "item", "region", "month"]

_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}", re.ASCII)
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d{2}:\d{2}$)")
_PLACE = re.compile(r"([a-z]+):([0-9]{1,18})", re.ASCII)


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What every measure takes."""

    as_of: Moment = ""
    begin: Moment = msgspec.field(name="from", default="")
    end: Moment = msgspec.field(name="to", default="")
    region: Word = ""
    department: Word = ""
    item: Word = ""
    channel: Word = ""
    positions: Annotated[
        str,
        msgspec.Meta(max_length=200, description="intake:17,catalog:4; default: all that is here."),
    ] = ""


class StatQuery(Filters, frozen=True, kw_only=True):
    """Query of one statistic."""

    by: By = ""


class CasesQuery(Filters, frozen=True, kw_only=True):
    """Query of the cases behind a figure."""

    measure: Word = "S01"
    """Whose cases: those counted in its numerator or its denominator."""
    part: Literal["numerator", "denominator"] = "numerator"
    cursor: Cursor = ""
    limit: Limit = 50


def find_measure(name: str) -> Measure:
    """Raises:
    NotFoundError: there is no such measure; the message lists those there are.
    """
    measure = MEASURES.get(name)
    if measure is None:
        raise NotFoundError(f"no measure of this id; the measures are {', '.join(MEASURES)}")
    return measure


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
    except OverflowError:
        raise ContractError(f"{name} is out of range", field=name) from None
    return moment


def _positions(text: str, watermarks: Mapping[str, int]) -> dict[str, int]:
    places = {source: watermarks.get(source, 0) for source in ("catalog", "intake", "approval")}
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
