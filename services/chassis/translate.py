"""Everybody else's errors in our words: one table, so nothing a library raises is a surprise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import amqp.exceptions
import eventsourcing.application
import eventsourcing.domain
import eventsourcing.persistence
import eventsourcing.utils
import jwt
import kombu.exceptions
import psycopg2
import psycopg2.errors
import psycopg2.extensions

from services.chassis.errors import (
    BanjianError,
    ConflictError,
    ContractError,
    NotAuthenticatedError,
    NotFoundError,
    UnavailableError,
)

ErrorTable = Mapping[type[Exception], type[BanjianError]]

LIBRARIES: Final[ErrorTable] = {
    # psycopg2: https://www.psycopg.org/docs/module.html#exceptions
    psycopg2.Warning: BanjianError,
    psycopg2.Error: BanjianError,
    psycopg2.InterfaceError: UnavailableError,
    psycopg2.OperationalError: UnavailableError,
    psycopg2.IntegrityError: ConflictError,
    psycopg2.extensions.TransactionRollbackError: ConflictError,
    psycopg2.errors.LockNotAvailable: ConflictError,
    # kombu and py-amqp
    kombu.exceptions.KombuError: BanjianError,
    kombu.exceptions.OperationalError: UnavailableError,
    kombu.exceptions.LimitExceeded: UnavailableError,
    kombu.exceptions.InconsistencyError: UnavailableError,
    kombu.exceptions.DecodeError: ContractError,
    kombu.exceptions.ContentDisallowed: ContractError,
    kombu.exceptions.HttpError: UnavailableError,
    kombu.exceptions.VersionMismatch: BanjianError,
    kombu.exceptions.SerializerNotInstalled: BanjianError,
    amqp.exceptions.AMQPError: BanjianError,
    amqp.exceptions.ConnectionError: UnavailableError,
    amqp.exceptions.RecoverableConnectionError: UnavailableError,
    amqp.exceptions.RecoverableChannelError: UnavailableError,
    amqp.exceptions.ConsumerCancelled: UnavailableError,
    amqp.exceptions.MessageNacked: UnavailableError,
    # eventsourcing
    eventsourcing.domain.EventSourcingError: BanjianError,
    eventsourcing.utils.TopicError: BanjianError,
    eventsourcing.application.ProgrammingError: BanjianError,
    eventsourcing.application.AggregateNotFoundError: NotFoundError,
    eventsourcing.persistence.PersistenceError: BanjianError,
    eventsourcing.persistence.ConnectionPoolClosedError: UnavailableError,
    eventsourcing.persistence.RecordConflictError: ConflictError,
    eventsourcing.persistence.ShutDown: UnavailableError,
    eventsourcing.persistence.InterfaceError: UnavailableError,
    eventsourcing.persistence.OperationalError: UnavailableError,
    eventsourcing.persistence.IntegrityError: ConflictError,
    # PyJWT
    jwt.PyJWTError: NotAuthenticatedError,
    # the operating system's
    ConnectionError: UnavailableError,
    TimeoutError: UnavailableError,
}
"""Library error to house error; a subclass counts as its nearest listed ancestor."""

_TEXTS: Final[dict[type[BanjianError], str]] = {
    BanjianError: "something went wrong here; it was recorded",
    ConflictError: "somebody else changed this first; try again",
    ContractError: "the message does not match its published schema",
    NotAuthenticatedError: "the token is not valid here",
    NotFoundError: "there is no such thing here",
    UnavailableError: "something this needs does not answer; try again soon",
}


def known(kind: type[BaseException], table: ErrorTable = LIBRARIES) -> type[BanjianError] | None:
    """Give the house error for this class, None when the table does not know it."""
    for ancestor in kind.__mro__:
        if ancestor in table:
            return table[ancestor]
    return None


def translate(error: BaseException, own: ErrorTable | None = None) -> BanjianError:
    """Give the house error that means the same.

    `own` is a service's table of domain errors; those keep their text, because the domain wrote it
    for the caller. A library's text is dropped: it may quote a payload or a password. What nobody
    knows becomes a plain `BanjianError` (500, a bug), with the original as `__cause__`.
    """
    if isinstance(error, BanjianError):
        return error
    kind = known(type(error), own or {})
    if kind is not None:
        result = kind(str(error), **{k: v for k, v in vars(error).items() if k != "args"})
        result.code = _code(type(error))
    else:
        kind = known(type(error)) or BanjianError
        result = kind(_TEXTS[kind])
    result.__cause__ = error
    return result


def _code(kind: type[BaseException]) -> str:
    """`CaseAlreadyDecidedError` -> `case_already_decided`."""
    name = kind.__name__.removesuffix("Error")
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
