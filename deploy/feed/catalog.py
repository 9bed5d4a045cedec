"""Give the catalog what an outside system has: single items, or a whole county as one import."""

from __future__ import annotations

import http.client
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import file_digest
from typing import Any
from urllib.parse import urlencode, urlsplit

from deploy.feed.records import Item
from services.chassis.errors import BanjianError, UnavailableError

TIMEOUT_S = 30
LOOK_EVERY_S = 0.5
STUCK_AFTER_S = 120.0
SHOWN_ERRORS = 5
ATTEMPTS = 3
JSONL = "application/x-ndjson"


def publish(
    url: str,
    headers: Mapping[str, str],
    items: Sequence[Item],
    report: Callable[[int], None] = lambda done: None,
) -> int:
    """Publish single items; gives how many were new to the catalog. Repeating it changes nothing.

    Raises:
        UnavailableError: the catalog does not answer.
        BanjianError: it refuses one; the text says which and why.
    """
    new = 0
    with _connection(url) as (connection, prefix):
        for done, item in enumerate(items, start=1):
            body = json.dumps(item.fields, ensure_ascii=False).encode()
            sent = {"Content-Type": "application/json", **headers}
            try:
                said = _ask(connection, "POST", f"{prefix}/items", body, sent)
            except BanjianError as refusal:
                text = f"The catalog refuses {item.code}: {refusal.message}"
                raise type(refusal)(text) from refusal
            new += bool(said["new"])
            report(done)
    return new


def load(
    url: str,
    headers: Mapping[str, str],
    lines: Iterable[bytes],
    name: str = "",
    report: Callable[[Mapping[str, Any]], None] = lambda job: None,
    stuck_after_s: float = STUCK_AFTER_S,
) -> Mapping[str, Any]:
    """Import rows (JSON Lines) and wait for the end; gives the finished job. All or nothing.

    Repeating it changes nothing: the same rows are not sent again while the catalog's list of
    imports shows them, and are no new events when they are. An import that a restart of the
    catalog interrupted is sent again.

    Args:
        name: what the rows are called in the catalog's list of imports; a digest is added.
        report: told the job now and then, with its `stage`, `rows` and `done`.
        stuck_after_s: give up when the job has not moved for so long, in seconds.

    Raises:
        UnavailableError: the catalog does not answer, or the job stands still.
        BanjianError: it refuses rows; the text shows the first ones.
    """
    with tempfile.TemporaryFile() as body:
        body.writelines(lines)
        size = body.tell()
        body.seek(0)
        name = f"{name} {file_digest(body, 'sha256').hexdigest()[:16]}".strip()
        if (known := _done_before(url, headers, name)) is not None:
            return known
        query = urlencode({"format": "jsonl", "name": name})
        sent = {"Content-Type": JSONL, "Content-Length": str(size), **headers}
        for _ in range(ATTEMPTS):
            body.seek(0)
            with _connection(url) as (connection, prefix):
                asked = _ask(connection, "POST", f"{prefix}/imports?{query}", body, sent)
            job = _await_end(url, headers, asked, report, stuck_after_s)
            if job["state"] != "INTERRUPTED":
                break
    if job["state"] != "DONE":
        raise BanjianError(f"The catalog does not take the import. {_wrong(job)}")
    return job


def _done_before(url: str, headers: Mapping[str, str], name: str) -> Mapping[str, Any] | None:
    with _connection(url) as (connection, prefix):
        jobs: list[Mapping[str, Any]] = _ask(connection, "GET", f"{prefix}/imports", None, headers)[
            "items"
        ]
    return next(
        (
            job
            for job in jobs
            if job["file_name"] == name and job["state"] == "DONE" and not job["dry_run"]
        ),
        None,
    )


def _await_end(
    url: str,
    headers: Mapping[str, str],
    job: Mapping[str, Any],
    report: Callable[[Mapping[str, Any]], None],
    stuck_after_s: float,
) -> Mapping[str, Any]:
    moved_at = time.monotonic()
    while job["state"] in ("QUEUED", "RUNNING"):
        time.sleep(LOOK_EVERY_S)
        try:
            with _connection(url) as (connection, prefix):
                seen = _ask(connection, "GET", f"{prefix}/imports/{job['id']}", None, headers)
        except UnavailableError:
            # It may restart meanwhile; the job tells afterwards what became of it.
            if time.monotonic() - moved_at > stuck_after_s:
                raise
            continue
        if seen != job:
            job, moved_at = seen, time.monotonic()
            report(job)
        elif time.monotonic() - moved_at > stuck_after_s:
            raise UnavailableError(
                f"The import {job['id']} has not moved for {stuck_after_s:g} s:"
                f" {job['done']} of {job['rows']} rows."
            )
    return job


def _wrong(job: Mapping[str, Any]) -> str:
    shown = "; ".join(
        f"line {error['line']}, {error['field'] or 'row'}: {error['reason']}"
        for error in job["errors"][:SHOWN_ERRORS]
    )
    return shown or job["reason"] or f"It is {job['state'].lower()}."


def _ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: Any,
    headers: Mapping[str, str],
) -> Any:
    connection.request(method, path, body, {"Accept": "application/json", **headers})
    answer = connection.getresponse()
    content = answer.read()
    try:
        said = json.loads(content)
    except ValueError:
        said = {}
    if answer.status >= 400:
        kind = UnavailableError if answer.status >= 500 else BanjianError
        raise kind(str(said.get("detail") or said.get("title") or f"HTTP {answer.status}"))
    return said


@contextmanager
def _connection(url: str) -> Iterator[tuple[http.client.HTTPConnection, str]]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "127.0.0.1", parts.port, timeout=TIMEOUT_S)
    try:
        yield connection, parts.path.rstrip("/")
    except (OSError, http.client.HTTPException) as problem:
        raise UnavailableError(f"The catalog at {url} does not answer: {problem}") from problem
    finally:
        connection.close()
