"""Send records as an outside system does: in order, confirmed, again after a lost connection."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from deploy.feed.records import Record
from services.chassis.bus.envelope import RECORD_CONTENT_TYPE
from services.chassis.bus.publisher import Publisher
from services.chassis.bus.topology import INGRESS_EXCHANGE
from services.chassis.errors import UnavailableError

CHUNK = 500
"""Records confirmed together, and sent again together after trouble."""
ATTEMPTS = 8
FIRST_PAUSE_S = 0.25


def send(
    amqp_uri: str,
    records: Sequence[Record],
    data_source: str,
    report: Callable[[int], None] = lambda confirmed: None,
    exchange: str = INGRESS_EXCHANGE,
) -> None:
    """Publish the records in the given order; give back when the broker has confirmed each.

    After a lost connection the unconfirmed ones go again, in order. That can send a record twice,
    which is lawful: a row is known by its row_guid.

    Args:
        report: told the number of confirmed records now and then.

    Raises:
        UnavailableError: the broker stayed away, or refuses us.
    """
    waiting = deque(records)
    confirmed, pause_s, failed = 0, FIRST_PAUSE_S, 0
    while waiting:
        try:
            publisher = Publisher(amqp_uri, name=f"feed {data_source}")
            try:
                while waiting:
                    chunk = list(islice(waiting, CHUNK))
                    _publish(publisher, chunk, data_source, exchange)
                    for _ in chunk:
                        waiting.popleft()
                    confirmed, pause_s, failed = confirmed + len(chunk), FIRST_PAUSE_S, 0
                    report(confirmed)
            finally:
                publisher.close()
        except UnavailableError:
            failed += 1
            if failed == ATTEMPTS:
                raise
            time.sleep(pause_s)
            pause_s *= 2


def _publish(
    publisher: Publisher, chunk: Sequence[Record], data_source: str, exchange: str
) -> None:
    for record in chunk:
        publisher.publish(
            exchange,
            f"{data_source}.{record.kind}",
            record.body,
            partition_key=record.project_no,
            content_type=RECORD_CONTENT_TYPE,
            message_id=record.row_guid,
            type=f"ingress.{record.kind}.v1",
        )
    publisher.confirm()
