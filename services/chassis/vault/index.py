"""Finds a person by the keyed hash of their identity number; the number itself is never stored.

The key of the hash comes from the master key, so it changes with it: while keys are rotated an
entry stands under one of several, and a search tries them all. Row form: digest byte, key id (8
bytes), HMAC (32 bytes) over kind and number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from services.chassis.vault.ciphers import DIGESTS, mac
from services.chassis.vault.seals import Seal
from services.kernel.algorithms import DigestAlg
from services.kernel.identity_numbers import IdentityNumber, identity_of

NUMBER_FIELD: Final = "document_no"
"""The vault field with the identity number."""
_PURPOSE: Final = b"index"
_FORMATS: Final[Mapping[DigestAlg, bytes]] = {DigestAlg.SHA256: b"\x01", DigestAlg.SM3: b"\x02"}


class Index:
    """Makes entries under the current key, and everything a number could stand under."""

    def __init__(self, seal: Seal) -> None:
        self._keys = {digest: seal.derived(_PURPOSE, digest) for digest in DigestAlg}
        self._digest = DIGESTS[seal.cipher]
        self._current = next(iter(self._keys[self._digest]))

    @property
    def head(self) -> bytes:
        """How every entry begins that is made now."""
        return _FORMATS[self._digest] + self._current

    def entry(self, number: IdentityNumber) -> bytes:
        """Give the entry for a number, as it is written now."""
        key = self._keys[self._digest][self._current]
        return self.head + mac(self._digest, key, _text(number))

    def entries(self, fields: Mapping[str, str]) -> list[tuple[str, bytes]]:
        """Give (kind, entry) for the identity number among these fields, if there is one."""
        number = self.number(fields)
        return [(number.kind.value, self.entry(number))] if number else []

    @staticmethod
    def number(fields: Mapping[str, str]) -> IdentityNumber | None:
        """Give the identity number among these fields, if there is one."""
        return identity_of(fields.get(NUMBER_FIELD, ""))

    def candidates(self, number: IdentityNumber) -> list[bytes]:
        """Give every entry under which this number may stand."""
        return list(self._all(number))

    def _all(self, number: IdentityNumber) -> Iterator[bytes]:
        for digest, keys in self._keys.items():
            for key_id, key in keys.items():
                yield _FORMATS[digest] + key_id + mac(digest, key, _text(number))


def _text(number: IdentityNumber) -> bytes:
    return f"{number.kind.value}\x00{number.text}".encode()
