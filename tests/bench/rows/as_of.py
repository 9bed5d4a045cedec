"""Any statistic at any moment and any position of the logs, on the county's year."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from deploy.year.load import load
from deploy.year.plan import plan
from services.chassis.eventlog.database import Database
from services.disclosure.measures import MEASURES, Measure, Question
from services.disclosure.projections.figures import answer
from services.kernel.times import SHANGHAI
from tests.bench import rebuilding
from tests.bench.ground import Ground, durability_of
from tests.bench.harness import Goal, Row, Scale, Sides

SCALE: Final = 0.2
LEAST: Final = 0.002
BEGINS: Final = datetime(2020, 1, 1, tzinfo=SHANGHAI)
DAYS: Final = 366
QUESTIONS: Final = 20
"""Of each measure in a round."""
SLOWEST: Final = 5
COUNT: Final = "SELECT count(*) FROM cases"
_WORDS: Final = {
    "department": "SELECT department FROM cases UNION SELECT department FROM items",
    "region": "SELECT DISTINCT region FROM cases",
    "item": "SELECT item FROM cases GROUP BY item ORDER BY count(*) DESC LIMIT 50",
    "channel": "SELECT DISTINCT channel FROM cases",
    "item_type": "SELECT DISTINCT item_type FROM items",
    "level": "SELECT DISTINCT level::text FROM items WHERE level IS NOT NULL",
}


@dataclass
class Asked:
    """What answers took, per measure, in milliseconds; all rounds together."""

    took: dict[str, list[float]] = field(default_factory=dict)
    worked: dict[str, list[float]] = field(default_factory=dict)
    """Time of the database's process on a processor, where the system tells it."""

    def slowest(self, times: dict[str, list[float]]) -> list[tuple[str, float]]:
        """Give measures and their 95th percentiles, the slowest first."""
        found = {name: p95(values) for name, values in times.items()}
        return sorted(found.items(), key=lambda one: -one[1])[:SLOWEST]


def p95(values: Sequence[float]) -> float:
    """Give the 95th percentile."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


@contextmanager
def any_statistic(ground: Ground, scale: Scale) -> Iterator[Sides]:
    share = 1.0 if scale.full else max(LEAST, SCALE * scale.size)
    questions = max(3, int(QUESTIONS * min(1.0, scale.size * 5)))
    with ground.yard() as yard:
        loaded = load(plan(share), yard.admin_url, yard.urls)
        rebuilding.run(yard.admin_url, yard.auditor_url)
        with closing(Database(yard.urls["disclosure"], maximum=1)) as database:
            chance = random.Random(1)
            words = {name: [row[0] for row in database.read(s)] for name, s in _WORDS.items()}
            asked = Asked()

            def subject() -> float:
                took: list[float] = []
                for measure in MEASURES.values():
                    for number in range(questions):
                        question = _question(chance, measure, loaded.events, words, number)
                        took.append(_ask(database, measure, question, asked))
                return p95(took)

            def reference() -> float:
                return p95([_timed(database) for _ in range(max(20, questions))])

            def notes() -> list[str]:
                cases = database.read(COUNT)[0][0]
                said = [
                    f"{cases:,} cases, {sum(loaded.events.values()):,} events;"
                    f" {len(MEASURES)} measures, {questions} questions each in a round",
                    "slowest, p95: " + _listed(asked.slowest(asked.took)),
                ]
                if asked.worked:
                    worked = _listed(asked.slowest(asked.worked))
                    said.append(f"most work of the database, p95: {worked}")
                return said

            yield Sides(subject, reference, {}, lambda: durability_of(yard.admin_url), notes)


def _question(
    chance: random.Random,
    measure: Measure,
    tips: dict[str, int],
    words: dict[str, list[str]],
    number: int,
) -> Question:
    """Ask about any moment and positions; of three questions one has a filter, one a period."""
    as_of = BEGINS + timedelta(days=chance.uniform(1, DAYS))
    if number % 4 == 0:  # what is asked most, and the most to count: the whole year
        as_of = BEGINS + timedelta(days=DAYS)
    known = 1.0 if number % 2 == 0 else chance.random()
    asked = {"as_of": as_of, "positions": {name: int(tip * known) for name, tip in tips.items()}}
    if number % 3 == 1 and measure.filters:
        name = chance.choice(measure.filters)
        asked |= {name: chance.choice(words[name] or [""])}
    if number % 3 == 2:
        begin = BEGINS + timedelta(days=chance.randrange(DAYS))
        asked |= {"begin": begin, "end": begin + timedelta(days=chance.choice((1, 31, 92)))}
    return Question(**asked)  # type: ignore[arg-type]  # names of its fields


def _ask(database: Database, measure: Measure, question: Question, asked: Asked) -> float:
    process = Path(f"/proc/{database.read('SELECT pg_backend_pid()')[0][0]}/schedstat")
    worked = _on_processor_ms(process)
    began = time.perf_counter()
    answer(database, measure, question)
    took = (time.perf_counter() - began) * 1000
    asked.took.setdefault(measure.id, []).append(took)
    if worked is not None and (after := _on_processor_ms(process)) is not None:
        asked.worked.setdefault(measure.id, []).append(after - worked)
    return took


def _on_processor_ms(schedstat: Path) -> float | None:
    """Read how long a process here has run; None: it is not here, or the system does not tell."""
    try:
        return int(schedstat.read_text().split()[0]) / 1e6
    except (OSError, ValueError, IndexError):
        return None


def _timed(database: Database) -> float:
    began = time.perf_counter()
    database.read(COUNT)
    return (time.perf_counter() - began) * 1000


def _listed(found: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {ms:.1f} ms" for name, ms in found)


ROWS = (
    Row(
        "as-of",
        "any statistic at any moment, position and filter, p95",
        "ms",
        "figures.answer of every measure on a year as `banjian year build` makes it",
        "SELECT count(*) of the cases",
        Goal(most=100),
        any_statistic,
        slow=False,
        lower_is_better=True,
    ),
)
