"""An export as its lines: every line is read in the only spelling it may have.

DIR/manifest.json
DIR/<service>/events.jsonl       position, stream, version, topic, recorded_at, state
DIR/<service>/ledger.jsonl       position, previous, leaf
DIR/<service>/tiles.jsonl        level, tree, index, root, hashes
DIR/<service>/checkpoints.jsonl  number, note, cosignatures, stamps
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

FORMAT = "banjian-audit-export/1"
FILES = ("events.jsonl", "ledger.jsonl", "tiles.jsonl", "checkpoints.jsonl")
_STATE = b',"state":'


class ExportError(ValueError):
    """The export, or a line of it, is not what it should be."""


class Source(Protocol):
    """Where lines come from: a folder, or a database that is being read."""

    def manifest(self) -> Mapping[str, Any]: ...
    def lines(self, service: str, name: str) -> Iterator[bytes]: ...


class Folder:
    """An export in a folder. Files are read once, and compared with the manifest while they are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.changed: list[str] = []
        """Files that were read to their end and are not those the manifest names."""

    def manifest(self) -> Mapping[str, Any]:
        """Read the manifest.

        Raises:
            ExportError: there is none, or not one of this format.
        """
        try:
            told = json.loads((self._folder / "manifest.json").read_bytes())
        except (OSError, ValueError) as error:
            raise ExportError(f"the manifest cannot be read: {error}") from None
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise ExportError(f"this is no export of the format {FORMAT}")
        return told

    def lines(self, service: str, name: str) -> Iterator[bytes]:
        """Give the lines of a file without their line feeds.

        Raises:
            ExportError: the file is not there.
        """
        told = self.manifest()["services"][service]["files"].get(name, {})
        digest = sha256()
        try:
            with (self._folder / service / name).open("rb") as file:
                for line in file:
                    digest.update(line)
                    yield line.removesuffix(b"\n")
        except OSError as error:
            raise ExportError(f"{service}/{name}: {error.strerror}") from None
        if digest.hexdigest() != told.get("sha256"):
            self.changed.append(f"{service}/{name}")


@dataclass(frozen=True)
class EventLine:
    """One event as it is stored; position 0: it was never sealed."""

    position: int
    stream: UUID
    version: int
    topic: str
    recorded_at: datetime
    state: bytes

    @classmethod
    def read(cls, line: bytes) -> EventLine:
        """Read a line.

        Raises:
            ExportError: it is not spelled as an export spells it.
        """
        head, found, state = line.partition(_STATE)
        try:
            said = json.loads(head + b"}") if found else json.loads(line)
            event = cls(
                said["position"],
                UUID(said["stream"]),
                said["version"],
                said["topic"],
                datetime.fromisoformat(said["recorded_at"]),
                state[:-1] if found else _base64(said["state_base64"]),
            )
            spelled = event.spell()
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
            raise ExportError(f"the line cannot be read ({type(error).__name__})") from None
        if spelled != line:
            raise ExportError("the line is not spelled as an export spells it")
        return event

    def spell(self) -> bytes:
        """Give the line of this event."""
        at = self.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%f")
        head = (
            f'{{"position":{self.position:d},"stream":"{self.stream}","version":{self.version:d},'
            f'"topic":{json.dumps(self.topic, ensure_ascii=False)},"recorded_at":"{at:0>26}Z"'
        ).encode()
        if is_line(self.state):
            return head + _STATE + self.state + b"}"
        return head + b',"state_base64":"' + base64.b64encode(self.state) + b'"}'


def is_line(state: bytes) -> bool:
    """Say whether a state stands in its line as it is: a JSON object without a line break."""
    return state[:1] == b"{" and state[-1:] == b"}" and b"\n" not in state and b"\r" not in state


@dataclass(frozen=True)
class LedgerLine:
    """One row of the ledger."""

    position: int
    previous: int
    leaf: bytes

    @classmethod
    def read(cls, line: bytes) -> LedgerLine:
        """Read a line; raises as `EventLine.read`."""
        said = _plain(line, "position", "previous", "leaf")
        try:
            return cls(_int(said["position"]), _int(said["previous"]), _hex(said["leaf"]))
        except (ValueError, TypeError) as error:
            raise ExportError(f"the line cannot be read ({type(error).__name__})") from None


@dataclass(frozen=True)
class TileLine:
    """One full tile."""

    level: int
    tree: int
    index: int
    root: bytes
    hashes: bytes

    @classmethod
    def read(cls, line: bytes) -> TileLine:
        """Read a line; raises as `EventLine.read`."""
        said = _plain(line, "level", "tree", "index", "root", "hashes")
        try:
            return cls(
                _int(said["level"]),
                _int(said["tree"]),
                _int(said["index"]),
                _hex(said["root"]),
                _hex(said["hashes"]),
            )
        except (ValueError, TypeError) as error:
            raise ExportError(f"the line cannot be read ({type(error).__name__})") from None


@dataclass(frozen=True)
class CheckpointLine:
    """One checkpoint, with what others signed of it."""

    number: int
    note: str
    cosignatures: tuple[str, ...]
    stamps: tuple[tuple[str, bytes], ...]

    @classmethod
    def read(cls, line: bytes) -> CheckpointLine:
        """Read a line; raises as `EventLine.read`."""
        said = _plain(line, "number", "note", "cosignatures", "stamps")
        try:
            return cls(
                _int(said["number"]),
                str(said["note"]),
                tuple(str(one) for one in said["cosignatures"]),
                tuple((str(one["authority"]), _base64(one["token"])) for one in said["stamps"]),
            )
        except (ValueError, TypeError, KeyError) as error:
            raise ExportError(f"the line cannot be read ({type(error).__name__})") from None


def spell(said: Mapping[str, object]) -> bytes:
    """Give a line of JSON as an export spells it."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _int(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("not a number")
    return value


def _hex(text: str) -> bytes:
    data = bytes.fromhex(text)
    if data.hex() != text:
        raise ValueError("not in small letters")
    return data


def _base64(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("bits that do not count")
    return data


def _plain(line: bytes, *names: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        raise ExportError("the line is no JSON") from None
    if not isinstance(said, dict) or tuple(said) != names or spell(said) != line:
        raise ExportError("the line is not spelled as an export spells it")
    return said
