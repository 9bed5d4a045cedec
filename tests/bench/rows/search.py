"""Search: any question to the catalog, over the county's entries and over as many items."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from services.catalog.projections import READ_MODEL
from services.catalog.projections.search import Asked, Key, search
from services.chassis.eventlog.database import Database
from services.chassis.events import Body, Event
from services.chassis.rebuild.loader import Loader
from services.kernel.facts import Actor, ActorKind
from services.kernel.identifiers import stream_id
from tests.bench import bare
from tests.bench.ground import Ground, durability_through
from tests.bench.harness import Goal, Row, Scale, Sides
from tests.bench.rows.latency import p95

QUESTIONS = 400
PAGE = 20
BASICS, ITEMS, CLAIMS = 1_500, 1_462, 32_637
NOW = datetime(2020, 11, 23, tzinfo=UTC)
ACTOR = Actor(ActorKind.SYSTEM, "bench")

_WHAT = """
建筑工程施工许可 食品经营许可 公共场所卫生许可 道路运输经营许可 取水许可 河道采砂 林木采伐
动物防疫条件 特种设备使用登记 民办学校设立 社会团体成立登记 户口迁移 居民身份证补领
不动产首次登记 城乡居民基本养老保险参保 医疗救助对象待遇核准 再生育审批 残疾人证办理
烟草专卖零售许可 排污许可 危险化学品经营许可 出版物零售 营业性演出审批 农药经营许可
种子生产经营许可 商品房预售许可 城市道路挖掘审批 燃气经营许可 人力资源服务许可
医师执业注册 护士执业注册 企业投资项目备案 招标事项核准
""".split()  # noqa: SIM905 - one name a line would be a page
_ACT = """
新办 变更 延续 补发 注销 年检 备案 核准 确认 给付 审批 初审 首次申请 续期 撤销 登记
""".split()  # noqa: SIM905
_WHO = """
个体工商户 企业 事业单位 社会组织 农民专业合作社 老年人 残疾人 退役军人 高校毕业生 外省人员
""".split()  # noqa: SIM905
_LONG = "我想在县城新区开一家小餐馆需要办理食品经营许可证和公共场所卫生许可证请问带什么材料"


def name_of(number: int) -> str:
    """Give a name as lists have them; different for every number below 100,000."""
    what, rest = _WHAT[number % len(_WHAT)], number // len(_WHAT)
    act, rest = _ACT[rest % len(_ACT)], rest // len(_ACT)
    who, more = _WHO[rest % len(_WHO)], rest // len(_WHO)
    return f"{what}（{who}{act}{f'·第{more}类' if more else ''}）"


def _event(topic: str, stream: str, data: dict[str, Any]) -> Event:
    body = Body(NOW, stream, ACTOR, "bench", msgspec.Raw(msgspec.json.encode(data)))
    kind, _, key = stream.partition("/")
    return Event("catalog", f"catalog.{topic}.v1", stream_id(kind, key), 1, 0, 0, None, body)


def events(items: int, claims: int) -> Iterator[Event]:
    """Give what a county publishes: basic items, items with their lists, claims of 424 units."""
    for number in range(BASICS):
        code = f"0001{number:05d}000"
        said = {
            "catalog_code": code,
            "name": name_of(number),
            "item_type": "01",
            "levels": [4, 5, 6],
            "basis": "",
            "effective_from": "2019-01-01T00:00:00+08:00",
        }
        yield _event("basic-item-registered", f"basic/{code}", said)
    for number in range(items):
        code = f"123412XX0000000{number % 38:02d}X4{number:05d}{number % BASICS:07d}"
        immediate = number % 3 == 0
        said = {
            "item_code": code,
            "item_version": 1,
            "name": name_of(number),
            "item_type": ("01", "05", "07", "10", "20")[number % 5],
            "case_type": "IMMEDIATE" if immediate else "PROMISED",
            "department": f"D{number % 38:02d}",
            "department_name": f"第{number % 38}局",
            "statutory_limit_days": 20,
            "promised_limit_days": 0 if immediate else 7,
            "lists": ["POWER"],
            "effective_from": "2019-06-01T00:00:00+08:00",
            "published_at": "2019-05-01T00:00:00+08:00",
            "retroactive": False,
            "listing": {
                "catalog_code": f"0001{number % BASICS:05d}000",
                "level": 4,
                "resident": number % 3 == 0,
                "audience": [1, 2],
                "topics_people": ["生育收养"],
                "materials": [{"name": f"材料{n}"} for n in range(4)],
                "basis": "《中华人民共和国行政许可法》" * 20,
            },
        }
        yield _event("item-published", f"item/{code}", said)
    for number in range(claims):
        unit = f"3412XX{100 + number % 28:03d}{number % 15:03d}"
        code = f"0001{number % BASICS:05d}000"
        said = {
            "catalog_code": code,
            "unit": f"{unit}{number // BASICS:02d}",
            "unit_name": f"第{number % 423}村",
            "level": 6,
            "batch_no": 1,
        }
        yield _event("item-claimed", f"claim/{number}", said)


def questions(seed: int, number: int) -> list[Asked]:
    """Give varied questions: one character, words, whole names, long ones, codes, filters."""
    chance = random.Random(seed)
    found: list[Asked] = []
    for _ in range(number):
        name = name_of(chance.randrange(4_000))
        first = chance.randrange(len(name) - 4)
        q = chance.choice(
            (
                chance.choice("许可证办登公的社居核人"),
                name[first : first + 2],
                name[first : first + 4],
                name,
                f"{name[:3]} {chance.choice(_ACT)}",
                _LONG[: chance.randrange(10, len(_LONG))],
                chance.choice(_LONG) + chance.choice(_LONG),
                f"000100{chance.randrange(10)}",
                "",
            )
        )
        filters = chance.choice(
            (
                {},
                {},
                {"department": f"D{chance.randrange(38):02d}"},
                {"case_type": "IMMEDIATE", "audience": 1},
                {"item_type": "20"},
                {"unit": f"3412XX1{chance.randrange(28):02d}"},
                {"status": "open"},
                {"kind": "claim"},
            )
        )
        found.append(Asked(at=NOW + timedelta(days=1), q=q, **filters))
    return found


@contextmanager
def filled(url: str, items: int, claims: int) -> Iterator[None]:
    """Fill the read model as a rebuild does."""
    with bare.connected(url) as connection:
        loader = Loader(connection, READ_MODEL, "catalog_model")
        for event in events(items, claims):
            loader.apply(READ_MODEL.project(event))
        loader.flush()
        loader.close()
        with connection.cursor() as cursor:
            cursor.execute("SET search_path = catalog_model; ANALYZE entry, basic_item, claim")
            cursor.execute("ANALYZE item_version")
    yield


def _of(items: int, claims: int) -> Callable[[Ground, Scale], AbstractContextManager[Sides]]:
    @contextmanager
    def opened(ground: Ground, scale: Scale) -> Iterator[Sides]:
        with ground.yard(["catalog"]) as yard, filled(yard.admin_url, items, claims):
            database = yard.database("catalog")
            seeds = itertools.count(1)
            codes = [row[0] for row in database.read("SELECT code FROM entry LIMIT 2000")]
            found: list[float] = []
            deepest: list[float] = []

            def subject() -> float:
                asked = questions(next(seeds), scale.events(QUESTIONS))
                taken = [_timed(lambda q=q: search(database, q, limit=PAGE)) for q in asked]
                deep = [_deep(database, q) for q in asked[:: max(1, len(asked) // 20)]]
                found.extend(taken)
                deepest.extend(deep)
                return p95([*taken, *deep])

            def reference() -> float:
                sql = "SELECT version, unit FROM entry WHERE code = %s LIMIT 1"
                return p95([_timed(lambda c=c: database.read(sql, (c,))) for c in codes[:400]])

            try:
                yield Sides(
                    subject,
                    reference,
                    durability=lambda: durability_through(database),
                    notes=lambda: [
                        f"{items + claims:,} entries; {len(found):,} questions: {_spread(found)}",
                        f"pages from the 30,000th hit on: {_spread(deepest)}",
                    ],
                )
            finally:
                database.close()

    return opened


def _deep(database: Database, asked: Asked) -> float:
    """Time a page in the middle of everything, behind a cursor."""
    everything = Asked(at=asked.at, q=asked.q[:1])
    after = Key(4, 12, "3412XX110")
    return _timed(lambda: search(database, everything, after, PAGE))


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _spread(values: Sequence[float]) -> str:
    middle = sorted(values)[len(values) // 2] if values else 0.0
    return f"p50 {middle:.1f} ms, p95 {p95(list(values)):.1f} ms, longest {max(values):.1f} ms"


ROWS = (
    Row(
        "search",
        f"search the catalog: {ITEMS:,} items and {CLAIMS:,} claims",
        "ms p95",
        "one page of 20 with the number of all hits",
        "bare SELECT by primary key",
        Goal(most=100),
        _of(ITEMS, CLAIMS),
        slow=False,
        lower_is_better=True,
    ),
    Row(
        "search-items",
        "search the catalog: 33,000 items, each with its own name",
        "ms p95",
        "one page of 20 with the number of all hits",
        "bare SELECT by primary key",
        Goal(most=100),
        _of(33_000, 0),
        slow=False,
        lower_is_better=True,
    ),
)
