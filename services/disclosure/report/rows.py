"""What the report counts, on the read model and the log of one database (`values.Counted`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from services.chassis.eventlog.database import Database
from services.disclosure.measures import Answer, Count, Measure, Quantity, Question, Tally, Thing
from services.disclosure.projections import catalog_figures
from services.disclosure.projections import figures as shown
from services.disclosure.projections.cells import Cell
from services.disclosure.report.values import Month, ReportedFact, end_of

FACT: Final = "disclosure.reported-fact-recorded.v1"
RETRACTED: Final = "disclosure.supervision-record-retracted.v1"
OWN: Final = "disclosure"
_CATALOG: Final = (Thing.ITEMS, Thing.CHANGES, Thing.CLAIMS)

# Of each stream the newest event at the position; a retraction leaves nothing. Reported facts are
# few, so they are read from the log itself, where their position is known.
_FACTS: Final = """
SELECT position, state FROM (
    SELECT DISTINCT ON (e.stream) l.position, e.topic, e.state
    FROM events AS e JOIN ledger AS l ON l.xid = e.xid AND l.id = e.id
    WHERE e.topic IN (%(fact)s, %(retracted)s) AND l.position <= %(position)s
    ORDER BY e.stream, e.version DESC) AS newest
WHERE topic = %(fact)s ORDER BY position
"""


class _Said(msgspec.Struct, frozen=True):
    fact_no: str
    code: str
    value: str
    unit: str
    as_of: date
    source_document: str


class _Stored(msgspec.Struct, frozen=True):
    data: _Said


_read = msgspec.json.Decoder(_Stored).decode


@dataclass(frozen=True)
class Rows:
    """Counts from one database; what has the same question is counted in one scan."""

    database: Database

    def answers(self, asked: Sequence[tuple[Measure, Question, str]]) -> list[Answer]:
        counted: dict[tuple[object, ...], dict[Quantity, int]] = {}
        for key in dict.fromkeys(_key(measure, question) for measure, question, mark in asked):
            same = [
                (measure, question)
                for measure, question, mark in asked
                if not mark and _key(measure, question) == key
            ]
            if same:
                counted[key] = self._together(same)
        return [
            self._marked(measure, question, mark)
            if mark
            else _answer(measure, question, counted[_key(measure, question)])
            for measure, question, mark in asked
        ]

    def months(self, measure: Measure, question: Question) -> list[Month]:
        if "month" not in measure.groups:
            return []
        cells = shown.groups(self.database, measure, question, ("month",))
        return [Month(cell.key[0], value) for cell in cells if (value := _value(measure, cell))]

    def reported(self, codes: Iterable[str], question: Question) -> dict[str, ReportedFact]:
        wanted, found = set(codes), dict[str, ReportedFact]()
        said = {
            "fact": FACT,
            "retracted": RETRACTED,
            "position": question.positions.get(OWN, 0),
        }
        for position, state in self.database.read(_FACTS, said):
            fact = _fact(int(position), bytes(state))
            older = found.get(fact.code)
            if fact.code not in wanted or fact.as_of > question.as_of:
                continue
            if older is None or fact.as_of >= older.as_of:
                found[fact.code] = fact
        return found

    def _together(self, same: Sequence[tuple[Measure, Question]]) -> dict[Quantity, int]:
        measure, question = same[0]
        counts = list(dict.fromkeys(count for one, _ in same for count in one.counts))
        asked = measure.asked(question)
        if _countable(measure):
            cases = [count for count in counts if isinstance(count, Count)]
            [cell] = shown.cells(self.database, asked, cases)
        elif measure.of in _CATALOG:
            tallies = [count for count in counts if isinstance(count, Tally)]
            [cell] = catalog_figures.cells(self.database, asked, tallies)
        else:
            [cell] = shown.groups(self.database, measure, question)
        return dict(cell.counts)

    def _marked(self, measure: Measure, question: Question, mark: str) -> Answer:
        """Count what bears one mark, such as the score of one quarter."""
        for cell in shown.groups(self.database, measure, question, ("kind",)):
            if cell.key == (mark,):
                return _answer(measure, question, cell.counts)
        return _answer(measure, question, dict.fromkeys(measure.counts, 0))


def _key(measure: Measure, question: Question) -> tuple[object, ...]:
    """Give what has to be the same for figures to be counted in one scan."""
    asked = measure.asked(question)
    together = _countable(measure) or measure.of in _CATALOG
    kind = measure.of if together else measure.id
    return (kind, asked.as_of, asked.begin, asked.end)


def _countable(measure: Measure) -> bool:
    """Say whether all of a measure is counted in the table of cases."""
    return all(isinstance(count, Count) for count in measure.counts)


def _answer(measure: Measure, question: Question, counts: Mapping[Quantity, int]) -> Answer:
    [answer] = shown.answers(question, [measure], counts)
    return answer


def _value(measure: Measure, cell: Cell) -> Decimal | None:
    numbers = [cell.counts[count] for count in measure.counts]
    return measure.value(numbers[0], numbers[1] if len(numbers) > 1 else None)


def _fact(position: int, state: bytes) -> ReportedFact:
    said = _read(state).data
    return ReportedFact(
        said.fact_no,
        said.code,
        Decimal(said.value),
        said.unit,
        end_of(said.as_of),
        said.source_document,
        position,
    )
