"""Listens for the catalog: publishing by HTTP, lists and pages of the items."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import msgspec

from services.catalog import projections
from services.catalog.application import Items
from services.catalog.domain import CaseType, CatalogRuleError, Implementation, PublicList
from services.catalog.projections import READ_MODEL, ItemVersion
from services.chassis.bus.providers import ApplicationProvider
from services.chassis.clock import SystemClock
from services.chassis.errors import BanjianError, ContractError, NotFoundError, RuleError
from services.chassis.frame_provider import FrameProvider
from services.chassis.web import Call, Page, PageQuery, Pages, Reply, route
from services.chassis.web.histories import Written, page_reply, shown_time, wants_page, written
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Cell, Column, Crumb, Filter, Option, Table
from services.kernel.facts import Facts

PAGES: Final = Pages("catalog", Path(__file__).parent / "pages")
EDITOR: Final = frozenset({"catalog_editor"})
TYPES: Final = {"IMMEDIATE": "即办件", "PROMISED": "承诺件"}
LISTS: Final = {
    "POWER": "权力清单",
    "RESPONSIBILITY": "责任清单",
    "FEE": "收费清单",
    "INTERMEDIARY": "中介服务清单",
    "PUBLIC_SERVICE": "公共服务清单",
}

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[0-9A-Za-z._-]+$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[
    str, msgspec.Meta(max_length=100, description="Part of a name, or the start of a code.")
]
Days = Annotated[int, msgspec.Meta(ge=0, le=3650, description="Working days.")]


class PublishItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of an item, as it is to be published."""

    item_code: Code
    item_version: Annotated[int, msgspec.Meta(ge=1, le=999_999)]
    name: Name
    item_type: Annotated[str, msgspec.Meta(pattern="^[0-9]{2}$")]
    case_type: CaseType
    department: Code
    department_name: Name
    statutory_limit_days: Days
    promised_limit_days: Days
    lists: list[PublicList]
    effective_from: datetime


class Published(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of it; `new` is false when this very version was there already."""

    item_code: str
    item_version: int
    new: bool
    event: str
    position: int | None = None


class ItemsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    department: str = ""
    item_type: str = ""
    case_type: str = ""
    q: Text = ""


class Service:
    """The nameko service."""

    name = "catalog"
    errors: Final[Mapping[type[Exception], type[BanjianError]]] = {CatalogRuleError: RuleError}
    clock = SystemClock()
    frame: Any = FrameProvider()
    items: Any = ApplicationProvider(Items, READ_MODEL)

    @route(
        "POST",
        "/items",
        request=PublishItem,
        response=Published,
        roles=EDITOR,
        status=201,
        summary="Publish a version of an item",
    )
    def publish(self, call: Call[PublishItem]) -> Reply:
        """Idempotent: the same version with the same content again answers 200, nothing changes."""
        said = call.body
        if said.effective_from.tzinfo is None:
            raise ContractError("effective_from needs an offset", field="effective_from")
        values = {name: getattr(said, name) for name in said.__struct_fields__}
        code, version = values.pop("item_code"), values.pop("item_version")
        implementation = Implementation(**values | {"lists": tuple(said.lists)})
        facts = Facts(
            occurred_at=self.clock.now(),
            subject=code,
            actor=call.caller.actor("catalog_editor"),
            correlation_id=call.correlation_id,
            region=self.frame.settings.region,
            department=said.department,
        )
        stream, last, new = self.items.publish(
            facts, code, version, implementation, key=call.idempotency_key or None
        )
        place: Written = written(call, self.items.database, self.name, stream, last)
        answer = Published(code, version, new, place.event, place.position)
        return Reply(answer, status=201 if new else 200)

    @route(
        "GET",
        "/items",
        query=ItemsQuery,
        response=Page[ItemVersion],
        public=True,
        after=True,
        summary="List items in their newest version",
    )
    def list_items(self, call: Call[None, ItemsQuery]) -> Page[ItemVersion]:
        call.wait_until_fresh(_own)
        return self._page(call.query)

    @route(
        "GET",
        "/items/<code>",
        response=list[ItemVersion],
        public=True,
        after=True,
        summary="All versions of an item, newest first",
    )
    def get_item(self, call: Call) -> Any:
        call.wait_until_fresh(_own)
        versions = projections.versions_of(self.items.database, call.path["code"])
        if not wants_page(call):
            return versions
        text = PAGES.render(
            "item.html",
            call,
            title=versions[0].name,
            english="Service item",
            crumbs=[Crumb("事项目录", "/")],
            versions=versions,
            types=TYPES,
            lists=LISTS,
            shown_time=shown_time,
        )
        return page_reply(text)

    @route(
        "GET",
        "/items/<code>/versions/<int:version>",
        response=ItemVersion,
        public=True,
        after=True,
        summary="One version of an item",
    )
    def get_version(self, call: Call) -> ItemVersion:
        call.wait_until_fresh(_own)
        wanted = int(call.path["version"])
        for version in projections.versions_of(self.items.database, call.path["code"]):
            if version.item_version == wanted:
                return version
        raise NotFoundError("the item has no such version")

    @route("GET", "/", html=True, public=True, query=ItemsQuery, summary="The catalog")
    def show(self, call: Call[None, ItemsQuery]) -> str:
        query = call.query
        page = self._page(query)
        return PAGES.render(
            "items.html",
            call,
            title="事项目录",
            english="Service items",
            filters=[
                Filter(name="q", label="事项名称或编码", value=query.q, kind="search"),
                Filter(name="department", label="部门编码", value=query.department),
                Filter(
                    name="case_type",
                    label="办件类型",
                    value=query.case_type,
                    options=[Option("", "全部"), *(Option(k, v) for k, v in TYPES.items())],
                ),
            ],
            table=_table(query, page),
        )

    def _page(self, query: ItemsQuery) -> Page[ItemVersion]:
        after = read_cursor(query.cursor, tuple[str]) or ("",)
        rows = projections.list_items(
            self.items.database,
            department=query.department,
            item_type=query.item_type,
            case_type=query.case_type,
            text=query.q,
            after=after[0],
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.item_code,))


def _own(source: str, _: int) -> bool:
    """Own events show at once; the catalog hears of no others."""
    if source != Service.name:
        raise ContractError(f"the catalog does not listen to {source}", field="after")
    return True


def _table(query: ItemsQuery, page: Page[ItemVersion]) -> Table:
    kept = {"q": query.q, "department": query.department, "case_type": query.case_type}
    kept = {name: value for name, value in kept.items() if value}
    return Table(
        caption="已公布的事项",
        columns=[
            Column("事项", "Item"),
            Column("编码", "Code"),
            Column("部门", "Department"),
            Column("类型", "Type"),
            Column("承诺时限（工作日）", "Promised days", numeric=True),
            Column("版本", "Version", numeric=True),
        ],
        rows=[
            [
                Cell(item.name, f"/items/{item.item_code}"),
                item.item_code,
                item.department_name,
                TYPES.get(item.case_type, item.case_type),
                item.promised_limit_days,
                item.item_version,
            ]
            for item in page.items
        ],
        next_href=f"/?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
        first_href=f"/?{urlencode(kept)}" if query.cursor else "",
    )
