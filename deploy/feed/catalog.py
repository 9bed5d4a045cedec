"""Publish items to the catalog by HTTP, over one connection, only what it does not have yet."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from deploy.feed.records import Item
from services.chassis.errors import BanjianError, UnavailableError

TIMEOUT_S = 30
PAGE = 500


def publish(
    url: str,
    headers: Mapping[str, str],
    items: Sequence[Item],
    report: Callable[[int], None] = lambda done: None,
) -> int:
    """Publish the items; gives how many were new to the catalog. Repeating it changes nothing.

    Raises:
        UnavailableError: the catalog does not answer.
        BanjianError: it refuses one; the text says which and why.
    """
    new = 0
    with _connection(url) as (connection, prefix):
        there = _published(connection, prefix) if len(items) > 1 else {}
        for done, item in enumerate(items, start=1):
            if there.get(item.code) != _comparable(item.fields):
                new += _post(connection, f"{prefix}/items", item, headers)
            report(done)
    return new


def _published(connection: http.client.HTTPConnection, prefix: str) -> dict[str, Any]:
    """Give what the catalog has, so that a second feed need not ask 567 times."""
    found: dict[str, Any] = {}
    cursor = ""
    while True:
        query = urlencode({"limit": PAGE, "cursor": cursor} if cursor else {"limit": PAGE})
        connection.request("GET", f"{prefix}/items?{query}", headers={"Accept": "application/json"})
        page = _answer(connection)
        found |= {item["item_code"]: _comparable(item) for item in page["items"]}
        cursor = page["next"]
        if not cursor:
            return found


def _comparable(fields: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in fields.items() if name in _STATED}
    effective = datetime.fromisoformat(str(fields["effective_from"]))
    return said | {"lists": sorted(fields["lists"]), "effective_from": effective}


_STATED = frozenset(
    {
        *("item_code", "item_version", "name", "item_type", "case_type"),
        *("department", "department_name", "statutory_limit_days", "promised_limit_days"),
    }
)


def _post(
    connection: http.client.HTTPConnection, path: str, item: Item, headers: Mapping[str, str]
) -> bool:
    body = json.dumps(item.fields, ensure_ascii=False).encode()
    sent = {"Content-Type": "application/json", "Accept": "application/json", **headers}
    connection.request("POST", path, body, sent)
    try:
        return bool(_answer(connection)["new"])
    except BanjianError as refusal:
        raise type(refusal)(f"The catalog refuses {item.code}: {refusal.message}") from refusal


def _answer(connection: http.client.HTTPConnection) -> Any:
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
