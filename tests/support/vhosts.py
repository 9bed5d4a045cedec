"""A fresh vhost for a test, and RabbitMQ's management interface."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from deploy.local.servers import Endpoints


@dataclass(frozen=True)
class Management:
    """RabbitMQ's management interface, entered as the URL's user."""

    url: str

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Call `/api/<path>` and return the decoded answer, None if it is empty.

        Raises:
            urllib.error.HTTPError: RabbitMQ refused.
        """
        parts = urlsplit(self.url)
        token = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
        request = urllib.request.Request(
            f"{parts.scheme}://{parts.hostname}:{parts.port}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Basic {token}", "Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def get(self, path: str) -> Any:
        """Read `/api/<path>`."""
        return self.call("GET", path)


@dataclass(frozen=True)
class Vhost:
    """A vhost of one's own: its name, the administrator's URI of it, the management interface."""

    name: str
    amqp_uri: str
    management_url: str

    @property
    def management(self) -> Management:
        """Call RabbitMQ's management interface."""
        return Management(self.management_url)

    def queues(self) -> dict[str, dict[str, Any]]:
        """Return the vhost's queues by name. Counters lag up to 5 s; `depth` does not."""
        return {queue["name"]: queue for queue in self.management.get(f"queues/{self.name}")}

    def depth(self, queue: str) -> int:
        """Return how many messages are ready in a queue now, asked over AMQP."""
        import amqp

        parts = urlsplit(self.amqp_uri)
        connection = amqp.Connection(
            host=f"{parts.hostname}:{parts.port}",
            userid=parts.username,
            password=parts.password,
            virtual_host=self.name,
        )
        connection.connect()
        try:
            declared = connection.channel().queue_declare(queue, passive=True)
            return int(declared.message_count)
        finally:
            connection.close()


@contextmanager
def fresh_vhost(servers: Endpoints, prefix: str = "test") -> Iterator[Vhost]:
    """Give an empty vhost; delete it afterwards."""
    name = f"{prefix}_{uuid.uuid4().hex[:12]}"
    management = Management(servers.management_url)
    user = urlsplit(servers.amqp_uri).username or "guest"
    management.call("PUT", f"vhosts/{name}", {})
    try:
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        management.call("PUT", f"permissions/{name}/{quote(user)}", everything)
        uri = urlunsplit(urlsplit(servers.amqp_uri)._replace(path=f"/{name}"))
        yield Vhost(name, uri, servers.management_url)
    finally:
        try:
            management.call("DELETE", f"vhosts/{name}")
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
