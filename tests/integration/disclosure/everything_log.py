"""Everything that can be counted, told at once to the read model and to an export."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

import msgspec

from banjian_verify.books import Books
from banjian_verify.export import EventLine
from banjian_verify.figures import PUBLISHED
from banjian_verify.run import Verdict, verify
from banjian_verify.trust import Trust
from services.chassis.events import Event
from services.disclosure.answers import published
from services.disclosure.domain.foi_terms import Point, Scale
from services.disclosure.measures import Measure, Question
from services.disclosure.projections import happenings as shown
from services.disclosure.projections.figures import answer
from services.kernel.aggregate import Aggregate
from services.kernel.calendar_seed import SEED_EDITIONS
from services.kernel.identifiers import stream_id
from services.kernel.times import SHANGHAI
from tests.contract import asked_stories
from tests.integration.disclosure.catalog_log import small_county
from tests.integration.disclosure.conftest import ReadSide, event
from tests.integration.disclosure.happenings_chance import REGIONS, happenings
from tests.integration.disclosure.happenings_log import Told, county, foi
from tests.unit.audit.made import make
from tests.unit.disclosure.foi_world import CALENDAR, OFFICER, TIMER, at, by
from tests.unit.disclosure.supervision_world import owing

YEAR_END = datetime(2020, 12, 31, 23, 59, 59, tzinfo=SHANGHAI)
LOGS = ("approval", "catalog", "disclosure", "intake")
ROUNDS = 9
"""How often each type of happening is told by chance."""


def said(month: int, day: int) -> str:
    return datetime(2020, month, day, 9, tzinfo=SHANGHAI).isoformat()


def somewhere(one: Event, number: int) -> Event:
    """Let an event be of a place, in turn."""
    place = REGIONS[number % len(REGIONS)]
    return msgspec.structs.replace(one, body=msgspec.structs.replace(one.body, region=place))


def cases() -> Iterator[Event]:
    """Tell of cases to which everything happens that is counted, in any order."""
    chance = random.Random(4)
    start = datetime(2020, 2, 3, 9, tzinfo=SHANGHAI)
    acts = (
        *("case-completed", "case-completed", "case-completed", "external-record-corrected"),
        *("external-record-retracted", "case-deleted-in-error", "acceptance-withdrawn"),
        *("case-reopened", "clock-recalculated", "case-resumed", "case-extended"),
    )
    lasting = {
        "item_code": "I01",
        "channel": "window",
        "department": "D01",
        "accepted_at": said(3, 2),
        "promised_due_at": said(3, 9),
    }
    yield from (  # in time, for it stood still for a while
        event(kind, number, project_no="case-0", **data)
        for number, (kind, data) in enumerate(
            (
                ("case-accepted", lasting),
                ("case-resumed", {"promised_due_at": said(3, 20)}),
                ("case-completed", {"completion_kind": 0, "completed_at": said(3, 16)}),
            ),
            1,
        )
    )
    position = 3
    for number in range(1, 120):
        case, at = f"case-{number}", start + timedelta(hours=60 * number)

        def moment(days: int, at: datetime = at) -> str:
            return (at + timedelta(days=chance.randrange(days))).isoformat()

        for turn in range(chance.randrange(1, 6)):
            position += 1
            kind = chance.choice(acts) if turn else "case-accepted"
            kind = "case-accepted" if chance.random() < 0.03 else kind
            every: dict[str, dict[str, Any]] = {
                "case-accepted": {
                    "item_code": chance.choice(("I01", "I02", "I09", "I99")),
                    "channel": chance.choice(("window", "online", "app", "provincial")),
                    "department": chance.choice(("D01", "D07")),
                    "accepted_at": moment(3),
                },
                "case-completed": {
                    "completion_kind": chance.choice((0, 0, 1, 2, 3, 6)),
                    "completed_at": moment(30),
                },
                "external-record-corrected": {
                    "record": chance.choice(("accept", "result", "process")),
                    "changed": {
                        name: said
                        for name, said in (
                            ("accepted_at", moment(9)),
                            ("promised_due_at", moment(20)),
                            ("completed_at", moment(40)),
                            ("completion_kind", 0),
                            ("department", "D12"),
                            ("item_code", "I02"),
                            ("channel", "app"),
                        )
                        if chance.random() < 0.4
                    },
                },
                "external-record-retracted": {
                    "record": chance.choice(("accept", "result", "process"))
                },
                "clock-recalculated": {
                    "clock": chance.choice(("PROMISED", "STATUTORY")),
                    "new_due_at": moment(30),
                },
            }
            data = every.get(kind, {})
            if kind in ("case-accepted", "case-resumed", "case-extended") and chance.random() < 0.8:
                data["promised_due_at"] = moment(20)
            yield somewhere(event(kind, position, project_no=case, **data), number)


def more() -> list[Aggregate]:
    """Give what the small house does not tell: requests that end otherwise, a week missed."""
    described, unpaid, withdrawn = (foi(f"F-1{number}", "2020-09-21") for number in range(3))
    due_on = date(2020, 10, 15)
    described.ask_correction(
        by(OFFICER, "2020-09-24"), "N-1", [Point.DESCRIPTION], due_on, CALENDAR
    )
    described.abandon(by(TIMER, "2020-10-16", 0), at("2020-10-16", 0))
    unpaid.ask_fee(by(OFFICER, "2020-09-24"), Scale.BY_PAGES, 101, "N-2", CALENDAR)
    unpaid.lapse_fee(by(TIMER, "2020-11-13", 0), at("2020-11-13", 0))
    withdrawn.withdraw(by(OFFICER, "2020-09-25"))
    missed = owing(unit="T01")
    missed.miss(by(TIMER, "2020-09-19", 0), "2020-W38.T01", at("2020-09-19", 0), CALENDAR)
    return [asked_stories.answered(), described, unpaid, withdrawn, missed]


def moved_limits() -> Iterator[Event]:
    """Tell of a task whose limit had not passed when it was said to: the calendar was amended."""
    old, new = said(8, 3), said(8, 5)
    task = {"process_no": "p-9", "task_id": "p-9/X", "project_no": "case-X", "clock": "PROMISED"}
    for number, (kind, data) in enumerate(
        (
            ("clock-breached", {"due_at": old}),
            ("clock-recalculated", {"old_due_at": old, "new_due_at": new}),
        ),
        1,
    ):
        told = event(kind, number, **task, **data)
        kind = f"approval.{kind}.v1"
        yield msgspec.structs.replace(told, source="approval", type=kind)


def calendars() -> Iterator[tuple[str, dict[str, Any]]]:
    """Tell of a year's arrangement as it was announced, and as it was amended (K06).

    The county has a day off of its own: what it says is another than what comes with everybody.
    """
    own = date(2020, 1, 13)
    for one in SEED_EDITIONS:
        if one.year != 2020:
            continue
        yield (
            "published" if one.version == 1 else "amended",
            {
                "year": one.year,
                "calendar_version": one.version,
                "document": one.document,
                "announced_on": one.announced_on,
                "days_off": [{"day": day} for day in (own, *one.days_off)],
                "work_days": [{"day": day} for day in one.work_days],
            },
        )


class World:
    """Everything that was told, here as rows of the read model and there as lines of an export."""

    def __init__(self, side: ReadSide) -> None:
        self.side = side
        told = Told(side)
        told.tell(*county(), *more())
        self.logs: dict[str, list[EventLine]] = {log: [] for log in LOGS}
        for one, (log, place) in zip(told.events, told.places, strict=True):
            self._keep(log, msgspec.structs.replace(one, position=place))
        self._tell("catalog", (somewhere(one, one.position) for one in small_county().events))
        self._tell("approval", moved_limits())
        self._tell("intake", cases())
        self._tell("intake", [event("case-delivered", 9_999, project_no="case-1", how="door")])
        template = small_county().events[0]
        self._tell(
            "catalog",
            (
                msgspec.structs.replace(
                    template,
                    type=f"catalog.work-calendar-{how}.v1",
                    stream=stream_id("calendar", "2020"),
                    version=number,
                    body=msgspec.structs.replace(
                        template.body, data=msgspec.Raw(msgspec.json.encode(data))
                    ),
                )
                for number, (how, data) in enumerate(calendars(), 1)
            ),
        )
        self._tell_by_chance(happenings(ROUNDS))
        self.places = {log: len(lines) for log, lines in self.logs.items()}

    def _tell(self, log: str, events: Iterable[Event]) -> None:
        """Tell of events behind those that were told."""
        for one in events:
            placed = msgspec.structs.replace(one, position=len(self.logs[log]) + 1)
            self.side.feed([placed])
            self._keep(log, placed)

    def _tell_by_chance(self, events: Iterable[Event]) -> None:
        """Tell of happenings; those of the own log are seen before they have a place."""
        placed = []
        for one in events:
            place = len(self.logs[one.source]) + 1
            self._keep(one.source, msgspec.structs.replace(one, version=place, position=place))
            own = one.source == "disclosure"
            placed.append(msgspec.structs.replace(one, version=place, position=0 if own else place))
        rows = [(one.version, one.stream) for one in placed if one.position == 0]
        database = self.side.database
        database.run(
            "INSERT INTO events (xid, id, stream, version, recorded_at)"
            " SELECT at::text::xid8, at, stream, at, now()"
            " FROM unnest(%s::bigint[], %s::uuid[]) AS told (at, stream)",
            ([at for at, _ in rows], [str(stream) for _, stream in rows]),
        )
        database.run(
            "INSERT INTO ledger SELECT at, at::text::xid8, at FROM unnest(%s::bigint[]) AS at",
            ([at for at, _ in rows],),
        )
        self.side.feed(placed, project=shown.project)

    def _keep(self, log: str, one: Event) -> None:
        at = datetime(2020, 12, 1, tzinfo=UTC)
        state = msgspec.json.encode(one.body)
        line = EventLine(one.position, one.stream, one.version, one.type, at, state)
        self.logs[log].append(line)

    def publish(self, measure: Measure, question: Question) -> EventLine:
        """Give the event by which the house publishes a figure."""
        said = published(answer(self.side.database, measure, question))
        data = {k: v for k, v in msgspec.to_builtins(said).items() if v is not None}
        state = msgspec.json.encode({"occurred_at": YEAR_END, "data": data})
        return EventLine(1, said.stream, 1, PUBLISHED, datetime(2020, 12, 1, tzinfo=UTC), state)

    @cached_property
    def read(self) -> Books:
        """Give what the verifier keeps of everything."""
        return self.books()

    def books(self, without: str = "") -> Books:
        """Let the verifier read everything, or all but one type of event."""
        books = Books()
        for line in (line for lines in self.logs.values() for line in lines):
            if line.topic != without:
                books(line)
        return books


class Export:
    """Everything that was told as an export; its figures stand at the end of disclosure's log."""

    def __init__(self, world: World, figures: Iterable[EventLine], **changed: EventLine) -> None:
        logs = {log: list(lines) for log, lines in world.logs.items()}
        for log, line in changed.items():
            logs[log][line.position - 1] = line
        for line in figures:
            logs["disclosure"].append(replace(line, position=len(logs["disclosure"]) + 1))
        self._logs = {log: make(lines, [len(lines)], log) for log, lines in logs.items()}

    def without(self, log: str) -> Export:
        del self._logs[log]
        return self

    def manifest(self) -> dict[str, Any]:
        services = {log: made.said for log, made in self._logs.items()}
        return {"format": "banjian-audit-export/1", "services": services}

    def lines(self, service: str, name: str) -> Iterator[bytes]:
        return self._logs[service].lines(service, name)

    def judge(self) -> Verdict:
        return verify(self, Trust())
