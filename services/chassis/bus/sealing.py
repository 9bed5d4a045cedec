"""Sealing beside publishing: a thread that never waits for the broker."""

from __future__ import annotations

import threading

from services.chassis.errors import BanjianError
from services.chassis.eventlog.sealer import AT_ONCE, Sealer

IDLE_S = (0.005, 0.02)
"""Shortest and longest pause between two looks at an idle log."""
ROUND_S = 0.025
"""Pause after a seal that reached the end of the log. So one that is written to all the time is
sealed, published and confirmed in rounds: few large ones cost a tenth less of both servers than
many small ones. A log that rested as long is sealed at once."""
BACKOFF_S = (0.1, 5.0)
"""Shortest and longest pause after trouble with broker or database."""


class Sealing:
    """Seals a service's log in a thread of its own, on a connection of its own, until it is ended.

        with Sealing(sealer) as sealing:
            sealing.news.wait(0.02)

    So a broker that takes nothing (an alarm, a lost confirm) keeps no event from its position.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sealing", daemon=True)
        self.news = threading.Event()
        """Set when something was sealed; whoever reads the log clears it first."""
        self.trouble = ""
        """Why nothing is sealed at present; empty when all is well."""

    def __enter__(self) -> Sealing:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        idle, failures = IDLE_S[0], 0
        while not self._ended.is_set():
            try:
                sealed = self._sealer.seal()
            except BanjianError as error:
                self.trouble = f"nothing is sealed: {error.message}"
                self._ended.wait(min(BACKOFF_S[0] * 2.0**failures, BACKOFF_S[1]))
                failures = min(failures + 1, 10)
                continue
            self.trouble, failures = "", 0
            if sealed:
                self.news.set()
                idle = IDLE_S[0]
                if sealed < AT_ONCE:
                    self._ended.wait(ROUND_S)
            else:
                self._ended.wait(idle)
                idle = min(idle * 1.5, IDLE_S[1])
