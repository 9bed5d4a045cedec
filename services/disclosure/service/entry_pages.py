"""Pages of what is published unasked: the directory and search for all, the desk for editors."""

from __future__ import annotations

from dataclasses import replace
from secrets import token_hex
from typing import Annotated, Any, Final, get_args
from urllib.parse import urlencode

import msgspec

from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import Cell, Column, Crumb, Table
from services.disclosure import entry_answers as acts
from services.disclosure.domain.entries import Entry, entry_stream
from services.disclosure.domain.entry_terms import Boost, EntryState
from services.disclosure.domain.foi_base import after
from services.disclosure.domain.rules import DisclosureRuleError
from services.disclosure.entry_answers import APPROVER, EDITOR, SECRECY, OpenQuery, WriteEntry
from services.disclosure.pages import open_words as words
from services.disclosure.projections.entries import directory, facet_counts, waiting
from services.disclosure.projections.foi import matters
from services.disclosure.service.entries import EDITORS, STAFF, EntryRoutes
from services.disclosure.service.foi_pages import shown_day
from services.disclosure.service.screens import PAGES
from services.kernel.clock import legal_date

Typed = Annotated[str, msgspec.Meta(max_length=100_000)]
OPEN: Final = Crumb("政府信息公开", "/open")
DESK: Final = Crumb("信息发布", "/open-desk")
PAGE: Final = 20
FORM_BYTES: Final = 512 << 10
SHAPES: Final = {str(one.__struct_config__.tag): one for one in get_args(acts.Done)}


class WriteForm(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it was typed."""

    entry_no: Annotated[str, msgspec.Meta(max_length=64)] = ""
    node: Typed = ""
    facet: Typed = ""
    boosts: list[Boost] = []
    level: Typed = "COUNTY"
    place: Typed = ""
    title: Typed = ""
    text: Typed = ""
    issue_no: Typed = ""
    formed_on: Typed = ""
    turn: Annotated[str, msgspec.Meta(max_length=64, pattern="^[0-9a-f]*$")] = ""


class EntryForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is done to an entry."""

    act: Annotated[str, msgspec.Meta(max_length=16)] = ""
    fault: Annotated[str, msgspec.Meta(max_length=32)] = ""
    reason: Annotated[str, msgspec.Meta(max_length=32)] = ""
    matter: Annotated[str, msgspec.Meta(max_length=64)] = ""


class DoneQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which entry something was just done to; or which is written anew."""

    done: Annotated[str, msgspec.Meta(max_length=64)] = ""
    entry: Annotated[str, msgspec.Meta(max_length=64)] = ""


class EntryPages(EntryRoutes):
    """Pages about what is published unasked."""

    @route("GET", "/open", html=True, public=True, query=OpenQuery, summary="Open information")
    def show_open(self, call: Call[None, OpenQuery]) -> str:
        query = msgspec.structs.replace(call.query, limit=PAGE)
        found = self._found(query)
        asked = {
            name: value
            for name in ("q", "facet", "boost", "level", "place", "node")
            if (value := getattr(query, name))
        }
        if query.archived:
            asked["archived"] = "true"
        database = self.figures.database
        return PAGES.render(
            "open.html",
            call,
            title="政府信息公开",
            english="Open information",
            found=found,
            query=query,
            words=words,
            places=directory(database),
            counts=facet_counts(database),
            next_href="/open?" + urlencode({**asked, "cursor": found.next}) if found.next else "",
            first_href="/open?" + urlencode(asked) if query.cursor else "",
            shown_day=shown_day,
            excerpt=_excerpt,
        )

    @route("GET", "/open/<entry_no>", html=True, public=True, summary="An entry's page")
    def show_entry(self, call: Call) -> str:
        entry = self._entry(call)
        return PAGES.render(
            "open_entry.html",
            call,
            title=entry.title,
            crumbs=[OPEN],
            entry=entry,
            words=words,
            place=directory(self.figures.database).get(entry.node),
            shown_day=shown_day,
        )

    @route(
        "GET",
        "/open-desk",
        html=True,
        roles=STAFF,
        query=DoneQuery,
        summary="Entries that are not public yet",
    )
    def show_open_desk(self, call: Call[None, DoneQuery]) -> str:
        now = self.clock.now()
        table = Table(
            caption="尚未发布的版本，期限在前的在前",
            columns=[
                Column("标题", "Title"),
                Column("状态", "State"),
                Column("发布期限", "Due", numeric=True),
                Column("形成", "Formed", numeric=True),
                Column("编号", "Entry"),
            ],
            rows=[
                [
                    Cell(one.title, f"/open-desk/{one.entry_no}"),
                    Cell(words.STATES[one.state][0], light=words.STATES[one.state][1]),
                    Cell(
                        shown_day(one.due_at), light="red" if now >= after(one.due_at) else "green"
                    ),
                    shown_day(one.formed_on),
                    one.entry_no,
                ]
                for one in waiting(self.figures.database)
            ],
            empty="没有等待发布的信息",
            empty_hint="Nothing waits to be published.",
        )
        return PAGES.render(
            "open_desk.html",
            call,
            title="信息发布",
            english="Publishing desk",
            table=table,
            done=call.query.done,
            editor=EDITOR in call.caller.roles,
            matters=[one for one in matters(self.figures.database) if one.entry_no is None],
        )

    @route(
        "GET",
        "/open-desk/write",
        html=True,
        roles=EDITORS,
        query=DoneQuery,
        summary="Write an entry, or the next version of one",
    )
    def begin_entry(self, call: Call[None, DoneQuery]) -> Reply:
        typed = WriteForm(formed_on=legal_date(self.clock.now()).isoformat())
        if call.query.entry:
            said = self.figures.entry_of(call.query.entry).draft
            typed = WriteForm(
                entry_no=call.query.entry,
                node=said.node,
                facet=said.facet.value,
                boosts=list(said.boosts),
                level=said.level.value,
                place=said.place,
                title=said.title,
                text=said.text,
                issue_no=said.issue_no,
                formed_on=said.formed_on.isoformat(),
            )
        return self._write_page(call, typed)

    @route(
        "POST",
        "/open-desk/write",
        html=True,
        request=WriteForm,
        roles=EDITORS,
        body_bytes=FORM_BYTES,
        summary="Write an entry, by the form",
    )
    def write_by_form(self, call: Call[WriteForm]) -> Reply:
        typed = call.body
        said = {name: v for name, v in msgspec.structs.asdict(typed).items() if v}
        said.pop("turn", None)
        try:
            wish = msgspec.convert(said, WriteEntry, strict=False)
        except msgspec.ValidationError:
            wrong = "请填写标题、正文、目录位置、公开类别和形成日期；区划代码只用数字和大写字母。"
            return self._write_page(call, typed, wrong)
        key = f"form/{call.caller.id}/{typed.turn}" if typed.turn else ""
        try:
            done = self._write(replace(call, idempotency_key=key), wish)
        except DisclosureRuleError as error:
            return self._write_page(call, typed, _said(error))
        return _to(call, f"/open-desk/{done.key}?done={done.key}")

    @route(
        "GET",
        "/open-desk/<entry_no>",
        html=True,
        roles=STAFF,
        query=DoneQuery,
        summary="An entry at the desk",
    )
    def show_desk_entry(self, call: Call[None, DoneQuery]) -> Reply:
        return self._desk_page(call, done=bool(call.query.done))

    @route(
        "POST",
        "/open-desk/<entry_no>/act",
        html=True,
        request=EntryForm,
        roles=STAFF,
        summary="Review, approve, publish, withdraw or archive, by the form",
    )
    def act_on_entry_by_form(self, call: Call[EntryForm]) -> Reply:
        said = call.body
        shape = SHAPES.get(said.act)
        if shape is None:
            raise NotFoundError("there is no such act")
        known = {field.name for field in msgspec.structs.fields(shape)}
        fields = {n: v for n, v in msgspec.structs.asdict(said).items() if n in known and v}
        try:
            self._do_entry(call, msgspec.convert(fields, shape))
        except msgspec.ValidationError:
            return self._desk_page(call, refused="有一项没有选择。")
        except (DisclosureRuleError, NotAllowedError) as error:
            return self._desk_page(call, refused=_said(error))
        number = call.path["entry_no"]
        return _to(call, f"/open-desk/{number}?done={number}")

    def _write_page(self, call: Call[Any, Any], typed: WriteForm, refused: str = "") -> Reply:
        text = PAGES.render(
            "open_write.html",
            call,
            title="修改已发布的信息" if typed.entry_no else "起草公开信息",
            english="Write an entry",
            crumbs=[DESK],
            said=msgspec.structs.asdict(typed),
            chosen=[boost.value for boost in typed.boosts],
            places=directory(self.figures.database),
            words=words,
            turn=typed.turn or token_hex(16),
            refused=refused,
        )
        return Reply(text, status=422 if refused else 200)

    def _desk_page(self, call: Call[Any, Any], *, refused: str = "", done: bool = False) -> Reply:
        number, roles = call.path["entry_no"], call.caller.roles
        entry: Entry = self.figures.entry_of(number)
        text = PAGES.render(
            "open_desk_entry.html",
            call,
            title=entry.draft.title if entry.draft else number,
            crumbs=[DESK],
            entry=entry,
            state=words.STATES[entry.state.value],
            words=words,
            may=_acts(entry, roles),
            matters=[one for one in matters(self.figures.database) if one.entry_no is None],
            refused=refused,
            done=done,
            late=entry.due_at is not None and self.clock.now() >= after(entry.due_at),
            moments=timeline(self.figures.events_of(entry_stream(number)), words.TITLES),
            shown_time=shown_time,
            shown_day=shown_day,
        )
        return Reply(text, status=422 if refused else 200)


def _acts(entry: Entry, roles: frozenset[str]) -> frozenset[str]:
    """Give what somebody in these roles can do to an entry as it stands."""
    state, found = entry.state, set()
    over = state in (EntryState.WITHDRAWN, EntryState.ARCHIVED)
    if SECRECY in roles and state is EntryState.DRAFTED:
        found.add("review")
    if APPROVER in roles and state is EntryState.SECRECY_PASSED:
        found.add("approve")
    if EDITOR in roles and not over:
        found.add("write")
        if state is EntryState.APPROVED:
            found.add("publish")
        if entry.public_version:
            found |= {"withdraw", "archive"}
        if not entry.request_nos:
            found.add("convert")
    return frozenset(found)


_SAID: Final = {
    "same_person": "起草、保密审查、审批由不同的人办理。",
    "personal_data": "正文或者标题里有身份证件号码或者手机号码，请去掉后再发布。",
    "wrong_entry_state": "这条信息现在不能这样办理，请看下面的经过。",
    "formed_later": "形成日期不能晚于今天。",
    "wrong_node": "目录里没有这个位置；村级信息要写十二位区划代码。",
    "not_often_asked": "申请同一信息的不到三件，或者已经转为主动公开。",
}


def _said(error: Exception) -> str:
    return _SAID.get(str(getattr(error, "code", "")), str(error))


def _excerpt(text: str, question: str) -> str:
    """Give the part of a text around the first word that is looked for."""
    word = question.split()[0] if question.split() else ""
    at = text.find(word) if word else -1
    begin = max(0, at - 30)
    end = begin + 110
    return ("…" if begin else "") + text[begin:end] + ("…" if len(text) > end else "")


def _to(call: Call[Any, Any], path: str) -> Reply:
    """Lead to a page after a form, so that going back does not send it again."""
    return Reply("", status=303, headers={"Location": call.base + path})
