"""Open a py-amqp connection from a URI, with the settings every connection of ours has."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp
from kombu.connection import Connection
from kombu.exceptions import OperationalError

from services.chassis.errors import UnavailableError

TROUBLE: tuple[type[BaseException], ...] = (
    amqp.AMQPError,
    OSError,
    OperationalError,
    AttributeError,  # py-amqp uses its torn down transport when the connection dies in between
)
"""What a dead or refusing broker looks like from py-amqp."""


@dataclass(frozen=True)
class Address:
    """The parts of an AMQP URI."""

    user: str
    password: str
    host: str
    port: int
    vhost: str


def parse_uri(uri: str) -> Address:
    """Take an AMQP URI apart; an empty path means the vhost `/`."""
    parts = urlsplit(uri)
    return Address(
        unquote(parts.username or "guest"),
        unquote(parts.password or "guest"),
        parts.hostname or "127.0.0.1",
        parts.port or (5671 if parts.scheme == "amqps" else 5672),
        unquote(parts.path[1:]) or "/",
    )


def open_connection(
    uri: str,
    *,
    heartbeat_s: int,
    connect_timeout_s: float,
    name: str,
    on_blocked: Callable[[str], None] | None = None,
    on_unblocked: Callable[[], None] | None = None,
) -> Any:
    """Give a connected py-amqp connection that belongs to the calling thread or greenlet alone.

    Raises:
        UnavailableError: nobody answers, or the broker refuses the user.
    """
    address = parse_uri(uri)
    settings: Any = Connection(  # type: ignore[no-untyped-call]
        hostname=address.host,
        port=address.port,
        userid=address.user,
        password=address.password,
        virtual_host=address.vhost,
        ssl=uri.startswith("amqps"),
        transport="pyamqp",
        heartbeat=heartbeat_s,
        connect_timeout=connect_timeout_s,
        transport_options={
            "socket_settings": {
                socket.TCP_KEEPIDLE: 10,
                socket.TCP_KEEPINTVL: 5,
                socket.TCP_KEEPCNT: 3,
                socket.TCP_USER_TIMEOUT: 15_000,
            },
            "client_properties": {"connection_name": name},
            "on_blocked": on_blocked,
            "on_unblocked": on_unblocked,
        },
    )
    try:
        return settings.transport.establish_connection()
    except TROUBLE as error:
        raise UnavailableError(f"broker at {address.host}:{address.port}: {say(error)}") from error


def say(error: BaseException) -> str:
    """Describe a broker error in one line; AMQP reply texts name queues, never quote bodies."""
    text = getattr(error, "reply_text", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())[:300]


def drop(connection: Any) -> None:
    """Close the socket without asking the broker: what is in flight stays unconfirmed, for ever."""
    try:
        connection.collect()
    except TROUBLE:
        return


def close(connection: Any, timeout_s: float = 2.0) -> None:
    """Say goodbye to the broker, but wait no longer than this; a blocked broker never answers."""
    try:
        connection.transport.sock.settimeout(timeout_s)
        connection.close()
    except TROUBLE:
        drop(connection)
