"""`@route`: a method of a nameko service class answers one path, with everything checked first."""

from __future__ import annotations

import functools
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any, Final, TypeVar

import msgspec
from eventlet.event import Event
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR, Entrypoint
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from services.chassis.errors import ContractError, NotAllowedError
from services.chassis.frame import frame_of
from services.chassis.identity import Caller
from services.chassis.logs import bound
from services.chassis.translate import translate
from services.chassis.web.body import (
    BODY_BYTES,
    check_path,
    decode_form,
    decode_json,
    decode_texts,
    form_field,
    read_body,
)
from services.chassis.web.call import Call, Reply
from services.chassis.web.freshness import Position, parse_after, prefers_wait
from services.chassis.web.server import HouseServer
from services.chassis.web.session import FIELD, READING, caller_of, check_csrf, csrf_of
from services.chassis.web.spool import Upload, spool

F = TypeVar("F", bound=Callable[..., Any])

AUTHENTICATED: Final = frozenset({"*"})
"""`roles=AUTHENTICATED`: whoever has a valid token."""

KEY_CHARACTERS: Final = 200
"""Longest Idempotency-Key."""


class Route(Entrypoint):  # type: ignore[misc]  # nameko is untyped
    """One path and method of a service. Made by `route`, never directly."""

    kind = "http"
    server = HouseServer()

    def __init__(self, method: str, path: str, **options: Any) -> None:
        super().__init__()
        self.method = method
        self.path = path
        self.request: type[Any] | None = options["request"]
        self.response: Any = options["response"]
        self.query: type[Any] | None = options["query"]
        self.roles: frozenset[str] | str | None = options["roles"]
        self.summary: str = options["summary"]
        self.description: str = options["description"]
        self.status: int = options["status"]
        self.html: bool = options["html"]
        self.after: bool = options["after"]
        self.media: str = options["media"]
        self.body_bytes: int = options["body_bytes"]
        self.spooled: bool = options["spooled"]

    @property
    def public(self) -> bool:
        return self.roles is None

    def roles_at(self, service: type[Any]) -> frozenset[str] | None:
        """Give who may call it at a service; None: everybody."""
        if isinstance(self.roles, str):
            found: frozenset[str] = getattr(service, self.roles)
            return found
        return self.roles

    def get_url_rule(self) -> Rule:
        return Rule(self.path, methods=[self.method], strict_slashes=False)

    def setup(self) -> None:
        self.roles = self.roles_at(self.container.service_cls)
        self.server.register_provider(self)

    def stop(self) -> None:
        self.server.stop_listening()
        self.server.unregister_provider(self)
        super().stop()

    def handle_request(self, request: Request) -> Response:
        """Check the request, run the handler in a worker of its own, and shape its answer.

        Raises:
            BanjianError: everything that can go wrong, already translated.
        """
        call = self._call(request)
        done = Event()
        self.container.spawn_worker(self, (call,), {}, handle_result=partial(_hand_over, done))
        try:
            result = done.wait()
        except Exception as error:
            if isinstance(call.body, Upload):
                call.body.discard()
            own = getattr(self.container.service_cls, "errors", None)
            raise translate(error, own) from error
        return self._response(result)

    def _call(self, request: Request) -> Call[Any, Any]:
        environ = request.environ
        frame = frame_of(self.container)
        caller, token = caller_of(request, frame.settings, frame.verifier, self.html)
        if self.roles is not None and (self.roles != AUTHENTICATED or not caller.known):
            caller.require_role(*self.roles)
        path = check_path(environ["banjian.path_values"])
        query, after = self._query(request)
        return Call(
            body=self._body(request, token),
            query=query,
            path=path,
            caller=caller,
            correlation_id=environ["banjian.correlation_id"],
            idempotency_key=_key(request, caller, self.container.service_name),
            after=after,
            prefers_wait=prefers_wait(request.headers.get("Prefer", "")),
            base=environ["banjian.base"],
            root=environ["banjian.root"],
            url=request.full_path.rstrip("?"),
            csrf=csrf_of(token),
            sign_in=environ["banjian.sign_in"],
            headers=request.headers,
        )

    def _query(self, request: Request) -> tuple[Any, Position | None]:
        values = request.args
        after = None
        if self.after and "after" in values:
            values = values.copy()
            after = parse_after(values.pop("after"))
        if self.query is not None:
            return decode_texts(values, self.query, strict=not self.html), after
        if values and not self.html:
            raise ContractError("no parameter is known here")
        return None, after

    def _body(self, request: Request, token: str) -> Any:
        bound_to = token if request.method not in READING else ""
        if self.spooled:
            upload = spool(request, self.body_bytes, frame_of(self.container).settings.spool_dir)
            try:
                check_csrf(bound_to, upload.fields.get(FIELD, ""))
            except NotAllowedError:
                upload.discard()
                raise
            return upload
        text = read_body(request, self.body_bytes)
        check_csrf(bound_to, form_field(text, FIELD) if bound_to else "")
        if self.request is None:
            if text.strip() and self.method != "GET":
                raise ContractError("this takes no body")
            return None
        decode = decode_form if self.html else decode_json
        return decode(text, request.headers.get("Content-Type", ""), self.request)

    def _response(self, result: Any) -> Response:
        if isinstance(result, Response):
            return result
        reply = result if isinstance(result, Reply) else Reply(result)
        status = reply.status or self.status
        headers = dict(reply.headers)
        given = headers.pop("Content-Type", "")
        if isinstance(reply.value, bytes) and given:
            return Response(reply.value, status, headers, content_type=given)
        if self.html:
            kind = given or "text/html; charset=utf-8"
            return Response(reply.value or "", status, headers, content_type=kind)
        if reply.value is None and self.response is None:
            return Response(b"", 204 if status == 200 else status, headers)
        body = msgspec.json.encode(reply.value)
        return Response(body, status, headers, content_type=given or "application/json")


def _hand_over(done: Event, _worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
    done.send(result, exc_info)
    return result, exc_info


def _key(request: Request, caller: Caller, service: str) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return ""
    if len(key) > KEY_CHARACTERS or not all("!" <= character <= "~" for character in key):
        raise ContractError(
            f"an Idempotency-Key is ASCII without spaces, at most {KEY_CHARACTERS} characters",
            field="Idempotency-Key",
        )
    told = f"http/{service}/{caller.id}/{key}"
    return f"http/{sha256(told.encode()).hexdigest()}"


def route(
    method: str,
    path: str,
    *,
    summary: str,
    request: type[Any] | None = None,
    response: Any = None,
    query: type[Any] | None = None,
    roles: frozenset[str] | str | None = None,
    public: bool = False,
    description: str = "",
    status: int = 200,
    html: bool = False,
    after: bool = False,
    media: str = "text/html",
    body_bytes: int = BODY_BYTES,
    spooled: bool = False,
) -> Callable[[F], F]:
    """Let a method `(self, call: Call[Body, Query]) -> value | Reply | Response` answer this path.

    Args:
        method: one HTTP method.
        path: werkzeug pattern without the gateway's prefix, `/cases/<case_no>`.
        summary: one line for the OpenAPI document.
        request: msgspec Struct of the JSON body (of the form, on an HTML route).
        response: msgspec type of the JSON answer; None answers 204.
        query: msgspec Struct of the query. An API refuses unknown parameters, a page ignores them.
        roles: who may; any one of them suffices. `AUTHENTICATED` for every known caller. A part
            that several services have names the service's attribute that says it.
        public: nobody has to log in. Exactly one of `roles` and `public` has to be said.
        description: more for the OpenAPI document; default the method's docstring.
        status: HTTP status of success.
        html: a page: the method returns text, errors are pages, bodies are forms.
        after: the route reads `?after=<service>:<position>` into `call.after`.
        media: what an HTML route answers with when it is not a page, `text/csv`.
        body_bytes: largest body read, in bytes, default 1 MiB; a larger one is 413.
        spooled: the body, or the file of a form, goes to a file: `call.body` is an `Upload`.

    Raises:
        TypeError: who may call it is not said, or said twice, or nobody may.
    """
    if (roles is None) == (not public):
        raise TypeError(f"{method} {path}: say either roles= or public=True")
    if roles is not None and not roles:
        raise TypeError(f"{method} {path}: roles is empty, so nobody could ever call it")

    def register(handler: F) -> F:
        @functools.wraps(handler)
        def in_context(self: Any, call: Call[Any, Any]) -> Any:
            with bound(correlation_id=call.correlation_id):
                return handler(self, call)

        entrypoint = Route(
            method,
            path,
            request=request,
            response=response,
            query=query,
            roles=roles,
            summary=summary,
            description=description or (handler.__doc__ or "").strip(),
            status=status,
            html=html,
            after=after,
            media=media,
            body_bytes=body_bytes,
            spooled=spooled,
        )
        registered = set(getattr(handler, ENTRYPOINT_EXTENSIONS_ATTR, set())) | {entrypoint}
        setattr(in_context, ENTRYPOINT_EXTENSIONS_ATTR, registered)
        return in_context  # type: ignore[return-value]  # same signature, by functools.wraps

    return register


def routes_of(service: type[Any]) -> list[tuple[str, Route]]:
    """List (method name, route) of a service class, sorted by path and method."""
    found = [
        (name, entrypoint)
        for name in dir(service)
        for entrypoint in getattr(getattr(service, name, None), ENTRYPOINT_EXTENSIONS_ATTR, ())
        if isinstance(entrypoint, Route)
    ]
    return sorted(found, key=lambda pair: (pair[1].path, pair[1].method))
