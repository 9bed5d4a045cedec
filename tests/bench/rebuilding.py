"""`python -m tests.bench.rebuilding ADMIN_URL AUDITOR_URL`: one rebuild of disclosure, measured.

A process of its own, so that its peak of memory is the rebuild's and nobody else's.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from typing import NamedTuple

from deploy.local.servers import CHECKOUT
from services.chassis.rebuild import rebuild
from services.disclosure.projections import READ_MODEL


class Rebuilt(NamedTuple):
    """What a rebuild took."""

    events: int
    rows: int
    seconds: float
    locked_seconds: float
    peak_mib: float


def run(admin_url: str, auditor_url: str) -> Rebuilt:
    """Rebuild in a child process.

    Raises:
        RuntimeError: it failed; shows what it said.
    """
    command = [sys.executable, "-m", "tests.bench.rebuilding", admin_url, auditor_url]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-3000:])
    return Rebuilt(*json.loads(done.stdout))


def main(admin_url: str, auditor_url: str) -> None:
    import importlib

    reads = importlib.import_module("services.disclosure.messages").READS
    outcome = rebuild(
        READ_MODEL,
        admin_url=admin_url,
        log_urls={source: auditor_url for source in READ_MODEL.sources},
        publications={
            source: importlib.import_module(f"services.{source}.messages").PUBLISHES
            for source in READ_MODEL.sources
        },
        reads=reads.keys(),
    )
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        json.dumps(
            [outcome.events, outcome.rows, outcome.seconds, outcome.locked_seconds, peak_mib]
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
