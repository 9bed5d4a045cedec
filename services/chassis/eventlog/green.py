"""Bound every wait for PostgreSQL under eventlet: a frozen server acknowledges, and never answers.

Its kernel goes on taking connections and data, so neither keepalives nor tcp_user_timeout notice,
the server's own statement_timeout stands still with it, and libpq's connect_timeout does not hold
for the asynchronous connecting that green connections use.
"""

from __future__ import annotations

from typing import Any

import psycopg2
from psycopg2 import extensions

CONNECT_S = 5.0
ANSWER_S = 35.0
"""Above every statement_timeout of ours: a server that works answers or refuses before."""


def wait(connection: Any, connect_s: float = CONNECT_S, answer_s: float = ANSWER_S) -> None:
    """Wait for the socket of a psycopg2 connection, other greenlets going on.

    Raises:
        psycopg2.OperationalError: nothing came in time; the connection is of no more use.
    """
    from eventlet.hubs import trampoline  # only where eventlet is at work anyway

    connecting = connection.status == extensions.STATUS_SETUP
    late = psycopg2.OperationalError("the server does not answer in time")
    limit_s = connect_s if connecting else answer_s
    while (state := connection.poll()) != extensions.POLL_OK:
        reading = state == extensions.POLL_READ
        trampoline(
            connection.fileno(), read=reading, write=not reading, timeout=limit_s, timeout_exc=late
        )


def bound_waits() -> None:
    """Use `wait` for every connection of a process that eventlet has patched; else do nothing."""
    if extensions.get_wait_callback() is not None:
        extensions.set_wait_callback(wait)
