"""Logs to export: every golden event there is, one case whose days are known, and many cases."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import psycopg2

from services.kernel.identifiers import stream_id
from tests.golden.logs import FOLDER
from tests.integration.rebuild_logs import rows, seal_all
from tests.support.house import House
from tests.support.waiting import wait_until

Line = tuple[str, UUID, int, str, str]
"""service, stream, version, topic, state."""
PROJECT = "export-1"
BOTH = ["STATUTORY", "PROMISED"]


def golden() -> Iterator[Line]:
    """Give the events of every golden log, each log in streams of its own."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        if path.name.endswith(".fails.jsonl"):
            continue
        for line in path.read_text("utf-8").splitlines()[1:]:
            one = json.loads(line)
            stream = uuid5(NAMESPACE_URL, f"{path.name}/{one['stream']}")
            topic = one["topic"]
            yield topic.partition(".")[0], stream, one["version"], topic, one["state"]


def known_case() -> Iterator[Line]:
    """Give a case of the National Day of 2020, 7 working days of which 2 do not count.

    Accepted on Monday 28 September, suspended from Tuesday 29 to Friday 9 October (1-8 October
    are off: 29 and 30 September do not count), completed on Wednesday 14 October. Counted: 9, 10
    (Saturday, made up), 12, 13 and 14 October. The calendar is catalog's, amended for it.
    """
    steps: list[tuple[str, str, str, dict[str, Any]]] = [
        ("intake", "intake.case-accepted.v1", "2020-09-28T10:00:00+08:00", {
            "item_code": "I-EXPORT", "item_version": 1, "item_name": "=某事项",
            "case_type": "PROMISED", "channel": "window", "department": "D07", "mode": "manual",
            "accepted_at": "2020-09-28T10:00:00+08:00", "promised_limit": 5,
            "promised_unit": "WORKING_DAY", "promised_due_at": "2020-10-12T23:59:59+08:00",
            "statutory_limit": 20, "statutory_unit": "WORKING_DAY",
            "statutory_due_at": "2020-11-03T23:59:59+08:00", "subject_id": "s-secret-1",
        }),
        ("intake", "intake.case-suspended.v1", "2020-09-29T09:00:00+08:00", {
            "reason": "EXPERT_REVIEW", "suspended_at": "2020-09-29T09:00:00+08:00",
            "expected_days": 2, "clocks": BOTH,
        }),
        ("intake", "intake.case-resumed.v1", "2020-10-09T09:00:00+08:00", {
            "reason": "EXPERT_REVIEW", "resumed_at": "2020-10-09T09:00:00+08:00",
            "excluded_days": 2, "clocks": BOTH, "promised_due_at": "2020-10-14T23:59:59+08:00",
        }),
        ("intake", "intake.case-completed.v1", "2020-10-14T15:00:00+08:00", {
            "completion_kind": 0, "granted": True, "completed_at": "2020-10-14T15:00:00+08:00",
            "on_time": True,
        }),
        ("approval", "approval.task-created.v1", "2020-09-28T10:00:01+08:00", {
            "item_code": "I-EXPORT", "department": "D07",
            "promised_due_at": "2020-10-12T23:59:59+08:00",
            "accepted_at": "2020-09-28T10:00:00+08:00", "accepted_by": "clerk-1",
            "process_no": PROJECT, "task_id": PROJECT,
        }),
        ("approval", "approval.task-approved.v1", "2020-10-14T14:00:00+08:00", {
            "decided_at": "2020-10-14T14:00:00+08:00", "completion_kind": 0,
            "decided_by": "officer-1", "process_no": PROJECT, "task_id": PROJECT,
        }),
    ]  # fmt: skip
    off = [f"2020-10-{day:02}" for day in (1, 2, 5, 6, 7, 8)]
    calendar = {
        "year": 2020,
        "calendar_version": 99,
        "document": "国办发明电〔2020〕99号",
        "announced_on": "2020-01-02",
        "days_off": [{"day": day, "label": "国庆节"} for day in off],
        "work_days": [{"day": "2020-10-10", "label": "国庆节"}],
    }
    year = state("2020-01-02T09:00:00+08:00", "calendar/2020", calendar)
    yield "catalog", stream_id("calendar", "export"), 1, "catalog.work-calendar-amended.v1", year
    versions = {"intake": 0, "approval": 0}
    for service, topic, at, data in steps:
        versions[service] += 1
        said = state(at, PROJECT, {"project_no": PROJECT, **data})
        yield service, stream_id("case", f"{service}/{PROJECT}"), versions[service], topic, said


def many(cases: int) -> Iterator[Line]:
    """Give so many cases of four events in 2021, one a minute."""
    for number in range(cases):
        began = datetime(2021, 3, 1, tzinfo=UTC) + timedelta(minutes=number)
        case = f"many-{number}"
        told: tuple[tuple[str, dict[str, Any]], ...] = (
            ("intake.case-submitted.v1", {
                "item_code": f"I{number % 97}", "channel": "online", "subject_id": f"s-{number}",
                "submitted_at": began.isoformat(),
            }),
            ("intake.case-accepted.v1", {
                "item_code": f"I{number % 97}", "item_version": 1, "item_name": "某事项",
                "case_type": "PROMISED", "channel": "online", "department": f"D{number % 38:02}",
                "mode": "manual", "accepted_at": began.isoformat(),
                "promised_due_at": (began + timedelta(days=9)).isoformat(),
            }),
            ("intake.case-decided.v1", {"granted": True, "decided_at": began.isoformat()}),
            ("intake.case-completed.v1", {
                "completion_kind": 0, "granted": True, "completed_at": began.isoformat(),
            }),
        )  # fmt: skip
        for version, (topic, data) in enumerate(told, 1):
            said = state(began.isoformat(), case, {"project_no": case, **data})
            yield "intake", stream_id("case", case), version, topic, said


def state(at: str, subject: str, data: dict[str, Any]) -> str:
    """Spell what is stored of an event."""
    body = {
        "occurred_at": at,
        "subject": subject,
        "actor": {"kind": "person", "id": "clerk-1", "unit": "D07", "window": "7", "role": "clerk"},
        "correlation_id": subject,
        "data": data,
        "region": "3412XX",
        "department": data.get("department", ""),
    }
    return json.dumps(body, ensure_ascii=False)


def fill(house: House, lines: Iterable[Line]) -> None:
    """Write events into their logs and seal them."""
    told: dict[str, io.StringIO] = {}
    for service, stream, version, topic, said in lines:
        spelled = f"{stream}\t{version}\t{topic}\t\\\\x{said.encode().hex()}\n"
        told.setdefault(service, io.StringIO()).write(spelled)
    connection = psycopg2.connect(house.database_url)
    with connection, connection.cursor() as cursor:
        for service, text in told.items():
            text.seek(0)
            cursor.copy_expert(
                f"COPY {service}.events (stream, version, topic, state) FROM STDIN", text
            )
    connection.close()
    for service in told:
        unsealed = f"SELECT count(*) FROM {service}.events e LEFT JOIN {service}.ledger l"
        unsealed += " USING (xid, id) WHERE l.position IS NULL"
        wait_until(
            lambda name=service, asked=unsealed: (
                seal_all(house, name) >= 0 and rows(house, asked) == [(0,)]
            )
        )
