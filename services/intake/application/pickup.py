"""Codes a person reads off a slip, and the keyed hash that is all intake keeps of a pick-up code.

The key of the hash comes from the vault's master key, as that of the index does: after the key was
changed a code still fits as long as the old key is there; then a new code is told.
"""

from __future__ import annotations

import secrets
from typing import Final

from services.chassis.vault import Seal
from services.chassis.vault.ciphers import DIGESTS, mac
from services.kernel.algorithms import DigestAlg

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Nothing that is read as something else: no 0 and O, no 1, I and L."""
CHARACTERS: Final = 8
"""31 to the 8th: nobody guesses one in five tries, and no two on the shelves are alike."""
_PURPOSE: Final = b"pickup"
_LOOKALIKES: Final = str.maketrans("", "", " -")


def new_code(characters: int = CHARACTERS) -> str:
    """Make a random code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(characters))


def plain_code(typed: str) -> str:
    """Give a code as it is compared, however it was typed."""
    return typed.upper().translate(_LOOKALIKES)


def shown_code(code: str) -> str:
    """Give a code in groups of four, as it is told."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def pickup_digest(seal: Seal, code: str) -> str:
    """Give the keyed hash of a code under the current key, in hex."""
    return next(iter(_digests(seal, code, DIGESTS[seal.cipher])))


def pickup_digests(seal: Seal, code: str) -> list[str]:
    """Give every keyed hash this code may stand under while keys are changed."""
    return [text for digest in DigestAlg for text in _digests(seal, code, digest)]


def _digests(seal: Seal, code: str, digest: DigestAlg) -> list[str]:
    text = plain_code(code).encode()
    keys = seal.derived(_PURPOSE, digest)
    return [
        f"{digest.value}:{key_id.hex()}:{mac(digest, key, text).hex()}"
        for key_id, key in keys.items()
    ]
