"""Writes `docs/measures.md` from the measures: `python -m services.disclosure.handbook`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.disclosure.measures import MEASURES, Measure

PATH: Final = Path(__file__).parents[2] / "docs" / "measures.md"

_HEAD: Final = """# Measures

Written by `python -m services.disclosure.handbook` from `services/disclosure/measures.py`; a test
compares the two. Every measure takes `region`, `department`, `item`, `channel`, a period (`from`,
`to`, both ends included), `as_of` (default now) and `positions` (default: all that has arrived).

- **as_of** is a moment in the world: a case counts by when it was accepted or completed, not by
  when the message came. A bare date means its whole day in Asia/Shanghai.
- **positions** are places in the services' logs. A figure counts what stands at or before them, so
  the same `as_of` and `positions` give the same figure whatever arrives later. The default is the
  low watermark: everything up to it has arrived; a parked message holds it back, visibly.
- A **correction** counts from its position on, with its new values; a **retracted** acceptance
  takes the case out, a retracted result opens it again.
- **Completion kinds**: 3 (entry error) leaves all measures from its completion time on; 0 issued,
  1 returned, 2 void, 4 forwarded up, 5 correction never came and 6 other count as completed.
- A rate below 100 % is never shown as 100 %; a rate with an empty denominator has no value.
- Months are those of the clock of the place where it happened (the offset in the event).
"""


def text() -> str:
    """Give the whole page."""
    return "\n".join([_HEAD, *(_section(measure) for measure in MEASURES.values())])


def _section(measure: Measure) -> str:
    rows = {
        "numerator": measure.numerator.value,
        "denominator": measure.denominator.value if measure.denominator else "none: a count",
        "population": measure.population,
        "period": measure.window,
        "unit": measure.unit,
        "rounding": f"{measure.rounding.value}, {measure.places} places",
        "defined by": measure.source.value,
        "computed from": ", ".join(measure.sources),
    }
    lines = [f"## {measure.id} {measure.zh} ({measure.en})", "", measure.note_zh, ""]
    lines += ["| | |", "| --- | --- |", *(f"| {name} | {said} |" for name, said in rows.items())]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
