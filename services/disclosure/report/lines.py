"""The ledger of the county's report of 2020 (DOMAIN.md 1.7, numbers 1 to 51): `ledger.csv`.

A row says what a figure counts, how it is printed there, and where ours is from. A reported code
is the `code` of a `disclosure.reported-fact-recorded.v1`: a person's figure, with its source. The
rows without a printed text are figures that only we print. A finding with `!` is a reason why ours
may differ; the others are remarks about the figure.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

from services.disclosure.report.ledger import Cutoff, Line, Printed, Take
from services.kernel.rounding import Rounding

_FILE: Final = Path(__file__).with_name("ledger.csv")


def _rows() -> Iterator[Line]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Line(
                id=row["id"],
                zh=row["zh"],
                en=row["en"],
                unit=row["unit"],
                measure=row["measure"],
                take=Take(row["take"] or "value"),
                reported=row["reported"],
                cutoff=Cutoff(row["cutoff"] or "main"),
                stock=row["stock"] == "stock",
                quarter=int(row["quarter"] or 0),
                printed=_printed(row) if row["text"] else None,
                findings=tuple(name.rstrip("!") for name in row["findings"].split()),
                explains=tuple(
                    name.rstrip("!") for name in row["findings"].split() if name.endswith("!")
                ),
            )


def _printed(row: Mapping[str, str]) -> Printed:
    return Printed(
        text=row["text"],
        value=_number(row["value"]),
        scale=int(row["scale"] or 1),
        places=int(row["places"] or 0),
        mode=Rounding(row["mode"] or "HALF_UP"),
        low=_number(row["low"]),
        high=_number(row["high"]),
    )


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


LINES: Final[Mapping[str, Line]] = {line.id: line for line in _rows()}
LEDGER: Final = tuple(line for line in LINES.values() if line.printed)
"""What the county's report prints, in its order."""
REPORTED: Final = {line.reported: line for line in LINES.values() if line.reported}
"""Facts a person reports, by code."""
