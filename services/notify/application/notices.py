"""What notify can be told of notices."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.eventlog.application import Application, command
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from services.notify.domain import Notice, Occasion


class Notices(Application):
    """The notices of the centre."""

    @command
    def record(self, occasions: Sequence[tuple[Facts, Occasion]]) -> int:
        """Put a notice for each occasion on file, exactly once each; gives how many are new."""
        streams = [stream_id("notice", occasion.dedup_key) for _, occasion in occasions]
        self.prefetch(Notice, streams)
        new = 0
        for (facts, occasion), stream in zip(occasions, streams, strict=True):
            if self.find(Notice, stream) is None:
                self.keep(Notice.record_for(facts, occasion))
                new += 1
        return new
