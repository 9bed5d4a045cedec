"""Every figure equals an independent count from plain rows, on any day and in any breakdown."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from services.chassis.events import Event
from services.disclosure.measures import MEASURES, Count, Question
from services.disclosure.projections.figures import answer, cells, list_cases
from tests.integration.disclosure.conftest import ReadSide, event
from tests.integration.disclosure.oracle import Row, count

LOG = Path(__file__).parents[4] / "shared" / "data" / "receipt.csv"
ALL = tuple(Count)


def _events(rows: Sequence[Row]) -> list[Event]:
    """Give the events of these cases in the order they became known: acceptance first, always."""
    known: list[tuple[datetime, int, Row]] = []
    for row in rows:
        known.append((row.accepted_at, 0, row))
        if row.completed_at is not None:
            known.append((max(row.completed_at, row.accepted_at), 1, row))
    known.sort(key=lambda k: (k[0], k[1], k[2].case_no))
    events = []
    for position, (_, what, row) in enumerate(known, start=1):
        if what == 0:
            data = {
                "project_no": row.case_no,
                "item_code": "I1",
                "channel": row.channel,
                "department": row.department,
                "accepted_at": row.accepted_at.isoformat(),
            }
            if row.due_at:
                data["promised_due_at"] = row.due_at.isoformat()
            events.append(event("case-accepted", position, **data))
        else:
            assert row.completed_at is not None
            events.append(
                event(
                    "case-completed",
                    position,
                    project_no=row.case_no,
                    completion_kind=row.kind,
                    completed_at=row.completed_at.isoformat(),
                )
            )
    return events


def _read_log() -> list[Row]:
    if not LOG.exists():
        pytest.skip("../shared/data/receipt.csv is not here")
    rows = {}
    with LOG.open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            moments = [
                datetime.fromisoformat(line[name]) if line[name] else None
                for name in ("case:startdate", "case:deadline", "case:enddate")
            ]
            assert moments[0] is not None
            rows[line["case:concept:name"]] = Row(
                line["case:concept:name"],
                line["case:channel"],
                line["case:department"],
                moments[0],
                moments[1],
                moments[2],
            )
    return list(rows.values())


def _invented(cases: int = 300) -> list[Row]:
    chance = random.Random(7)
    start = datetime(2020, 1, 2, 9, tzinfo=UTC)
    rows = []
    for n in range(cases):
        accepted = start + timedelta(hours=chance.randrange(24 * 200))
        due = (
            accepted + timedelta(days=chance.choice([1, 5, 20])) if chance.random() < 0.7 else None
        )
        done = accepted + timedelta(hours=chance.randrange(-3, 600))
        rows.append(
            Row(
                f"C{n:04d}",
                chance.choice(["window", "online", "app"]),
                chance.choice(["D01", "D02", "D03"]),
                accepted,
                due,
                done if chance.random() < 0.9 else None,
                chance.choice([0, 0, 0, 1, 2, 3, 4, 5, 6]),
            )
        )
    return rows


def _check(read_side: ReadSide, rows: Sequence[Row], days: Sequence[datetime]) -> None:
    events = _events(rows)
    read_side.feed(events)
    positions = {"intake": len(events)}
    for as_of in days:
        question = Question(as_of, positions)
        [cell] = cells(read_side.database, question, ALL)
        assert dict(cell.counts) == count(rows, as_of), as_of

        for name in ("channel", "department"):
            for cell in cells(read_side.database, question, ALL, (name,)):
                part = count(rows, as_of, keep=lambda r, n=name, c=cell: getattr(r, n) == c.key[0])
                assert dict(cell.counts) == part, (as_of, cell.key)

        begin, end = as_of - timedelta(days=90), as_of - timedelta(days=20)
        window = Question(as_of, positions, begin=begin, end=end, channel=rows[0].channel)
        [cell] = cells(read_side.database, window, ALL)
        wanted = count(rows, as_of, begin, end, lambda r: r.channel == rows[0].channel)
        assert dict(cell.counts) == wanted, as_of

        by_month = cells(read_side.database, question, ALL, ("month",))
        for each in ALL:
            assert sum(c.counts[each] for c in by_month) == count(rows, as_of)[each]
        month = as_of.year * 12 + as_of.month - 2
        for cell in by_month:
            if cell.key[0] == month:
                accepted = [r for r in rows if r.accepted_at <= as_of and _month(r) == month]
                gone = [
                    r
                    for r in accepted
                    if r.kind == 3 and r.completed_at and r.completed_at <= as_of
                ]
                assert cell.counts[Count.ACCEPTED] == len(accepted) - len(gone)


def _month(row: Row) -> int:
    return row.accepted_at.year * 12 + row.accepted_at.month - 1


def test_every_count_equals_the_oracle_on_invented_cases(read_side: ReadSide) -> None:
    days = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in (0, 1, 40, 111, 190, 260)]

    _check(read_side, _invented(), days)


@pytest.mark.data
def test_every_count_equals_the_oracle_on_the_real_log(read_side: ReadSide) -> None:
    rows = _read_log()
    # The two cases that were completed before they were accepted, between the two.
    odd = [r for r in rows if r.completed_at and r.completed_at < r.accepted_at]
    assert len(odd) == 2
    days = [r.completed_at for r in odd if r.completed_at]
    days += [datetime.fromisoformat("2011-07-01T00:00:00+02:00"), rows[5].accepted_at]
    days += [datetime(2010, 9, 1, tzinfo=UTC), datetime(2010, 12, 1, tzinfo=UTC)]
    days += [datetime(2011, 3, 27, 2, 30, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)]

    _check(read_side, rows, days)


@pytest.mark.data
def test_the_real_log_gives_the_known_figures(read_side: ReadSide) -> None:
    rows = _read_log()
    events = _events(rows)
    read_side.feed(events)
    question = Question(datetime(2026, 1, 1, tzinfo=UTC), {"intake": len(events)})

    def figure(name: str) -> tuple[Decimal | None, int, int | None]:
        found = answer(read_side.database, MEASURES[name], question)
        return found.value, found.numerator, found.denominator

    assert figure("S01") == (Decimal(1434), 1434, None)
    assert figure("S02") == (Decimal(1329), 1329, None)
    assert figure("S04") == (Decimal(105), 105, None)
    assert figure("S03") == (Decimal("92.68"), 1329, 1434)
    assert figure("S03b") == (Decimal("66.39"), 952, 1434)
    assert figure("S03c") == (Decimal("71.63"), 952, 1329)


def test_the_cases_behind_a_figure_are_as_many_as_it_says(read_side: ReadSide) -> None:
    events = _events(_invented())
    read_side.feed(events)
    question = Question(datetime(2020, 6, 1, tzinfo=UTC), {"intake": len(events)})

    for each in ALL:
        [cell] = cells(read_side.database, question, (each,))
        seen: list[str] = []
        after = None
        while page := list_cases(read_side.database, question, each, after=after, limit=17):
            seen += [row.case_no for row in page]
            after = (page[-1].accepted_at, page[-1].case_no)

        assert len(seen) == len(set(seen)) == cell.counts[each]
