"""What a relay does to a log beside publishing it: `python -m tests.bench.sealing_beside URL`.

Seals, grows the tree, signs; until its standard input ends. Says `ready` when the log is caught up,
and at its end how many seconds of processor it took since, of how many.

What this does not show: the row compares what one writer reaches, and on two cores this process has
the other one nearly for itself. So the share it says belongs beside the ratio; the work the server
does for it is in the ratio only.
"""

from __future__ import annotations

import sys
import threading
import time

from services.chassis.audit.checkpoints import Checkpoints
from services.chassis.audit.notes import SigningKey
from services.chassis.audit.watch import Auditing, Schedule
from services.chassis.bus.sealing import Sealing
from services.chassis.eventlog import reader
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.sealer import Sealer
from services.chassis.logs import configure


def main(url: str) -> None:
    """Work beside the appends until nobody listens."""
    configure("bench", stream=sys.stderr, level="WARNING")
    database = Database(url)
    checkpoints = Checkpoints(database, "intake", "http://bench.example", [SigningKey(b"b" * 32)])
    with (
        Sealing(Sealer(database, "intake")),
        Auditing(database, checkpoints, Schedule(every_s=60.0, events=1_000)),
    ):
        while reader.lag(database, "intake").unsealed:
            time.sleep(0.01)
        checkpoints.grow()
        print("ready", flush=True)
        began, busy = time.perf_counter(), time.process_time()
        ended = threading.Thread(target=sys.stdin.read)
        ended.start()
        ended.join()
        print(time.process_time() - busy, time.perf_counter() - began, flush=True)
    database.close()


if __name__ == "__main__":
    main(sys.argv[1])
