"""Deadlines that outlive every process: set beside events, fired once by the database's clock.

    self.change(set_deadline("promised_breach", project_no, due_at))      # in a command

    @deadlines                                                            # in the service
    def on_due(self, due: Due) -> None: ...

A deadline is a row of the table `deadlines`, known by (kind, key). What the handler does, the
removal of the row and the idempotency key `deadline/<kind>/<key>/<due_at>` commit together or not
at all: it fires once in any number of processes, and one that was moved or cancelled meanwhile does
not fire.
Between setting it and its handler no application clock is read.
"""

from services.chassis.deadlines.table import (
    Deadline,
    Due,
    cancel_deadlines,
    set_deadline,
    set_deadlines,
)

__all__ = ["Deadline", "Due", "cancel_deadlines", "set_deadline", "set_deadlines"]
