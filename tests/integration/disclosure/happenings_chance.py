"""Happenings by chance: every kind again and again, about few things, in any order."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from services.chassis.events import Body, Event
from services.kernel.facts import Actor, ActorKind
from services.kernel.identifiers import stream_id
from services.kernel.times import SHANGHAI

ACTOR = Actor(ActorKind.EXTERNAL, "test")
UNITS = ("D01", "D07", "D12")
REGIONS = ("3412XX", "3412XX001001", "341202")
RECORDS = {
    "training-held": "training_no",
    "score-imported": "period unit",
    "outreach-held": "outreach_no",
    "rectification-notice-issued": "notice_no",
    "circular-published": "circular_no",
    "lagging-unit-named": "period unit",
    "inspection-recorded": "inspection_no",
    "hall-visitors-counted": "counter",
    "page-visits-counted": "counter",
    "enquiries-counted": "counter",
}
"""What can be taken back, and what its stream is named by."""
CLOCKS = ("PROMISED", "STATUTORY", "JOINT")
Data = dict[str, Any]


class Chance:
    """Makes up what events say."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, *words: Any) -> Any:
        return self.random.choice(words)

    def thing(self, kind: str) -> str:
        return f"{kind}-{self.random.randrange(6)}"

    def moment(self) -> str:
        at = datetime(2020, 1, 1, tzinfo=SHANGHAI) + timedelta(days=self.random.randrange(400))
        return at.isoformat()

    def day(self) -> str:
        return self.moment()[:10]

    def number(self) -> int:
        return self.random.randrange(0, 5)

    def unit(self) -> str:
        return str(self.pick(*UNITS))


def once(chance: Chance) -> Iterator[tuple[str, Data]]:
    """Say what is said once of a thing: what comes later looks it up."""
    for number in range(6):
        task = {"project_no": f"c-{number}", "task_id": f"task-{number}", "item_code": "I01"}
        yield (
            "approval.task-created",
            {
                **task,
                "process_no": chance.pick(f"c-{number}", "p-1"),
                "department": chance.unit(),
                "accepted_at": chance.moment(),
                "promised_due_at": chance.pick(None, chance.moment()),
            },
        )
        yield (
            "intake.fee-paid",
            {
                "order_no": f"fee-{number}",
                "project_no": f"c-{number}",
                "channel": chance.pick("app", "portal", "cash"),
                "online": chance.pick(True, False),
                "paid_at": chance.moment(),
                "amount_fen": 100 * chance.number() + 7,
                "fee": chance.pick("a", "b"),
                "item_code": chance.pick("I01", "I02"),
            },
        )
        yield (
            "intake.agent-appointed",
            {
                "agency_no": f"agency-{number}",
                "project_nos": [],
                "appointed_at": chance.moment(),
                "account": chance.pick(None, "x", "y"),
            },
        )


def _task(c: Chance) -> Data:
    task = c.thing("task")
    return {"project_no": "c-1", "process_no": "p-1", "task_id": task, "department": c.unit()}


def _rated(c: Chance) -> Data:
    return {"project_no": c.thing("c"), "stage": c.pick(1, 2), "channel": c.pick("app", "window")}


def _village(c: Chance) -> Data:
    return {
        "request_no": c.thing("v"),
        "kind": c.pick("a", "b"),
        "village": c.pick(*REGIONS),
        "township": c.unit(),
        "channel": c.pick("app", "window"),
    }


def _counted(c: Chance) -> Data:
    return {"count": c.number(), "counter": c.pick("a", "b")}


MADE: Mapping[str, Callable[[Chance], Data]] = {
    "approval.task-ready": lambda c: {
        **_task(c), "ready_at": c.moment(), "promised_due_at": c.pick(None, c.moment()),
        "item_code": "I02",
    },
    "approval.clock-breached": lambda c: {
        **_task(c), "clock": c.pick(*CLOCKS), "due_at": c.pick("2020-06-01T00:00:00+08:00")
    },
    "approval.clock-recalculated": lambda c: {
        **_task(c), "clock": c.pick(*CLOCKS), "old_due_at": "2020-05-31T16:00:00Z",
        "new_due_at": c.pick("2020-06-03T00:00:00+08:00", "2020-05-03T00:00:00+08:00"),
    },
    "approval.task-deemed-consented": _task,
    "approval.deemed-consent-voided": _task,
    "approval.parallel-approval-started": lambda c: {
        "process_no": c.thing("p"), "kind": "X", "lead": c.unit(), "started_at": c.moment()
    },
    "approval.review-meeting-held": lambda c: {
        "meeting_no": c.thing("m"), "projects": [c.thing("p"), "p-9"], "held_at": c.moment()
    },
    "approval.certificate-served": lambda c: {
        "project_no": c.thing("c"), "how": c.pick("door", "window"), "served_at": c.moment()
    },
    "intake.case-delivered": lambda c: {
        "project_no": c.thing("c"), "how": c.pick("door", "window"), "delivered_at": c.moment()
    },
    "intake.fee-refunded": lambda c: {
        "order_no": c.thing("fee"), "project_no": "c-1", "amount_fen": 1 + c.number()
    },
    "intake.agency-completed": lambda c: {
        "agency_no": c.thing("agency"), "completed_at": c.moment()
    },
    "intake.village-certificate-requested": lambda c: {**_village(c), "requested_at": c.moment()},
    "intake.village-certificate-issued": lambda c: {**_village(c), "issued_at": c.moment()},
    "intake.evaluation-submitted": lambda c: {
        **_rated(c), "level": c.pick(1, 3, 4, 5), "submitted_at": c.moment()
    },
    "intake.bad-review-opened": _rated,
    "intake.bad-review-excluded": _rated,
    "intake.rectification-completed": lambda c: {**_rated(c), "completed_at": c.moment()},
    "intake.ticket-received": lambda c: {
        "ticket_no": c.thing("t"), "channel": c.pick("12345", "app"), "received_at": c.moment()
    },
    "intake.ticket-replied": lambda c: {
        "ticket_no": c.thing("t"), "unit": c.unit(), "on_time": c.pick(True, False),
        "replied_at": c.moment(),
    },
    "intake.ticket-supervised": lambda c: {
        "ticket_no": c.thing("t"), "lead_unit": c.unit(), "due_at": c.moment()
    },
    "intake.first-contact-assigned": lambda c: {
        "enquiry_no": c.thing("e"), "assigned_at": c.moment(), "unit": c.pick(None, c.unit())
    },
    "catalog.department-registered": lambda c: {
        "department": c.unit(), "name": "名", "level": 4, "region": c.pick(*REGIONS),
        "resident": c.pick(True, False), "since": c.day(), "until": c.pick(None, c.day()),
    },
    "catalog.region-registered": lambda c: {
        "region": c.thing("r"), "name": "名", "level": c.pick(5, 6)
    },
    "catalog.window-opened": lambda c: {
        "window": c.thing("w"), "label": "窗", "kind": "X", "since": c.day(),
        "department": c.pick(None, c.unit()),
    },
    "catalog.window-closed": lambda c: {"window": c.thing("w"), "on": c.day()},
    "catalog.staff-assigned": lambda c: {
        "staff": c.thing("s"), "unit": c.unit(), "since": c.day(),
        "window": c.pick(None, "w-1"),
    },
    "catalog.staff-left": lambda c: {"staff": c.thing("s"), "on": c.day()},
    "catalog.service-guide-published": lambda c: {"item_code": c.pick("I01", "I02", "I03")},
    "disclosure.entry-published": lambda c: {
        "entry_no": c.thing("e"), "facet": "X", "place": c.pick("", *REGIONS),
        "published_at": c.moment(),
    },
    "disclosure.foi-request-received": lambda c: {
        "request_no": c.thing("f"), "channel": "X", "applicant_category": "Y",
        "received_on": c.pick(None, c.day()),
    },
    "disclosure.foi-replied": lambda c: {
        "request_no": c.thing("f"), "replied_on": c.day(), "on_time": c.pick(True, False)
    },
    "disclosure.foi-withdrawn": lambda c: {"request_no": c.thing("f"), "withdrawn_on": c.day()},
    "disclosure.foi-overdue": lambda c: {"request_no": c.thing("f"), "due_at": c.moment()},
    "disclosure.foi-carried-forward": lambda c: {"request_no": c.thing("f"), "year": 2019},
    "disclosure.rectification-notice-issued": lambda c: {
        "notice_no": c.thing("n"), "on": c.day(), "unit": c.unit()
    },
    "disclosure.circular-published": lambda c: {"circular_no": c.thing("n"), "on": c.day()},
    "disclosure.lagging-unit-named": lambda c: {
        "period": c.pick("2020Q1", "2020Q2"), "unit": c.unit(), "on": c.day()
    },
    "disclosure.score-imported": lambda c: {
        "period": c.pick("2020Q1", "2020Q2", "2020Q3"), "on": c.day(),
        "score_hundredths": 8000 + c.number(), "rank": 1 + c.number(),
        "unit": c.pick(None, None, "D07"),
    },
    "disclosure.training-held": lambda c: {
        "training_no": c.thing("n"), "on": c.day(), "attendees": c.number()
    },
    "disclosure.inspection-recorded": lambda c: {
        "inspection_no": c.thing("n"), "on": c.day(), "unit": c.pick(None, c.unit())
    },
    "disclosure.outreach-held": lambda c: {
        "outreach_no": c.thing("n"), "form": c.pick("QUESTIONNAIRE", "VISIT", "SYMPOSIUM"),
        "on": c.day(), "count": c.number(), "enterprises": c.number(),
    },
    "disclosure.outreach-issue-raised": lambda c: {"issue_no": c.thing("n"), "on": c.day()},
    "disclosure.outreach-issue-resolved": lambda c: {"issue_no": c.thing("n"), "on": c.day()},
    "disclosure.card-issued": lambda c: {
        "warning_no": c.thing("n"), "colour": c.pick("RED", "YELLOW"), "on": c.day(),
        "unit": c.unit(),
    },
    "disclosure.card-withdrawn": lambda c: {
        "warning_no": c.thing("n"), "colour": c.pick("RED", "YELLOW"), "on": c.day()
    },
    "disclosure.supervision-obligation-met": lambda c: {
        "obligation_no": c.thing("n"), "cycle": "X", "unit": c.unit(), "on": c.day(),
        "late": c.pick(None, True, False),
    },
    "disclosure.supervision-obligation-missed": lambda c: {
        "obligation_no": c.thing("n"), "cycle": "X", "unit": c.unit(), "due_at": c.moment()
    },
    "disclosure.hall-visitors-counted": lambda c: {**_counted(c), "day": c.day()[:9] + "1"},
    "disclosure.page-visits-counted": lambda c: {
        **_counted(c), "page": "X", "begin": "2020-01-01", "end": c.pick("2020-06-30", "2020-07-01")
    },
    "disclosure.enquiries-counted": lambda c: {
        **_counted(c), "begin": "2020-01-01", "end": c.pick("2020-06-30", "2020-07-01")
    },
    "disclosure.supervision-record-retracted": lambda c: {
        "kind": c.pick(*RECORDS),
        "said_on": c.pick("2020-06-30", "2020-07-01"),
        "of": c.random.random(),
    },
}  # fmt: skip


class Streams:
    """Names the stream of each event; what is taken back is one that said something."""

    def __init__(self) -> None:
        self._said: dict[str, list[str]] = {}

    def of(self, topic: str, data: Data) -> UUID:
        name = topic.partition(".")[2]
        if name == "supervision-record-retracted":
            said = self._said.get(data["kind"]) or ["nothing"]
            return stream_id(data["kind"], said[int(data["of"] * len(said))])
        keys = RECORDS.get(name, "").split()
        key = " ".join(str(data.get(one)) for one in keys) or str(next(iter(data.values())))
        self._said.setdefault(name, []).append(key)
        return stream_id(name, key)


def happenings(rounds: int, seed: int = 1) -> Iterator[Event]:
    """Tell every type of event so many times; positions and versions are for who takes them."""
    chance, streams = Chance(seed), Streams()
    told = list(once(chance))
    again = [kind for kind in MADE for _ in range(rounds * (3 if "clock" in kind else 1))]
    chance.random.shuffle(again)
    for kind, data in told + [(kind, MADE[kind](chance)) for kind in again]:
        said = {name: word for name, word in data.items() if word is not None}
        body = Body(
            occurred_at=datetime.fromisoformat(chance.moment()),
            subject="x",
            actor=ACTOR,
            correlation_id="test",
            data=msgspec.Raw(msgspec.json.encode(said)),
            region=chance.pick(*REGIONS),
            department=chance.unit(),
        )
        source, stream = kind.partition(".")[0], streams.of(kind, data)
        yield Event(source, f"{kind}.v1", stream, 0, 0, 0, None, body)
