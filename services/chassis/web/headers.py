"""Headers that go with every answer, and what is believed of the headers that come in."""

from __future__ import annotations

import re
import uuid
from typing import Final

from werkzeug.datastructures import Headers

SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
        " frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every answer: nothing from elsewhere, no framing, no guessing of types."""

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}\Z")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9_-]{1,40}){1,4}\Z")


def correlation_of(headers: Headers) -> str:
    """Give the request's correlation id: X-Correlation-Id, else the trace id, else a new one.

    Only a UUID or 32 hex digits are taken over, so nobody can put a person's number into our logs
    and events under this name.
    """
    given = headers.get("X-Correlation-Id", "")
    try:
        return str(uuid.UUID(given)) if len(given) in (32, 36) else _trace(headers)
    except ValueError:
        return _trace(headers)


def _trace(headers: Headers) -> str:
    match = _TRACEPARENT.match(headers.get("traceparent", ""))
    if match and int(match[1], 16):
        return str(uuid.UUID(match[1]))
    return str(uuid.uuid4())


def prefix_of(headers: Headers) -> str:
    """Give the gateway's prefix (`/disclosure`), "" when none came or it is no plain path."""
    given = headers.get("X-Forwarded-Prefix", "").rstrip("/")
    return given if _PREFIX.match(given) else ""
