from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.vault import Seal, SealError, head_of, new_key
from services.chassis.vault.ciphers import Sm4Gcm
from services.chassis.vault.index import Index
from services.kernel.algorithms import CipherAlg
from services.kernel.identity_numbers import verified

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


@pytest.mark.parametrize("cipher", CipherAlg)
@given(plain=st.binary(max_size=200), about=st.binary(max_size=20))
def test_either_cipher_seals_and_both_are_opened(
    cipher: CipherAlg, plain: bytes, about: bytes
) -> None:
    sealed = Seal(KEY, cipher=cipher).seal(plain, about)

    assert all(Seal(KEY, cipher=other).open(sealed, about) == plain for other in CipherAlg)
    head = head_of(sealed)
    assert head is not None
    assert (head.cipher, head.key_id) == (cipher, Seal(KEY).key_id)


@pytest.mark.parametrize("cipher", CipherAlg)
def test_a_data_key_fits_its_cipher(cipher: CipherAlg) -> None:
    key = new_key(cipher)

    assert len(key) == {CipherAlg.AES_256_GCM: 32, CipherAlg.SM4_GCM: 16}[cipher]
    own = Seal(key)
    assert own.cipher is cipher
    assert own.open(own.seal(b"x", b"a"), b"a") == b"x"
    for position in range(len(own.seal(b"x"))):
        changed = bytearray(own.seal(b"x"))
        changed[position] ^= 1
        with pytest.raises(SealError):
            own.open(bytes(changed))


def test_sm4_is_the_sm4_of_the_standard() -> None:
    """RFC 8998, appendix A.1: SM4-GCM."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce = bytes.fromhex("00001234567800000000abcd")
    about = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    )
    sealed = bytes.fromhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )

    assert Sm4Gcm(key).encrypt(nonce, plain, about) == sealed
    assert Sm4Gcm(key).decrypt(nonce, sealed, about) == plain


def test_the_index_changes_with_the_key_and_is_found_under_both() -> None:
    older, newer = new_key(), new_key()
    number = verified("11010519491231002x")
    before, after = Index(Seal(older)), Index(Seal(newer, older))

    assert before.entry(number) != after.entry(number)
    assert before.entry(number) in after.candidates(number)
    assert Index(Seal(newer)).entry(number) == after.entry(number)
    assert before.entry(number) not in Index(Seal(newer)).candidates(number)
    sm3 = Index(Seal(newer, cipher=CipherAlg.SM4_GCM)).entry(number)
    assert sm3 != after.entry(number)
    assert sm3 in after.candidates(number)


def test_master_keys_have_32_bytes_whatever_the_cipher(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(base64.b64encode(new_key(CipherAlg.SM4_GCM)).decode())

    with pytest.raises(ValueError, match="32 bytes"):
        Seal.from_file(path, "sm4-gcm")
    with pytest.raises(ValueError, match="SM4"):
        Seal(new_key(CipherAlg.SM4_GCM), cipher=CipherAlg.AES_256_GCM)
