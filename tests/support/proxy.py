"""A TCP proxy in a thread that behaves like a bad network, on command.

with Proxy("127.0.0.1", port) as proxy:
    proxy.port              connect here
    proxy.refuse()          close listeners: connections are refused
    proxy.accept()          listen again on the same port
    proxy.cut()             reset every open connection
    proxy.blackhole()       bytes vanish in both directions, connections stay open
    proxy.delay(0.2)        each chunk waits so many seconds
    proxy.cut_after(1000)   reset a connection after so many bytes towards the client
    proxy.swallow_after(b"COMMIT")   once the client sends this, the server gets it but its
                                     answer never comes: the connection is reset instead
    proxy.heal()            a good network again
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from types import TracebackType
from typing import Self


class Proxy:
    """Forwards a loopback port of its own to `host:port`."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._lock = threading.Lock()
        self._links: set[_Link] = set()
        self._closing = threading.Event()
        self._listener: socket.socket | None = None
        self.delay_s = 0.0
        self.limit: int | None = None
        self.pattern: bytes | None = None
        self.hole = False
        self.seen = 0
        """How often the pattern of `swallow_after` was met."""
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        with self._lock:
            return len(self._links)

    def refuse(self, *, cut: bool = True) -> None:
        """Refuse new connections and, unless told otherwise, cut the open ones."""
        if self._listener is not None:
            # shutdown wakes the accepting thread; close alone would leave the port listening.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        if cut:
            self.cut()

    def accept(self) -> None:
        """Take connections again."""
        if self._listener is None:
            self._listener = self._listen(self.port)

    def cut(self) -> None:
        """Reset every open connection."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.reset()

    def blackhole(self, on: bool = True) -> None:
        """Let bytes vanish (and not be read) in both directions."""
        self.hole = on

    def delay(self, seconds: float) -> None:
        """Hold every chunk for so long."""
        self.delay_s = seconds

    def cut_after(self, size_bytes: int | None) -> None:
        """Reset each connection after so many bytes towards its client; None: never."""
        self.limit = size_bytes

    def swallow_after(self, pattern: bytes | None) -> None:
        """Deliver the client's next chunk with `pattern`, then reset instead of the answer."""
        self.pattern = pattern

    def heal(self) -> None:
        """Be a good network again."""
        self.delay_s, self.limit, self.pattern, self.hole = 0.0, None, None, False
        self.accept()

    def close(self) -> None:
        """End the proxy and its connections."""
        self._closing.set()
        self.refuse()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()
        return listener

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target, timeout=10)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        link = _Link(self, client, server)
        with self._lock:
            self._links.add(link)
        try:
            link.run(self._closing)
        finally:
            with self._lock:
                self._links.discard(link)


class _Link:
    """One connection through the proxy, served by one thread."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._to_client = 0
        self._muted = False
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def run(self, closing: threading.Event) -> None:
        """Carry bytes until one end closes."""
        try:
            while not closing.is_set():
                if self._proxy.hole:
                    closing.wait(0.01)
                    continue
                ready, _, _ = select.select([self._client, self._server], [], [], 0.1)
                if self._proxy.hole:
                    continue
                if not all(self._carry(end) for end in ready):
                    return
        except (OSError, ValueError):
            return
        finally:
            self._close()

    def reset(self) -> None:
        """Send RST to both ends."""
        with contextlib.suppress(OSError):
            for end in (self._client, self._server):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # Wakes the thread's select; its close then sends the RST.
                end.shutdown(socket.SHUT_RD)

    def _carry(self, end: socket.socket) -> bool:
        chunk = end.recv(65536)
        if not chunk:
            return False
        if self._proxy.delay_s:
            time.sleep(self._proxy.delay_s)
        return self._from_client(chunk) if end is self._client else self._from_server(chunk)

    def _from_client(self, chunk: bytes) -> bool:
        pattern = self._proxy.pattern
        if pattern is not None and pattern in chunk:
            self._proxy.seen += 1
            self._proxy.pattern = None
            self._muted = True
        self._server.sendall(chunk)
        return True

    def _from_server(self, chunk: bytes) -> bool:
        if self._muted:
            # The server has answered, so the work is done; the client must never learn it.
            self.reset()
            return False
        self._to_client += len(chunk)
        limit = self._proxy.limit
        if limit is not None and self._to_client >= limit:
            self._client.sendall(chunk[: max(0, len(chunk) - (self._to_client - limit))])
            self.reset()
            return False
        self._client.sendall(chunk)
        return True

    def _close(self) -> None:
        for end in (self._client, self._server):
            end.close()
