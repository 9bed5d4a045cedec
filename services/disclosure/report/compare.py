"""Their figure beside ours: the same, or different, and why."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Literal

import msgspec

from services.disclosure.report.compose import figure_of, number
from services.disclosure.report.findings import FINDINGS
from services.disclosure.report.ledger import Printed, Take
from services.disclosure.report.lines import LEDGER
from services.disclosure.report.values import Asked, Counted, Value, values
from services.kernel.rounding import Rounding, percent

Verdict = Literal["same", "rounded", "differs", "unexplained", "missing", "text"]
"""`rounded`: the same quotient, printed by another rounding. `differs`: for a named reason.
`missing`: no figure of ours. `text`: the number of a document, nothing to count."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the ledger: the report's figure, ours, and the verdict."""

    no: int
    line: str
    zh: str
    en: str
    report: str
    ours: str
    """As ours is printed; empty when there is none."""
    unit: str
    verdict: Verdict
    because: str = ""
    """Findings that explain a difference or a rounding, such as `X9`."""
    reason: str = ""
    source: str = ""
    measure: str = ""
    numerator: int | None = None
    denominator: int | None = None
    as_of: str = ""
    positions: dict[str, int] = {}


def compare(asked: Asked, counted: Counted) -> list[Compared]:
    """Compare every line of the ledger, in its order."""
    found = values(LEDGER, asked, counted)
    return [_compared(found[line.id], asked) for line in LEDGER]


def tally(compared: list[Compared]) -> Mapping[Verdict, int]:
    """Count the verdicts."""
    counts: dict[Verdict, int] = {}
    for one in compared:
        counts[one.verdict] = counts.get(one.verdict, 0) + 1
    return counts


def _compared(value: Value, asked: Asked) -> Compared:
    line = value.line
    printed = line.printed
    if printed is None:
        raise ValueError(f"{line.id} is not in the county's report")
    figure = figure_of(value, 0, asked)
    verdict = verdict_of(printed, value)
    explained = verdict in ("differs", "rounded")
    reasons = [FINDINGS[name].en for name in line.explains] if explained else []
    if verdict in ("missing", "text"):
        reasons = [value.why_none]
    return Compared(
        no=line.no,
        line=line.id,
        zh=line.zh,
        en=line.en,
        report=printed.text,
        ours="" if value.amount is None else number(value.amount),
        unit=line.unit,
        verdict=verdict,
        because=" ".join(line.explains) if explained else "",
        reason=" ".join(reasons),
        source=figure.source,
        measure=figure.measure,
        numerator=figure.numerator,
        denominator=figure.denominator,
        as_of=figure.as_of.isoformat() if figure.as_of else "",
        positions=figure.positions,
    )


def verdict_of(printed: Printed, value: Value) -> Verdict:
    """Say whether ours is what is printed there, in the unit and the places printed there."""
    if not printed.is_figure:
        return "text"
    if value.amount is None:
        return "missing"
    if _agrees(printed, value.amount):
        return "same"
    if _same_quotient(printed, value):
        return "rounded"
    return "differs" if value.line.explains else "unexplained"


def _agrees(printed: Printed, amount: Decimal) -> bool:
    scaled = amount / printed.scale
    if printed.value is None:
        return printed.low is not None and printed.low <= scaled <= (printed.high or printed.low)
    # Whole numbers in 万 or 亿 are compared as printed; a rate keeps the places it has.
    if printed.scale > 1:
        scaled = scaled.quantize(Decimal(1).scaleb(-printed.places), ROUND_HALF_UP)
    return scaled == printed.value


def _same_quotient(printed: Printed, value: Value) -> bool:
    """Say whether the same numerator and denominator give what is printed, by its own rounding."""
    answer = value.answer
    if answer is None or printed.value is None or value.line.take is not Take.VALUE:
        return False
    if answer.denominator is None:
        return False
    if answer.measure.unit == "percent":
        again = percent(answer.numerator, answer.denominator, printed.places, printed.mode)
        return again == printed.value
    mode = ROUND_FLOOR if printed.mode is Rounding.FLOOR else ROUND_HALF_UP
    if value.amount is None:
        return False
    return value.amount.quantize(Decimal(1).scaleb(-printed.places), mode) == printed.value
