"""A log of the catalog, told by its own event classes, and the figures counted from it by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.catalog.domain.item_events import (
    BasicItemCancelled,
    BasicItemRegistered,
    Burden,
    CaseTypeChanged,
    ClaimWithdrawn,
    FeeSpecAdjusted,
    ItemCancelled,
    ItemClaimed,
    ItemDelegatedDown,
    ItemFrozen,
    ItemPublished,
    ItemReassignedUpward,
    ItemRevised,
    ItemSplit,
    ItemSuperseded,
    ItemUnfrozen,
    ManagementModeChanged,
    ProcessReengineered,
)
from services.catalog.domain.terms import (
    CaseType,
    Listing,
    Material,
    OpenCases,
    Programme,
    PublicList,
)
from services.chassis.eventlog.mapper import body_of, event_of
from services.chassis.events import Event
from services.kernel.aggregate import Aggregate, Fact
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id
from services.kernel.times import SHANGHAI

EDITOR = Actor(ActorKind.PERSON, "editor-1", role="catalog_editor")


def on(month: int, day: int = 1, year: int = 2020, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


LONG_AGO = on(1, 1, 2019)


class Log:
    """The catalog's log as it grows; every event has the next position."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._streams: dict[UUID, Aggregate] = {}

    def say(self, stream: str, kind: type[Fact], at: datetime, **fields: Any) -> Event:
        """Tell one event on the stream `item/I1`, which happened at `at`."""
        name, _, key = stream.partition("/")
        aggregate = self._streams.setdefault(
            stream_id(name, key), Aggregate.begin(stream_id(name, key))
        )
        facts = Facts(at, key, EDITOR, "test", region="3412XX")
        aggregate.record(kind, facts, **fields)
        [fact] = aggregate.collect_events()
        event = event_of(fact, body_of(fact))  # type: ignore[arg-type]
        event = msgspec.structs.replace(event, position=len(self.events) + 1)
        self.events.append(event)
        return event

    def publish(
        self,
        item: str,
        version: int = 1,
        at: datetime = LONG_AGO,
        *,
        item_type: str = "01",
        limits: tuple[int, int] = (20, 5),
        department: str = "D01",
        happened: datetime | None = None,
        **listing: Any,
    ) -> Event:
        """Publish a version of an item that stands in the hall, effective from `at`."""
        happened = happened or at
        said: dict[str, Any] = {"level": 4, "resident": True, "visits": 1} | listing
        materials = said.pop("materials", 3)
        return self.say(
            f"item/{item}",
            ItemPublished,
            happened,
            item_code=item,
            item_version=version,
            name=f"事项{item}",
            item_type=item_type,
            case_type=CaseType.PROMISED if limits[1] else CaseType.IMMEDIATE,
            department=department,
            department_name=f"{department}局",
            statutory_limit_days=limits[0],
            promised_limit_days=limits[1],
            lists=[PublicList.POWER],
            effective_from=at,
            published_at=happened,
            retroactive=at < happened,
            listing=Listing(materials=[Material(f"材料{n}") for n in range(materials)], **said),
        )

    def make_immediate(self, item: str, at: datetime, version: int = 2) -> Event:
        return self.say(
            f"item/{item}",
            CaseTypeChanged,
            at,
            item_code=item,
            item_version=version,
            before=CaseType.PROMISED,
            after=CaseType.IMMEDIATE,
        )

    def reengineer(
        self, item: str, at: datetime, before: tuple[int, int], after: tuple[int, int]
    ) -> Event:
        """Change steps and materials."""
        return self.say(
            f"item/{item}",
            ProcessReengineered,
            at,
            item_code=item,
            item_version=2,
            before=Burden(*before, 5),
            after=Burden(*after, 5),
        )

    def fee(self, item: str, at: datetime, fee: str = "工本费") -> Event:
        return self.say(
            f"item/{item}",
            FeeSpecAdjusted,
            at,
            item_code=item,
            item_version=2,
            fee=fee,
            before="10元",
            after="0元",
            basis="文件",
        )

    def revise(self, item: str, at: datetime, item_type: str, programme: Programme | None) -> Event:
        return self.say(
            f"item/{item}",
            ItemRevised,
            at,
            item_code=item,
            item_version=2,
            item_type=item_type,
            reason="调整",
            changes=[],
            programme=programme,
        )

    def supersede(
        self, item: str, at: datetime, programme: Programme, happened: datetime | None = None
    ) -> Event:
        return self.say(
            f"item/{item}",
            ItemSuperseded,
            happened or at,
            item_code=item,
            by="I01",
            effective_from=at,
            item_type="01",
            programme=programme,
            open_cases=OpenCases.FINISH_UNDER_OLD,
        )

    def end(self, item: str, at: datetime, happened: datetime | None = None) -> Event:
        return self.say(
            f"item/{item}",
            ItemCancelled,
            happened or at,
            item_code=item,
            reason="取消",
            effective_from=at,
            item_type="01",
            open_cases=OpenCases.FINISH_UNDER_OLD,
        )

    def freeze(self, item: str, at: datetime, until: datetime | None = None) -> Event:
        return self.say(
            f"item/{item}",
            ItemFrozen,
            at,
            item_code=item,
            reason="冻结",
            effective_from=at,
            until=until,
        )

    def claim(self, code: str, unit: str, level: int, at: datetime, **more: Any) -> Event:
        return self.say(
            f"claim/{unit}/{code}",
            ItemClaimed,
            at,
            catalog_code=code,
            unit=unit,
            unit_name=f"{unit}单位",
            level=level,
            batch_no=1,
            **more,
        )


def small_county() -> Log:
    """Tell a year of a small county: every kind of event, some late, some announced early."""
    log = Log()
    say, publish = log.say, log.publish
    for n in range(1, 9):
        publish(f"I{n:02d}", department=f"D{n % 2 + 1:02d}", visits=1 if n < 7 else 2, materials=n)
    publish("I09", item_type="20", limits=(5, 0), materials=0)
    publish("I10", item_type="20", limits=(3, 1), visits=None)
    publish("I11", item_type="07", resident=False, limits=(30, 10), online_depth=3)
    publish("I12", item_type="05", limits=(15, 15), statutory_unit="CALENDAR_DAY")
    publish("I13", item_type="10", limits=(9, 2))
    # Effective at the very beginning of the year, and announced before it.
    publish("I14", 1, on(1), happened=on(12, 1, 2019))
    # Promised becomes immediate; the version takes effect later than it is published.
    publish("I13", 2, on(4), item_type="10", limits=(9, 0), happened=on(3, 20))
    log.make_immediate("I13", on(3, 20))
    log.make_immediate("I13", on(9, 1))
    log.make_immediate("I09", on(5, 5))
    log.reengineer("I13", on(3, 20), (8, 9), (5, 6))
    log.reengineer("I13", on(6, 20), (5, 6), (4, 6))
    log.reengineer("I02", on(7, 2), (6, 4), (6, 1))
    log.supersede("I03", on(6, 1), Programme.LICENCE_STREAMLINING, on(5, 1))
    log.supersede("I04", on(7, 1), Programme.LICENCE_STREAMLINING)
    log.supersede("I05", on(8, 1), Programme.ADJUSTMENT)
    log.end("I06", on(9, 1), happened=on(8, 1))
    log.end("I08", on(12, 1, 2019))
    say("item/I12", ItemSplit, on(10), item_code="I12", into=["I15"], effective_from=on(10, 2),
        open_cases=OpenCases.FINISH_UNDER_OLD)  # fmt: skip
    log.freeze("I07", on(2), until=on(5))
    log.freeze("I02", on(3))
    say("item/I02", ItemUnfrozen, on(6), item_code="I02", reason="解冻", effective_from=on(6, 15))
    log.freeze("I02", on(11))
    say("item/I01", ManagementModeChanged, on(4), item_code="I01", before="审批", after="备案",
        effective_from=on(4, 15), reason="改革")  # fmt: skip
    say("item/I07", ItemReassignedUpward, on(4), item_code="I07", to_unit="34XX00", to_level=3,
        effective_from=on(5, 15), reason="上收")  # fmt: skip
    say("item/I15", ItemDelegatedDown, on(9, 20), item_code="I15", from_level=3,
        effective_from=on(10, 2), source_document="文件")  # fmt: skip
    publish("I15", 1, on(10, 2), item_type="10", department="D02", happened=on(9, 25))
    log.fee("I01", on(3, 3))
    log.fee("I01", on(8, 3), "检验费")
    log.fee("I02", on(8, 3))
    log.revise("I10", on(8, 8), "20", Programme.ADJUSTMENT)
    log.revise("I09", on(8, 8), "20", None)
    log.revise("I01", on(8, 8), "01", Programme.ADJUSTMENT)
    # A list somebody found in a drawer: it was in force long before it was published.
    publish("I16", 1, on(6), happened=on(11, 20), materials=8, limits=(40, 30))
    # Two versions out of the order of their moments: the later number wins where both are.
    publish("I01", 2, on(9), materials=2, visits=2, happened=on(8, 20))

    for code, kind in (("B1", "01"), ("B2", "20"), ("B3", "10")):
        say(f"basic/{code}", BasicItemRegistered, on(1, 2, 2018), catalog_code=code,
            name=f"基本{code}", item_type=kind, levels=[4, 5], basis="法",
            effective_from=on(2, 1, 2018))  # fmt: skip
    log.claim("B1", "D01", 4, on(1, 10), item_code="I01", online_depth=4, fully_online=True)
    log.claim("B1", "T01", 5, on(1, 11), online_depth=3)
    log.claim("B2", "D02", 4, on(2, 1), item_code="I02", online_depth=2)
    log.claim("B2", "T01", 5, on(2, 2), online_depth=4, fully_online=True)
    log.claim("B2", "V01", 6, on(2, 3), online_depth=4)
    log.claim("B3", "D01", 4, on(2, 4), item_code="I06", online_depth=3, fully_online=True)
    log.claim("B3", "D02", 4, on(2, 5), item_code="I11")
    log.claim("B3", "V01", 6, on(2, 6), item_code="I04")
    say("claim/T01/B2", ClaimWithdrawn, on(5, 1), catalog_code="B2", unit="T01", reason="撤")
    say("claim/V01/B2", ClaimWithdrawn, on(5, 2), catalog_code="B2", unit="V01", reason="撤")
    log.claim("B2", "V01", 6, on(9, 9), online_depth=1)
    log.claim("B1", "T01", 5, on(10, 9), online_depth=1, fully_online=True)
    say("basic/B1", BasicItemCancelled, on(11, 1), catalog_code="B1", reason="取消",
        effective_from=on(11, 15))  # fmt: skip
    # What comes after the claims and changes what they say.
    publish("I11", 2, on(8), item_type="07", resident=False, limits=(30, 10), online_depth=2)
    say("basic/B3", BasicItemRegistered, on(9, 1), catalog_code="B3", name="基本B3",
        item_type="05", levels=[4], basis="法", effective_from=on(9, 15))  # fmt: skip
    log.freeze("I01", on(12, 10))
    log.end("I11", on(12, 20))
    return log


def moment_of(event: Event, data: dict[str, Any]) -> datetime:
    """Give the legal moment: when it takes effect, else when it happened."""
    said = data.get("effective_from")
    return datetime.fromisoformat(said) if said else event.body.occurred_at


class Oracle:
    """The figures at (position, as_of), from the events one by one and without SQL."""

    def __init__(
        self, events: list[Event], position: int, as_of: datetime, begin: datetime, end: datetime
    ) -> None:
        self.begin, self.end = begin, end
        self.by: dict[str, list[tuple[datetime, Event, dict[str, Any]]]] = defaultdict(list)
        for event in events:
            data = msgspec.json.decode(event.body.data)
            at = moment_of(event, data)
            if event.position <= position and at <= as_of:
                name = event.type.removeprefix("catalog.").removesuffix(".v1")
                self.by[name].append((at, event, data))
        self.as_of = as_of

    def _items(self, until: datetime | None = None) -> dict[str, dict[str, Any]]:
        """Give the versions in force now, or when a period begins at `until`."""
        found: dict[str, tuple[tuple[bool, int], dict[str, Any]]] = {}
        for at, _, data in self.by["item-published"]:
            if until is not None and at > until:
                continue
            before = until is None or at < until
            rank = (before, data["item_version"] if before else -data["item_version"])
            if data["item_code"] not in found or found[data["item_code"]][0] < rank:
                found[data["item_code"]] = (rank, data)
        for kind in ("item-cancelled", "item-superseded", "item-split"):
            for at, _, data in self.by[kind]:
                if until is None or at < until:
                    found.pop(data["item_code"], None)
        return {code: data for code, (_, data) in found.items()}

    def _changed(self, kind: str, **wanted: Any) -> set[str]:
        return {
            data["item_code"]
            for at, _, data in self.by[kind]
            if self.begin <= at <= self.end
            and all(data.get(name) == value for name, value in wanted.items())
        }

    def figures(self) -> dict[str, tuple[int, int | None]]:
        """Give numerator and denominator of every measure of the catalog."""
        hall = [i for i in self._items().values() if i["listing"].get("resident")]
        days = [i for i in hall if _unit(i, "promised") == _unit(i, "statutory") == "WORKING_DAY"]
        compressed = [
            i for i in days if i["item_type"] in ("01", "05", "06", "07", "08", "10", "11")
        ]
        limited = [
            i for i in hall if i["promised_limit_days"] and _unit(i, "promised") == "WORKING_DAY"
        ]
        statutory = sum(i["statutory_limit_days"] for i in compressed)
        once = sum(i["listing"].get("visits", 99) <= 1 for i in hall)
        materials = sum(len(i["listing"].get("materials", ())) for i in hall)

        start = self._items(self.begin)
        licences = {code for code, i in start.items() if i["item_type"] == "01"}
        promised = {code for code, i in start.items() if i["case_type"] == "PROMISED"}
        merged = self._changed("item-superseded", programme="LICENCE_STREAMLINING")
        immediate = self._changed("case-type-changed", before="PROMISED", after="IMMEDIATE")
        again = [d for at, _, d in self.by["process-reengineered"] if self.begin <= at <= self.end]

        kinds = {
            "S40a": self._changed("item-cancelled"),
            "S40b": self._changed("management-mode-changed"),
            "S40c": self._changed("item-superseded", programme="ADJUSTMENT"),
            "S40d": self._changed("item-frozen"),
            "S40e": self._changed("item-reassigned-upward"),
            "S40f": self._changed("item-delegated-down"),
            "S40g": self._changed("fee-spec-adjusted"),
            "S40h": self._changed("item-revised", item_type="20", programme="ADJUSTMENT"),
        }
        return {
            "S09": (once, len(hall)),
            "S10": (len(merged & licences), len(licences)),
            "S11": (len(immediate & promised), len(promised)),
            "S12": _fewer("steps", again),
            "S13": _fewer("materials", again),
            "S14": (statutory - sum(i["promised_limit_days"] for i in compressed), statutory),
            "S15": (sum(i["promised_limit_days"] for i in limited), len(limited)),
            "S16": (materials, len(hall)),
            "S40": (sum(map(len, kinds.values())), None),
            **{name: (len(items), None) for name, items in kinds.items()},
            **self._claims(),
        }

    def _claims(self) -> dict[str, tuple[int, int | None]]:
        said = sorted((e.version, e.stream, d) for _, e, d in self.by["item-claimed"])
        said = [s for s in said if self._inside(s[1], s[0])]
        claims = {stream: (version, data) for version, stream, data in said}
        gone = {e.stream: e.version for _, e, _ in self.by["claim-withdrawn"]}
        standing = {s: d for s, (version, d) in claims.items() if gone.get(s, 0) < version}
        frozen: dict[str, datetime | None] = {}
        turns = [(at, e.position, "until", d) for at, e, d in self.by["item-frozen"]]
        turns += [(at, e.position, "", d) for at, e, d in self.by["item-unfrozen"]]
        for _, _, turn, data in sorted(turns, key=lambda one: one[:2]):
            frozen.pop(data["item_code"], None)
            if turn:
                until = data.get("until")
                frozen[data["item_code"]] = datetime.fromisoformat(until) if until else None
        stopped = {i for i, until in frozen.items() if until is None or until > self.as_of}
        stopped |= {d["item_code"] for _, _, d in self.by["item-cancelled"]}
        ended = {d["catalog_code"] for _, _, d in self.by["basic-item-cancelled"]}
        used = [
            d
            for d in standing.values()
            if d["catalog_code"] not in ended and d.get("item_code") not in stopped
        ]
        lists = self._latest()
        depth = [_said(d, lists, "online_depth") or 0 for d in standing.values()]
        online = [_said(d, lists, "fully_online") for d in standing.values()]
        return {
            "S22": (sum(d["level"] == 4 for d in standing.values()), None),
            "S23": (sum(d["level"] in (5, 6) for d in standing.values()), None),
            "S24": (len(used), len(claims)),
            "S25": (sum(d >= 3 for d in depth), len(standing)),
            "S26": (sum(map(bool, online)), len(standing)),
        }

    def _inside(self, stream: UUID, version: int) -> bool:
        """Say whether the latest claim of its stream lies in the period."""
        latest = max(e.version for _, e, _ in self.by["item-claimed"] if e.stream == stream)
        at = {e.version: at for at, e, _ in self.by["item-claimed"] if e.stream == stream}
        return version == latest and self.begin <= at[version] <= self.end

    def _latest(self) -> dict[str, dict[str, Any]]:
        said = sorted(
            (
                (d["item_code"], d["item_version"], d["listing"])
                for _, _, d in self.by["item-published"]
            ),
            key=lambda one: one[:2],
        )
        return {code: listing for code, _, listing in said}


def _said(claim: dict[str, Any], lists: dict[str, dict[str, Any]], name: str) -> Any:
    return claim.get(name, lists.get(claim.get("item_code", ""), {}).get(name))


def _fewer(what: str, changes: list[dict[str, Any]]) -> tuple[int, int]:
    before = sum(d["before"][what] for d in changes)
    return before - sum(d["after"][what] for d in changes), before


def _unit(item: dict[str, Any], limit: str) -> str:
    return str(item["listing"].get(f"{limit}_unit", "WORKING_DAY"))
