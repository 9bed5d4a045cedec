"""RabbitMQ's management API, as an administrator sees one vhost through it."""

from __future__ import annotations

import base64
import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit

from services.chassis.bus.topology import (
    HASH_EXCHANGE,
    Binding,
    Exchange,
    Permission,
    Queue,
    Topology,
)
from services.chassis.errors import ContractError, NotFoundError, UnavailableError

_TIMEOUT_S = 15.0


class Management:
    """One vhost through the management API, as an administrator; a context manager closes it."""

    def __init__(self, management_url: str, vhost: str) -> None:
        parts = urlsplit(management_url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname or "127.0.0.1", parts.port, timeout=_TIMEOUT_S)
        login = f"{unquote(parts.username or 'guest')}:{unquote(parts.password or 'guest')}"
        self._headers = {
            "Authorization": "Basic " + base64.b64encode(login.encode()).decode(),
            "Content-Type": "application/json",
        }
        self.user = unquote(parts.username or "guest")
        self.vhost = vhost

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, method: str, *path: str, body: object = None) -> Any:
        """Send one request; path parts are quoted, the word `vhost` is not special.

        Raises:
            NotFoundError: 404.
            ContractError: 400: the thing exists with other properties; the text is the broker's.
            UnavailableError: no answer, or any other refusal.
        """
        url = "/api/" + "/".join(quote(part, safe="") for part in path)
        try:
            self._connection.request(
                method, url, json.dumps(body) if body is not None else None, self._headers
            )
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, HTTPException) as error:
            self._connection.close()
            said = type(error).__name__
            raise UnavailableError(f"RabbitMQ management does not answer ({said})") from error
        if answer.status < 300:
            return json.loads(text) if text else None
        said = _reason(text)
        if answer.status == 404:
            raise NotFoundError(f"RabbitMQ knows no {'/'.join(path)}")
        if answer.status == 400:
            raise ContractError(f"RabbitMQ refuses {'/'.join(path)}: {said}")
        raise UnavailableError(f"RabbitMQ management answers {answer.status} to {url}: {said}")

    def exchange_names(self) -> set[str]:
        return {one["name"] for one in self.ask("GET", "exchanges", self.vhost)}

    def queues(self) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in self.ask("GET", "queues", self.vhost)}

    def put_user(self, user: str, password: str, tags: str = "") -> None:
        body = {"password": password, "tags": tags}
        self.ask("PUT", "users", user, body=body)

    def permit(self, permission: Permission) -> None:
        """Set a user's rights in this vhost; what it had before and is not named is gone."""
        body = {
            "configure": permission.configure,
            "write": permission.write,
            "read": permission.read,
        }
        self.ask("PUT", "permissions", self.vhost, permission.user, body=body)
        for exchange, pattern in permission.topics.items():
            topic = {"exchange": exchange, "write": pattern, "read": "^$"}
            self.ask("PUT", "topic-permissions", self.vhost, permission.user, body=topic)

    def put_exchange(self, exchange: Exchange) -> None:
        body = {
            "type": exchange.type,
            "durable": True,
            "auto_delete": False,
            "internal": False,
            "arguments": dict(exchange.arguments),
        }
        self.ask("PUT", "exchanges", self.vhost, exchange.name, body=body)

    def put_queue(self, queue: Queue) -> None:
        body = {"durable": True, "auto_delete": False, "arguments": dict(queue.arguments)}
        self.ask("PUT", "queues", self.vhost, queue.name, body=body)

    def bind(self, binding: Binding) -> None:
        """Bind; the same binding twice is one binding."""
        body = {"routing_key": binding.routing_key, "arguments": {}}
        kind = "q" if binding.kind == "queue" else "e"
        self.ask(
            "POST", "bindings", self.vhost, "e", binding.source, kind, binding.target, body=body
        )

    def unbind(self, binding: Binding) -> None:
        """Take a binding away; fine when it is not there."""
        kind = "q" if binding.kind == "queue" else "e"
        path = ("bindings", self.vhost, "e", binding.source, kind, binding.target)
        try:
            self.ask("DELETE", *path, binding.routing_key or "~")
        except NotFoundError:
            return

    def delete(self, kind: str, name: str) -> None:
        """Delete a queue (`queues`) or an exchange (`exchanges`); fine when it is not there."""
        try:
            self.ask("DELETE", kind, self.vhost, name)
        except NotFoundError:
            return

    def apply(self, topology: Topology) -> None:
        """Make everything that is missing; nothing that is there is changed or emptied.

        A queue keeps the share of a hash exchange it has. Of two weights the broker says nowhere
        which counts, and a change would send the next messages of a case to another partition,
        beside those that still wait. A new generation has new shares.

        Rights come before queues: where a queue is of the wrong kind, the service it belongs to can
        still look and say so in its readiness.
        """
        for exchange in topology.exchanges:
            self.put_exchange(exchange)
        for permission in topology.permissions:
            self.permit(permission)
        for queue in topology.queues:
            self.put_queue(queue)
        shared = self._shared(topology)
        for binding in topology.bindings:
            if (binding.source, binding.target) not in shared:
                self.bind(binding)

    def _shared(self, topology: Topology) -> set[tuple[str, str]]:
        """Give hash exchange and queue wherever they are bound, with whatever weight."""
        hashing = {one.name for one in topology.exchanges if one.type == HASH_EXCHANGE}
        bound = self.ask("GET", "bindings", self.vhost)
        return {(one["source"], one["destination"]) for one in bound if one["source"] in hashing}

    def verify(self, topology: Topology) -> None:
        """Compare every queue with what was asked for.

        Raises:
            ContractError: a queue has another type or other arguments; lists all of them.
        """
        found = self.queues()
        wrong = []
        for queue in topology.queues:
            there = found.get(queue.name)
            if there is None:
                wrong.append(f"{queue.name} is missing")
                continue
            arguments = there.get("arguments", {})
            for name, value in queue.arguments.items():
                got = arguments.get(name)
                if got != value:
                    wrong.append(f"{queue.name} has {name}={got!r}, not {value!r}")
            if there.get("type") != queue.arguments.get("x-queue-type"):
                wrong.append(f"{queue.name} is a {there.get('type')} queue")
        if wrong:
            raise ContractError("queues are not as defined: " + "; ".join(wrong))


def _reason(text: bytes) -> str:
    try:
        said = json.loads(text)
    except ValueError:
        return ""
    return str(said.get("reason", "")) if isinstance(said, dict) else ""
