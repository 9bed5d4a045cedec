"""Parallel approval: projects of nine tasks, from acceptance to certificate, and bare appends."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import contracts
from services.approval.application import Approval
from services.approval.application.ports import CertificateWords, Checked, DecisionWords
from services.approval.domain import Member, Scheme, SchemeMember
from services.approval.domain.certificate_terms import Grant
from services.approval.domain.decision_terms import DecisionResult, Paper, Seal, Wording
from services.approval.projections import READ_MODEL, homes_of, project
from services.chassis.eventlog.database import Database
from services.kernel.certificate_numbers import CertificateNumber
from services.kernel.facts import Actor, ActorKind, Facts
from tests.bench import bare
from tests.bench.ground import Ground, durability_through
from tests.bench.harness import Goal, Row, Scale, Sides
from tests.support.catalog import Story

CASES = 200
"""Of a measurement; five rounds make the thousand."""
TASKS = 9
ITEMS = [f"123412XXMB00000{number}X4000100001000" for number in range(11, 11 + TASKS)]
NEEDS = [(), *[(ITEMS[0],)] * (TASKS - 2), tuple(ITEMS[1:-1])]
"""One opens, seven side by side wait for it, the last waits for these."""
CLERK = Actor(ActorKind.PERSON, "clerk-1", unit="D00", window="07", role="clerk")
LAW = "《中华人民共和国行政许可法》第三十八条"
DIGEST = sha256(b"paper").hexdigest()


class _NoFiles:
    """Papers as far as the log goes: making and signing PDFs is measured nowhere here."""

    def decision(self, words: DecisionWords) -> Paper:
        return self._paper(words.decision_no)

    def certificate(self, words: CertificateWords) -> Paper:
        return self._paper(words.certificate_no)

    def sealed(self, document_hash: str, seal: str, place: str) -> str:
        return document_hash

    def file(self, digest: str) -> bytes:
        raise NotImplementedError

    def check(self, file: bytes) -> Checked:
        raise NotImplementedError

    def _paper(self, number: str) -> Paper:
        code = sha256(number.encode()).hexdigest()
        return Paper(sha256(code.encode()).hexdigest(), code)


def officer(number: int) -> Actor:
    """Give the officer of one of the nine departments, who keeps its seal too."""
    return Actor(ActorKind.PERSON, f"officer-{number}", unit=f"D{number}", role="officer")


def approval_of(database: Database) -> Approval:
    """Give approval as the service has it, with nine items, their scheme and their seals."""
    members = [
        SchemeMember(code, f"D{number}", needs)
        for number, (code, needs) in enumerate(zip(ITEMS, NEEDS, strict=True))
    ]
    scheme = Scheme("BENCH", 1, "PRIVATE_INVESTMENT", "D0", 45, 15, members)
    approval = Approval(
        database, READ_MODEL, homes=homes_of, schemes=lambda *_: scheme, region="3412XX"
    )
    approval.papers = _NoFiles()
    last = f"D{TASKS - 1}"
    since = datetime(2020, 1, 1, tzinfo=UTC).date()
    approval.seals = lambda _, seal: Seal(seal, last, f"officer-{TASKS - 1}", since)
    approval.holder = lambda *_: "s-1"
    story, item = Story(), dict(contracts.example("catalog.item-published.v1", "minimal"))
    for number, code in enumerate(ITEMS):
        own = {"item_code": code, "item_version": 1, "department": f"D{number}"}
        story.tell("item-published", f"item/{code}", **(item | own))
    for event in story.events:
        approval.change(*project(event))
    return approval


class Cases:
    """Takes projects through the application, one command a commit."""

    def __init__(self, database: Database) -> None:
        self._approval = approval_of(database)

    def run(self, number: int) -> None:
        """Take one project from its acceptance to its certificate."""
        name, approval = f"GC-{number}", self._approval
        members = [
            Member(f"{name}-{place}", code, f"D{place}", 1) for place, code in enumerate(ITEMS)
        ]
        approval.open_process(_facts(name, CLERK), name, "BENCH", 1, members, "clerk-1", "07")
        for place, member in enumerate(members):
            about = _facts(name, officer(place))
            approval.decide(about, member.project_no, True, 0, key=f"{name}/{place}")
        last, task = officer(TASKS - 1), f"{name}/{ITEMS[-1]}"
        said = Wording(f"住建许{number}号", DecisionResult.GRANTED, ["conditions_met"], [LAW])
        filed = approval.issue_decision(_facts(name, last), task, said, key=f"{name}/d")
        paper = sha256(sha256(filed.key.encode()).hexdigest().encode()).hexdigest()
        approval.apply_seal(_facts(name, last), filed.key, "seal-1", paper, "hall", key=f"{name}/s")
        grant = Grant(
            CertificateNumber("11100000000013338W011", "11430000006122244L", f"{number:018d}"),
            "建筑工程施工许可证",
            "s-1",
            datetime.now(UTC).date(),
        )
        approval.issue_certificate(_facts(name, last), filed.key, grant, key=f"{name}/c")


def _facts(name: str, actor: Actor) -> Facts:
    now = datetime.now(UTC)
    return Facts(now, name, actor, "bench", region="3412XX", department=actor.unit)


@contextmanager
def cases_of_nine(ground: Ground, scale: Scale) -> Iterator[Sides]:
    with ground.yard(["approval"]) as yard, bare.connected(yard.admin_url) as connection:
        bare.make_table(yard.admin_url)
        connection.autocommit = False
        database = yard.database("approval")
        cases, numbers, many = Cases(database), itertools.count(1), scale.events(CASES)
        commits: list[list[tuple[str, bytes]]] = []

        def subject() -> float:
            started = time.perf_counter()
            for _ in range(many):
                cases.run(next(numbers))
            seconds = time.perf_counter() - started
            if not commits:
                commits.extend(_last_case(database))
            return many / seconds

        def reference() -> float:
            """The same rows in the same commits, ready-made but for their streams."""
            statement = bare.INSERT.format(table="bare_events")
            started = time.perf_counter()
            for _ in range(many):
                stream = uuid4()
                version = itertools.count(1)
                for rows in commits:
                    _append(connection, statement, stream, version, rows)
            return many / (time.perf_counter() - started)

        def notes() -> list[str]:
            events = sum(len(rows) for rows in commits)
            return [f"{events} events in {len(commits)} commits a case, {TASKS} tasks"]

        try:
            yield Sides(subject, reference, {}, lambda: durability_through(database), notes)
        finally:
            database.close()


def _append(
    connection: Any,
    statement: str,
    stream: UUID,
    version: Iterator[int],
    rows: Sequence[tuple[str, bytes]],
) -> None:
    with connection.cursor() as cursor:
        for topic, state in rows:
            cursor.execute(statement, (str(stream), next(version), topic, state))
    connection.commit()


def _last_case(database: Database) -> list[list[tuple[str, bytes]]]:
    """Give what the last case appended, commit by commit."""
    rows = database.read(
        "SELECT xid::text, topic, state FROM events WHERE xid >= (SELECT max(xid) FROM events"
        " WHERE topic = 'approval.parallel-approval-started.v1') ORDER BY xid, id"
    )
    return [
        [(topic, bytes(state)) for _, topic, state in group]
        for _, group in itertools.groupby(rows, key=lambda row: row[0])
    ]


ROWS = (
    Row(
        "parallel",
        "parallel cases of nine tasks, from acceptance to certificate",
        "cases/s",
        "commands of approval: open, nine decisions, document, seal, certificate",
        "psycopg2, the same events in the same commits",
        Goal(),
        cases_of_nine,
    ),
)
