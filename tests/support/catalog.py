"""A small county as the catalog's events say it, for tests of what is read from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from services.catalog.projections import READ_MODEL
from services.chassis.eventlog.database import Database
from services.chassis.events import Body, Event
from services.chassis.projection import Insert, Update
from services.kernel.facts import Actor, ActorKind
from services.kernel.identifiers import stream_id

BUILDING = "123412XX000000107X4000117051000"
DINING = "123412XX000000208X4000117052000"
HEALTH = "123412XX000000209X4000117053000"
PENSION = "123412XX000000310X4000520001000"
MERGED = "123412XX000000411X4000117054000"
SPLIT = "123412XX000000412X4000117055000"
GONE = "123412XX000000413X4000117056000"
FROZEN = "123412XX000000414X4000117057000"
SOON = "123412XX000000415X4000117058000"
ODD = "123412XX000000416X4000117059000"


class Story:
    """Writes events down, each with the next number of its stream."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._versions: Counter[str] = Counter()

    def tell(
        self, topic: str, stream: str, at: str = "2020-01-02T09:00:00+08:00", **data: Any
    ) -> None:
        self._versions[stream] += 1
        kind, _, key = stream.partition("/")
        body = Body(
            occurred_at=datetime.fromisoformat(at),
            subject=key,
            actor=Actor(ActorKind.PERSON, "editor-1", role="catalog_editor"),
            correlation_id="test",
            data=msgspec.Raw(msgspec.json.encode(data)),
            region="3412XX",
        )
        place = len(self.events) + 1
        self.events.append(
            Event(
                "catalog",
                f"catalog.{topic}.v1",
                stream_id(kind, key),
                self._versions[stream],
                place,
                0,
                None,
                body,
            )
        )

    def item(self, code: str, version: int, name: str, **changed: Any) -> None:
        effective = changed.pop("effective_from", "2020-01-01T00:00:00+08:00")
        listing = changed.pop("listing", {})
        said = {
            "item_code": code,
            "item_version": version,
            "name": name,
            "item_type": "01",
            "case_type": "PROMISED",
            "department": "D07",
            "department_name": "住房和城乡建设局",
            "statutory_limit_days": 20,
            "promised_limit_days": 7,
            "lists": ["POWER"],
            "effective_from": effective,
            "published_at": changed.pop("published_at", "2019-12-20T09:00:00+08:00"),
            "retroactive": False,
            "listing": {"level": 4, "catalog_code": code[-12:], **listing},
        }
        self.tell("item-published", f"item/{code}", **{**said, **changed})


def county() -> list[Event]:
    """Give the events: a dozen items in every state, claims of three levels, the house."""
    story = Story()
    _house(story)
    _items(story)
    _adjustments(story)
    _claims(story)
    return story.events


MATERIALS = [
    {
        "name": "建筑工程施工许可申请表",
        "form": "纸质或电子",
        "originals": 1,
        "source": "申请人自备",
    },
    {
        "name": "建设工程规划许可证",
        "form": "电子",
        "shared": True,
        "needed": False,
        "source": "自然资源和规划局",
        "basis": "《中华人民共和国建筑法》第八条",
    },
    {
        "name": "施工图设计文件审查合格书",
        "form": "纸质",
        "originals": 1,
        "copies": 1,
        "source": "中介机构或法定机构产生",
    },
    {
        "name": "建设资金落实承诺书",
        "form": "纸质",
        "originals": 1,
        "source": "申请人自备",
        "note": "加盖单位公章",
    },
]
STEPS = [
    {"name": "受理", "days": 1, "role": "综合窗口"},
    {"name": "审查", "days": 3, "role": "经办人"},
    {"name": "现场核查（需要时，与相关部门联合踏勘）", "days": 2, "role": "经办人"},
    {"name": "决定", "days": 1, "role": "首席代表"},
    {"name": "办结送达", "days": 0, "role": "统一出件窗口"},
]


def _items(story: Story) -> None:
    full = {
        "resident": True,
        "audience": [2, 3],
        "handling_forms": [1, 2],
        "visits": 1,
        "visits_reason": "领取证书",
        "online_depth": 3,
        "fully_online": False,
        "charged": False,
        "materials": MATERIALS,
        "steps": STEPS,
        "conditions": "已办理用地批准手续。\n依法应当办理建设工程规划许可证的，已经取得。",
        "criteria": "申请材料齐全、符合法定形式。",
        "basis": "《中华人民共和国建筑法》第七条\n《建筑工程施工许可管理办法》第二条",
        "result_name": "建筑工程施工许可证",
        "result_type": "10",
        "place": "县政务服务中心二楼 07 号窗口",
        "hours": "工作日 8:30-12:00，14:00-17:30",
        "enquiry_line": "0558-0000000",
        "complaint_line": "0558-0000001",
        "topics_business": ["工程建设", "准营准办"],
    }
    before = {**full, "materials": [*MATERIALS, {"name": "企业营业执照复印件", "copies": 2}]}
    story.item(BUILDING, 1, "建筑工程施工许可证核发", promised_limit_days=15, listing=before)
    story.tell(
        "service-guide-published",
        f"item/{BUILDING}",
        item_code=BUILDING,
        item_version=1,
        guide={
            "materials": "按下表准备材料；带“免提交”的由部门共享获取。",
            "criteria": "材料齐全，符合法定形式，现场具备施工条件。",
            "steps": "受理后审查，需要时现场核查，首席代表决定，窗口送达。",
            "flow": "受理、审查、核查、决定、送达，五个环节。",
        },
    )
    story.item(
        BUILDING,
        2,
        "建筑工程施工许可证核发",
        effective_from="2020-07-01T00:00:00+08:00",
        published_at="2020-06-15T09:00:00+08:00",
        origin="EDITED",
        listing=full,
    )
    story.tell(
        "item-revised",
        f"item/{BUILDING}",
        item_code=BUILDING,
        item_version=2,
        item_type="01",
        reason="压缩时限，营业执照改为共享获取",
        changes=[{"field": "promised_limit_days", "before": "15", "after": "7"}],
        programme="ADJUSTMENT",
    )
    story.tell(
        "process-reengineered",
        f"item/{BUILDING}",
        item_code=BUILDING,
        item_version=2,
        before={"steps": 5, "materials": 5, "days": 15},
        after={"steps": 5, "materials": 4, "days": 7},
    )
    food = {"department": "D09", "department_name": "市场监督管理局"}
    story.item(
        DINING,
        1,
        "食品经营许可（新办）",
        listing={
            "audience": [1, 2],
            "visits": 0,
            "online_depth": 4,
            "fully_online": True,
            "topics_business": ["准营准办"],
            "resident": True,
            "charged": True,
            "fee_basis": "省物价局文件",
            "pay_online": True,
            "fees": [{"name": "工本费", "standard": "每证 10 元", "amount_fen": 1000}],
        },
        **food,
    )
    story.item(HEALTH, 1, "公共场所卫生许可", department="D11", department_name="卫生健康委员会")
    story.item(
        PENSION,
        1,
        "城乡居民基本养老保险参保登记",
        item_type="20",
        case_type="IMMEDIATE",
        promised_limit_days=0,
        lists=["PUBLIC_SERVICE"],
        department="D12",
        department_name="人力资源和社会保障局",
        listing={"audience": [1], "visits": 0, "topics_people": ["社会保障", "就业创业"]},
    )
    for code, name in (
        (MERGED, "河道管理范围内建设项目审批"),
        (SPLIT, "农药经营许可综合审批"),
        (GONE, "建设工程招标备案"),
        (FROZEN, "烟花爆竹经营许可"),
    ):
        story.item(code, 1, name, department="D13", department_name="水利局")
    story.item(
        SOON,
        1,
        "市政设施建设类审批",
        effective_from="2199-01-01T00:00:00+08:00",
        published_at="2020-12-01T09:00:00+08:00",
    )
    story.item(
        ODD,
        1,
        "其他事项（来源不规范）",
        origin="TAKEN_OVER",
        source_document="县政府公布的清单",
        listing={
            "flags": ["code_missing", "guide_missing"],
            "as_published": {"编码": "无"},
        },
    )


def _adjustments(story: Story) -> None:
    at = "2020-09-01T00:00:00+08:00"
    old = "123412XX000000420X4000117054009"
    story.item(old, 1, "河道管理范围内临时占用审批", department="D13", department_name="水利局")
    story.tell(
        "items-merged",
        f"item/{MERGED}",
        item_code=MERGED,
        merged=[old],
        effective_from=at,
        programme="ADJUSTMENT",
        open_cases="FINISH_UNDER_OLD",
    )
    story.tell(
        "item-superseded",
        f"item/{old}",
        item_code=old,
        by=MERGED,
        effective_from=at,
        item_type="01",
        programme="ADJUSTMENT",
        open_cases="FINISH_UNDER_OLD",
    )
    story.tell(
        "item-split",
        f"item/{SPLIT}",
        item_code=SPLIT,
        into=[HEALTH, DINING],
        effective_from=at,
        open_cases="FINISH_UNDER_OLD",
    )
    story.tell(
        "item-cancelled",
        f"item/{GONE}",
        item_code=GONE,
        reason="国务院取消",
        effective_from=at,
        item_type="01",
        open_cases="TERMINATE",
    )
    story.tell(
        "item-frozen", f"item/{FROZEN}", item_code=FROZEN, reason="安全整顿", effective_from=at
    )


def _claims(story: Story) -> None:
    for number, name in enumerate(("城乡居民基本养老保险参保登记", "老年人优待证办理", "就业登记")):
        code = f"00052000{number + 1}000"
        story.tell(
            "basic-item-registered",
            f"basic/{code}",
            catalog_code=code,
            name=name,
            item_type="20",
            levels=[4, 5, 6],
            basis="",
            effective_from="2020-01-01T00:00:00+08:00",
        )
        units = [("3412XX", "县政务服务中心", 4), ("3412XX101", "城关镇", 5)]
        units += [(f"3412XX101{n:03d}", f"城关镇第{n}社区", 6) for n in range(1, 11)]
        for unit, unit_name, level in units:
            story.tell(
                "item-claimed",
                f"claim/{unit}/{code}",
                catalog_code=code,
                unit=unit,
                unit_name=unit_name,
                level=level,
                batch_no=1,
                fully_online=level == 6,
            )
    story.tell(
        "claim-withdrawn",
        "claim/3412XX101001/000520003000",
        at="2020-06-01T09:00:00+08:00",
        catalog_code="000520003000",
        unit="3412XX101001",
        reason="不再办理",
    )


def _house(story: Story) -> None:
    regions = [("3412XX", "XX县", 4, None), ("3412XX101", "城关镇", 5, "3412XX")]
    regions += [(f"3412XX101{n:03d}", f"城关镇第{n}社区", 6, "3412XX101") for n in range(1, 11)]
    for region, name, level, parent in regions:
        story.tell(
            "region-registered",
            f"region/{region}",
            region=region,
            name=name,
            level=level,
            **({"parent": parent} if parent else {}),
        )
    for code, name in (
        ("D07", "住房和城乡建设局"),
        ("D09", "市场监督管理局"),
        ("D11", "卫生健康委员会"),
    ):
        story.tell(
            "department-registered",
            f"department/{code}",
            department=code,
            name=name,
            level=4,
            region="3412XX",
            resident=True,
            since="2019-01-01",
        )
    hours = [
        {"begins": "08:30:00", "ends": "12:00:00"},
        {"begins": "14:00:00", "ends": "17:30:00"},
    ]
    story.tell(
        "window-opened",
        "window/W07",
        window="W07",
        label="工程建设窗口",
        kind="DEPARTMENT",
        since="2019-01-01",
        hours=hours,
        department="D07",
    )
    days = {
        "year": 2020,
        "announced_on": "2019-11-21",
        "days_off": [{"day": f"2020-01-{n}", "label": "春节"} for n in (24, 27, 28, 29, 30)],
        "work_days": [{"day": "2020-01-19", "label": "春节"}],
    }
    story.tell(
        "work-calendar-published",
        "calendar/2020",
        calendar_version=1,
        document="国办发明电〔2019〕16号",
        **days,
    )
    days["days_off"] = [*days["days_off"], {"day": "2020-01-31", "label": "春节延长"}]
    story.tell(
        "work-calendar-amended",
        "calendar/2020",
        calendar_version=2,
        document="国办发明电〔2020〕1号",
        changed=["2020-01-31"],
        **{**days, "announced_on": "2020-01-27"},
    )
    story.tell(
        "parallel-scheme-published",
        "scheme/S1",
        scheme="S1",
        scheme_version=1,
        label="企业设立并联审批",
        kind="ENTERPRISE_ESTABLISHMENT",
        lead="D09",
        members=[
            {"item_code": PENSION, "department": "D12"},
            {"item_code": BUILDING, "department": "D07", "needs": [PENSION]},
            {"item_code": DINING, "department": "D09", "needs": [BUILDING, HEALTH]},
            {"item_code": HEALTH, "department": "D11", "needs": [DINING], "waivable": True},
        ],
        joint_limit_days=10,
        joint_extension_days=5,
        effective_from="2020-01-01T00:00:00+08:00",
        cycles=[[DINING, HEALTH]],
    )


def feed(database: Database, events: Iterable[Event]) -> None:
    """Put what the events say into the read model, as they would come live."""
    for event in events:
        for change in READ_MODEL.project(event):
            if isinstance(change, Insert):
                columns = READ_MODEL.tables[change.table]
                marks = ", ".join(["%s"] * len(columns))
                database.run(
                    f"INSERT INTO {change.table} ({', '.join(columns)}) VALUES ({marks})",
                    change.row,
                )
            else:
                said = change.statement() if isinstance(change, Update) else change
                database.run(said.sql, said.params)


def many(count: int) -> Iterator[Event]:
    """Give items that differ in their names only, for paging."""
    story = Story()
    for number in range(count):
        story.item(f"{number:031d}", 1, f"分页测试事项{number:04d}")
    yield from story.events
