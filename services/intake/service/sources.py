"""Outside sources over HTTP, and the gate their rows come through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from services.chassis.bus.envelope import Record
from services.chassis.clock import Clock
from services.chassis.errors import WaitsError
from services.chassis.logs import get_logger
from services.chassis.settings import Ingress
from services.chassis.web import Call, route
from services.chassis.web.histories import written
from services.intake.application.records import AWAITS_CATALOG, AWAITS_RECORD, QuarantinedError
from services.intake.application.sources import Standing
from services.intake.domain import NotBegunError, Reply
from services.intake.domain.records import Incoming
from services.intake.domain.sources import Sender, Turned, turned_away
from services.intake.messages.records import (
    RefusedError,
    reply_to,
    sender_of,
    thread_of,
    translate,
)
from services.intake.projections.sources import SourceRow, list_sources
from services.intake.service.ratings import facts_of
from services.intake.source_answers import DisableSource, PermitSource, SourceTold

OFFICER: Final = frozenset({"exchange_officer"})
_DAY_S: Final = 86_400.0
CATALOG_LIMIT_S: Final = 30 * _DAY_S
"""So long a row waits for the catalog; then a person sees to it."""
RECORD_LIMIT_S: Final = 7 * _DAY_S
"""So long a row waits for the acceptance it is about."""

log = get_logger()


class SourceRoutes:
    """Routes of the nameko service about sources, and its reading of their rows."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "GET",
        "/sources",
        response=list[SourceRow],
        roles=OFFICER,
        summary="The outside sources and what each may send",
    )
    def list_sources(self, call: Call) -> list[SourceRow]:
        return list_sources(self.cases.database)

    @route(
        "POST",
        "/sources/<name>",
        request=PermitSource,
        response=SourceTold,
        roles=OFFICER,
        status=201,
        summary="Admit a source; its account on the bus is made by `banjian source add`",
    )
    def admit_source(self, call: Call[PermitSource]) -> SourceTold:
        return self._told_of_source(call, self._permit_source(call, self.cases.admit_source))

    @route(
        "POST",
        "/sources/<name>/permissions",
        request=PermitSource,
        response=SourceTold,
        roles=OFFICER,
        summary="Change what a source may send",
    )
    def permit_source(self, call: Call[PermitSource]) -> SourceTold:
        return self._told_of_source(call, self._permit_source(call, self.cases.permit_source))

    @route(
        "POST",
        "/sources/<name>/disabling",
        request=DisableSource,
        response=SourceTold,
        roles=OFFICER,
        summary="Take nothing more from a source; what it sent stays",
    )
    def disable_source(self, call: Call[DisableSource]) -> SourceTold:
        name, key = call.path["name"], call.idempotency_key or None
        facts = facts_of(self, call, name, OFFICER)
        done = self.cases.disable_source(facts, name, call.body.reason, key=key)
        return self._told_of_source(call, done)

    def take_rows(self, batch: Sequence[Record], now: datetime) -> None:
        """Take what outside systems sent; what cannot be taken gets a reasoned reply.

        Raises:
            WaitsError: a row has to wait for the catalog, or for the acceptance it is about.
        """
        let_in, sources = self._let_in(batch, now)
        rows: list[Incoming] = []
        for record in let_in:
            thread = thread_of(record.message_id)
            try:
                row = translate(record.body, record.source, thread, record.original)
            except RefusedError as refused:
                self._refuse_row(refused.reply, record, now)
                continue
            source = sources.get(row.row.data_source)
            allowed = source.departments if source is not None else frozenset()
            rows.append(replace(row, departments=allowed))
        try:
            self.cases.take_records(rows, now)
        except QuarantinedError as unknown:
            thread = rows[0].causation_id if len(rows) == 1 else ""
            tell = partial(self.cases.quarantine, unknown.reply, unknown.digest, now, thread)
            raise WaitsError(
                AWAITS_CATALOG,
                f"{unknown.reply.reason_code}: {unknown.reply.reason}",
                limit_s=CATALOG_LIMIT_S,
                tell=tell,
            ) from None
        except NotBegunError as early:
            raise WaitsError(AWAITS_RECORD, str(early), limit_s=RECORD_LIMIT_S) from None

    def let_in(self, batch: Sequence[Record], now: datetime) -> list[Record]:
        """Give the records whose sender may send them; the others get a reasoned reply."""
        return self._let_in(batch, now)[0]

    def _let_in(self, batch: Sequence[Record], now: datetime) -> tuple[list[Record], Any]:
        senders = [Sender(one.user, *sender_of(one.body, one.source)) for one in batch]
        names = {name for one in senders for name in (one.user, one.data_source)}
        sources = self.cases.sources_named(names)
        guarded = self.frame.settings.ingress is Ingress.SOURCES
        found: list[Record] = []
        for record, sender in zip(batch, senders, strict=True):
            turned = turned_away(sender, sources, guarded)
            if turned is None:
                found.append(record)
            else:
                self._turn_away(record, sender, turned, now)
        return found, sources

    def _turn_away(self, record: Record, sender: Sender, turned: Turned, now: datetime) -> None:
        """Answer who sent it, not in whose name it came."""
        to = sender.user or sender.data_source
        self._refuse_row(
            reply_to(record.body, to, turned.code, turned.reason, turned.field), record, now
        )

    def _refuse_row(self, reply: Reply, record: Record, now: datetime) -> None:
        log.info("record_refused", reason=reply.reason_code)
        body = record.original or record.body
        self.cases.refuse(reply, body, now, thread_of(record.message_id))

    def _permit_source(self, call: Call[PermitSource], act: Any) -> Standing:
        name, key = call.path["name"], call.idempotency_key or None
        said = call.body
        facts = facts_of(self, call, name, OFFICER)
        done: Standing = act(facts, name, said.kinds, said.departments, key=key)
        return done

    def _told_of_source(self, call: Call[Any, Any], done: Standing) -> SourceTold:
        place = written(call, self.cases.database, self.name, done.stream, done.version)
        return SourceTold(
            name=done.name,
            disabled=done.disabled,
            kinds=done.kinds,
            departments=done.departments,
            event=place.event,
            position=place.position,
        )
