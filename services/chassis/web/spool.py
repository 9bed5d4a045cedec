"""Bodies too large for memory go to a file while they arrive: raw, or the file of a form."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

import eventlet
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header
from werkzeug.wrappers import Request

from services.chassis.errors import ContractError
from services.chassis.web.problem import TooLargeError, TooSlowError

SPOOL_S: Final = 300
"""Seconds a spooled body may take to arrive."""
DRAIN_BYTES: Final = 256 << 20
"""How much of a refused body is read away, so that the caller gets to hear the refusal."""
FORM_BYTES: Final = 64 << 10
"""Most bytes of a form's fields, all but its file."""
PREFIX: Final = "banjian-"
_PIECE = 1 << 16


@dataclass(frozen=True)
class Upload:
    """A body in a file of its own. Whoever answers the request deletes it, or takes it over."""

    path: Path
    name: str = ""
    """Name a browser gave with the file, without folders."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """The form's other fields; empty when the body is the file."""
    form: bool = False
    """A browser's form sent it."""

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size

    def discard(self) -> None:
        """Delete the file, if it is still there."""
        self.path.unlink(missing_ok=True)


class _Bounded:
    """A stream that refuses to give more than it may; the rest is read away."""

    def __init__(self, stream: Any, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        piece: bytes = self._stream.read(_PIECE if size < 0 else min(size, _PIECE))
        self.read_bytes += len(piece)
        if self.read_bytes > self._limit:
            drain(self._stream)
            raise _too_large(self._limit)
        return piece


def spool(request: Request, limit: int, folder: str) -> Upload:
    """Stream the body to a file in `folder` (empty: where the system keeps temporary files).

    Raises:
        TooLargeError: it has more than `limit` bytes.
        TooSlowError: it took too long.
        ContractError: it is empty, broke off, or is a form without a file.
    """
    stream = request.environ["wsgi.input"]
    announced = request.content_length
    if announced and announced > limit:
        if not getattr(stream, "should_send_hundred_continue", False):
            drain(stream)
        raise _too_large(limit)
    bounded = _Bounded(stream, limit)
    handle, place = tempfile.mkstemp(prefix=PREFIX, dir=folder or None)
    path = Path(place)
    timeout = eventlet.Timeout(SPOOL_S)
    try:
        with os.fdopen(handle, "w+b") as file:
            upload = _receive(request, bounded, file, path)
        if announced and bounded.read_bytes < announced:
            raise ContractError("the body broke off")
        if upload.size_bytes == 0:
            raise ContractError("the body is empty; send the file")
        return upload
    except BaseException as error:
        path.unlink(missing_ok=True)
        if error is timeout:
            raise TooSlowError(f"a body has to arrive within {SPOOL_S} seconds") from None
        if isinstance(error, RequestEntityTooLarge):
            raise _too_large(limit) from None
        if isinstance(error, (OSError, ValueError)):
            raise ContractError("the body broke off or is badly chunked") from error
        raise
    finally:
        timeout.cancel()


def _receive(request: Request, stream: _Bounded, file: IO[bytes], path: Path) -> Upload:
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind != "multipart/form-data":
        while piece := stream.read():
            file.write(piece)
        return Upload(path)
    parser = FormDataParser(
        stream_factory=lambda *_, **__: file,
        max_form_memory_size=FORM_BYTES,
        max_form_parts=50,
        silent=False,
    )
    _, fields, files = parser.parse(stream, kind, request.content_length, options)  # type: ignore[arg-type]  # reads like a file
    while stream.read():  # behind the last part
        pass
    if len(files) != 1:
        raise ContractError("choose one file", field="file")
    (given,) = files.values()
    name = PurePosixPath((given.filename or "").replace("\\", "/")).name
    file.flush()
    return Upload(path, name, dict(fields.items()), form=True)


def drain(stream: Any) -> None:
    """Read away what comes, within reason."""
    left = DRAIN_BYTES
    while left > 0 and (piece := stream.read(min(_PIECE, left))):
        left -= len(piece)


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(f"a file may have {limit} bytes here")
