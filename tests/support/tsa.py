"""A time stamping authority of one's own (RFC 3161): `openssl ts` behind a small HTTP server."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIG = """
[req]
distinguished_name = name
prompt = no
x509_extensions = stamping
[name]
CN = Test TSA
[stamping]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = tsa1
[tsa1]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Tsa:
    """Where it answers, and its certificate."""

    url: str
    certificate: Path


def make_authority(folder: Path) -> Path:
    """Make key, certificate and configuration; give the certificate."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "tsa.conf"
    config.write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-config", str(config)),
        *("-keyout", str(folder / "tsa.key"), "-out", str(folder / "tsa.pem")),
    )
    return folder / "tsa.pem"


def reply_to(folder: Path, query: bytes) -> bytes:
    """Answer a TimeStampReq with a TimeStampResp."""
    asked, answered = folder / "query.tsq", folder / "answer.tsr"
    asked.write_bytes(query)
    openssl(
        *("ts", "-reply", "-config", str(folder / "tsa.conf"), "-queryfile", str(asked)),
        *("-out", str(answered)),
    )
    return answered.read_bytes()


def openssl(*arguments: str) -> None:
    """Run openssl."""
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30)


@contextmanager
def authority(folder: Path) -> Iterator[Tsa]:
    """Give a running authority."""
    certificate = make_authority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            answer = reply_to(folder, query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Tsa(f"http://127.0.0.1:{server.server_port}/", certificate)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
