"""Wait until what was sent has gone through the whole house, and learn what became of it.

Nothing here looks into a database: queues are asked at the broker, processes at their metrics,
disclosure at its API, and the answers of intake are read from the stream everybody may read.
"""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from services.chassis.bus.connection import TROUBLE, close, open_connection, parse_uri, say
from services.chassis.bus.topology import STREAM_QUEUE
from services.chassis.errors import UnavailableError

LOOK_EVERY_S = 0.3
QUIET_LOOKS = 3
"""So many equal looks in a row, with nothing under way, mean that nothing moves any more."""
STUCK_AFTER_S = 120.0
_PARTITION = re.compile(r"^[a-z]+\.g[0-9]+\.p[0-9]+$")
_SAMPLE = re.compile(r"^banjian_(\w+?)(?:\{[^}]*\})? (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Look:
    """The house at one moment."""

    queued: int = 0
    """Messages ready in partition queues."""
    unsent: int = 0
    """Events in logs that the broker has not confirmed, unsealed ones included."""
    waiting: int = 0
    """Messages held because an earlier one is missing or a retry is due."""
    parked: int = 0
    handled: int = 0
    """Messages intake has dealt with since it started."""
    positions: Mapping[str, int] = field(default_factory=dict)
    """Last sealed position of each log."""
    arrived: Mapping[str, int] = field(default_factory=dict)
    """Position of each log that disclosure has come to."""

    @property
    def behind(self) -> int:
        """Events that disclosure has not taken in."""
        return sum(max(0, self.positions.get(s, at) - at) for s, at in self.arrived.items())

    @property
    def under_way(self) -> int:
        return self.queued + self.unsent + self.waiting + self.behind


@dataclass(frozen=True)
class Places:
    """Where to look."""

    relays: Mapping[str, str]
    """Base URL of each service's relay."""
    services: Mapping[str, str]
    """Base URL of each service."""
    stat_url: str
    """Any statistic of disclosure: its `positions` are what counts."""
    management_url: str
    """RabbitMQ's management interface, with an account; used to list queues."""
    amqp_uri: str
    """Of an account that may look at queues."""


class House:
    """Looks at a running house."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def look(self) -> Look:
        """Look once.

        Raises:
            UnavailableError: a process does not answer.
        """
        places = self._places
        queued = self._queued()
        unsent = waiting = parked = handled = 0
        positions = {}
        for service, url in places.relays.items():
            said = _metrics(f"{url}/metrics")
            unsent += int(said["relay_lag_events"]) + (said["tail_age_seconds"] > 0)
            positions[service] = int(said["ledger_position_events"])
        for service, url in places.services.items():
            said = _metrics(f"{url}/metrics")
            waiting += int(said["held_messages"])
            parked += int(said["parked_messages"])
            if service == "intake":
                handled = int(said["inbox_handled_total"])
        arrived = json.loads(_read(places.stat_url))["positions"]
        return Look(queued, unsent, waiting, parked, handled, positions, arrived)

    def _queued(self) -> int:
        """Count ready messages as the queues themselves know them: the statistics lag seconds."""
        vhost = parse_uri(self._places.amqp_uri).vhost
        parts = urlsplit(self._places.management_url)
        account, _, place = parts.netloc.rpartition("@")
        url = urlunsplit(parts._replace(netloc=place)).rstrip("/")
        listed = json.loads(
            _read(f"{url}/api/queues/{quote(vhost, safe='')}?columns=name", account)
        )
        names = [queue["name"] for queue in listed if _PARTITION.match(queue["name"])]
        try:
            connection = open_connection(
                self._places.amqp_uri, heartbeat_s=0, connect_timeout_s=5, name="feed: looking"
            )
            try:
                channel = connection.channel()
                counts = [channel.queue_declare(name, passive=True)[1] for name in names]
            finally:
                close(connection)
        except TROUBLE as problem:
            raise UnavailableError(f"The broker does not answer: {say(problem)}") from problem
        return sum(counts)


def wait_until_through(
    look: Callable[[], Look],
    before: Look,
    sent: int,
    report: Callable[[Look], None] = lambda seen: None,
    stuck_after_s: float = STUCK_AFTER_S,
) -> Look:
    """Wait until the house has dealt with `sent` records and everything that followed from them.

    Args:
        before: a look from before the first record was sent.
        report: told every look.
        stuck_after_s: give up when nothing at all has moved for so long, in seconds.

    Raises:
        UnavailableError: it stands still with work left; says where.
    """
    last, same, moved_at = before, 0, time.monotonic()
    while True:
        try:
            seen = look()
        except UnavailableError:
            # A process may restart meanwhile; what it had goes on where it was.
            if time.monotonic() - moved_at > stuck_after_s:
                raise
            time.sleep(LOOK_EVERY_S)
            continue
        report(seen)
        if seen == last:
            same += 1
        else:
            last, same, moved_at = seen, 0, time.monotonic()
        # A counter that went down belongs to a restarted process and proves nothing.
        counted = seen.handled - before.handled >= sent or seen.handled < before.handled
        if same >= QUIET_LOOKS and not seen.under_way and counted:
            return seen
        if time.monotonic() - moved_at > stuck_after_s:
            raise UnavailableError(
                f"Nothing has moved for {stuck_after_s:g} s: {seen.queued} messages in queues,"
                f" {seen.unsent} events not published, {seen.waiting} messages waiting for an"
                f" earlier one, disclosure {seen.behind} events behind."
            )
        time.sleep(LOOK_EVERY_S)


@dataclass
class Replies:
    """What intake said about records since a moment."""

    refused: list[dict[str, Any]] = field(default_factory=list)
    """`data` of each intake.record-refused event."""
    events: Counter[str] = field(default_factory=Counter)
    """Events by type."""


def read_replies(
    amqp_uri: str, since: datetime, data_source: str, until: int, quiet_s: float = 5.0
) -> Replies:
    """Read intake's events from `banjian.stream`: refusals of this data source, counts of the rest.

    Args:
        since: events recorded before it are passed over.
        until: position of intake's log to read to.
        quiet_s: end when nothing comes for so long although `until` is not reached.

    Raises:
        UnavailableError: the broker does not answer or refuses.
    """
    replies, reached = Replies(), 0

    def take(message: Any) -> None:
        nonlocal reached
        message.channel.basic_ack(message.delivery_tag)
        event = json.loads(message.body)
        if event["source"] != "/banjian/intake":
            return
        reached = max(reached, int(event["sequence"]))
        if datetime.fromisoformat(event["recordedtime"]) < since:
            return
        replies.events[event["type"]] += 1
        refusal = event["type"].startswith("intake.record-refused.")
        if refusal and event["data"]["data_source"] == data_source:
            replies.refused.append(event["data"])

    try:
        connection = open_connection(
            amqp_uri, heartbeat_s=0, connect_timeout_s=5, name="feed: replies"
        )
        try:
            channel = connection.channel()
            channel.basic_qos(0, 2_000, False)
            # The stream starts at a whole chunk and at whole seconds.
            offset = since.astimezone(UTC).replace(tzinfo=None, microsecond=0)
            channel.basic_consume(
                STREAM_QUEUE,
                callback=take,
                arguments={"x-stream-offset": offset - timedelta(seconds=1)},
            )
            while reached < until:
                connection.drain_events(timeout=quiet_s)
        except TimeoutError:
            pass
        finally:
            close(connection)
    except TROUBLE as problem:
        raise UnavailableError(f"The stream cannot be read: {say(problem)}") from problem
    return replies


def _metrics(url: str) -> dict[str, float]:
    """Read our own figures; label sets of one name are added up."""
    figures: dict[str, float] = {}
    for name, value in _SAMPLE.findall(_read(url)):
        figures[name] = figures.get(name, 0.0) + float(value)
    unknown = [name for name, value in figures.items() if value != value]
    if unknown:
        raise UnavailableError(f"{url} does not know its {', '.join(unknown)} at present.")
    return figures


def _read(url: str, account: str = "") -> str:
    request = urllib.request.Request(url, headers={"Accept": "*/*"})
    if account:
        from base64 import b64encode
        from urllib.parse import unquote

        request.add_header(
            "Authorization", "Basic " + b64encode(unquote(account).encode()).decode()
        )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            content: bytes = answer.read()
            return content.decode()
    except OSError as problem:
        place = urlsplit(url)._replace(query="").geturl()
        raise UnavailableError(f"{place} does not answer: {problem}") from None
