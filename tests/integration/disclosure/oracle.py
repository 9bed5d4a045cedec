"""The figures once more, straight from plain rows, by other means than the read model: no SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from services.disclosure.measures import Count


@dataclass(frozen=True)
class Row:
    """One case as its office knows it in the end."""

    case_no: str
    channel: str
    department: str
    accepted_at: datetime
    due_at: datetime | None = None
    completed_at: datetime | None = None
    kind: int = 0


def count(
    rows: Iterable[Row],
    as_of: datetime,
    begin: datetime | None = None,
    end: datetime | None = None,
    keep: Callable[[Row], bool] = lambda row: True,
) -> dict[Count, int]:
    """Count every set by walking over the rows once."""
    found = dict.fromkeys(Count, 0)

    def inside(moment: datetime) -> bool:
        return (begin is None or begin <= moment) and (end is None or moment <= end)

    for row in rows:
        if not keep(row):
            continue
        done = row.completed_at is not None and row.completed_at <= as_of
        if done and row.kind == 3:
            continue
        if done and row.completed_at is not None and inside(row.completed_at):
            found[Count.COMPLETED] += 1
        if row.accepted_at > as_of or not inside(row.accepted_at):
            continue
        found[Count.ACCEPTED] += 1
        found[Count.ACCEPTED_COMPLETED if done else Count.OPEN] += 1
        applied = row.channel in ("Internet", "e-mail", "online", "app", "mobile")
        found[Count.APPLIED_ONLINE] += applied
        found[Count.ONLINE] += applied or row.channel == "provincial"
        in_time = (
            row.due_at is not None
            and row.completed_at is not None
            and done
            and row.completed_at <= row.due_at
        )
        found[Count.IN_TIME] += in_time
        found[Count.PROMISED_COMPLETED] += done and row.due_at is not None
        if row.due_at is not None and row.due_at <= as_of:
            found[Count.DUE] += 1
            found[Count.DUE_IN_TIME] += in_time
    return found
