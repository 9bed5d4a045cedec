"""The editor's desk: what can be done to an item that is public. Each act is said before it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.terms import OpenCases, Programme
from services.catalog.pages import PAGES, words
from services.catalog.projections import drafts, items
from services.catalog.service.room import Room
from services.chassis.errors import NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.pages import DESK
from services.chassis.web.parts import Crumb
from services.kernel.facts import Facts
from services.kernel.times import TimeTextError, read_time

EDITOR: Final = frozenset({"catalog_editor"})
Text = Annotated[str, Meta(max_length=4000)]


class ActForm(msgspec.Struct, frozen=True, kw_only=True):
    """One adjustment as it was typed. Without `confirmed` it is only shown what it would do."""

    act: Text = ""
    reason: Text = ""
    effective_from: Text = ""
    until: Text = ""
    open_cases: Text = ""
    programme: Text = ""
    codes: Text = ""
    before: Text = ""
    after: Text = ""
    unit: Text = ""
    level: Text = ""
    document: Text = ""
    confirmed: Text = ""


@dataclass(frozen=True)
class Act:
    """One kind of adjustment: what the form asks and what it means."""

    name: str
    label: str
    english: str
    meaning: str
    fields: tuple[str, ...]
    hurts: bool = False
    """New cases are refused because of it."""


ACTS: Final = (
    Act(
        "cancel",
        "取消",
        "Cancel",
        "从生效时起永久不再受理新的申请，不能撤回；在办件按所选方式处理。",
        ("reason", "effective_from", "open_cases"),
        True,
    ),
    Act(
        "freeze",
        "冻结",
        "Freeze",
        "从生效时起暂停受理新的申请，可以解冻；在办件继续办理，不受影响。",
        ("reason", "effective_from", "until"),
        True,
    ),
    Act("unfreeze", "解冻", "Unfreeze", "恢复受理新的申请。", ("reason", "effective_from")),
    Act(
        "merge",
        "把其他事项并入本事项",
        "Merge others into this",
        "所列事项从生效时起永久不再受理新的申请，由本事项代替；它们的在办件按所选方式处理。",
        ("codes", "effective_from", "programme", "open_cases"),
        True,
    ),
    Act(
        "split",
        "拆分为其他事项",
        "Split into others",
        "本事项从生效时起永久不再受理新的申请，由所列事项代替；在办件按所选方式处理。",
        ("codes", "effective_from", "open_cases"),
        True,
    ),
    Act(
        "change_mode",
        "转变管理方式",
        "Change the mode",
        "例如由审批改为备案；受理和在办件不受影响。",
        ("before", "after", "effective_from", "reason"),
    ),
    Act(
        "forward_up",
        "转报上级",
        "Forward upward",
        "由上级决定，本级只做初审和转报；受理不受影响。",
        ("unit", "level", "effective_from", "reason"),
    ),
    Act(
        "delegate_down",
        "承接下放",
        "Take over from above",
        "记录上级下放的依据；受理不受影响。",
        ("level", "effective_from", "document"),
    ),
)
BY_NAME: Final = {act.name: act for act in ACTS}
LABELS: Final[Mapping[str, str]] = {
    "reason": "原因",
    "effective_from": "生效日期（不填为立即）",
    "until": "冻结至（可不填）",
    "open_cases": "在办件",
    "programme": "所属工作",
    "codes": "事项编码，每行一个",
    "before": "原管理方式",
    "after": "现管理方式",
    "unit": "上级单位",
    "level": "上级层级",
    "document": "依据文件",
}
_FIELDS: Final = {
    "merged": "codes",
    "into": "codes",
    "to_unit": "unit",
    "to_level": "level",
    "from_level": "level",
    "source_document": "document",
}
"""Fields of the rules by the names they have in the form."""


class ActQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which act's form is open, and what has just been done."""

    act: Annotated[str, Meta(max_length=40)] = ""
    done: Annotated[str, Meta(max_length=40)] = ""


class DeskActs(Room):
    """Pages for adjusting a public item."""

    @route(
        "GET",
        "/desk/items/<code>",
        html=True,
        roles=DESK,
        query=ActQuery,
        summary="An item on the desk: its state, and what can be done to it",
    )
    def desk_item(self, call: Call[None, ActQuery]) -> str:
        chosen = call.query.act if call.query.act in BY_NAME else ""
        return self._page(call, ActForm(act=chosen), done=call.query.done)

    @route(
        "POST",
        "/desk/items/<code>/adjust",
        html=True,
        request=ActForm,
        roles=EDITOR,
        summary="Adjust an item: say what it would do, then do it",
    )
    def adjust_on_desk(self, call: Call[ActForm]) -> Any:
        form, code = call.body, call.path["code"]
        act = BY_NAME.get(form.act)
        if act is None:
            raise NotFoundError("there is no such adjustment")
        try:
            doing = self._doing(form, code)
            if form.confirmed == "yes":
                doing(self.facts(call, code, "catalog_editor"))
        except CatalogRuleError as error:
            return Reply(self._page(call, form, refused=error), status=422)
        if form.confirmed == "yes":
            place = f"{call.base}/desk/items/{code}?done={act.name}"
            return Reply("", status=303, headers={"Location": place})
        return self._page(call, form, confirm=True)

    def _doing(self, form: ActForm, code: str) -> Callable[[Facts], object]:
        """Read the form; give what will do it.

        Raises:
            CatalogRuleError: a field cannot be read; `field` is its name.
        """
        at = _when(form.effective_from, "effective_from")
        treated = OpenCases.FINISH_UNDER_OLD
        if "open_cases" in BY_NAME[form.act].fields:
            treated = _one_of(OpenCases, form.open_cases, "open_cases")
        catalog, reason = self.catalog, form.reason.strip()
        if "reason" in BY_NAME[form.act].fields and not reason:
            raise CatalogRuleError("form", "请写明原因。", "reason")
        match form.act:
            case "cancel":
                return lambda facts: catalog.cancel(facts, code, reason, at, treated)
            case "freeze":
                until = _when(form.until, "until")
                return lambda facts: catalog.freeze(facts, code, reason, at, until)
            case "unfreeze":
                return lambda facts: catalog.unfreeze(facts, code, reason, at)
            case "merge":
                codes = self._codes(form.codes)
                programme = _one_of(Programme, form.programme, "programme")
                return lambda facts: catalog.merge(facts, code, codes, at, programme, treated)
            case "split":
                codes = self._codes(form.codes)
                return lambda facts: catalog.split(facts, code, codes, at, treated)
            case "change_mode":
                before, after = _said(form.before, "before"), _said(form.after, "after")
                return lambda facts: catalog.change_mode(facts, code, before, after, at, reason)
            case "forward_up":
                unit, level = _said(form.unit, "unit"), _level(form.level)
                return lambda facts: catalog.forward_up(facts, code, unit, level, at, reason)
            case _:
                level, document = _level(form.level), _said(form.document, "document")
                return lambda facts: catalog.delegate_down(facts, code, level, at, document)

    def _codes(self, text: str) -> list[str]:
        codes = text.split()
        if not codes:
            raise CatalogRuleError("form", "请至少写一个事项编码。", "codes")
        for code in codes:
            try:
                items.item_at(self.catalog.database, code, self.clock.now())
            except NotFoundError:
                raise CatalogRuleError(
                    "unknown_item", f"没有已公布的事项 {code}，请核对编码。", "codes"
                ) from None
        return codes

    def _page(
        self,
        call: Call[Any, Any],
        form: ActForm,
        *,
        refused: CatalogRuleError | None = None,
        confirm: bool = False,
        done: str = "",
    ) -> str:
        code = call.path["code"]
        state = items.item_at(self.catalog.database, code, self.clock.now())
        field = refused.field.partition("[")[0] if refused else ""
        field = _FIELDS.get(field, field)
        act = BY_NAME.get(form.act)
        return PAGES.render(
            "desk_item.html",
            call,
            title=state.current.name,
            english="Adjust an item",
            crumbs=[Crumb("目录编辑", "/desk")],
            state=state,
            drafts=drafts.list_drafts(self.catalog.database, code),
            acts=ACTS,
            act=act,
            form=msgspec.structs.asdict(form),
            said=[
                (LABELS[name], _shown(name, getattr(form, name)))
                for name in (act.fields if act else ())
            ],
            labels=LABELS,
            refused=refused,
            wrong=field,
            placed=bool(act and field in act.fields),
            confirm=confirm,
            done=BY_NAME.get(done),
            editor="catalog_editor" in call.caller.roles,
            words=words,
        )


def _shown(name: str, text: str) -> str:
    tables = {"open_cases": words.OPEN_CASES, "programme": words.PROGRAMMES}
    if name == "level" and text.isdigit():
        return words.LEVELS.get(int(text), text)
    if name == "effective_from" and not text:
        return "立即"
    return tables.get(name, {}).get(text, text) or "—"


def _when(text: str, field: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return read_time(text)
    except TimeTextError:
        raise CatalogRuleError("form", "没有这个日期，请写成 2021-01-31。", field) from None


def _one_of(kind: Any, text: str, field: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise CatalogRuleError("form", "请选择一项。", field) from None


def _said(text: str, field: str) -> str:
    if not text.strip():
        raise CatalogRuleError("form", "请填写。", field)
    return text.strip()


def _level(text: str) -> int:
    if text not in ("1", "2", "3", "4", "5", "6"):
        raise CatalogRuleError("form", "请选择层级。", "level")
    return int(text)
