"""The front page of disclosure, how far a case is, and the wall display."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Final
from weakref import WeakKeyDictionary

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.web import Call, Reply, route
from services.disclosure.domain.directory import Place
from services.disclosure.inquiry import Filters, Moment
from services.disclosure.measures import Count, Question
from services.disclosure.pages import open_words, portal, wall
from services.disclosure.pages.board import total
from services.disclosure.projections import days, today
from services.disclosure.projections import figures as shown
from services.disclosure.projections.entries import (
    Sought,
    directory,
    facet_counts,
    public_entry_count,
    search,
)
from services.disclosure.projections.names import names_at
from services.disclosure.projections.results import list_results
from services.disclosure.service.asking import Asking
from services.disclosure.service.foi_pages import shown_day
from services.disclosure.service.screens import PAGES
from services.kernel.times import SHANGHAI

PRIVATE: Final = {"Cache-Control": "no-store"}
LATEST: Final = 6
"""Entries and decisions on the front page."""
REFRESH_S: Final = 15
"""Seconds between two looks of the wall; and so long the front page's figures may be kept."""


@dataclass(frozen=True)
class Front:
    """The counted part of the front page, as of one moment and at one place of the logs."""

    question: Question
    leads: Sequence[portal.Lead]
    day: today.Day


_FRONTS: Final[MutableMapping[Database, Front]] = WeakKeyDictionary()
"""The newest of each database: many read the front page, and counting reads every case."""


class WallQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A moment of another day, to show it as it was; else now."""

    as_of: Moment = ""


class CaseForm(msgspec.Struct, frozen=True, kw_only=True):
    """The number on a receipt, as it was typed."""

    project_no: Annotated[str, msgspec.Meta(max_length=64)] = ""

    def __repr__(self) -> str:
        return "CaseForm(...)"

    __str__ = __repr__


class PortalPages(Asking):
    """Pages a citizen comes to first, and the one on the wall of the hall."""

    @route(
        "GET",
        "/",
        html=True,
        public=True,
        query=Filters,
        after=True,
        summary="The front page; with filters it leads to the board",
    )
    def show_portal(self, call: Call[None, Filters]) -> str | Reply:
        if any(msgspec.structs.asdict(call.query).values()):
            _, _, asked = call.url.partition("?")
            return Reply("", status=303, headers={"Location": f"{call.base}/board?{asked}"})
        question, _ = self._asked(call)
        database = self._database
        front = self._front(question)
        _, newest = search(database, Sought(), limit=LATEST)
        places = directory(database)
        return PAGES.render(
            "portal.html",
            call,
            title="政务公开",
            english="Open government",
            leads=front.leads,
            year=front.question.as_of.astimezone(SHANGHAI).year,
            day=front.day,
            newest=newest,
            granted=list_results(database, limit=LATEST),
            places=_by_level(places),
            counts=facet_counts(database),
            public=public_entry_count(database),
            words=open_words,
            shown_day=shown_day,
        )

    @route("GET", "/progress", html=True, public=True, summary="Ask how far a case is")
    def begin_progress(self, call: Call) -> Reply:
        return self._progress_page(call, "", "")

    @route(
        "POST",
        "/progress",
        html=True,
        request=CaseForm,
        public=True,
        summary="How far a case is, by its number; nothing about the person",
    )
    def show_case_progress(self, call: Call[CaseForm]) -> Reply:
        """The number comes in a body: what somebody typed by mistake stands in no address."""
        typed = call.body.project_no.strip()
        if not typed:
            return self._progress_page(call, "", "请填写办件编号。", 422)
        seen = today.case_seen(self._database, typed)
        if seen is None:
            wrong = "没有查到已经受理的这件办件，请核对办件编号。"
            return self._progress_page(call, typed, wrong, 404)
        question, _ = self._question(Filters())
        begins = seen.accepted_at.astimezone(SHANGHAI).date() + timedelta(days=1)
        until = (seen.completed_at or question.as_of).astimezone(SHANGHAI).date()
        known = days.calendar(self._database, question)
        allowed = 0
        if seen.due_at is not None:
            allowed = days.count(known, begins, seen.due_at.astimezone(SHANGHAI).date())
        names = names_at(self._database, question.positions["catalog"])
        text = PAGES.render(
            "progress.html",
            call,
            title="办件进度",
            english="Progress of a case",
            typed=typed,
            wrong="",
            found=portal.progress(
                seen,
                names,
                question.as_of,
                passed=days.count(known, begins, until),
                allowed=allowed,
            ),
        )
        return Reply(text, headers=PRIVATE)

    @route(
        "GET",
        "/wall",
        html=True,
        public=True,
        query=WallQuery,
        summary="The board as a wall display; it refreshes itself",
    )
    def show_wall(self, call: Call[None, WallQuery]) -> Reply:
        return Reply(self._wall(call, "wall.html"), headers=PRIVATE)

    @route(
        "GET",
        "/wall/now",
        html=True,
        public=True,
        query=WallQuery,
        summary="What stands on the wall now, as the display fetches it",
    )
    def show_wall_now(self, call: Call[None, WallQuery]) -> Reply:
        return Reply(self._wall(call, "wall_now.html"), headers=PRIVATE)

    def _front(self, question: Question) -> Front:
        """Give the figures of now, or those of a few seconds ago if nothing came since."""
        database = self._database
        kept = _FRONTS.get(database)
        if kept is not None and kept.question.positions == question.positions:
            age = question.as_of - kept.question.as_of
            if age < timedelta(seconds=REFRESH_S):
                return kept
        year = replace(question, begin=_new_year(question.as_of))
        months = replace(question, begin=portal.months_begin(question.as_of))
        front = Front(
            question,
            portal.leads(
                year,
                shown.cells(database, months, tuple(Count), ("month",)),
                shown.cells(database, year, tuple(Count)),
            ),
            today.day_of(database, question),
        )
        _FRONTS[database] = front
        return front

    def _wall(self, call: Call[None, WallQuery], template: str) -> str:
        question, _ = self._question(Filters(as_of=call.query.as_of))
        database = self._database
        year = replace(question, begin=_new_year(question.as_of))
        moment = question.as_of.astimezone(SHANGHAI)
        return PAGES.render(
            template,
            call,
            title="今日办件",
            english="Today",
            wall=wall.build(
                question.as_of,
                today.day_of(database, question),
                total(shown.cells(database, year, tuple(Count))),
                today.carded(database, moment.date()),
                names_at(database, question.positions["catalog"]),
                works=days.calendar(database, question).works(moment.date()),
            ),
            refresh_s=REFRESH_S,
            now_href="/wall/now" + (f"?{call.url.partition('?')[2]}" if call.query.as_of else ""),
        )

    def _progress_page(
        self, call: Call[CaseForm] | Call, typed: str, wrong: str, status: int = 200
    ) -> Reply:
        text = PAGES.render(
            "progress.html",
            call,
            title="办件进度",
            english="Progress of a case",
            typed=typed,
            wrong=wrong,
            found=None,
        )
        return Reply(text, status=status, headers=PRIVATE)


def _new_year(moment: datetime) -> datetime:
    return datetime(moment.astimezone(SHANGHAI).year, 1, 1, tzinfo=SHANGHAI)


def _by_level(places: dict[str, Place]) -> list[tuple[str, list[Place]]]:
    """Group the directory by who publishes."""
    return [
        (text, [place for place in places.values() if place.level.value == level])
        for level, text in open_words.LEVELS.items()
    ]
