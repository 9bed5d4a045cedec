"""Lists: one page of a year's cases, tasks and village certificates, whatever is filtered."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from services.approval.projections import list_tasks
from services.approval.projections.desk import list_work
from services.chassis.eventlog.database import Database
from services.intake.projections import list_cases
from services.intake.projections.villages import list_certificates
from services.kernel.times import SHANGHAI
from tests.bench import bare
from tests.bench.ground import Ground, durability_through
from tests.bench.harness import Goal, Row, Scale, Sides
from tests.bench.rows.latency import p95

PAGES = 300
YEAR = datetime(2020, 1, 1, tzinfo=SHANGHAI)

CASES = """
INSERT INTO intake_model.case_row (project_no, state, item_code, channel, submitted_at, provisional,
    department, window_no, account)
SELECT 'c-' || n, (ARRAY['submitted', 'accepted', 'in_review', 'withdrawn', 'refused'])[1 + n % 5],
    'I' || n % 1462, (ARRAY['window', 'online', 'mobile', 'village'])[1 + n % 4],
    timestamptz '2020-01-01' + n * interval '100 seconds', false,
    'D' || lpad((n % 38)::text, 2, '0'), 'W' || lpad((n % 72)::text, 2, '0'), 'a-' || n % 30011
FROM generate_series(1, {rows}) AS n
"""
CASES_DONE = (
    "UPDATE intake_model.case_row SET state = 'completed' WHERE right(project_no, 2) > '03'"
)
TASKS = """
INSERT INTO approval_model.task (task_id, process_no, project_no, state, item_code, department,
    created_at, suspended, overdue)
SELECT 't-' || n, 'p-' || n / 9, 'c-' || n,
    (ARRAY['approved', 'approved', 'approved', 'approved', 'open', 'in_progress', 'blocked',
           'deemed_consented', 'cancelled', 'rejected'])[1 + n % 10],
    'I1', 'D' || lpad((n % 37)::text, 2, '0'),
    timestamptz '2020-01-01' + n * interval '100 seconds',
    (n % 211 = 0)::int, CASE WHEN n % 101 = 0 THEN ARRAY['PROMISED'] ELSE '{{}}' END
FROM generate_series(1, {rows}) AS n
"""
WORK = """
UPDATE approval_model.task SET
    promised_due_at = created_at + (mod(steps, 7) + 20) * interval '1 day',
    approaching = CASE WHEN right(task_id, 1) = '4' THEN created_at END,
    handler = CASE WHEN state = 'in_progress' THEN 'officer-' || right(task_id, 2) END
"""
CERTIFICATES = """
INSERT INTO intake_model.village_row (request_no, state, kind, village, township, channel,
    requested_at, overdue)
SELECT 'v-' || n, CASE WHEN n % 50 = 0 THEN 'requested' ELSE 'issued' END, 'residence',
    '3412XX' || lpad((n % 28)::text, 3, '0') || lpad((n % 14)::text, 3, '0'),
    '3412XX' || lpad((n % 28)::text, 3, '0'), 'app',
    timestamptz '2020-01-01' + n * interval '100 seconds', false
FROM generate_series(1, {rows}) AS n
"""


@dataclass(frozen=True)
class Listing:
    """One list: how it is filled and read, and what may be asked of it."""

    service: str
    table: str
    key: str
    fill: Sequence[str]
    rows: int
    read: Callable[..., Sequence[object]]
    filters: Sequence[Mapping[str, Any]]


LISTINGS = {
    "cases": Listing(
        "intake",
        "case_row",
        "project_no",
        (CASES, CASES_DONE),
        300_000,
        list_cases,
        (
            {},
            {"state": "submitted"},
            {"state": "completed"},
            {"department": "D07"},
            {"window": "W07"},
            {"department": "D07", "state": "in_review"},
            {"window": "W07", "state": "submitted", "channel": "online"},
            {"channel": "village"},
            {"item_code": "I77"},
            {"account": "a-77"},
            {"department": "no such department"},
        ),
    ),
    "tasks": Listing(
        "approval",
        "task",
        "task_id",
        (TASKS,),
        300_000,
        list_tasks,
        (
            {},
            {"department": "D07"},
            {"state": "open"},
            {"department": "D07", "state": "open"},
            {"department": "D07", "state": "rejected"},
            {"overdue": True},
            {"department": "D07", "overdue": True},
            {"suspended": True},
            {"department": "D07", "suspended": True},
            {"process_no": "p-17"},
        ),
    ),
    "work": Listing(
        "approval",
        "task",
        "task_id",
        (TASKS, WORK),
        300_000,
        list_work,
        (
            {},
            {"department": "D07"},
            {"department": "D07", "late": "late"},
            {"department": "D07", "late": "amber"},
            {"department": "D07", "item_code": "I1"},
            {"department": "D07", "handler": "officer-7"},
            {"department": "D07", "state": "approved"},
            {"department": "D07", "state": "blocked"},
        ),
    ),
    "certificates": Listing(
        "intake",
        "village_row",
        "request_no",
        (CERTIFICATES,),
        124_034,
        list_certificates,
        (
            {},
            {"state": "requested"},
            {"state": "verified"},
            {"township": "3412XX007"},
            {"village": "3412XX007007"},
            {"village": "3412XX007007", "state": "requested"},
        ),
    ),
}


@contextmanager
def filled(listing: Listing, ground: Ground, scale: Scale) -> Iterator[Sides]:
    count = scale.events(listing.rows)
    with ground.yard([listing.service]) as yard:
        with bare.connected(yard.admin_url) as connection, connection.cursor() as cursor:
            for statement in listing.fill:
                cursor.execute(statement.format(rows=count))
            cursor.execute(f"VACUUM ANALYZE {listing.service}_model.{listing.table}")
        database = yard.database(listing.service)
        seeds = itertools.count(1)
        found: list[float] = []

        def subject() -> float:
            chance = random.Random(next(seeds))
            taken = [_page_ms(database, listing, chance, count) for _ in range(scale.events(PAGES))]
            found.extend(taken)
            return p95(taken)

        def reference() -> float:
            name = listing.key
            sql = f"SELECT {name} FROM {listing.table} WHERE {name} = %s"  # our own names
            prefix = {"project_no": "c", "task_id": "t", "request_no": "v"}[name]
            return p95(
                [
                    _ms(lambda n=n: database.read(sql, (f"{prefix}-{n}",)))
                    for n in range(1, scale.events(PAGES))
                ]
            )

        try:
            yield Sides(
                subject,
                reference,
                durability=lambda: durability_through(database),
                notes=lambda: [
                    f"{count:,} rows, {len(listing.filters)} filters, at the front and behind a"
                    f" cursor anywhere; longest {max(found):.1f} ms"
                ],
            )
        finally:
            database.close()


def _page_ms(database: Database, listing: Listing, chance: random.Random, rows: int) -> float:
    """Time one page of 50: in front, or behind a moment of the year."""
    asked = chance.choice(listing.filters)
    moment = YEAR + timedelta(seconds=100 * chance.randrange(1, rows))
    after = None if chance.random() < 0.5 else (moment, "c")
    return _ms(lambda: listing.read(database, after=after, limit=51, **asked))


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _of(name: str) -> Callable[[Ground, Scale], AbstractContextManager[Sides]]:
    return partial(filled, LISTINGS[name])


def _row(name: str, what: str) -> Row:
    return Row(
        f"list-{name}",
        what,
        "ms p95",
        "a page of 50 by cursor, random filters and places",
        "bare SELECT by primary key",
        Goal(most=100),
        _of(name),
        slow=False,
        lower_is_better=True,
    )


ROWS = (
    _row("cases", "a page of 300,000 cases"),
    _row("tasks", "a page of 300,000 tasks"),
    _row("work", "a page of a work list over 300,000 tasks, what ends first on top"),
    _row("certificates", "a page of a year's 124,034 village certificates"),
)
