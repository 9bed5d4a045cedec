"""Every error class psycopg2 has maps to our tree; a new one must be decided on here."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2 import errors, extensions

from services.chassis.errors import (
    BanjianError,
    ConflictError,
    ContractError,
    UnavailableError,
)
from services.chassis.eventlog.failures import is_ambiguous, translate

CLASSES = sorted(
    {
        item
        for module in (psycopg2, extensions, errors)
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, (psycopg2.Error, psycopg2.Warning))
    },
    key=lambda item: item.__name__,
)
CONFLICTS = {
    "DeadlockDetected",
    "ExclusionViolation",
    "LockNotAvailable",
    "ObjectInUse",
    "SerializationFailure",
    "StatementCompletionUnknown",
    "TransactionIntegrityConstraintViolation",
    "TransactionRollback",
    "TransactionRollbackError",
    "UniqueViolation",
}


def expected(kind: type[BaseException]) -> type[BanjianError]:
    if kind.__name__ in CONFLICTS:
        return ConflictError
    if issubclass(kind, psycopg2.DataError):
        return ContractError
    away = (psycopg2.OperationalError, psycopg2.InterfaceError)
    others = {
        "IdleInTransactionSessionTimeout",
        "InFailedSqlTransaction",
        "InvalidCatalogName",
        "ReadOnlySqlTransaction",
        "TransactionTimeout",
    }
    if issubclass(kind, away) or kind.__name__ in others:
        return UnavailableError
    return BanjianError


def test_psycopg2_has_the_classes_this_test_is_about() -> None:
    assert len(CLASSES) > 200


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_is_translated(kind: type[BaseException]) -> None:
    assert type(translate(kind("some text"))) is expected(kind)


def test_values_of_rows_never_show() -> None:
    text = "duplicate key\nDETAIL:  Key (id_card)=(341201199001011234) already exists."
    assert "3412" not in translate(errors.UniqueViolation(text)).message
    assert "3412" not in translate(errors.InvalidTextRepresentation("x: 341201")).message


@pytest.mark.parametrize(
    ("state", "ambiguous"),
    [(None, True), ("08006", True), ("57P01", True), ("57014", False), ("53100", False)],
)
def test_only_a_lost_answer_is_ambiguous(state: str | None, ambiguous: bool) -> None:
    assert is_ambiguous(UnavailableError("", sqlstate=state)) is ambiguous
