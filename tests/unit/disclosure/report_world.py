"""A county counted as its report says: what the writers of the annual report are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from services.disclosure.measures import MEASURES, Answer, Measure, Question
from services.disclosure.report.compose import compose
from services.disclosure.report.document import Document
from services.disclosure.report.values import Asked, Month, ReportedFact, end_of

OCTOBER: Final = date(2020, 10, 31)
POSITIONS: Final = {"catalog": 41_000, "intake": 1_203_000, "approval": 877_000, "disclosure": 190}
NUMBERS: Final[Mapping[str, tuple[int, int | None]]] = {
    "O01": (38, None),
    "O02": (72, None),
    "O03": (132, None),
    "O04": (1_462, None),
    "O05": (28, None),
    "O06": (395, None),
    "O07": (3, None),
    "O08": (1_426, None),
    "O10": (5_000, None),
    "O11": (16, None),
    "O12": (2, None),
    "O13": (27, None),
    "S01": (273_468, None),
    "S02": (273_411, None),
    "S03": (273_411, 273_468),
    "S04": (57, None),
    "S07": (48_696_000_000, None),
    "S08": (273_468, 205),
    "S09": (543, 567),
    "S10": (62, 180),
    "S11": (146, 441),
    "S12": (416, 1_664),
    "S13": (373, 1_650),
    "S14": (3_178, 6_805),
    "S15": (3_630, 537),
    "S16": (1_814, 567),
    "S17": (24, None),
    "S18": (11, None),
    "S19": (6, None),
    "S20": (10, None),
    "S21": (124_034, None),
    "S22": (1_419, None),
    "S23": (31_218, None),
    "S24": (32_637, 32_637),
    "S25": (31_958, 32_637),
    "S26": (15_016, 32_637),
    "S27": (7_391, 15_473),
    "S29": (19_113, None),
    "S30": (2_338_790_000, None),
    "S31": (4, None),
    "S32": (31, None),
    "S33": (23_422, None),
    "S34": (819_000, None),
    "S35": (31_700, None),
    "S36": (628, 4),
    "S37a": (2, None),
    "S37b": (5, None),
    "S37c": (12, None),
    "S39": (13, 13),
    "S40a": (8, None),
    "S40b": (11, None),
    "S40c": (12, None),
    "S40d": (4, None),
    "S40e": (5, None),
    "S40f": (38, None),
    "S40g": (10, None),
    "S40h": (18, None),
    "S46": (410_000, 205),
}
MARKED: Final = {
    ("S38", "2020Q2"): (8_149, None),
    ("S38", "2020Q3"): (8_251, None),
    ("S38a", "2020Q2"): (2, None),
    ("S38a", "2020Q3"): (2, None),
}
FACTS: Final = {
    "non-licence-approvals-cancelled": "30",
    "guides-printed": "20000",
    "handbooks-printed": "5000",
    "villages-on-network": "395",
    "departments-surveyed": "60",
    "it-projects-reviewed": "29",
    "machine-rooms": "7",
    "funds-saved": "39800000",
    "yizhantong-trained": "512",
    "list-batches": "4",
}


@dataclass
class County:
    """Counts nothing: says what it was told."""

    numbers: Mapping[str, tuple[int, int | None]] = field(default_factory=lambda: NUMBERS)
    facts: Mapping[str, str] = field(default_factory=lambda: FACTS)
    asked: list[tuple[str, Question]] = field(default_factory=list)

    def answers(self, asked: Sequence[tuple[Measure, Question, str]]) -> list[Answer]:
        found = []
        for measure, question, mark in asked:
            self.asked.append((measure.id, question))
            empty = (0, 0 if measure.denominator else None)
            said = MARKED.get((measure.id, mark)) if mark else self.numbers.get(measure.id)
            found.append(Answer(measure, measure.asked(question), *(said or empty)))
        return found

    def months(self, measure: Measure, question: Question) -> list[Month]:
        if measure.id not in ("S01", "S02"):
            return []
        less = 900 if measure.id == "S02" else 0
        return [Month(2020 * 12 + n, Decimal(24_000 + 700 * n - less)) for n in range(10)]

    def reported(self, codes: Iterable[str], question: Question) -> dict[str, ReportedFact]:
        return {
            code: ReportedFact(
                f"{code}.2020-10-31", code, Decimal(value), "", end_of(OCTOBER), "县台账第3号", 17
            )
            for code, value in self.facts.items()
            if code in set(codes)
        }


def asked(year: int = 2020, as_of: date = OCTOBER, *, one_day: bool = False) -> Asked:
    return Asked(year, as_of, POSITIONS, one_day=one_day)


def report() -> Document:
    """The county's year as it should come out."""
    return compose(asked(), County())


assert NUMBERS.keys() <= MEASURES.keys(), NUMBERS.keys() - MEASURES.keys()
