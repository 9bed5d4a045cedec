from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.vault import Seal, SealError, new_key

KEY = new_key()


@given(st.binary(max_size=2000), st.binary(max_size=50))
def test_what_is_sealed_opens_again(plain: bytes, about: bytes) -> None:
    seal = Seal(KEY)

    sealed = seal.seal(plain, about)

    assert seal.open(sealed, about) == plain
    assert seal.seal(plain, about) != sealed


def test_it_opens_only_where_it_belongs_and_unchanged() -> None:
    seal = Seal(KEY)
    sealed = seal.seal(b"13800000000", b"s1/phone")

    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(SealError):
            seal.open(bytes(changed), b"s1/phone")
    for length in range(len(sealed)):
        with pytest.raises(SealError):
            seal.open(sealed[:length], b"s1/phone")
    with pytest.raises(SealError):
        seal.open(sealed, b"s2/phone")
    with pytest.raises(SealError):
        Seal(new_key()).open(sealed, b"s1/phone")


def test_a_key_is_changed_without_losing_what_was_sealed(tmp_path: Path) -> None:
    older, newer = new_key(), new_key()
    sealed = Seal(older).seal(b"x")
    path = tmp_path / "keys"
    path.write_text("\n".join(base64.b64encode(key).decode() for key in (newer, older)))

    both = Seal.from_file(path)

    assert both.open(sealed) == b"x"
    with pytest.raises(SealError):
        Seal(older).open(both.seal(b"y"))


@pytest.mark.parametrize("text", ["", "short", base64.b64encode(b"x" * 31).decode(), "!" * 44])
def test_a_bad_key_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)

    with pytest.raises(ValueError, match="vault key"):
        Seal.from_file(path)
