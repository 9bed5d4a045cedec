"""Takes rows of outside systems: each once, in its last state, or refused with a reason.

A row is known by (data_source, row_guid); of two states of it the one with the later `cd_time`
holds. What refers to something that is not there yet is refused; it may be sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from services.catalog.application import Catalog
from services.catalog.domain.house_terms import ClosingSaid, EndSaid, LeavingSaid, SuspensionSaid
from services.catalog.domain.refusal import Refusal, Reply
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.imports.load import COMMANDS, FIELDS, prefetch
from services.catalog.imports.records import Incoming
from services.catalog.imports.rows import Kind
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.database import Database
from services.chassis.projection import Statement
from services.chassis.vault import Seal
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id
from services.kernel.times import SHANGHAI

DELETED = "来源系统已删除 (deleted by the sender)"
_KEEP = """
INSERT INTO outside_row (data_source, row_guid, record, subject, source_time, retracted, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (data_source, row_guid) DO UPDATE SET record = excluded.record,
subject = excluded.subject, source_time = excluded.source_time, retracted = excluded.retracted,
digest = excluded.digest
"""
_REFUSE = """
INSERT INTO refused (data_source, record, row_guid, subject, reason_code, reason, field,
received_at, digest, body) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (data_source, digest) DO NOTHING
"""


class Known(NamedTuple):
    """The last state of a row that took effect."""

    record: str
    subject: str
    source_time: datetime
    retracted: bool
    digest: bytes


def take(
    catalog: Catalog, batch: Sequence[Incoming], now: datetime, region: str, seal: Seal
) -> None:
    """Take rows in order, inside the open unit of work."""
    known = _known(catalog.database, {one.key for one in batch})
    for kind in Kind:
        rows = [one.row for one in batch if one.row is not None and one.kind is kind]
        if rows:
            prefetch(catalog, kind, rows)
    for one in batch:
        try:
            state = _judge(one, known.get(one.key))
            if state is None:
                continue
            _apply(catalog, one, state, _facts(one, now, region))
            known[one.key] = state
            catalog.change(Statement(_KEEP, (one.data_source, one.row_guid, *state)))
        except CatalogRuleError as error:
            place = error.field.removeprefix("listing.")
            if one.kind is not Kind.ADJUSTMENT:
                place = FIELDS.get(place, place)
            refuse(catalog, one.refusal(error.rule, str(error), place), one.body, now, region, seal)


def refuse(
    catalog: Catalog,
    reply: Reply,
    body: bytes,
    now: datetime,
    region: str,
    seal: Seal,
    correlation_id: str = "",
) -> None:
    """Answer a row that cannot be taken, and keep it as it came, sealed: it may be anything.

    The same answer is given once, the same body kept once.
    """
    digest = sha256(body).digest()
    kept = (
        *(reply.data_source, reply.record, reply.row_guid, reply.about, reply.reason_code),
        *(reply.reason, reply.field, now, digest, seal.seal(body, digest)),
    )
    catalog.change(Statement(_REFUSE, kept))
    if catalog.find(Refusal, stream_id("refusal", reply.key)) is None:
        facts = Facts(
            occurred_at=now,
            subject=reply.row_guid or reply.data_source,
            actor=Actor(ActorKind.SYSTEM, "catalog"),
            correlation_id=correlation_id or reply.row_guid or reply.data_source,
            region=region,
        )
        catalog.keep(Refusal.tell(facts, reply))


def _known(database: Database, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Known]:
    rows = database.read(
        "SELECT o.data_source, o.row_guid, o.record, o.subject, o.source_time, o.retracted,"
        " o.digest FROM unnest(%s::text[], %s::text[]) AS k(data_source, row_guid)"
        " JOIN outside_row o USING (data_source, row_guid)",
        ([source for source, _ in keys], [guid for _, guid in keys]),
    )
    return {
        (source, guid): Known(record, subject, at, retracted, bytes(digest))
        for source, guid, record, subject, at, retracted, digest in rows
    }


def _judge(one: Incoming, known: Known | None) -> Known | None:
    """Give the state a row is in after this, None when it says nothing new.

    Raises:
        CatalogRuleError: it contradicts what is known of it.
    """
    deleted = one.operation == "delete"
    if known is None:
        if deleted:
            raise CatalogRuleError(
                "unknown_row",
                "没有这一行，无法删除。 There is no such row to delete; send what it said first.",
                "row_guid",
            )
        return Known(one.record, one.about, one.source_time, False, one.digest)
    if known.record != one.record:
        raise _reused()
    same = known.retracted if deleted else known.digest == one.digest and not known.retracted
    if same or one.source_time < known.source_time:
        return None
    if deleted:
        return known._replace(source_time=one.source_time, retracted=True)
    if one.operation == "insert" and not known.retracted:
        raise _reused()
    return Known(one.record, one.about, one.source_time, False, one.digest)


def _reused() -> CatalogRuleError:
    return CatalogRuleError(
        "row_guid_reused",
        "row_guid 已用于其他内容，请用 update 或新的 row_guid。 "
        "This row_guid was used for other content; send an update, or another row_guid.",
        "row_guid",
    )


def _facts(one: Incoming, now: datetime, region: str) -> Facts:
    happened = one.row.happened_at if one.row else None
    return Facts(
        occurred_at=happened or min(one.source_time, now),
        subject=one.about,
        actor=Actor(ActorKind.EXTERNAL, one.data_source, role="exchange"),
        correlation_id=one.message_id or one.row_guid,
        causation_id=one.message_id,
        region=region,
    )


def _apply(catalog: Catalog, one: Incoming, state: Known, facts: Facts) -> None:
    if one.row is not None and one.kind is Kind.CLAIM:
        catalog.claim(facts, one.row.said)  # anew, too, after it was deleted
        return
    if one.row is not None:
        COMMANDS[one.kind](catalog, facts, one.row, one.data_source)
        return
    retract = _RETRACTS.get(one.kind)
    if retract is None:
        raise CatalogRuleError(
            "not_deletable",
            "此类记录不能删除，请用 catalog-adjustment 调整。 "
            "Rows of this kind are not deleted; send a catalog-adjustment instead.",
            "cd_operation",
        )
    try:
        retract(catalog, facts, state.subject)
    except NotFoundError:
        raise CatalogRuleError(
            "unknown", "没有登记。 It is not registered; there is nothing to delete.", "row_guid"
        ) from None


def _withdraw(catalog: Catalog, facts: Facts, key: str) -> None:
    unit, _, code = key.rpartition("/")
    catalog.withdraw_claim(facts, unit, code, DELETED)


_Retract = Callable[[Catalog, Facts, str], object]
_RETRACTS: Mapping[Kind, _Retract] = {
    Kind.CLAIM: _withdraw,
    Kind.BASIC: lambda c, f, key: c.cancel_basic(f, key, DELETED, f.occurred_at),
    Kind.WINDOW: lambda c, f, key: c.close_window(
        f, key, ClosingSaid(on=f.occurred_at.astimezone(SHANGHAI).date(), reason=DELETED)
    ),
    Kind.STAFF: lambda c, f, key: c.staff_left(
        f, key, LeavingSaid(on=f.occurred_at.astimezone(SHANGHAI).date())
    ),
    Kind.DELEGATION: lambda c, f, key: c.end_delegation(
        f, key, EndSaid(on=f.occurred_at.astimezone(SHANGHAI).date(), reason=DELETED)
    ),
    Kind.SEAL: lambda c, f, key: c.suspend_seal(
        f, key, SuspensionSaid(on=f.occurred_at.astimezone(SHANGHAI).date(), reason=DELETED)
    ),
}
"""What a delete means: events cannot be deleted, so something happens that ends the thing."""
