"""The event log: the library's persistence module on psycopg2, and all that reads and writes it.

`PERSISTENCE_MODULE=services.chassis.eventlog` makes an `eventsourcing` application store here.
"""

from services.chassis.eventlog.factory import Factory

__all__ = ["Factory"]
