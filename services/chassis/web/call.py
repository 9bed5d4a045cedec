"""What a handler is given and what it may give back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from typing_extensions import TypeVar
from werkzeug.datastructures import Headers

from services.chassis.identity import Caller
from services.chassis.web.freshness import Position, wait_until_fresh

B = TypeVar("B", default=None)
Q = TypeVar("Q", default=None)


@dataclass(frozen=True)
class Call(Generic[B, Q]):
    """One request, already checked: `Call[SubmitCase]`, or `Call[None, CasesQuery]` with a query.

    `call.path["case_no"]` is an argument of the path; all of them are text without control
    characters.
    """

    body: B
    """The decoded body, None when the route declares no `request`."""
    query: Q
    """The decoded query, None when the route declares no `query`."""
    path: Mapping[str, str]
    caller: Caller
    """Who asks; `caller.known` is False on a public route without a token."""
    correlation_id: str
    """Ties everything this request causes together; also in the answer's X-Correlation-Id."""
    idempotency_key: str = ""
    """The Idempotency-Key header bound to the caller: nobody meets another's answer."""
    after: Position | None = None
    """What the reader must be able to see (`?after=intake:17`); on routes with `after=True`."""
    prefers_wait: bool = False
    """The caller sent `Prefer: wait`: answer when the event is sealed, with its position."""
    base: str = ""
    """Prefix before every link (`/disclosure` behind the gateway, "" without one)."""
    root: str = ""
    """Prefix before links to other services: `{root}/intake/`."""
    url: str = ""
    """Path and query of this page behind `base`, for paging and CSV links."""
    csrf: str = field(default="", repr=False)
    """What the forms of this page have to bring back; "" for who is not signed in by cookie."""
    sign_in: str = ""
    """Where to sign in and come back here from; "" when there is no such page."""
    headers: Headers = field(default_factory=Headers, repr=False)

    def wait_until_fresh(self, is_done: Callable[[str, int], bool], timeout_s: float = 2.0) -> None:
        """Wait until `is_done(source, position)` holds for `after`; at once when there is none.

        Raises:
            UnavailableError: it did not come in time; the answer is 503 with Retry-After.
        """
        if self.after is not None:
            wait_until_fresh(self.after, is_done, timeout_s)


@dataclass(frozen=True)
class Reply:
    """An answer with another status or more headers than the route's own."""

    value: Any = None
    """Whatever the route's `response` says; text on an HTML route; bytes with a Content-Type."""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
