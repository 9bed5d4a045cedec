"""Seals a file in pieces, so that memory stays flat and no piece can be changed, moved or left out.

Sealed form: format byte, cipher byte, then pieces of `PIECE_BYTES` (the last one shorter, perhaps
empty), each with its tag. Every file has a key of its own, so the nonce may be the piece's number;
its last byte marks the last piece, so a file that was cut off does not open. The place is
associated data: a file put in another's place does not open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cryptography.exceptions import InvalidTag

from services.chassis.storage.port import PIECE_BYTES
from services.chassis.vault.ciphers import TAG_BYTES, Aead, aead_of, cipher_of
from services.chassis.vault.seals import CIPHERS, FORMATS, NONCE_BYTES, SealError

FORMAT: Final = b"\x20"
HEAD_BYTES: Final = 2
_SEALED: Final = PIECE_BYTES + TAG_BYTES


def seal_pieces(pieces: Iterable[bytes], key: bytes, about: str) -> Iterator[bytes]:
    """Seal a file under a key that seals nothing else, ever."""
    cipher = cipher_of(key)
    aead = aead_of(cipher, key)
    head = FORMAT + FORMATS[cipher]
    yield head
    number, waiting = 0, b""
    for whole in _cut(pieces, PIECE_BYTES):
        if waiting:
            yield _seal(aead, waiting, number, head, about, last=False)
            number += 1
        waiting = whole
    yield _seal(aead, waiting, number, head, about, last=True)


def open_pieces(pieces: Iterable[bytes], key: bytes, about: str) -> Iterator[bytes]:
    """Give a sealed file in pieces, each only after it was checked.

    Raises:
        SealError: another key or place, or it was changed or cut off.
    """
    cipher = cipher_of(key)
    aead = aead_of(cipher, key)
    source = iter(pieces)
    head = b""
    rest = b""
    while len(head) < HEAD_BYTES:
        piece = next(source, b"")
        if not piece:
            raise SealError("this is no sealed file")
        head, rest = (head + piece)[:HEAD_BYTES], (head + piece)[HEAD_BYTES:]
    if head[:1] != FORMAT or CIPHERS.get(head[1:]) is not cipher:
        raise SealError("this is no sealed file, or one of another cipher")
    number, waiting = 0, b""
    for whole in _cut(_before(rest, source), _SEALED):
        if waiting:
            yield _open(aead, waiting, number, head, about, last=False)
            number += 1
        waiting = whole
    yield _open(aead, waiting, number, head, about, last=True)


def _seal(aead: Aead, plain: bytes, number: int, head: bytes, about: str, *, last: bool) -> bytes:
    return aead.encrypt(_nonce(number, last), plain, head + about.encode())


def _open(aead: Aead, sealed: bytes, number: int, head: bytes, about: str, *, last: bool) -> bytes:
    try:
        return aead.decrypt(_nonce(number, last), sealed, head + about.encode())
    except (InvalidTag, ValueError):
        raise SealError("this is not what was sealed here") from None


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(NONCE_BYTES - 1) + bytes([last])


def _before(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _cut(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Give the same bytes in pieces of exactly `size`, the last one shorter."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= size:
            yield bytes(waiting[:size])
            del waiting[:size]
    if waiting:
        yield bytes(waiting)
