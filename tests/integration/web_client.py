"""The example service as a real process, and a client that sees the bytes."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.chassis.issuer import Issuer


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Example:
    port: int
    issuer: Issuer
    process: subprocess.Popen[str]
    log: Path = field(repr=False)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request; header names are given with underscores."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def post(self, path: str, value: Any, **headers: str) -> Answer:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.ask("POST", path, body, **{"Content_Type": "application/json", **headers})

    def raw(self, request: bytes) -> bytes:
        """Send bytes as they are; give everything that comes until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request)
            pieces = []
            while piece := connection.recv(65536):
                pieces.append(piece)
        return b"".join(pieces)

    def bearer(self, *roles: str, **claims: Any) -> str:
        return "Bearer " + self.issuer.mint("clerk-1", roles, **claims)

    def memory_bytes(self) -> int:
        """Largest resident size the process ever had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024


@contextmanager
def example(directory: Path) -> Iterator[Example]:
    """Run the example service until the end of the block."""
    issuer = Issuer(directory / "issuer.pem")
    issuer.write_jwks(directory / "jwks.json")
    log = directory / "log.jsonl"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.chassis_web.example", str(directory / "jwks.json")],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, log.read_text()
        yield Example(int(line), issuer, process, log)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
