"""Every error psycopg2 can raise, said in our own tree (`services.chassis.errors`)."""

from __future__ import annotations

import psycopg2
from psycopg2 import errors as pg
from psycopg2 import extensions

from services.chassis.errors import (
    BanjianError,
    ConflictError,
    ContractError,
    UnavailableError,
)

INVERTED = "BJ001"
"""SQLSTATE of the append guard: the stream's previous event has a later transaction than ours."""
RECEIVED = "BJ002"
"""SQLSTATE of the inbox guard: a position of the batch is done already."""
REWRITTEN = "BJ003"
"""SQLSTATE of the append-only trigger."""
FIRED = "BJ004"
"""SQLSTATE of the deadlines' guard: one that is being fired is not ours, or not as it was."""
ERASING = "BJ005"
"""SQLSTATE of `erase_subjects`: a hold was set between asking for holds and erasing."""
MOVED = "BJ006"
"""SQLSTATE of `unmoved`: what a command took from memory may not hold any more."""

CONFLICTS: tuple[type[Exception], ...] = (
    pg.UniqueViolation,
    pg.ExclusionViolation,
    extensions.TransactionRollbackError,
    pg.LockNotAvailable,
    pg.ObjectInUse,
)
AWAY: tuple[type[Exception], ...] = (
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
    pg.IdleInTransactionSessionTimeout,
    pg.TransactionTimeout,
    pg.ReadOnlySqlTransaction,
    pg.InFailedSqlTransaction,
    pg.InvalidCatalogName,
    extensions.QueryCanceledError,
)
BAD_INPUT: tuple[type[Exception], ...] = (psycopg2.DataError,)


def translate(error: BaseException) -> BanjianError:
    """Give our error for one of psycopg2's; the text names the fault, never a value of a row.

    Anything we have no better word for is a plain `BanjianError`: a defect, answered with 500.
    """
    code = getattr(error, "pgcode", None)
    name = type(error).__name__
    if code in (INVERTED, RECEIVED, FIRED, ERASING, MOVED):
        return ConflictError(f"the log moved on: {first_line(error)}", sqlstate=code)
    if isinstance(error, CONFLICTS):
        constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
        return ConflictError(
            f"changed by somebody else first ({constraint or name})",
            sqlstate=code,
            constraint=constraint,
        )
    if isinstance(error, BAD_INPUT):
        return ContractError(f"a value does not fit the database ({name})", sqlstate=code)
    if isinstance(error, AWAY):
        return UnavailableError(f"the database does not answer ({name})", sqlstate=code)
    return BanjianError(f"the database refused the statement ({name})", sqlstate=code)


def first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def is_ambiguous(error: BanjianError) -> bool:
    """Whether a failed send may have been committed: the connection or the server went."""
    state = str(error.attributes.get("sqlstate") or "")
    return not state or state.startswith(("08", "57P"))
