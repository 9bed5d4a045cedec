"""A file sealed in pieces opens whole and unchanged, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.chassis.storage.port import PIECE_BYTES
from services.chassis.storage.sealed import open_pieces, seal_pieces
from services.chassis.vault import SealError, new_key
from services.chassis.vault.ciphers import TAG_BYTES
from services.kernel.algorithms import CipherAlg

KEY = new_key()
PLACE = "0" * 32
HEAD = 2
SEALED = PIECE_BYTES + TAG_BYTES
THREE = bytes(range(256)) * (PIECE_BYTES // 256) * 2 + b"the rest"


def sealed(plain: bytes = THREE, key: bytes = KEY, place: str = PLACE) -> bytes:
    return b"".join(seal_pieces([plain], key, place))


def opened(text: bytes, key: bytes = KEY, place: str = PLACE, step: int = 1000) -> bytes:
    def pieces() -> Iterator[bytes]:
        for start in range(0, len(text), step):
            yield text[start : start + step]

    return b"".join(open_pieces(pieces(), key, place))


@pytest.mark.parametrize("cipher", list(CipherAlg))
@pytest.mark.parametrize(
    "size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES]
)
def test_every_size_comes_back_under_both_ciphers(cipher: CipherAlg, size: int) -> None:
    key = new_key(cipher)
    plain = (b"0123456789abcdef" * (size // 16 + 1))[:size]

    text = sealed(plain, key)

    assert opened(text, key) == plain
    assert plain[:16] not in text or size < 16


@settings(max_examples=50, deadline=None)
@given(some.lists(some.binary(max_size=100_000), max_size=6), some.integers(1, 200_000))
def test_how_it_is_cut_does_not_matter(pieces: list[bytes], step: int) -> None:
    text = b"".join(seal_pieces(pieces, KEY, PLACE))

    assert opened(text, step=step) == b"".join(pieces)


@pytest.mark.parametrize(
    "changed",
    [
        sealed()[:-1],
        sealed()[: HEAD + SEALED],
        sealed()[: HEAD + 2 * SEALED],
        sealed()[:HEAD],
        sealed()[:1],
        b"",
        sealed()[:HEAD] + sealed()[HEAD + SEALED :],
        sealed()[:HEAD]
        + sealed()[HEAD + SEALED : HEAD + 2 * SEALED]
        + sealed()[HEAD : HEAD + SEALED]
        + sealed()[HEAD + 2 * SEALED :],
        sealed()[:-1] + bytes([sealed()[-1] ^ 1]),
        b"\x01" + sealed()[1:],
        sealed()[:1] + b"\x02" + sealed()[2:],
        sealed() + b"x",
    ],
    ids=[
        "last byte gone", "only the first piece", "last piece gone", "only the head", "half a head",
        "nothing", "first piece gone", "pieces swapped", "a bit changed", "other format",
        "other cipher", "more at the end",
    ],
)  # fmt: skip
def test_what_was_changed_moved_or_cut_does_not_open(changed: bytes) -> None:
    with pytest.raises(SealError):
        opened(changed)


def test_another_key_or_place_does_not_open() -> None:
    with pytest.raises(SealError):
        opened(sealed(), new_key())
    with pytest.raises(SealError):
        opened(sealed(), place="1" * 32)
