"""The algorithms that may be chosen, by the names that are recorded with what they made."""

from __future__ import annotations

from enum import Enum


class CipherAlg(Enum):
    """Authenticated encryption (DOMAIN.md 2.11)."""

    AES_256_GCM = "aes-256-gcm"
    SM4_GCM = "sm4-gcm"
    """GB/T 32907."""


class DigestAlg(Enum):
    """Hash under an HMAC or in a key derivation."""

    SHA256 = "sha256"
    SM3 = "sm3"
    """GB/T 32905."""
