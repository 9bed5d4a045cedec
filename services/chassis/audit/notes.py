"""Signs checkpoints: C2SP signed-note and tlog-checkpoint, Ed25519. The keys stand in a file."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.chassis.audit.tree import HashAlg

ED25519: Final = b"\x01"
DEVELOPMENT: Final = "# made for development; production refuses this file"
"""First line of a key file that a local run made for itself."""


@dataclass(frozen=True)
class Head:
    """What a checkpoint says."""

    origin: str
    size: int
    root: bytes
    alg: HashAlg

    @property
    def text(self) -> str:
        """Give the signed text: origin, size, root, and the algorithm as an extension line."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\nhash {self.alg.value}\n"


@dataclass(frozen=True)
class SigningKey:
    """A key that signs checkpoints, under the name of whatever log it signs."""

    seed: bytes

    def public(self) -> bytes:
        """Give the 32 bytes of the public key."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return key.public_bytes(Encoding.Raw, PublicFormat.Raw)

    def verifier(self, name: str) -> str:
        """Give the verifier key `<name>+<key id>+<base64>` under which others check."""
        typed = ED25519 + self.public()
        return f"{name}+{self._id(name).hex()}+{base64.b64encode(typed).decode()}"

    def line(self, name: str, text: str) -> str:
        """Give the signature line of a note's text."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"— {name} {base64.b64encode(self._id(name) + signature).decode()}\n"

    def _id(self, name: str) -> bytes:
        return sha256(name.encode() + b"\n" + ED25519 + self.public()).digest()[:4]


def sign(head: Head, keys: list[SigningKey]) -> str:
    """Give the signed note of a head, signed by each of these keys."""
    return head.text + "\n" + "".join(key.line(head.origin, head.text) for key in keys)


def read_keys(path: Path) -> list[SigningKey]:
    """Read a key file: one Ed25519 seed (32 bytes in base64) a line, the newest first.

    Raises:
        ValueError: it has no key, or a line is none; no part of the line is repeated.
        OSError: it cannot be read.
    """
    keys = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            seed = base64.b64decode(line.strip(), validate=True)
        except binascii.Error:
            seed = b""
        if len(seed) != 32:
            raise ValueError(f"line {number} of {path.name} is not 32 bytes in base64")
        keys.append(SigningKey(seed))
    if not keys:
        raise ValueError(f"{path.name} has no key")
    return keys


def is_for_development(path: Path) -> bool:
    """Say whether a local run made this file for itself."""
    return DEVELOPMENT in path.read_text("utf-8")


def key_file(seeds: list[bytes], *, development: bool = False) -> str:
    """Give the text of a key file, the newest key first."""
    lines = [DEVELOPMENT] if development else []
    return "\n".join([*lines, *(base64.b64encode(seed).decode() for seed in seeds)]) + "\n"


def origin_of(public_url: str, service: str, tree: int = 1) -> str:
    """Name a log by where it is published, without the scheme: `county.example/intake`."""
    place = public_url.partition("://")[2].rstrip("/").replace("+", "%2B")
    return f"{place}/{service}" + (f"/tree/{tree}" if tree > 1 else "")
