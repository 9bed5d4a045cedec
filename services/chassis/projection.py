"""How a read model is declared: its tables and one pure function from event to changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from services.chassis.events import Event


class Insert(NamedTuple):
    """A new row; `row` has the columns of `ReadModel.tables[table]`, in that order."""

    table: str
    row: tuple[object, ...]


class Statement(NamedTuple):
    """Any other change: SQL with %s placeholders and its parameters."""

    sql: str
    params: tuple[object, ...]


Change = Insert | Statement
Project = Callable[[Event], Iterable[Change]]


@dataclass(frozen=True)
class ReadModel:
    """One service's read side.

    Live, the changes of an event commit with the event (own events) or with the inbox (events of
    others). `banjian rebuild` replays the logs of `sources` through the same function, inserting by
    `COPY`. The tables live in schema `<service>_model`, made by the SQL files `ddl` (unqualified
    names), so that a rebuilt copy can take their place by a rename. A part of the chassis
    (services/chassis/<part>/<part>.sql) is also named by a line `-- with: <part>` of
    `read_model.sql`, for those who only have the files (`banjian migrate`).
    """

    service: str
    ddl: Path | Sequence[Path]
    tables: Mapping[str, Sequence[str]]
    """Columns, in order, of every table that receives an `Insert`."""
    sources: Sequence[str]
    """Services whose events feed it; its own name when it shows its own events."""
    project: Project
    finish: Sequence[Statement] = ()
    """Run once after a rebuild has copied everything in (indexes, closing of validity ranges)."""
    derived: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Tables that triggers fill, each with the tables of rows it is filled from."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The SQL files, in the order in which they run."""
        return (self.ddl,) if isinstance(self.ddl, Path) else tuple(self.ddl)
