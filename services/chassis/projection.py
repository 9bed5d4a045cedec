"""How a read model is declared: its tables and one pure function from event to changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
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


class Update(NamedTuple):
    """New values for the row with this key: `UPDATE table SET values WHERE key`.

    Written like that, or folded onto the `Insert` of the row or an earlier `Update` of it that
    waits in the same transaction: then the row is written once. Who needs an expression, a
    condition or another's value writes a `Statement`, which ends folding for the tables it names.
    """

    table: str
    key: Mapping[str, object]
    values: Mapping[str, object]

    def statement(self) -> Statement:
        """Give the SQL that has this effect; its text is the same for the same columns."""
        text = _update(self.table, tuple(self.values), tuple(self.key))
        return Statement(text, (*self.values.values(), *self.key.values()))


Change = Insert | Statement | Update
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
    prepare: Sequence[Statement] = ()
    """Run once before a rebuild copies: what `finish` makes up for may rest meanwhile."""
    late: Sequence[str] = ()
    """Indexes a rebuild makes after the rows; no event's statement looks anything up by them."""
    finish: Sequence[Statement] = ()
    """Run once after a rebuild has copied everything in (folding, closing of validity ranges)."""
    beside: Sequence[Statement] = ()
    """Run at the same time as `finish`, on another connection: about other tables."""
    lanes: Sequence[Sequence[str]] = ()
    """All sources, in groups whose events change different rows, so that a rebuild may take in one
    beside the other; () keeps all in one order. Rows that are only ever added may be of one table.
    """
    derived: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Tables that triggers fill, each with the tables of rows it is filled from."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The SQL files, in the order in which they run."""
        return (self.ddl,) if isinstance(self.ddl, Path) else tuple(self.ddl)


@cache
def _update(table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    if not columns or not key:
        raise ValueError(f"an Update of {table} needs a key and a value")
    sets = ", ".join(f"{quoted(column)} = %s" for column in columns)
    rows = " AND ".join(f"{quoted(column)} = %s" for column in key)
    return f"UPDATE {quoted(table)} SET {sets} WHERE {rows}"  # noqa: S608 - names of the code's own


def quoted(name: str) -> str:
    """Quote a name for SQL; a dot divides a schema from what is in it."""
    return ".".join(f'"{part.replace(chr(34), chr(34) * 2)}"' for part in name.split("."))
