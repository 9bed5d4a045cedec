"""Streams a log as lines anybody can check: events as they are stored, ledger, tiles, checkpoints.

Reads in one transaction, so that all of it is of one moment; memory: a few thousand rows.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import psycopg2
from psycopg2 import extensions, sql

from services.chassis.audit.checkpoints import asking
from services.chassis.audit.notes import Head, SigningKey
from services.chassis.audit.tiles import Ask, Planted, read_tree, trees
from services.chassis.errors import RuleError
from services.chassis.eventlog.failures import translate

FORMAT: Final = "banjian-audit-export/1"
FILES: Final = ("events.jsonl", "ledger.jsonl", "tiles.jsonl", "checkpoints.jsonl")
ROWS: Final = 2_000
"""Rows fetched at once."""
_CUT: Final = 1 << 20

# Everything between two sealed events, also what was never sealed: that must not stay unseen.
_EVENTS: Final = """
SELECT coalesce(l.position, 0), e.stream::text, e.version, e.topic, e.recorded_at, e.state
FROM events e LEFT JOIN ledger l ON l.xid = e.xid AND l.id = e.id
WHERE (e.xid, e.id) > (%(after_xid)s::xid8, %(after_id)s::bigint)
  AND (e.xid, e.id) <= (%(last_xid)s::xid8, %(last_id)s::bigint)
ORDER BY e.xid, e.id
"""
_LEDGER: Final = """
SELECT position, previous, leaf FROM ledger
WHERE position >= %(first)s AND position <= %(last)s ORDER BY position
"""
_TILES: Final = """
SELECT level, tree, index, root, hashes FROM tiles ORDER BY level, tree, index
"""
_CHECKPOINTS: Final = """
SELECT c.number, c.note,
       coalesce((SELECT json_agg(s.line ORDER BY s.kept_at, s.witness)
                 FROM cosignatures s WHERE s.number = c.number), '[]'),
       coalesce((SELECT json_agg(json_build_object('authority', t.authority,
                     'token', translate(encode(t.token, 'base64'), E'\\n', ''))
                     ORDER BY t.kept_at, t.authority)
                 FROM timestamps t WHERE t.number = c.number), '[]')
FROM checkpoints c ORDER BY c.number
"""


class NoTreeError(RuleError):
    """No checkpoint of the log was ever issued, so there is nothing to check it with."""

    def __init__(self, service: str, tip: int) -> None:
        super().__init__(f"{service} has no checkpoint yet")
        self.tip = tip
        """Its last position; 0: the log is empty, too."""


@dataclass(frozen=True)
class Span:
    """What is exported: positions `first` to `last`."""

    first: int
    last: int


class LogExport:
    """One service's log as lines. Use `opened`."""

    def __init__(self, connection: extensions.connection, service: str, span: Span) -> None:
        self._connection = connection
        self.service = service
        self.span = span
        self._ask = _ask(connection)
        self._trees = trees(self._ask)

    def head(self) -> dict[str, Any]:
        """Give what the manifest says of this log, without its files."""
        first, last = self.span.first, self.span.last
        begin = self._tree_at(first)
        size = begin.size_at(first - 1)
        if begin.number > 1 and first == begin.first:
            # It begins with the link of a tree: start one tree earlier, at its end.
            begin = self._trees[begin.number - 2]
            size = begin.size_at(first - 1)
        try:
            frontier = read_tree(self._ask, begin, size).frontier(size)
        except ValueError as error:
            raise RuleError(f"the log of {self.service} is not whole: {error}") from None
        keys = self._ask("SELECT since, public FROM audit_keys ORDER BY since", ())
        return {
            "from": first,
            "to": last,
            "trees": [
                {"tree": t.number, "origin": t.origin, "hash": t.alg.value, "first": t.first}
                for t in self._trees
            ],
            "keys": [
                {"since": since, "public": base64.b64encode(bytes(public)).decode()}
                for since, public in keys
            ],
            "start": {
                "tree": begin.number,
                "size": size,
                "frontier": [one.hex() for one in frontier],
            },
            "end": self._end(last),
        }

    def lines(self, name: str) -> Iterator[bytes]:
        """Give the lines of one of `FILES`, without line feeds."""
        if name == "events.jsonl":
            return self._events()
        if name == "ledger.jsonl":
            return self._ledger()
        return self._tiles() if name == "tiles.jsonl" else self._checkpoints()

    def _events(self) -> Iterator[bytes]:
        if self.span.last < self.span.first:
            return
        ends = {
            position: (xid, number)
            for position, xid, number in self._ask(
                "SELECT position, xid::text, id FROM ledger WHERE position IN (%s, %s)",
                (self.span.first - 1, self.span.last),
            )
        }
        after, last = ends.get(self.span.first - 1, ("0", 0)), ends[self.span.last]
        told = {
            "after_xid": after[0],
            "after_id": after[1],
            "last_xid": last[0],
            "last_id": last[1],
        }
        for position, stream, version, topic, recorded_at, state in self._rows(_EVENTS, told):
            yield event_line(position, stream, version, topic, recorded_at, bytes(state))

    def _ledger(self) -> Iterator[bytes]:
        told = {"first": self.span.first, "last": self.span.last}
        for position, previous, leaf in self._rows(_LEDGER, told):
            yield line({"position": position, "previous": previous, "leaf": bytes(leaf).hex()})

    def _tiles(self) -> Iterator[bytes]:
        for level, tree, index, root, hashes in self._rows(_TILES, {}):
            if not self._within(level, self._trees[tree - 1], index):
                continue
            told = {"root": bytes(root).hex(), "hashes": bytes(hashes).hex()}
            yield line({"level": level, "tree": tree, "index": index, **told})

    def _checkpoints(self) -> Iterator[bytes]:
        for number, note, cosignatures, stamps in self._rows(_CHECKPOINTS, {}):
            told = {"cosignatures": cosignatures, "stamps": stamps}
            yield line({"number": number, "note": note, **told})

    def _within(self, level: int, tree: Planted, index: int) -> bool:
        """Say whether a tile is of leaves that are all exported."""
        width = 256 ** (level + 1)
        begin, end = index * width, (index + 1) * width
        first = tree.position_of(begin) if begin else tree.first
        return self.span.first <= first and tree.position_of(end) - 1 <= self.span.last

    def _end(self, last: int) -> dict[str, Any] | None:
        """Prove that the tree up to the last position is the beginning of the next checkpoint's."""
        rows = self._ask(
            "SELECT number, tree, size FROM checkpoints"
            " WHERE position > %s ORDER BY number LIMIT 1",
            (last,),
        )
        if not rows:
            return None
        number, tree, size = rows[0]
        planted = self._trees[tree - 1]
        try:
            proof = read_tree(self._ask, planted, size).consistency(planted.size_at(last))
        except ValueError:
            return None  # leaves it covers are gone: whoever checks it shall see just that
        return {"checkpoint": number, "consistency": [one.hex() for one in proof]}

    def _tree_at(self, position: int) -> Planted:
        return [tree for tree in self._trees if tree.first <= max(position, 1)][-1]

    def _rows(self, statement: str, told: Mapping[str, object]) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(f"audit_{id(statement)}") as cursor:
            cursor.itersize = ROWS
            cursor.execute(statement, told)
            yield from cursor


@contextmanager
def opened(url: str, service: str, first: int = 1, last: int | None = None) -> Iterator[LogExport]:
    """Open a log for export, as the auditor or the service itself.

    Raises:
        RuleError: there are no such positions, or no tree yet.
    """
    try:
        connection = psycopg2.connect(url, connect_timeout=10)
        try:
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            with connection.cursor() as cursor:
                path = sql.SQL("SET search_path = {}").format(sql.Identifier(service))
                cursor.execute(path)
                cursor.execute("SET timezone = 'UTC'; SET jit = off")
                cursor.execute("SELECT coalesce(max(position), 0) FROM ledger")
                tip = int((cursor.fetchone() or (0,))[0])
                cursor.execute("SELECT count(*) FROM checkpoints")
                if not (cursor.fetchone() or (0,))[0]:
                    raise NoTreeError(service, tip)
            last = tip if last is None else last
            if not 1 <= first <= last + 1 or last > tip:
                raise RuleError(f"{service} has positions 1 to {tip}, not {first} to {last}")
            yield LogExport(connection, service, Span(first, last))
        finally:
            connection.close()
    except psycopg2.Error as error:
        raise translate(error) from error


class Live:
    """A database as an export that is read while it is checked; nothing is written."""

    def __init__(self, logs: Mapping[str, LogExport]) -> None:
        self._logs = logs
        self._manifest = {
            "format": FORMAT,
            "services": {name: log.head() for name, log in logs.items()},
        }

    def manifest(self) -> Mapping[str, Any]:
        """Give what the manifest of an export would say."""
        return self._manifest

    def lines(self, service: str, name: str) -> Iterator[bytes]:
        """Give the lines of a file of an export."""
        return self._logs[service].lines(name)


def write(log: LogExport, folder: Path) -> dict[str, Any]:
    """Write a log's files into `folder`; give its part of the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    said = log.head()
    said["files"] = {name: _write(log.lines(name), folder / name) for name in FILES}
    origin = said["trees"][-1]["origin"]
    keys = [
        {"since": key["since"], "verifier": verifier_of(origin, base64.b64decode(key["public"]))}
        for key in said["keys"]
    ]
    (folder / "keys.json").write_text(json.dumps(keys, indent=1) + "\n", "utf-8")
    return said


def write_manifest(folder: Path, services: Mapping[str, object], made_at: datetime) -> None:
    """Write the manifest: last, so that a broken off export has none."""
    manifest = {"format": FORMAT, "made_at": made_at.isoformat(), "services": services}
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")


def event_line(
    position: int, stream: str, version: int, topic: str, recorded_at: datetime, state: bytes
) -> bytes:
    """Give the line of an event; its state stands in it byte for byte."""
    name = json.dumps(topic, ensure_ascii=False)
    at = recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%f")
    head = (
        f'{{"position":{position},"stream":"{stream}","version":{version},'
        f'"topic":{name},"recorded_at":"{at:0>26}Z"'
    ).encode()
    if state[:1] == b"{" and state[-1:] == b"}" and b"\n" not in state and b"\r" not in state:
        return head + b',"state":' + state + b"}"
    return head + b',"state_base64":"' + base64.b64encode(state) + b'"}'


def line(said: Mapping[str, object]) -> bytes:
    """Give a line of JSON in the one spelling an export has."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def verifier_of(origin: str, public: bytes) -> str:
    """Give the verifier key of a public key under a log's name."""
    typed = b"\x01" + public
    identity = sha256(origin.encode() + b"\n" + typed).digest()[:4].hex()
    return f"{origin}+{identity}+{base64.b64encode(typed).decode()}"


def _write(lines: Iterator[bytes], path: Path) -> dict[str, Any]:
    digest, count, waiting, size = sha256(), 0, [], 0
    with path.open("wb") as file:
        for one in lines:
            waiting.append(one + b"\n")
            size += len(one)
            count += 1
            if size > _CUT:
                file.write(_hashed(digest, waiting))
                waiting, size = [], 0
        file.write(_hashed(digest, waiting))
    return {"sha256": digest.hexdigest(), "lines": count}


def _hashed(digest: Any, waiting: list[bytes]) -> bytes:
    text = b"".join(waiting)
    digest.update(text)
    return text


def _ask(connection: extensions.connection) -> Ask:
    def ask(statement: str, params: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            return asking(cursor)(statement, params)

    return ask


__all__ = ["FILES", "FORMAT", "Head", "Live", "LogExport", "SigningKey", "opened", "write"]
