"""Sends commands over HTTP from a process of its own: `python -m tests.bench.http_load`.

Reads `{"urls": [...], "token": ..., "bodies": [...], "connections": n}` from standard input, sends
every body once over that many kept connections, prints how many seconds all of it took, the
milliseconds of each answer and how often each status came.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit


class _Connection:
    """One kept connection with at most one request on its way."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname or "", parts.port or 80))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        )
        self._got = b""
        self.sent_at = 0.0

    def send(self, body: str) -> None:
        """Send one request; the answer must have been read before the next."""
        data = body.encode()
        self._got = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(f"{self._head}Content-Length: {len(data)}\r\n\r\n".encode() + data)

    def read(self) -> int:
        """Take what has come; gives the status once the answer is whole, 0 before."""
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise ConnectionError("the service closed a connection")
        self._got += piece
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end:
            return 0
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        return int(head[9:12]) if len(body) >= length else 0


def load(urls: list[str], token: str, bodies: list[str], connections: int) -> dict[str, Any]:
    """Send every body once; each connection sends its next as soon as its last is answered."""
    waiting: Iterator[str] = iter(bodies)
    taken: list[float] = []
    statuses: Counter[int] = Counter()
    chosen = selectors.DefaultSelector()
    lines = [_Connection(urls[n % len(urls)], token) for n in range(connections)]
    started = time.perf_counter()
    for line, body in zip(lines, waiting, strict=False):
        line.send(body)
        chosen.register(line.socket, selectors.EVENT_READ, line)
    while chosen.get_map():
        for key, _ in chosen.select(30):
            status = key.data.read()
            if not status:
                continue
            statuses[status] += 1
            taken.append((time.perf_counter() - key.data.sent_at) * 1000)
            body = next(waiting, "")
            if body:
                key.data.send(body)
            else:
                chosen.unregister(key.fileobj)
    seconds = time.perf_counter() - started
    for line in lines:
        line.socket.close()
    return {"seconds": seconds, "ms": taken, "statuses": dict(statuses)}


if __name__ == "__main__":
    print(json.dumps(load(**json.load(sys.stdin))))
