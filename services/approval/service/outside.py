"""The rows of outside departments, as they come in, and the gate they come through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.approval.application.base import AWAITS_TASK
from services.approval.domain import BlockedError, NoTaskError
from services.approval.projections.sources import Source, sources_named
from services.approval.records import RefusedError, reply_to, sender_of, translate
from services.chassis.bus.envelope import Record
from services.chassis.bus.subscription import ingress
from services.chassis.clock import Clock
from services.chassis.errors import WaitsError
from services.chassis.logs import get_logger
from services.chassis.settings import Ingress

KIND: Final = "department.{}"
"""What a source is permitted, by what its rows are."""
LIMIT_S: Final = 30 * 86_400.0
"""So long a row waits for its task; then a person sees to it."""
log = get_logger()


class OutsideRecords:
    """Routes of the nameko service."""

    clock: Clock
    frame: Any
    tasks: Any

    @ingress
    def on_records(self, batch: Sequence[Record]) -> None:
        """Take what outside departments did; what cannot be taken gets a reasoned reply.

        Raises:
            WaitsError: a row came before its task, or before what that waits for.
        """
        now = self.clock.now()
        names = {one.user for one in batch} | {sender_of(one.body)[0] for one in batch}
        sources = sources_named(self.tasks.database, names - {""})
        for record in batch:
            if not self._turned_away(record, sources, now):
                self._take(record, sources, now)

    def _take(self, record: Record, sources: Mapping[str, Source], now: datetime) -> None:
        try:
            row = translate(record.body, record.user or record.source, _thread(record.message_id))
        except RefusedError as refused:
            return self._refuse(refused.reply, record, now)
        source = sources.get(row.data_source)
        allowed = source.departments if source else []
        if row.department and allowed and row.department not in allowed:
            code = "department_not_permitted"
            reply = row.refusal(code, "names a department its source may not act for", "org_code")
            return self._refuse(reply, record, now)
        try:
            self.tasks.take_row(row, now)
        except (NoTaskError, BlockedError) as early:
            raise WaitsError(AWAITS_TASK, str(early), limit_s=LIMIT_S) from None
        return None

    def _turned_away(self, record: Record, sources: Mapping[str, Source], now: datetime) -> bool:
        """Say whether who sent a row may not; it is answered, not in whose name it came."""
        named, kind = sender_of(record.body)
        source = sources.get(named)
        code, reason, field = "", "", ""
        if record.user != named and (source is not None or record.user in sources):
            code, field = "not_its_own", "data_source"
            reason = "names another source than who sent it"
        elif source is None:
            if self.frame.settings.ingress is Ingress.SOURCES:
                code, field = "unknown_source", "data_source"
                reason = "names a source nobody has admitted"
        elif source.disabled:
            code, reason = "source_disabled", "comes from a source that was disabled"
        elif KIND.format(kind) not in source.kinds:
            code, field = "kind_not_permitted", "record"
            reason = "is of a kind its source may not send"
        if code:
            to = record.user or named or record.source
            self._refuse(reply_to(record.body, to, code, field, reason), record, now)
        return bool(code)

    def _refuse(self, reply: Any, record: Record, now: datetime) -> None:
        log.info("record_refused", reason=reply.reason_code)
        self.tasks.refuse_row(reply, now, record.digest, _thread(record.message_id))


def _thread(message_id: str) -> str:
    """Give a sender's message id if it is a UUID, else nothing: it can be anything, a name too."""
    try:
        return str(UUID(message_id))
    except ValueError:
        return ""
