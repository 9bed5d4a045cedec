"""A witness of one's own: cosigns checkpoints as C2SP tlog-cosignature says."""

from __future__ import annotations

import base64
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Witness:
    """Somebody outside with a key."""

    def __init__(self, name: str = "witness.example/w1", seed: bytes = b"w" * 32) -> None:
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._typed = b"\x04" + public
        self._id = sha256(name.encode() + b"\n" + self._typed).digest()[:4]

    @property
    def verifier(self) -> str:
        return f"{self.name}+{self._id.hex()}+{base64.b64encode(self._typed).decode()}"

    def cosign(self, note: str, time: int = 1_700_000_000) -> str:
        """Give the note with this witness' line below it."""
        text = note.rpartition("\n\n")[0] + "\n"
        signature = self._key.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
        told = base64.b64encode(self._id + time.to_bytes(8, "big") + signature).decode()
        return f"{note}— {self.name} {told}\n"
