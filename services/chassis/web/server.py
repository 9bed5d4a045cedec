"""The HTTP server of a service: nameko's, with limits, one error shape, and no way to fall over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

import eventlet
from eventlet import wsgi
from nameko.web.server import HttpOnlyProtocol, WebServer
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, RequestRedirect
from werkzeug.wrappers import Request, Response

from services.chassis.errors import BanjianError, ContractError, NotFoundError
from services.chassis.frame import Frame, frame_of
from services.chassis.logs import bound, get_logger
from services.chassis.metrics import CONTENT_TYPE
from services.chassis.probes import PATHS
from services.chassis.translate import translate
from services.chassis.web.headers import SECURITY, correlation_of, prefix_of
from services.chassis.web.openapi import document
from services.chassis.web.pages import HOUSE, static_response
from services.chassis.web.problem import MethodError, problem_response, title
from services.chassis.web.session import sign_in_href

log = get_logger()

HEAD_S: Final = 15
"""Seconds a request's first line and headers may take to arrive."""

IDLE_S: Final = 75
"""Seconds a connection may be silent."""

URL_BYTES: Final = 8192
DRAIN_S: Final = 25
"""Seconds a stop waits for answers under way; below Kubernetes' default grace of 30."""

_RESERVED: Final = ("/static/", "/openapi.json", "/metrics", *PATHS)


class Protocol(HttpOnlyProtocol):  # type: ignore[misc]  # nameko is untyped
    """HTTP/1.1 of eventlet, stricter where RFC 9112 lets a request be read in two ways."""

    def parse_request(self) -> bool:
        timeout = eventlet.Timeout(HEAD_S)
        try:
            return bool(super().parse_request())
        except eventlet.Timeout as late:
            if late is not timeout:
                raise
            self.close_connection = True
            return False
        finally:
            timeout.cancel()

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ["banjian.close"] = self._close
        codings = self.headers.get_all("Transfer-Encoding") or []
        lengths = self.headers.get_all("Content-Length") or []
        # eventlet reads any other coding as "no body", so the body would be the next request.
        badly_coded = bool(codings) and [c.strip().lower() for c in codings] != ["chunked"]
        badly_long = len(lengths) > 1 or any(not (n.isascii() and n.isdigit()) for n in lengths)
        if badly_coded or badly_long:
            environ["banjian.malformed"] = True
        return environ

    def log_message(self, format: str, *args: object) -> None:
        """The standard library would write the request line, whatever is in it, to stderr."""

    def _close(self) -> None:
        self.close_connection = True


class HouseServer(WebServer):  # type: ignore[misc]  # nameko is untyped
    """One a container; routes register with it.

    Besides the routes every service answers /livez /readyz /startupz /metrics /openapi.json and
    /static/. `port` is the one it listens on, also when it was asked for 0.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stopping = False

    @property
    def port(self) -> int:
        return int(self._sock.getsockname()[1])

    def get_wsgi_app(self) -> App:
        return App(self)

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, *_: Any, **__: Any) -> Any:
        return wsgi.Server(
            sock,
            sock.getsockname(),
            wsgi_app,
            protocol=Protocol,
            debug=False,
            log_output=False,
            url_length_limit=URL_BYTES,
            keepalive=IDLE_S,
            socket_timeout=IDLE_S,
        )

    def run(self) -> None:
        """Accept until told to stop. An accept that fails (out of file handles) is tried again."""
        while not self.stopping:
            try:
                sock, address = self._sock.accept()
            except OSError:
                if self.stopping:
                    return
                eventlet.sleep(0.1)
                continue
            sock.settimeout(self._serv.socket_timeout)
            self.container.spawn_managed_thread(
                lambda sock=sock, address=address: self.process_request(sock, address)
            )

    def process_request(self, sock: Any, address: Any) -> None:
        """Serve one connection. Nothing a client sends may end the container."""
        try:
            super().process_request(sock, address)
        except Exception as error:  # the last wall before nameko kills the container
            log.warning("connection_failed", error=type(error).__name__)
        finally:
            sock.close()

    def stop_listening(self) -> None:
        """Take no more connections; those there are are served and then closed."""
        if not self.stopping and self._sock is not None:
            self.stopping = True
            self._gt.kill()
            self._sock.close()

    def stop(self) -> None:
        """Wait until every request under way is answered, at most `DRAIN_S` seconds."""
        self.stop_listening()
        self.wait_for_providers()
        deadline = time.monotonic() + DRAIN_S
        while (
            self._serv is not None
            and self._serv.outstanding_requests
            and time.monotonic() < deadline
        ):
            eventlet.sleep(0.02)


class App:
    """The WSGI application: finds who answers, times it, and turns every error into an answer."""

    def __init__(self, server: HouseServer) -> None:
        self._server = server
        self._frame: Frame = frame_of(server.container)
        self._map = Map()
        for route in server._providers:
            rule = route.get_url_rule()
            if rule.rule.startswith(_RESERVED):
                raise ValueError(f"{rule.rule} belongs to the chassis")
            rule.endpoint = route
            self._map.add(rule)
        self._openapi = document(server.container.service_cls, self._frame.settings)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        started = time.perf_counter()
        request = Request(environ)
        correlation = correlation_of(request.headers)
        base = prefix_of(request.headers)
        service = self._frame.settings.service
        own = f"/{service}"
        environ["banjian.correlation_id"] = correlation
        environ["banjian.base"] = base
        environ["banjian.root"] = (
            base.removesuffix(own) if base else self._frame.settings.public_url
        )
        environ["banjian.sign_in"] = sign_in_href(
            self._frame.settings, environ["banjian.root"], base + request.full_path.rstrip("?")
        )
        environ["banjian.route"] = ("other", request.method, False)
        with bound(correlation_id=correlation):
            response = self._answer(request)
            self._finish(request, response, correlation)
            self._note(environ, response, time.perf_counter() - started)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        try:
            if "banjian.malformed" in request.environ:
                request.environ["banjian.close"]()
                raise ContractError("the request's length can be read in two ways")
            return self._builtin(request) or self._routed(request)
        except RequestRedirect as redirect:
            return Response(b"", redirect.code, {"Location": redirect.new_url})
        except Exception as caught:  # the one place where an error becomes an HTTP answer
            return self._refusal(request, translate(caught))

    def _builtin(self, request: Request) -> Response | None:
        path = request.path
        if not path.startswith(_RESERVED):
            return None
        if request.method not in ("GET", "HEAD"):
            raise MethodError("only GET is possible here", allow="GET, HEAD")
        request.environ["banjian.route"] = ("chassis", request.method, False)
        no_store = {"Cache-Control": "no-store"}
        if path in PATHS:
            report = self._frame.probes.answer(path)
            return Response(report.json(), report.status, no_store, content_type="application/json")
        if path == "/metrics":
            return Response(self._frame.metrics.render(), 200, no_store, content_type=CONTENT_TYPE)
        if path == "/openapi.json":
            return Response(self._openapi, content_type="application/json")
        found = static_response(path.removeprefix("/static/"), request.headers)
        if found is None:
            raise NotFoundError("there is no such file")
        return found

    def _routed(self, request: Request) -> Response:
        adapter = self._map.bind_to_environ(request.environ)
        try:
            route, values = adapter.match()
        except NotFound:
            raise NotFoundError("there is no such address here") from None
        except MethodNotAllowed as error:
            allowed = ", ".join(sorted(error.valid_methods or ()))
            raise MethodError(f"possible here: {allowed}", allow=allowed) from None
        request.environ["banjian.path_values"] = values
        request.environ["banjian.route"] = (route.path, request.method, route.html)
        response: Response = route.handle_request(request)
        return response

    def _refusal(self, request: Request, error: BanjianError) -> Response:
        status = error.http_status
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("request_failed", exc_info=error.__cause__ or error)
        elif status == HTTPStatus.SERVICE_UNAVAILABLE:
            log.warning("dependency_unavailable", code=error.code)
        _, _, html = request.environ["banjian.route"]
        correlation = request.environ["banjian.correlation_id"]
        answer = problem_response(error, correlation)
        if html or "text/html" in request.headers.get("Accept", ""):
            answer.set_data(
                HOUSE.error(
                    request.environ["banjian.base"],
                    request.environ["banjian.root"],
                    title=title(status),
                    detail="" if status == HTTPStatus.INTERNAL_SERVER_ERROR else error.message,
                    field=str(error.attributes.get("field", "")),
                    correlation_id=correlation,
                    sign_in=request.environ["banjian.sign_in"] if status in (401, 403) else "",
                )
            )
            answer.content_type = "text/html; charset=utf-8"
        return answer

    def _finish(self, request: Request, response: Response, correlation: str) -> None:
        for name, value in SECURITY.items():
            response.headers.setdefault(name, value)
        response.headers["X-Correlation-Id"] = correlation
        response.headers.setdefault("Cache-Control", "no-store")
        stream = request.environ.get("wsgi.input")
        unread = (request.content_length or 0) > getattr(stream, "position", 0)
        if self._server.stopping or unread:
            request.environ.get("banjian.close", lambda: None)()

    def _note(self, environ: dict[str, Any], response: Response, seconds: float) -> None:
        route, method, _ = environ["banjian.route"]
        if method not in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            method = "other"  # a label a client could invent is not bounded
        self._frame.metrics.requested(route, method, response.status_code, seconds)
        if route != "chassis":
            log.info(
                "request_served",
                route=route,
                method=method,
                status=response.status_code,
                seconds=round(seconds, 5),
            )
