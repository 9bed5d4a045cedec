"""One address for the five services, as the cluster's ingress will be: `banjian gateway`.

    /               -> /disclosure/ (the front page)
    /catalog/x      -> the catalog's /x with X-Forwarded-Prefix: /catalog; so for every service
    /issuer/x       -> the development token issuer's /x
    /livez, /readyz    the gateway's own

A service that does not answer gives a 502 that says which one and where its log is.
"""

from __future__ import annotations

import html
import http.client
import json
import os
import signal
import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkzeug.middleware.http_proxy import ProxyMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from deploy.local import environment
from deploy.local.processes import LocalRunError
from deploy.local.servers import RUN
from services.chassis.names import SERVICES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TIMEOUT_S = 30
CHUNK_BYTES = 64 << 10
HOME = "/disclosure/"


class Gateway:
    """The WSGI application: proxies by prefix, answers the rest itself."""

    def __init__(self, env: Mapping[str, str]) -> None:
        ports = {service: env[f"BANJIAN_{service.upper()}_HTTP_PORT"] for service in SERVICES}
        if env.get("BANJIAN_ISSUER_PORT"):
            ports["issuer"] = env["BANJIAN_ISSUER_PORT"]
        self._names = frozenset(ports)
        self._proxy: WSGIApplication = ProxyMiddleware(
            Response("not found\n", 404),
            {
                f"/{name}/": {
                    "target": f"http://127.0.0.1:{port}/",
                    "remove_prefix": True,
                    "host": None,
                    "headers": {"X-Forwarded-Prefix": f"/{name}"},
                }
                for name, port in ports.items()
            },
            chunk_size=CHUNK_BYTES,
            timeout=TIMEOUT_S,
        )

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        # The path as it was sent: decoding and encoding it again would lose %2F and Chinese.
        path = urlsplit(environ.get("RAW_URI") or environ["PATH_INFO"]).path
        name, slash, _ = path.removeprefix("/").partition("/")
        if name in self._names and slash:
            # Only the gateway says where a service stands; a caller's own word is dropped.
            environ.pop("HTTP_X_FORWARDED_PREFIX", None)
            return self._forward(name, {**environ, "PATH_INFO": path}, start)
        return self._own(path, name)(environ, start)

    def _own(self, path: str, name: str) -> Response:
        if path == "/":
            return redirect(HOME)
        if name in self._names:
            return redirect(f"/{name}/", 308)
        if path in ("/livez", "/readyz", "/startupz"):
            return Response('{"status":"ok"}\n', content_type="application/json")
        known = ", ".join(f"/{name}/" for name in sorted(self._names))
        return Response(f"nothing here; there are {known}\n", 404, content_type="text/plain")

    def _forward(
        self, name: str, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        answer: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
            answer[:] = status, headers

        try:
            body = self._proxy(environ, keep)
        except http.client.HTTPException:
            answer[:] = "502", []
        # The services themselves never say 502, so this is the proxy not reaching one.
        if answer[0].startswith("502"):
            return _unreachable(name, environ)(environ, start)
        start(answer[0], answer[1])
        return body


def _unreachable(name: str, environ: WSGIEnvironment) -> Response:
    what = f"{name} does not answer"
    advice = f"It may be starting. Its log: .run/log/serve-{name}.log; all processes: make status"
    if "text/html" not in environ.get("HTTP_ACCEPT", ""):
        problem = {"type": "about:blank", "status": 502, "title": what, "detail": advice}
        return Response(json.dumps(problem), 502, content_type="application/problem+json")
    page = (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>502</title>'
        '<meta http-equiv="refresh" content="3">'
        f"<h1>服务暂时不可用</h1><p>{html.escape(what)}. {html.escape(advice)}</p></html>"
    )
    return Response(page, 502, content_type="text/html; charset=utf-8")


class _Quiet(WSGIRequestHandler):
    """The services log every request themselves."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def serve(env: Mapping[str, str] | None = None) -> None:
    """Serve the gateway until SIGTERM on BANJIAN_GATEWAY_PORT, on loopback only.

    Raises:
        LocalRunError: a port is not in the environment nor in `.run/env`.
    """
    known = {**environment.read(RUN / "env"), **os.environ} if env is None else env
    try:
        gateway = Gateway(known)
        port = int(known["BANJIAN_GATEWAY_PORT"])
    except KeyError as missing:
        raise LocalRunError(f"{missing.args[0]} is missing: run `make run` first") from None
    server = make_server("127.0.0.1", port, gateway, threaded=True, request_handler=_Quiet)

    def end(number: int, frame: object) -> None:
        # shutdown() waits for the loop that this very handler interrupts.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    serve()
