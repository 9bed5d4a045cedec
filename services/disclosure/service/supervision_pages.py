"""Pages of supervision: the desk with what is due and missed, registers, forms, what is public."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from secrets import token_hex
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from services.chassis.errors import ContractError, NotAllowedError, NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import timeline
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Crumb, Table
from services.chassis.web.spool import Upload
from services.disclosure.application.supervision_acts import (
    EVERYBODY,
    HOUSE,
    SHAPES,
    SUPERVISOR,
    UNIT,
    roles_for,
)
from services.disclosure.domain.rules import DisclosureRuleError
from services.disclosure.domain.supervision_notices import notice_stream
from services.disclosure.pages import supervision_ledger as ledger
from services.disclosure.pages import supervision_public as public
from services.disclosure.pages import supervision_tables as tables
from services.disclosure.pages import supervision_words as words
from services.disclosure.pages.supervision_forms import SupervisionForm, act_of, problem_of
from services.disclosure.pages.supervision_sheets import SHEETS, Sheet
from services.disclosure.projections import supervision_lists as lists
from services.disclosure.projections.names import department_codes, unit_names
from services.disclosure.service.foi_pages import shown_day
from services.disclosure.service.screens import PAGES
from services.disclosure.service.supervision import moment_of_day, named, own_unit
from services.disclosure.service.supervision_scores import SupervisionScores
from services.disclosure.supervision_answers import DeskQuery, Prefilled, ScoresImported
from services.disclosure.supervision_csv import MOST_BYTES
from services.kernel.clock import legal_date

DESK: Final = Crumb("监督", "/supervision")
SHOWN: Final = 8
"""Rows of a table on the desk."""
PAGE: Final = 50


class SupervisionPages(SupervisionScores):
    """Pages about supervision."""

    @route(
        "GET",
        "/supervision",
        html=True,
        roles=EVERYBODY,
        query=DeskQuery,
        summary="The supervision desk: what is due this week, missed, cards, scores, notices",
    )
    def show_supervision(self, call: Call[None, DeskQuery]) -> str:
        database, own = self.figures.database, own_unit(call, "")
        today = legal_date(self.clock.now())
        monday = today - timedelta(days=today.weekday())
        week = (moment_of_day(monday), moment_of_day(monday, 7))
        asked = {"unit": own, "since": week[0], "until": week[1], "state": "owed"}
        due = lists.obligations(database, asked, None, 501)
        missed = lists.missed(database, own, 501)
        to_do = lists.open_notices(database, own, 200)
        year = date(today.year, 1, 1)
        standing = {"unit": own, "standing": True, "since": year}
        cards = lists.cards(database, standing, None, SHOWN)
        by_unit = lists.cards_by_unit(database, year, own)
        names = unit_names(database)
        return PAGES.render(
            "supervision.html",
            call,
            title="监督",
            english="Supervision",
            own=own,
            done=call.query.done,
            tops=tables.tops(due, missed, to_do, by_unit, monday),
            week=tables.obligations(due[:SHOWN], names, today, "本周到期而未办的任务"),
            missed=tables.obligations(missed[:SHOWN], names, today, "逾期未办的任务，最近的在前"),
            notices=tables.notices(to_do[:SHOWN], names, today),
            cards=tables.cards(cards, names, f"{today.year} 年有效的红黄牌，最近的在前"),
            by_unit=tables.cards_by_unit(by_unit[:SHOWN], names, today.year),
            chart=public.scores_chart(lists.scores(database)),
            issues=ledger.issues(lists.issues(database, limit=SHOWN)),
            groups=_groups(call),
            registers=tables.REGISTERS,
        )

    @route(
        "GET",
        "/supervision/desk/<what>",
        html=True,
        roles=EVERYBODY,
        query=DeskQuery,
        summary="A register: obligations, notices, cards, records, units",
    )
    def show_register(self, call: Call[None, DeskQuery]) -> str:
        what = call.path["what"]
        if what not in tables.TITLES or (what in ("records", "units") and own_unit(call, "")):
            raise NotFoundError("there is no such register")
        title, english, acts = tables.TITLES[what]
        names = unit_names(self.figures.database)
        table = getattr(self, f"_{what}_table")(call, names)
        return PAGES.render(
            "supervision_list.html",
            call,
            title=title,
            english=english,
            crumbs=[DESK],
            lede="",
            done=call.query.done,
            acts=[SHEETS[act] for act in acts if _may(call, act)],
            filters=tables.filters(what, call.query, self._units(call, names)),
            action=f"/supervision/desk/{what}",
            table=table,
        )

    @route(
        "GET",
        "/supervision/desk/notices/<notice_no>",
        html=True,
        roles=EVERYBODY,
        query=DeskQuery,
        summary="A notice's page, with what can be done",
    )
    def show_notice(self, call: Call[None, DeskQuery]) -> str:
        row, _ = self._notice(call)
        act = {"issued": "answer", "answered": "verify"}.get(row.state, "")
        today = legal_date(self.clock.now()).isoformat()
        return PAGES.render(
            "supervision_notice.html",
            call,
            title=f"整改通知 {row.notice_no}",
            english="Rectification notice",
            crumbs=[DESK, Crumb("整改通知", "/supervision/desk/notices")],
            notice=row,
            state=words.NOTICE_STATES[row.state],
            name=unit_names(self.figures.database).get(row.unit, row.unit),
            done=call.query.done,
            sheet=SHEETS[act] if act and _may(call, act) else None,
            typed={"on": today},
            turn=token_hex(16),
            moments=timeline(self.figures.events_of(notice_stream(row.notice_no)), words.TITLES),
            shown_day=shown_day,
        )

    @route(
        "GET",
        "/supervision/write/<act>",
        html=True,
        roles=EVERYBODY,
        query=Prefilled,
        summary="The form of an act",
    )
    def show_sheet(self, call: Call[None, Prefilled]) -> Reply:
        today = legal_date(self.clock.now()).isoformat()
        typed = {name: value for name, value in msgspec.structs.asdict(call.query).items() if value}
        return self._sheet_page(call, {"on": today, "begins": today, **typed})

    @route(
        "POST",
        "/supervision/write/<act>",
        html=True,
        request=SupervisionForm,
        roles=EVERYBODY,
        summary="Do an act, by its form",
    )
    def write_sheet(self, call: Call[SupervisionForm]) -> Reply:
        name, form = call.path["act"], call.body
        typed = msgspec.structs.asdict(form)
        if name not in SHEETS:
            raise NotFoundError("there is no such act")
        try:
            act = act_of(SHAPES[name], form)
        except msgspec.ValidationError as error:
            wrong = problem_of(error, SHEETS[name])
            return self._sheet_page(call, typed, wrong, "有一项没有填写，或者填写得不对。")
        key = f"form/{call.caller.id}/{form.turn}" if form.turn else ""
        try:
            done = self._supervise(replace(call, idempotency_key=key), act, key)
        except NotAllowedError:
            raise
        except DisclosureRuleError as error:
            said = words.SAID.get(error.code, str(error))
            return self._sheet_page(call, typed, {error.field: said}, said)
        if name in ("answer", "verify"):
            return _to(call, f"/supervision/desk/notices/{done.key}?done={done.key}")
        back = SHEETS[name].back
        mark = "&" if "?" in back else "?"
        return _to(call, f"{back}{mark}{urlencode({'done': done.key[:60]})}")

    @route(
        "POST",
        "/supervision/write/import-score/file",
        html=True,
        roles=HOUSE,
        spooled=True,
        body_bytes=MOST_BYTES,
        summary="Import the scores of a form's file",
    )
    def upload_scores(self, call: Call[Upload]) -> Reply:
        check = call.body.fields.get("check", "") == "1"
        outcome = self._import_scores(call, call.body, check=check)
        return self._sheet_page(call, {}, outcome=outcome)

    @route(
        "GET", "/circulars", html=True, public=True, query=DeskQuery, summary="Circulars, as a page"
    )
    def show_circulars(self, call: Call[None, DeskQuery]) -> str:
        after = read_cursor(call.query.cursor, tuple[date, str])
        rows = lists.circulars(self.figures.database, after, PAGE + 1)
        page = page_of(rows, PAGE, lambda one: (one.published_on, one.circular_no))
        return PAGES.render(
            "circulars.html",
            call,
            title="工作通报",
            english="Circulars",
            table=public.circulars(page.items, page.next, bool(call.query.cursor)),
        )

    @route("GET", "/circulars/<circular_no>", html=True, public=True, summary="A circular's page")
    def show_circular(self, call: Call) -> str:
        view = self._circular(call)
        names = unit_names(self.figures.database)
        return PAGES.render(
            "circular.html",
            call,
            title=view.circular.title,
            crumbs=[Crumb("工作通报", "/circulars")],
            circular=view.circular,
            about=named(names, view.circular.units),
            table=public.lagging(view.lagging, names),
            shown_day=shown_day,
        )

    @route("GET", "/scores", html=True, public=True, summary="Scores and ranks, as a page")
    def show_scores(self, call: Call) -> str:
        rows = lists.scores(self.figures.database)
        return PAGES.render(
            "scores.html",
            call,
            title="季度测评得分与排名",
            english="Scores and ranks",
            chart=public.scores_chart(rows),
            table=public.scores(rows),
        )

    def _units(self, call: Call[Any, Any], names: dict[str, str]) -> dict[str, str] | None:
        """Name the units one may look for: departments, and whoever is under supervision."""
        if own_unit(call, ""):
            return None
        database = self.figures.database
        watched = {one.unit for one in lists.supervised(database)}
        known = department_codes(database) | watched
        return {code: words.name_of(code, names) for code in sorted(known)}

    def _obligations_table(self, call: Call[None, DeskQuery], names: dict[str, str]) -> Table:
        query = call.query
        asked = {
            "unit": own_unit(call, query.unit),
            "cycle": query.cycle,
            "state": query.state,
            "since": moment_of_day(_day(query.since, "since")),
            "until": moment_of_day(_day(query.until, "until"), 1),
        }
        after = read_cursor(query.cursor, tuple[datetime, str])
        rows = lists.obligations(self.figures.database, asked, after, PAGE + 1)
        page = page_of(rows, PAGE, lambda one: (one.due_at, one.obligation_no))
        today = legal_date(self.clock.now())
        table = tables.obligations(page.items, names, today, "任务，期限在前的在前")
        return _paged(call, table, page.next)

    def _notices_table(self, call: Call[None, DeskQuery], names: dict[str, str]) -> Table:
        query = call.query
        asked = {"unit": own_unit(call, query.unit), "state": query.state}
        after = read_cursor(query.cursor, tuple[date, str])
        rows = lists.notices(self.figures.database, asked, after, PAGE + 1)
        page = page_of(rows, PAGE, lambda one: (one.issued_on, one.notice_no))
        table = tables.notices(page.items, names, legal_date(self.clock.now()))
        return _paged(call, table, page.next)

    def _cards_table(self, call: Call[None, DeskQuery], names: dict[str, str]) -> Table:
        query = call.query
        asked = {
            "unit": own_unit(call, query.unit),
            "colour": query.colour,
            "standing": query.state == "standing",
            "since": _day(query.since, "since"),
            "until": _day(query.until, "until"),
        }
        after = read_cursor(query.cursor, tuple[date, str])
        rows = lists.cards(self.figures.database, asked, after, PAGE + 1)
        page = page_of(rows, PAGE, lambda one: (one.issued_on, one.warning_no))
        may = SUPERVISOR in call.caller.roles
        return _paged(call, tables.cards(page.items, names, "红黄牌，最近的在前", may), page.next)

    def _records_table(self, call: Call[None, DeskQuery], names: dict[str, str]) -> Table:
        query = call.query
        asked = {
            "kind": query.kind,
            "unit": query.unit,
            "since": _day(query.since, "since"),
            "until": _day(query.until, "until"),
        }
        after = read_cursor(query.cursor, tuple[date, str])
        rows = lists.records(self.figures.database, asked, after, PAGE + 1)
        page = page_of(rows, PAGE, lambda one: (one.said_on, one.record_no))
        return _paged(call, ledger.records(page.items, names), page.next)

    def _units_table(self, call: Call[None, DeskQuery], names: dict[str, str]) -> Table:
        return tables.supervised(lists.supervised(self.figures.database), names)

    def _sheet_page(
        self,
        call: Call[Any, Any],
        typed: dict[str, Any],
        wrong: dict[str, str] | None = None,
        refused: str = "",
        outcome: ScoresImported | None = None,
    ) -> Reply:
        sheet = SHEETS.get(call.path.get("act", "import-score"))
        if sheet is None or not _may(call, sheet.act):
            raise NotFoundError("there is no such act")
        text = PAGES.render(
            "supervision_write.html",
            call,
            title=sheet.label,
            english=sheet.english,
            crumbs=[DESK],
            sheet=sheet,
            typed=typed,
            wrong=wrong or {},
            refused=refused,
            turn=token_hex(16),
            units=unit_names(self.figures.database),
            outcome=outcome,
            faults=tables.faults(outcome) if outcome and outcome.faults else None,
        )
        return Reply(text, status=422 if refused else 200)


def _groups(call: Call[Any, Any]) -> list[tuple[str, str, list[Sheet]]]:
    found = []
    for title, english, acts in tables.GROUPS:
        sheets = [SHEETS[act] for act in acts if _may(call, act)]
        if sheets:
            found.append((title, english, sheets))
    return found


def _may(call: Call[Any, Any], act: str) -> bool:
    may = roles_for(SHAPES[act]) & call.caller.roles
    return bool(may - {UNIT}) or (UNIT in may and bool(call.caller.unit))


def _paged(call: Call[None, DeskQuery], table: Table, following: str) -> Table:
    known = {
        name: value
        for name, value in msgspec.structs.asdict(call.query).items()
        if value and name not in ("cursor", "done")
    }
    here = f"/supervision/desk/{call.path['what']}"
    return replace(
        table,
        next_href=f"{here}?{urlencode({**known, 'cursor': following})}" if following else "",
        first_href=f"{here}?{urlencode(known)}" if call.query.cursor else "",
    )


def _day(text: str, field: str) -> date | None:
    """Read a day of a filter."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ContractError("a day is written 2020-10-12", field=field) from None


def _to(call: Call[Any, Any], path: str) -> Reply:
    """Lead to a page after a form, so that going back does not send it again."""
    return Reply("", status=303, headers={"Location": call.base + path})
