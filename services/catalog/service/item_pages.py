"""Pages of the items: the directory, the guide of an item, two versions side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import astuple, replace

from services.catalog.domain.terms import Guide
from services.catalog.pages import PAGES, directory, words
from services.catalog.pages.differences import differences
from services.catalog.pages.flow import draw
from services.catalog.projections import house, items
from services.catalog.projections.items import ItemAct, ItemState, ItemVersion
from services.catalog.projections.search import Key, search
from services.catalog.service.asking import SearchQuery, moment
from services.catalog.service.room import Room
from services.chassis.errors import ContractError, NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import page_reply, shown_time
from services.chassis.web.paging import read_cursor, write_cursor
from services.chassis.web.parts import Crumb, Moment

LINES = 20
HOME = Crumb("事项目录", "/")


class ItemPages(Room):
    """Pages anybody may read."""

    @route("GET", "/", html=True, public=True, query=SearchQuery, summary="The directory")
    def show(self, call: Call[None, SearchQuery]) -> str:
        query, database = call.query, self.catalog.database
        asked = query.asked(self.clock.now(), query.kind or "item")
        told = directory.kept(query)
        shelves, topics = items.shelves(database, asked.at)
        front = not told and not query.cursor
        values: dict[str, Any] = {"hits": [], "total": 0, "next": "", "others": 0}
        if not front:
            values = self._results(query, asked, told)
        return PAGES.render(
            "directory.html",
            call,
            title="办事指南" if front else "查找事项",
            english="What can I get done here?" if front else "Find a service",
            crumbs=[] if front else [HOME],
            front=front,
            query=query,
            told=told,
            departments=shelves,
            topics=topics,
            open_items=sum(one.items for one in shelves),
            filters=directory.filters(query, shelves),
            link=directory.link,
            kinds=directory.KINDS,
            **values,
        )

    def _results(self, query: SearchQuery, asked: Any, told: dict[str, str]) -> dict[str, Any]:
        database = self.catalog.database
        asked = replace(asked, unit=query.unit, status=query.status or "open")
        found = search(database, asked, read_cursor(query.cursor, Key), LINES + 1)
        more = len(found.hits) > LINES
        cursor = write_cursor(*astuple(found.hits[LINES - 1][0])) if more else ""
        other = replace(asked, kind="claim" if asked.kind == "item" else "item")
        return {
            "hits": [directory.line(hit) for _, hit in found.hits[:LINES]],
            "total": found.total,
            "next": directory.link(told, cursor=cursor) if cursor else "",
            "others": search(database, other, None, 1).total,
        }

    def item_page(self, call: Call[Any, Any], as_of: str, wanted: int = 0) -> Reply:
        """Render the guide of an item as of a moment, or one version of it."""
        wrong = ""
        try:
            at = moment(as_of, self.clock.now())
        except ContractError:
            at, wrong = self.clock.now(), "没有这个日期，请写成 2020-10-31。"
        state = items.item_at(self.catalog.database, call.path["code"], at)
        version = state.current
        if wanted:
            chosen = [v for v in state.versions if v.item_version == wanted]
            if not chosen:
                raise NotFoundError("the item has no such version")
            version = chosen[0]
        text = self._guide(call, state, version, as_of=as_of, wrong=wrong, chosen=bool(wanted))
        reply = page_reply(text)
        return Reply(reply.value, 400, reply.headers) if wrong else reply

    def _guide(
        self, call: Call[Any, Any], state: ItemState, version: ItemVersion, **values: Any
    ) -> str:
        database, listing = self.catalog.database, version.told
        code = version.item_code
        guide = items.guide_of(database, code, version.item_version)
        shelf = directory.link({}, department=version.department)
        units, places = items.claiming_units(database, listing.catalog_code or "", state.at)
        return PAGES.render(
            "item.html",
            call,
            title=version.name,
            english="Service guide",
            crumbs=[HOME, Crumb(version.department_name, shelf)],
            state=state,
            version=version,
            listing=listing,
            guide=guide or listing.guide or Guide("", "", "", ""),
            flow=draw(version.name, listing.steps, listing.result_name),
            versions=directory.versions_table(state, code),
            numbers=[v.item_version for v in state.versions],
            lineage=items.lineage_of(database, code),
            history=[_moment(act) for act in reversed(state.acts)],
            windows=house.list_windows(database, version.department),
            units=units,
            places=places,
            shown_time=shown_time,
            link=directory.link,
            words=words,
            **values,
        )

    def compare_page(self, call: Call[Any, Any], state: ItemState, a: int, b: int) -> str:
        """Render two versions side by side."""
        by_number = {version.item_version: version for version in state.versions}
        found = differences(by_number[a], by_number[b])
        name = state.current.name
        return PAGES.render(
            "compare.html",
            call,
            title=f"第 {a} 版与第 {b} 版的差别",
            english="Compare versions",
            crumbs=[HOME, Crumb(name, f"/items/{state.current.item_code}")],
            a=by_number[a],
            b=by_number[b],
            name=name,
            numbers=sorted(by_number),
            changed=[each for each in found if each.changed],
            same=[each for each in found if not each.changed],
            words=words,
        )


def _moment(act: ItemAct) -> Moment:
    title, english, light = words.ACTS.get(act.act, (act.act, "", ""))
    return Moment(
        at=words.day(act.effective_from),
        title=title,
        english=english,
        detail="；".join(_details(act)),
        light=light,
    )


def _details(act: ItemAct) -> Sequence[str]:
    said = act.said
    found = [str(said["reason"])] if said.get("reason") else []
    if act.act == "reengineered":
        before, after = said["before"], said["after"]
        found.append(
            f"环节 {before['steps']}→{after['steps']}，材料 {before['materials']}→"
            f"{after['materials']}，承诺 {before['days']}→{after['days']}"
        )
    elif act.act == "case_type_changed":
        found.append(f"{words.CASE_TYPES[said['before']]}→{words.CASE_TYPES[said['after']]}")
    elif act.act == "fee_adjusted":
        found.append(f"{said['fee']}：{said['before']}→{said['after']}")
    elif act.act == "mode_changed":
        found.append(f"{said['before']}→{said['after']}")
    elif act.act == "merged":
        found.append("并入：" + "、".join(said["merged"]))
    elif act.act == "superseded":
        found.append(f"并入 {said['by']}")
    elif act.act == "split":
        found.append("拆分为：" + "、".join(said["into"]))
    elif act.act == "split_off":
        found.append(f"原事项 {said['split_from']}")
    elif act.act == "delegated_down":
        found.append(
            f"来自{words.LEVELS.get(said['from_level'], '上级')}，{said['source_document']}"
        )
    elif act.act == "reassigned_upward":
        found.append(f"由 {said['to_unit']} 决定，本级初审后转报")
    if said.get("open_cases"):
        found.append(words.OPEN_CASES.get(said["open_cases"], said["open_cases"]))
    if said.get("programme"):
        found.append(words.PROGRAMMES.get(said["programme"], said["programme"]))
    if act.until is not None:
        found.append(f"至 {words.day(act.until)}")
    return found
