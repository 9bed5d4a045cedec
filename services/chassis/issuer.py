"""Development token issuer: lets a local run log in. Refuses to start in production.

GET  /jwks.json    the public key
GET  /sign-in      a page to choose an account; its form sets the cookie of `web.session`
POST /token        {"sub": "clerk-1", "roles": ["clerk"], "unit": "", "window": "W01",
                    "region": "", "ttl_s": 3600} -> {"access_token": ..., "expires_in": ...}
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import jwt
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.identity import DEVELOPMENT_KEY
from services.chassis.logs import get_logger
from services.chassis.settings import DEVELOPMENT_ISSUER, Environment, SettingsError

log = get_logger()

AUDIENCE: Final = "banjian"
REQUEST_BYTES: Final = 4096
TTL_S: Final = 8 * 3600


class TokenRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a token shall say."""

    sub: str
    roles: tuple[str, ...] = ()
    unit: str = ""
    window: str = ""
    region: str = ""
    ttl_s: int = TTL_S


class Issuer:
    """Signs tokens with an Ed25519 key kept in a file; makes the file (mode 600) when absent."""

    def __init__(self, key_file: str | Path, audience: str = AUDIENCE) -> None:
        self._key = _load_or_make(Path(key_file))
        self._audience = audience
        public = self._key.public_key().public_bytes_raw()
        self.key_id = DEVELOPMENT_KEY + hashlib.sha256(public).hexdigest()[:16]

    def jwks(self) -> dict[str, Any]:
        """Give the public key as a JWK set (RFC 7517)."""
        entry = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [entry | {"kid": self.key_id, "alg": "EdDSA", "use": "sig"}]}

    def write_jwks(self, path: str | Path) -> None:
        """Write the JWK set to a file, for BANJIAN_JWKS_FILE."""
        Path(path).write_text(json.dumps(self.jwks()), encoding="utf-8")

    def mint(
        self,
        sub: str,
        roles: Iterable[str] = (),
        *,
        unit: str = "",
        window: str = "",
        region: str = "",
        ttl_s: int = TTL_S,
    ) -> str:
        """Sign a token for this account, valid for `ttl_s` seconds (default a working day)."""
        now = int(time.time())
        claims = {
            "iss": DEVELOPMENT_ISSUER,
            "aud": self._audience,
            "sub": sub,
            "roles": list(roles),
            "unit": unit,
            "window": window,
            "region": region,
            "iat": now,
            "exp": now + ttl_s,
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self.key_id})


def _load_or_make(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        # Exclusive: of two first starts one makes the key and the other reads it.
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "wb") as file:
                file.write(pem)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")
    return key


class IssuerServer:
    """The issuer behind HTTP, answering from a thread until `stop()`."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, daemon=True, name="issuer")
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def wait(self) -> None:
        """Wait until somebody stops it."""
        self._thread.join()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def refuse_production(env: Mapping[str, str]) -> None:
    """Raises:
    SettingsError: this is production, or nobody said that it is not.
    """
    if env.get("BANJIAN_ENV") != Environment.DEVELOPMENT.value:
        raise SettingsError(
            ["the development issuer starts only with BANJIAN_ENV=development, never in production"]
        )


def serve_issuer(host: str, port: int, issuer: Issuer, env: Mapping[str, str]) -> IssuerServer:
    """Answer /jwks.json and /token; port 0 takes a free one.

    Raises:
        SettingsError: BANJIAN_ENV is not `development`.
        OSError: the port is taken.
    """
    refuse_production(env)

    class Handler(BaseHTTPRequestHandler):
        timeout = 10
        server_version = "banjian"
        sys_version = ""

        def do_GET(self) -> None:
            if self.path == "/jwks.json":
                self._send(200, issuer.jwks())
            else:
                self._page(b"")

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > REQUEST_BYTES:
                self.close_connection = True
                return self._send(413, {"code": "too_large"})
            body = self.rfile.read(int(length))
            if self.path != "/token":
                return self._page(body)
            try:
                asked = msgspec.json.decode(body, type=TokenRequest)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                return self._send(400, {"code": "contract_broken", "detail": str(error)})
            token = issuer.mint(
                asked.sub,
                asked.roles,
                unit=asked.unit,
                window=asked.window,
                region=asked.region,
                ttl_s=asked.ttl_s,
            )
            answer = {"access_token": token, "token_type": "Bearer", "expires_in": asked.ttl_s}
            return self._send(200, answer)

        def _page(self, body: bytes) -> None:
            # Only a running issuer needs the pages and what they import.
            from werkzeug.datastructures import Headers

            from services.chassis.web.sign_in import answer

            headers = Headers(list(self.headers.items()))
            found = answer(self.command, self.path, headers, body, issuer.mint, TTL_S)
            if found is None:
                return self._send(404, {"code": "not_found"})
            self.send_response(found.status)
            for name, text in found.headers.items():
                if name != "Content-Length":
                    self.send_header(name, text)
            self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)
            return None

        def _send(self, status: int, value: Mapping[str, Any]) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Tokens are asked for; that is not news."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    log.info("issuer_started", port=server.server_address[1])
    return IssuerServer(server)
