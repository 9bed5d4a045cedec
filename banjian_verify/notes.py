"""Reads and checks C2SP signed notes, checkpoints and cosignatures."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from banjian_verify.merkle import ALGORITHMS, SIZE

ED25519, COSIGNATURE = 1, 4
_NAME = re.compile(r"[^\s+]+")
_NUMBER = re.compile(r"0|[1-9][0-9]*")


class NoteError(ValueError):
    """A note, a key or a signature is not what it should be."""


@dataclass(frozen=True)
class Key:
    """A verifier key: `<name>+<key id>+<base64 of type and public key>`."""

    name: str
    id: bytes
    kind: int
    public: bytes

    @classmethod
    def read(cls, text: str) -> Key:
        """Read a verifier key.

        Raises:
            NoteError: it is none, or its id is not that of its key.
        """
        # The name has no plus sign; base64 may have some.
        name, _, rest = text.strip().partition("+")
        told, _, encoded = rest.partition("+")
        typed = _decode(encoded)
        if not _NAME.fullmatch(name) or len(typed) != 33 or typed[0] not in (ED25519, COSIGNATURE):
            raise NoteError(f"{text[:80]!r} is no Ed25519 verifier key")
        key = cls.of(name, typed[1:], typed[0])
        if key.id.hex() != told:
            raise NoteError(f"the key of {name} has id {key.id.hex()}, not {told[:16]!r}")
        return key

    @classmethod
    def of(cls, name: str, public: bytes, kind: int = ED25519) -> Key:
        """Give the key of this name with 32 public bytes."""
        name_and_key = name.encode() + b"\n" + bytes([kind]) + public
        return cls(name, sha256(name_and_key).digest()[:4], kind, public)

    def check(self, text: str, signature: bytes) -> datetime | None:
        """Check a signature over a note's text; a cosignature gives the time it was made.

        Raises:
            NoteError: it is not of this key over this text.
        """
        at = None
        message = text.encode()
        if self.kind == COSIGNATURE:
            if len(signature) != 72:
                raise NoteError(f"the cosignature of {self.name} is not 72 bytes long")
            seconds = int.from_bytes(signature[:8], "big")
            message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
            signature = signature[8:]
            try:
                at = datetime.fromtimestamp(seconds, UTC)
            except (OverflowError, ValueError, OSError):
                raise NoteError(f"the cosignature of {self.name} has no possible time") from None
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise NoteError(f"the signature of {self.name} does not fit the note") from None
        return at


@dataclass(frozen=True)
class Line:
    """One signature line of a note."""

    name: str
    id: bytes
    signature: bytes

    def by(self, key: Key) -> bool:
        return (self.name, self.id) == (key.name, key.id)


@dataclass(frozen=True)
class Note:
    """A signed note: its text, which ends with a line feed, and who signed."""

    text: str
    lines: tuple[Line, ...]

    @classmethod
    def read(cls, data: str) -> Note:
        """Read a note.

        Raises:
            NoteError: it does not have the form of one.
        """
        text, blank, below = data.rpartition("\n\n")
        if not blank or not below.endswith("\n") or not text:
            raise NoteError("a note is text, an empty line and signature lines")
        if any(ord(character) < 32 and character != "\n" for character in data):
            raise NoteError("a note has no control characters")
        return cls(text + "\n", tuple(read_line(line) for line in below[:-1].split("\n")))

    def signed_by(self, key: Key) -> datetime | None:
        """Check that this key signed; give the time a cosignature says.

        Raises:
            NoteError: it did not, or wrongly.
        """
        found = [line for line in self.lines if line.by(key)]
        if not found:
            raise NoteError(f"there is no signature of {key.name} with key {key.id.hex()}")
        times = [key.check(self.text, line.signature) for line in found]
        return times[0]


@dataclass(frozen=True)
class Checkpoint:
    """A signed tree head."""

    note: Note
    origin: str
    size: int
    root: bytes
    algorithm: str

    @classmethod
    def read(cls, data: str) -> Checkpoint:
        """Read a checkpoint; nothing is checked yet.

        Raises:
            NoteError: it is none.
        """
        note = Note.read(data)
        origin, size, root, *more = note.text[:-1].split("\n") + [""] * 2
        if not origin or not _NUMBER.fullmatch(size):
            raise NoteError("a checkpoint begins with an origin and a size")
        hashed = [line.removeprefix("hash ") for line in more if line.startswith("hash ")]
        algorithm = hashed[0] if hashed else "sha-256"
        if len(hashed) > 1 or algorithm not in ALGORITHMS:
            raise NoteError("a checkpoint names one hash that is known")
        decoded = _decode(root)
        if len(decoded) != SIZE:
            raise NoteError("the root is not 32 bytes in base64")
        return cls(note, origin, int(size), decoded, algorithm)


def read_line(line: str) -> Line:
    """Read a signature line, without its line feed.

    Raises:
        NoteError: it is none.
    """
    dash, name, encoded = [*line.split(" "), "", ""][:3]
    data = _decode(encoded)
    if dash != "—" or not _NAME.fullmatch(name) or len(data) < 5 or line.count(" ") != 2:
        raise NoteError("this is no signature line")
    return Line(name, data[:4], data[4:])


def check_cosignature(text: str, line: str, witnesses: Sequence[Key]) -> tuple[Key, datetime]:
    """Check a witness' line under a note's text; give whose it is and when it was made.

    Raises:
        NoteError: no witness we know, or its signature does not fit.
    """
    read = read_line(line.rstrip("\n"))
    for key in witnesses:
        if key.kind == COSIGNATURE and read.by(key):
            at = key.check(text, read.signature)
            assert at is not None  # a cosignature has its time
            return key, at
    raise NoteError(f"{read.name} with key {read.id.hex()} is no witness we know")


def _decode(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    # Only one spelling: bits that do not count must be zero.
    return data if base64.b64encode(data).decode() == text else b""
