"""Seals bytes so that only a holder of the key opens them, and only where they belong."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag

from services.chassis.errors import BanjianError
from services.chassis.vault.ciphers import (
    MASTER_KEY_BYTES,
    Aead,
    aead_of,
    cipher_of,
    derive,
)
from services.kernel.algorithms import CipherAlg, DigestAlg

FORMATS: Final[Mapping[CipherAlg, bytes]] = {
    CipherAlg.AES_256_GCM: b"\x01",
    CipherAlg.SM4_GCM: b"\x02",
}
"""First byte of a sealed form: its cipher."""
CIPHERS: Final = {form: cipher for cipher, form in FORMATS.items()}
NONCE_BYTES: Final = 12
ID_BYTES: Final = 8
HEAD_BYTES: Final = 1 + ID_BYTES


class SealError(BanjianError):
    """Sealed bytes cannot be opened: another key, another place, or they were changed."""

    code = "seal_broken"


class Head(NamedTuple):
    """What a sealed form says about itself, without being opened."""

    cipher: CipherAlg
    key_id: str
    """Hex; says which key, nothing about it."""


class Seal:
    """Holds keys. The first one seals; it and all older keys open.

    So a key is changed by putting a new one first. Sealed form: format byte (the cipher), key id
    (8 bytes), nonce (12 random bytes), ciphertext with tag.
    """

    def __init__(self, key: bytes, *older: bytes, cipher: CipherAlg | None = None) -> None:
        """`cipher` seals; whatever it is, forms of every cipher are opened.

        Default: the one the key's length fits.
        """
        for one in (key, *older):
            cipher_of(one)
        self.cipher = cipher or cipher_of(key)
        if self.cipher is CipherAlg.AES_256_GCM and len(key) != MASTER_KEY_BYTES:
            raise ValueError("this vault key is one of SM4")
        self._keys = {_key_id(one): one for one in (key, *older)}
        self._current = _key_id(key)
        self._aeads: dict[bytes, Aead] = {}

    @classmethod
    def from_file(cls, path: str | Path, cipher: CipherAlg | str = CipherAlg.AES_256_GCM) -> Seal:
        """Read master keys from a file: one in base64 a line, the current one first.

        Raises:
            ValueError: a line is not 32 bytes in base64, or there is none.
        """
        lines = Path(path).read_text(encoding="ascii").split()
        if not lines:
            raise ValueError("the vault key file is empty")
        try:
            keys = [base64.b64decode(line, validate=True) for line in lines]
        except binascii.Error:
            raise ValueError("the vault key file is not base64") from None
        if any(len(key) != MASTER_KEY_BYTES for key in keys):
            raise ValueError(f"a vault key has {MASTER_KEY_BYTES} bytes")
        return cls(*keys, cipher=CipherAlg(cipher))

    @property
    def head(self) -> bytes:
        """How everything begins that this seals now."""
        return FORMATS[self.cipher] + self._current

    @property
    def key_id(self) -> str:
        """Hex id of the key that seals."""
        return self._current.hex()

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Hex ids of all keys here, the current one first."""
        return tuple(key_id.hex() for key_id in self._keys)

    def seal(self, plain: bytes, about: bytes = b"") -> bytes:
        """Seal `plain`; `about` is not hidden but has to be told again when opening."""
        nonce = os.urandom(NONCE_BYTES)
        return self.head + nonce + self._aead(self.head).encrypt(nonce, plain, self.head + about)

    def seal_body(self, plain: bytes, about: bytes) -> tuple[bytes, ...]:
        """Seal the body of a message where no `BodyVault` keeps a key for each."""
        return (self.seal(plain, about),)

    def open(self, sealed: bytes, about: bytes = b"") -> bytes:
        """Give the plain bytes back.

        Raises:
            SealError: the key is not among ours, `about` is another one, or a bit was changed.
        """
        head, rest = bytes(sealed[:HEAD_BYTES]), bytes(sealed[HEAD_BYTES:])
        if head[:1] not in CIPHERS or head[1:] not in self._keys:
            raise SealError("sealed with a key that is not here")
        try:
            return self._aead(head).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + about)
        except (InvalidTag, ValueError):
            raise SealError("this is not what was sealed here") from None

    def derived(self, purpose: bytes, digest: DigestAlg) -> dict[bytes, bytes]:
        """Give a key for this purpose from each master key, by key id; the current one first."""
        return {key_id: derive(key, purpose, digest) for key_id, key in self._keys.items()}

    def _aead(self, head: bytes) -> Aead:
        known = self._aeads.get(head)
        if known is None:
            key = self._keys[head[1:]]
            if head[:1] == FORMATS[CipherAlg.AES_256_GCM] and len(key) != MASTER_KEY_BYTES:
                raise SealError("sealed with a key that is not here")
            known = self._aeads[head] = aead_of(CIPHERS[head[:1]], key)
        return known


def head_of(sealed: bytes) -> Head | None:
    """Read cipher and key of a sealed form; None when it is none."""
    cipher = CIPHERS.get(bytes(sealed[:1]))
    return Head(cipher, bytes(sealed[1:HEAD_BYTES]).hex()) if cipher else None


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"banjian vault key id" + key).digest()[:ID_BYTES]
