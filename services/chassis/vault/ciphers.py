"""The two ciphers that seal personal data, and keys made from keys. Both come from `cryptography`.

A cipher is named in every sealed form, so both may stand side by side in one table.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, Protocol

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.kernel.algorithms import CipherAlg, DigestAlg

MASTER_KEY_BYTES: Final = 32
TAG_BYTES: Final = 16
KEY_BYTES: Final[Mapping[CipherAlg, int]] = {CipherAlg.AES_256_GCM: 32, CipherAlg.SM4_GCM: 16}
"""Length of a data key, in bytes."""
DIGESTS: Final[Mapping[CipherAlg, DigestAlg]] = {
    CipherAlg.AES_256_GCM: DigestAlg.SHA256,
    CipherAlg.SM4_GCM: DigestAlg.SM3,
}
"""The digest that goes with a cipher: who has to use SM4 has to use SM3 too (DOMAIN.md 2.11)."""


class Aead(Protocol):
    """Authenticated encryption with associated data."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class Sm4Gcm:
    """SM4 (GB/T 32907) in GCM, tag of 16 bytes behind the ciphertext, as `AESGCM` does it."""

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        context = Cipher(self._key, modes.GCM(nonce)).encryptor()
        context.authenticate_additional_data(associated_data or b"")
        return context.update(data) + context.finalize() + context.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Give the plain bytes back; InvalidTag or ValueError when they are not to be had."""
        cut = len(data) - TAG_BYTES
        if cut < 0:
            raise ValueError("shorter than its tag")
        context = Cipher(self._key, modes.GCM(nonce, data[cut:])).decryptor()
        context.authenticate_additional_data(associated_data or b"")
        return context.update(data[:cut]) + context.finalize()


def aead_of(cipher: CipherAlg, key: bytes) -> Aead:
    """Give the cipher under this key; SM4 takes half of a master key, made by HKDF-SM3."""
    if cipher is CipherAlg.AES_256_GCM:
        return AESGCM(key)
    if len(key) == MASTER_KEY_BYTES:
        key = derive(key, b"sm4-gcm", DigestAlg.SM3, KEY_BYTES[CipherAlg.SM4_GCM])
    return Sm4Gcm(key)


def cipher_of(key: bytes) -> CipherAlg:
    """Give the cipher a data key was made for.

    Raises:
        ValueError: no cipher here has keys of this length.
    """
    for cipher, length in KEY_BYTES.items():
        if len(key) == length:
            return cipher
    raise ValueError("a vault key has 32 bytes (16 for a data key of SM4)")


def new_key(cipher: CipherAlg = CipherAlg.AES_256_GCM) -> bytes:
    """Make a random data key for this cipher; the default is also the form of a master key."""
    return os.urandom(KEY_BYTES[cipher])


def derive(key: bytes, purpose: bytes, digest: DigestAlg, length: int = 32) -> bytes:
    """Make a key for one purpose out of a master key (HKDF, RFC 5869)."""
    made = HKDF(_hash(digest), length, salt=None, info=b"banjian vault " + purpose)
    return made.derive(key)


def mac(digest: DigestAlg, key: bytes, text: bytes) -> bytes:
    """Give the HMAC of a text, 32 bytes."""
    context = hmac.HMAC(key, _hash(digest))
    context.update(text)
    return context.finalize()


def _hash(digest: DigestAlg) -> hashes.HashAlgorithm:
    return hashes.SHA256() if digest is DigestAlg.SHA256 else hashes.SM3()
