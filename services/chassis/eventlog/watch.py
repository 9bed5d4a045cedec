"""Cut connections whose server has stopped answering, for processes without eventlet.

A blocked libpq call cannot be told to hurry, and a wait callback (as `green` uses) would take COPY
away from every connection of the process. Shutting the socket down from another thread ends the
call as if the server had gone.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class named like a thing

LOOK_S = 1.0
"""Longest pause between two looks, in seconds."""


class Watch:
    """A thread that looks at the connections in use; it starts with the first one."""

    def __init__(self, answer_s: float) -> None:
        """`answer_s`: how long one may be in use; cut at the latest `LOOK_S` later."""
        self._answer_s = answer_s
        self._lock = threading.Lock()
        self._since: dict[Connection, float] = {}
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, connection: Connection) -> None:
        """Count from now."""
        with self._lock:
            self._since[connection] = time.monotonic()
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, daemon=True, name="watch")
                self._thread.start()

    def end(self, connection: Connection) -> None:
        """Leave it alone; to be called before it is closed, as its descriptor is another's then."""
        with self._lock:
            self._since.pop(connection, None)

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()

    def _look(self) -> None:
        while not self._stopped.wait(min(self._answer_s / 4, LOOK_S)):
            with self._lock:
                late = time.monotonic() - self._answer_s
                for connection in [one for one, since in self._since.items() if since < late]:
                    del self._since[connection]
                    with suppress(OSError, psycopg2.Error):
                        _shut(connection)


def _shut(connection: Connection) -> None:
    if connection.closed:
        return
    with socket.socket(fileno=os.dup(connection.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)
