"""Three questions an operator's machine asks: does it run, can it serve, did it start rightly?

/livez      the process answers; asks nothing else. Cheap. Failing means: restart me.
/readyz     every dependency answers. One round trip each. Failing means: send nobody here.
/startupz   the above, and the world looks as this version expects it (migrations, queues).
            The most expensive; asked until it succeeds once.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Literal

from services.chassis.errors import BanjianError
from services.chassis.metrics import CONTENT_TYPE, Metrics

Stage = Literal["ready", "startup"]
Check = Callable[[], object]
"""Returns (anything; text is shown) when all is well, raises when not. Brings its own timeout."""

PATHS: Final = ("/livez", "/readyz", "/startupz")


@dataclass(frozen=True)
class Checked:
    """What one check said."""

    name: str
    ok: bool
    detail: str
    seconds: float


@dataclass(frozen=True)
class Report:
    """The answer to one probe."""

    service: str
    checks: tuple[Checked, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    @property
    def status(self) -> int:
        """HTTP status: 200, or 503 when a check failed."""
        return 200 if self.ok else 503

    def json(self) -> bytes:
        checks = {
            check.name: {
                "state": "ok" if check.ok else "failed",
                "detail": check.detail,
                "seconds": round(check.seconds, 4),
            }
            for check in self.checks
        }
        state = "ok" if self.ok else "failed"
        return json.dumps(
            {"service": self.service, "state": state, "checks": checks}, ensure_ascii=False
        ).encode()


class Probes:
    """The checks of one process.

    An answer is kept for `keep_s` seconds (default 1), so a busy prober cannot become load.
    """

    def __init__(self, service: str, keep_s: float = 1.0) -> None:
        self.service = service
        self._keep_s = keep_s
        self._checks: dict[str, tuple[Stage, Check]] = {}
        self._kept: dict[str, tuple[float, Report]] = {}

    def add(self, name: str, check: Check, *, stage: Stage = "ready") -> None:
        """Name a dependency. A `ready` check is asked by /readyz and /startupz, a `startup` one
        only by /startupz. Adding the same name again replaces the check."""
        self._checks[name] = (stage, check)
        self._kept.clear()

    def answer(self, path: str) -> Report:
        """Ask what this path (one of `PATHS`) asks.

        Raises:
            KeyError: there is no such probe.
        """
        if path not in PATHS:
            raise KeyError(path)
        kept = self._kept.get(path)
        if kept and time.monotonic() - kept[0] < self._keep_s:
            return kept[1]
        stages: dict[str, tuple[str, ...]] = {
            "/livez": (),
            "/readyz": ("ready",),
            "/startupz": ("ready", "startup"),
        }
        asked = stages[path]
        results = [
            _ask(name, check) for name, (stage, check) in self._checks.items() if stage in asked
        ]
        report = Report(self.service, tuple(results))
        self._kept[path] = (time.monotonic(), report)
        return report


def _ask(name: str, check: Check) -> Checked:
    started = time.monotonic()
    try:
        said = check()
    except BanjianError as error:
        ok, detail = False, error.message
    except Exception as error:  # a check may fail in any way; a library's text may hold a password
        ok, detail = False, type(error).__name__
    else:
        ok, detail = True, said if isinstance(said, str) else ""
    return Checked(name, ok, detail, time.monotonic() - started)


class ProbeServer:
    """The small HTTP server of a process that has no other one (the relay)."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, daemon=True, name="probes")
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on, also when it was asked for 0."""
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """Close the port and end the thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def serve_probes(host: str, port: int, probes: Probes, metrics: Metrics) -> ProbeServer:
    """Answer /livez /readyz /startupz /metrics from a thread of this process, until `stop()`.

    Raises:
        OSError: the port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = 10
        server_version = "banjian"
        sys_version = ""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self._send(200, CONTENT_TYPE, metrics.render())
            elif path in PATHS:
                report = probes.answer(path)
                self._send(report.status, "application/json", report.json())
            else:
                self._send(404, "application/json", b'{"code":"not_found"}')

        def _send(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A probe a second is not news."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    return ProbeServer(server)
