from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

import amqp.exceptions
import eventsourcing.application
import eventsourcing.domain
import eventsourcing.persistence
import jwt.exceptions
import kombu.exceptions
import psycopg2
import psycopg2.errors
import psycopg2.extensions
import pytest

from services.chassis import errors
from services.chassis.errors import (
    BanjianError,
    ConflictError,
    NotAuthenticatedError,
    RuleError,
    UnavailableError,
)
from services.chassis.translate import known, translate
from services.chassis.web.problem import TITLES, problem

MODULES = (
    psycopg2, psycopg2.errors, psycopg2.extensions, kombu.exceptions, amqp.exceptions,
    eventsourcing.domain, eventsourcing.application, eventsourcing.persistence, jwt.exceptions,
)  # fmt: skip


def _errors(module: ModuleType) -> Iterator[type[Exception]]:
    for _, value in inspect.getmembers(module, inspect.isclass):
        package = module.__name__.partition(".")[0]
        if (
            issubclass(value, Exception)
            and not issubclass(value, UserWarning)
            and value.__module__.partition(".")[0] == package
        ):
            yield value


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_library_error_is_mapped(module: ModuleType) -> None:
    found = list(_errors(module))
    missing = [error.__qualname__ for error in found if known(error) is None]

    assert found
    assert missing == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (psycopg2.OperationalError, UnavailableError),
        (psycopg2.errors.AdminShutdown, UnavailableError),
        (psycopg2.errors.QueryCanceled, UnavailableError),
        (psycopg2.InterfaceError, UnavailableError),
        (psycopg2.errors.SerializationFailure, ConflictError),
        (psycopg2.errors.DeadlockDetected, ConflictError),
        (psycopg2.errors.UniqueViolation, ConflictError),
        (psycopg2.errors.UndefinedTable, BanjianError),
        (kombu.exceptions.OperationalError, UnavailableError),
        (kombu.exceptions.ContentDisallowed, errors.ContractError),
        (amqp.exceptions.ConnectionForced, UnavailableError),
        (amqp.exceptions.AccessRefused, BanjianError),
        (eventsourcing.persistence.IntegrityError, ConflictError),
        (eventsourcing.application.AggregateNotFoundError, errors.NotFoundError),
        (jwt.exceptions.ExpiredSignatureError, NotAuthenticatedError),
        (ConnectionResetError, UnavailableError),
        (TimeoutError, UnavailableError),
        (KeyError, BanjianError),
    ],
)
def test_translation(error: type[Exception], expected: type[BanjianError]) -> None:
    original = error("password=hunter2")

    result = translate(original)

    assert type(result) is expected
    assert result.__cause__ is original
    assert "hunter2" not in result.message


class CaseError(Exception):
    """Root of a service's domain errors."""


class CaseAlreadyDecidedError(CaseError):
    def __init__(self, case_no: str) -> None:
        super().__init__(f"case {case_no} is decided; open a review")
        self.case_no = case_no


def test_a_domain_error_keeps_its_words() -> None:
    result = translate(CaseAlreadyDecidedError("7"), {CaseError: RuleError})

    assert type(result) is RuleError
    assert result.code == "case_already_decided"
    assert result.message == "case 7 is decided; open a review"
    assert result.attributes == {"case_no": "7"}
    assert RuleError.code == "rule_broken"


def test_ours_pass_through() -> None:
    error = ConflictError("twice")
    assert translate(error) is error


def test_every_house_error_has_words_for_people() -> None:
    found = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    kinds = [kind for kind in found if issubclass(kind, errors.BanjianError)]
    assert len(kinds) > 10
    for kind in kinds:
        assert kind.http_status in TITLES
        if kind is errors.WaitsError:  # of messages only
            continue
        assert problem(kind("x"), "c").status == kind.http_status
