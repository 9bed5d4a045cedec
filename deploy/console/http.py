"""A small HTTP client: JSON in, JSON out, a time limit always, errors in words."""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any, BinaryIO

from deploy.console.settings import need, variable
from services.chassis.errors import (
    BanjianError,
    ConflictError,
    ContractError,
    NotAllowedError,
    NotAuthenticatedError,
    NotFoundError,
    RuleError,
    UnavailableError,
)

TIMEOUT_S = 15.0
_ERRORS: dict[int, type[BanjianError]] = {
    400: ContractError,
    401: NotAuthenticatedError,
    403: NotAllowedError,
    404: NotFoundError,
    409: ConflictError,
    413: ContractError,
    415: ContractError,
    422: RuleError,
    429: UnavailableError,
    502: UnavailableError,
    503: UnavailableError,
    504: UnavailableError,
}
# The services stand on this machine or in this cluster: a proxy of the shell is not asked.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def base(service: str) -> str:
    """Give a service's address: its own port when that is known, else the public address."""
    if port := os.environ.get(variable(service, "HTTP_PORT")):
        host = os.environ.get("BANJIAN_HTTP_HOST", "127.0.0.1")
        return f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"
    return f"{need('BANJIAN_PUBLIC_URL')[0].rstrip('/')}/{service}"


def call(
    service: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Any:
    """Call a service's API and give the decoded JSON; a body makes it a POST.

    Raises:
        UnavailableError: nobody answers there in time.
        BanjianError: the service's own refusal, with its words.
    """
    said = {name: value for name, value in (query or {}).items() if value}
    url = f"{base(service)}{path}" + (f"?{urllib.parse.urlencode(said)}" if said else "")
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    request = urllib.request.Request(url, data=data, headers={"Accept": "application/json"})
    if data is not None:
        request.add_header("Content-Type", "application/json")
    for name, value in (headers or {}).items():
        request.add_header(name, value)
    answer = _fetch(request, f"{service} at {base(service)}", timeout_s)
    try:
        return json.loads(answer) if answer else None
    except ValueError as problem:
        raise UnavailableError(f"{service} answered something that is not JSON.") from problem


def upload(
    service: str,
    path: str,
    file: BinaryIO,
    *,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    timeout_s: float = 300.0,
) -> Any:
    """Send a file as the body of a POST, piece by piece, and give the decoded JSON of the answer.

    Raises:
        UnavailableError: nobody answers there in time.
        BanjianError: the service's own refusal, with its words.
    """
    said = {name: value for name, value in query.items() if value}
    url = f"{base(service)}{path}?{urllib.parse.urlencode(said)}"
    size = os.fstat(file.fileno()).st_size
    request = urllib.request.Request(url, data=file, method="POST")
    request.add_header("Accept", "application/json")
    request.add_header("Content-Type", "application/octet-stream")
    request.add_header("Content-Length", str(size))
    for name, value in headers.items():
        request.add_header(name, value)
    return json.loads(_fetch(request, f"{service} at {base(service)}", timeout_s))


def download(
    service: str,
    path: str,
    to: BinaryIO,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = 300.0,
) -> int:
    """Copy what a service streams; give its size in bytes.

    Raises:
        UnavailableError: nobody answers there in time, or the answer broke off.
        BanjianError: the service's own refusal, with its words.
    """
    who = f"{service} at {base(service)}"
    request = urllib.request.Request(f"{base(service)}{path}", headers=dict(headers or {}))
    size = 0
    try:
        with _opener.open(request, timeout=timeout_s) as answer:
            while piece := answer.read(1 << 16):
                size += to.write(piece)
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise _refusal(refusal, who) from None
    except (OSError, http.client.HTTPException) as problem:
        raise UnavailableError(f"{who} does not answer to the end ({problem}).") from None
    return size


def read_text(url: str, who: str, timeout_s: float = TIMEOUT_S) -> str:
    """Get a text, such as metrics.

    Raises:
        UnavailableError: nobody answers there in time.
    """
    return _fetch(urllib.request.Request(url), who, timeout_s).decode()


def segment(text: str) -> str:
    """Quote one part of a path."""
    return urllib.parse.quote(text, safe="")


def _fetch(request: urllib.request.Request, who: str, timeout_s: float) -> bytes:
    try:
        with _opener.open(request, timeout=timeout_s) as answer:
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise _refusal(refusal, who) from None
    except OSError as problem:
        reason = getattr(problem, "reason", problem)
        raise UnavailableError(
            f"{who} does not answer ({reason}). Is it running? `banjian status` tells."
        ) from None


def _refusal(refusal: urllib.error.HTTPError, who: str) -> BanjianError:
    try:
        problem = json.loads(refusal.read(65536))
        text = str(problem.get("detail") or problem.get("title") or problem.get("message"))
        if field := problem.get("field"):
            text += f" (field {field})"
    except (ValueError, AttributeError, OSError):
        problem, text = {}, f"HTTP {refusal.code}"
    kind = _ERRORS.get(refusal.code, BanjianError)
    return kind(f"{who}: {text}", status=refusal.code, problem=problem)
