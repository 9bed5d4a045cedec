"""Tables as CSV: what a person can see, an analyst can take along."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from services.chassis.web.call import Reply

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write rows as CSV (RFC 4180, UTF-8 with BOM so that spreadsheets read Chinese).

    Text that a spreadsheet would run as a formula gets a leading apostrophe.
    """
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def csv_reply(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Reply:
    """Answer a route with a CSV file called `name` (ASCII, without the ending)."""
    return Reply(
        csv_text(header, rows).encode(),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}.csv"',
        },
    )
