"""Carry a service's log to the bus: seal, publish in position order, save the position, again."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from services.chassis.bus.envelope import Publication
from services.chassis.eventlog.database import Database


class Relay:
    """The one relay of a service; a second one waits on the sealer's lock."""

    def __init__(
        self,
        database: Database,
        amqp_uri: str,
        publications: Mapping[str, Publication],
        service: str,
        *,
        window: int = 500,
        batch: int = 500,
    ) -> None:
        raise NotImplementedError

    def run(self, stop: threading.Event) -> None:
        """Seal and publish until `stop` is set; lives through outages of broker and database."""
        raise NotImplementedError

    def run_once(self) -> int:
        """Seal and publish what there is now; gives the number of events published.

        Raises:
            UnavailableError: broker or database trouble; the position stays where it was.
        """
        raise NotImplementedError

    def lag(self) -> int:
        """Events committed to the ledger but not confirmed by the broker, when last looked."""
        raise NotImplementedError


def rewind(database: Database, position: int) -> None:
    """Let the relay publish again everything after `position`; consumers drop what they have."""
    raise NotImplementedError


def main(service: str) -> None:
    """Run the relay of a service in this process until SIGTERM, with probes and metrics."""
    raise NotImplementedError
