"""Publish with hundreds of broker confirms in flight, and believe none that came late."""

from __future__ import annotations

from collections.abc import Mapping


class Publisher:
    """One connection that publishes in order; after any error it is closed and never used again."""

    def __init__(
        self,
        amqp_uri: str,
        *,
        window: int = 500,
        confirm_timeout_s: float = 10.0,
        connect_timeout_s: float = 5.0,
        heartbeat_s: int = 10,
    ) -> None:
        raise NotImplementedError

    def publish(
        self,
        exchange: str,
        routing_key: str,
        body: bytes,
        *,
        partition_key: str,
        content_type: str,
        message_id: str = "",
        type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send one persistent, mandatory message; blocks while `window` confirms are outstanding.

        Raises:
            UnavailableError: nack, return (`NO_ROUTE`), confirm timeout, lost connection. What was
                not confirmed by a later `confirm()` must be published again on a new Publisher.
        """
        raise NotImplementedError

    def confirm(self) -> None:
        """Wait until everything published so far is confirmed.

        Raises:
            UnavailableError: as for `publish`.
        """
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
