"""Every error an operator can meet, as one tree.

BanjianError
|-- RuleError            refused by the law of the domain; an answer, never retried
|-- NotFoundError        it is not here, or not here yet; a message is retried, then parked
|   `-- WaitsError       it awaits something that is named; tried again when that comes
|-- ContractError        the sender broke the contract; parked at once
|   `-- UnknownVersionError   a version of a message we do not read; parked, never guessed
|-- ConflictError        somebody else changed it first; retried at once, three times
|   `-- DuplicateError   this very thing is already done; success for whoever repeats it
|-- UnavailableError     database, broker or network is away; retried with backoff
|-- NotAllowedError      the caller is known but may not do this
`-- NotAuthenticatedError    nobody knows who the caller is
"""

from __future__ import annotations

from collections.abc import Callable


class BanjianError(Exception):
    """Base of all errors Banjian raises on purpose. The text never carries personal data."""

    http_status = 500
    code = "error"

    def __init__(self, message: str, **attributes: object) -> None:
        super().__init__(message)
        self.message = message
        self.attributes = attributes


class RuleError(BanjianError):
    """The domain refuses the command; the message says which rule and what to do."""

    http_status = 422
    code = "rule_broken"


class NotFoundError(BanjianError):
    """What was asked for is not here, or not here yet."""

    http_status = 404
    code = "not_found"


class WaitsError(NotFoundError):
    """A message cannot take effect before something else does; its code begins with `awaits_`.

    It waits until that comes (`held.wake`) and is looked at again now and then, `limit_s` seconds
    at most; then a person sees to it. Others of its case do not wait behind it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        limit_s: float,
        tell: Callable[[], object] | None = None,
    ) -> None:
        """`tell` is called once it is held, outside of its unit of work; also when repeated."""
        super().__init__(message)
        self.code = code
        self.limit_s = limit_s
        self.tell = tell


class ContractError(BanjianError):
    """The input does not match its published schema."""

    http_status = 400
    code = "contract_broken"


class UnknownVersionError(ContractError):
    """The message has a type or version this reader does not know."""

    code = "unknown_version"


class ConflictError(BanjianError):
    """Another writer changed the stream first; the command may be tried again."""

    http_status = 409
    code = "conflict"


class DuplicateError(ConflictError):
    """The same idempotency key was used before with another request."""

    code = "duplicate"


class UnavailableError(BanjianError):
    """Something Banjian needs (database, broker) does not answer; try again later."""

    http_status = 503
    code = "unavailable"


class NotAllowedError(BanjianError):
    """The caller's role or scope does not allow this."""

    http_status = 403
    code = "not_allowed"


class NotAuthenticatedError(BanjianError):
    """No valid bearer token came with the request."""

    http_status = 401
    code = "not_authenticated"
