"""Replay a read model beside the live one and switch, or compare the two. A tool, never a service.

    bulk        the logs up to what the live model had taken in, by COPY; lanes side by side
    finish      the model's own closing statements (ANALYZE, indexes), on two connections
    catch up    what came meanwhile, several times, until little is left
    lock        writers wait, readers do not: the rest, exactly what the live model has
    switch      one rename of schemas, in the transaction that holds the locks

Nothing here holds a transaction that writes for long: the sealer reads below the oldest one, of
any database in the cluster, so a rebuild in one transaction would silence the bus while it runs.
Needs a process without eventlet, under which `COPY` fails.
"""

from services.chassis.rebuild.compare import Difference
from services.chassis.rebuild.run import Outcome, Progress, rebuild

__all__ = ["Difference", "Outcome", "Progress", "rebuild"]
