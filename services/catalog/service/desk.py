"""The editor's desk: drafts, their review by the two offices, their publication. Pages only.

Nothing here needs JavaScript. What is typed stays typed; what is wrong is said next to its field,
with the rule and what to do.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.terms import Implementation, Office, Programme
from services.catalog.pages import PAGES, words
from services.catalog.pages.differences import differences
from services.catalog.pages.draft_form import SHEETS, Outcome, Typed, read, typed_of
from services.catalog.projections import drafts, items
from services.catalog.projections.drafts import Draft
from services.catalog.projections.items import ItemVersion
from services.catalog.service.desk_acts import DeskActs
from services.catalog.service.desk_calendar import DeskCalendar
from services.catalog.service.room import Room
from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import shown_time
from services.chassis.web.pages import DESK
from services.chassis.web.parts import Crumb

EDITOR: Final = frozenset({"catalog_editor"})
OFFICES: Final = {"staffing_office": Office.STAFFING, "legal_office": Office.LEGAL}
HERE: Final = Crumb("目录编辑", "/desk")
FORM_BYTES: Final = 512 << 10


class DeskQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What just happened, to be said once."""

    item: Annotated[str, Meta(max_length=64)] = ""
    done: Annotated[str, Meta(max_length=40)] = ""


class NewQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The item whose next version is drafted; none: a new item."""

    item: Annotated[str, Meta(max_length=64)] = ""


class ReviewForm(msgspec.Struct, frozen=True, kw_only=True):
    """What an office says of a draft."""

    verdict: str = ""
    comments: Annotated[str, Meta(max_length=2000)] = ""


class PublishForm(msgspec.Struct, frozen=True, kw_only=True):
    """Under which programme a draft is published."""

    programme: str = ""


class Desk(DeskActs, DeskCalendar, Room):
    """Pages of the editor and the two offices."""

    @route("GET", "/desk", html=True, roles=DESK, query=DeskQuery, summary="The editor's desk")
    def desk(self, call: Call[None, DeskQuery]) -> Any:
        if call.query.item:
            return _to(call, f"/desk/items/{call.query.item}")
        return PAGES.render(
            "desk.html",
            call,
            title="目录编辑",
            english="Editor's desk",
            crumbs=[Crumb("事项目录", "/")],
            drafts=drafts.list_drafts(self.catalog.database),
            done=call.query.done,
            editor="catalog_editor" in call.caller.roles,
            offices=words.OFFICES,
            shown_time=shown_time,
        )

    @route("GET", "/desk/new", html=True, roles=EDITOR, query=NewQuery, summary="Begin a draft")
    def begin(self, call: Call[None, NewQuery]) -> str:
        """Filled with the newest version of the item, or its draft."""
        code = call.query.item.strip()
        version, said, reason = 1, None, ""
        if code:
            version, said, reason = self._newest(code)
        return self._form(call, Outcome(typed_of(code, version, said, reason)))

    @route(
        "POST",
        "/desk/drafts",
        html=True,
        request=Typed,
        roles=EDITOR,
        body_bytes=FORM_BYTES,
        summary="Write a draft",
    )
    def write(self, call: Call[Typed]) -> Any:
        typed = call.body
        before = None
        if typed.item_code:
            _, newest, _ = self._newest(typed.item_code)
            before = newest.listing if newest else None
        outcome = read(typed, before)
        if outcome.said is not None:
            facts = self.facts(call, typed.item_code, "catalog_editor", typed.department)
            try:
                self.catalog.draft(
                    facts, typed.item_code, outcome.version, outcome.said, typed.reason
                )
            except CatalogRuleError as error:
                outcome.refuse(error)
            else:
                return _to(call, _place(typed.item_code, outcome.version))
        return Reply(self._form(call, outcome), status=422)

    @route(
        "GET",
        "/desk/items/<code>/drafts/<int:version>",
        html=True,
        roles=DESK,
        summary="A draft, what it changes, and what the offices say",
    )
    def show_draft(self, call: Call) -> str:
        return self._draft_page(call, None)

    @route(
        "POST",
        "/desk/items/<code>/drafts/<int:version>/review",
        html=True,
        request=ReviewForm,
        roles=frozenset(OFFICES),
        summary="Review a draft",
    )
    def review_draft(self, call: Call[ReviewForm]) -> Any:
        code, version, said = call.path["code"], int(call.path["version"]), call.body
        mine = [role for role in OFFICES if role in call.caller.roles]
        if len(mine) != 1:
            raise NotAllowedError("one person reviews for one office")
        if said.verdict not in ("pass", "refuse"):
            refused = CatalogRuleError("form", "请选择通过或不通过。", "verdict")
            return Reply(self._draft_page(call, refused), status=422)
        try:
            self.catalog.review(
                self.facts(call, code, mine[0]),
                code,
                version,
                OFFICES[mine[0]],
                said.verdict == "pass",
                said.comments,
            )
        except CatalogRuleError as error:
            return Reply(self._draft_page(call, error), status=422)
        return _to(call, _place(code, version))

    @route(
        "POST",
        "/desk/items/<code>/drafts/<int:version>/publish",
        html=True,
        request=PublishForm,
        roles=EDITOR,
        summary="Publish a draft both offices passed",
    )
    def publish_draft_page(self, call: Call[PublishForm]) -> Any:
        code, version = call.path["code"], int(call.path["version"])
        programme = {one.value: one for one in Programme}.get(call.body.programme)
        try:
            facts = self.facts(call, code, "catalog_editor")
            self.catalog.publish_draft(facts, code, version, programme)
        except CatalogRuleError as error:
            return Reply(self._draft_page(call, error), status=422)
        return _to(call, f"/items/{code}")

    def _newest(self, code: str) -> tuple[int, Implementation | None, str]:
        """Give the version to write next, and what the form begins with."""
        written = drafts.list_drafts(self.catalog.database, code)
        if written:
            newest = written[0]
            return newest.item_version, _implementation(newest), newest.reason
        try:
            state = items.item_at(self.catalog.database, code, self.clock.now())
        except NotFoundError:
            return 1, None, ""
        last = state.versions[0]
        return last.item_version + 1, _of(last), ""

    def _form(self, call: Call[Any, Any], outcome: Outcome) -> str:
        new = not outcome.typed.item_code or outcome.typed.item_version in ("", "1")
        shown = {ask.name for _, _, asks in SHEETS for ask in asks}
        return PAGES.render(
            "draft_form.html",
            call,
            title="编制新事项" if new else f"编制第 {outcome.typed.item_version} 版",
            english="Draft a version",
            crumbs=[HERE],
            sheets=SHEETS,
            typed=msgspec.structs.asdict(outcome.typed),
            wrong=outcome.wrong,
            elsewhere={name: one for name, one in outcome.wrong.items() if name not in shown},
            labels={ask.name: ask.label for _, _, asks in SHEETS for ask in asks},
        )

    def _draft_page(self, call: Call[Any, Any], refused: CatalogRuleError | None) -> str:
        code, version = call.path["code"], int(call.path["version"])
        draft = drafts.draft_of(self.catalog.database, code, version)
        shown = _version(draft)
        try:
            before = items.item_at(self.catalog.database, code, self.clock.now()).versions[0]
        except NotFoundError:
            before = None
        found = differences(before, shown) if before else []
        listing = shown.told
        return PAGES.render(
            "draft.html",
            call,
            title=shown.name,
            english=f"Draft of version {version}",
            crumbs=[HERE],
            draft=draft,
            shown=shown,
            before=before,
            all=differences(shown, shown),
            changed=[one for one in found if one.changed],
            missing=["四部分"] if listing.guide is None else listing.guide.missing,
            guide_words={
                "materials": "材料要素",
                "criteria": "审查要素",
                "steps": "办理环节",
                "flow": "流程图",
            },
            refused=refused,
            said=call.body if isinstance(call.body, ReviewForm) else ReviewForm(),
            office=next((OFFICES[r].value for r in OFFICES if r in call.caller.roles), ""),
            editor="catalog_editor" in call.caller.roles,
            offices=words.OFFICES,
            programmes=words.PROGRAMMES,
            shown_time=shown_time,
            words=words,
        )


def _implementation(draft: Draft) -> Implementation:
    return msgspec.convert(draft.draft, Implementation)


def _of(version: ItemVersion) -> Implementation:
    values = {
        name: getattr(version, name)
        for name in Implementation.__dataclass_fields__
        if name != "listing"
    }
    said: Implementation = msgspec.convert(values, Implementation)
    return Implementation(**{**vars(said), "listing": version.listing})


def _version(draft: Draft) -> ItemVersion:
    """Show a draft as the version it would be."""
    said = _implementation(draft)
    values = {**vars(said), "case_type": said.case_type.value}
    values["lists"] = [one.value for one in said.lists]
    return ItemVersion(
        **values,
        item_code=draft.item_code,
        item_version=draft.item_version,
        published_at=draft.drafted_at,
        retroactive=False,
    )


def _place(code: str, version: int) -> str:
    return f"/desk/items/{code}/drafts/{version}"


def _to(call: Call[Any, Any], path: str) -> Reply:
    """Lead to a page after a form, so that going back does not send it again."""
    return Reply("", status=303, headers={"Location": call.base + path})
