"""C2SP notes: what is signed, every byte of it, keys, cosignatures, key files."""

from __future__ import annotations

from pathlib import Path

import pytest

from banjian_verify.notes import Checkpoint, Key, Note, NoteError, check_cosignature
from services.chassis.audit.notes import (
    Head,
    SigningKey,
    is_for_development,
    key_file,
    origin_of,
    read_keys,
    sign,
)
from services.chassis.audit.tree import HashAlg
from tests.support.witness import Witness

KEY = SigningKey(b"k" * 32)
HEAD = Head("county.example/intake", 42, bytes(range(32)), HashAlg.SHA_256)
NOTE = sign(HEAD, [KEY])
# The example of the signed-note specification.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAID = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotp"
    "RZb6KE6RyyBwJnAM=\n"
)


def test_the_example_of_the_specification_is_believed() -> None:
    Note.read(SAID).signed_by(Key.read(PETER))
    with pytest.raises(NoteError):
        Note.read(SAID.replace("problem", "Problem", 1)).signed_by(Key.read(PETER))


def test_a_checkpoint_says_what_it_covers_and_how() -> None:
    read = Checkpoint.read(NOTE)

    assert (read.origin, read.size, read.root) == (HEAD.origin, 42, HEAD.root)
    assert read.algorithm == "sha-256"
    read.note.signed_by(Key.read(KEY.verifier(HEAD.origin)))


def test_every_byte_of_a_checkpoint_is_signed() -> None:
    key, data = Key.read(KEY.verifier(HEAD.origin)), NOTE.encode()
    for at in range(len(data)):
        for bits in (1, 0x10, 0x80):
            other = data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]
            with pytest.raises((NoteError, UnicodeDecodeError)):
                Checkpoint.read(other.decode()).note.signed_by(key)


@pytest.mark.parametrize(
    "text",
    ["", "x", "x\n", "a\n\n", "a\n1\nAA==\n\n— a b\n", NOTE[:-1], NOTE.replace("\n42\n", "\n042\n"),
     NOTE.replace("42", "-1"), NOTE.replace("hash sha-256", "hash md5"), NOTE + "\n", NOTE + "x\n",
     NOTE.replace("hash sha-256\n", "hash sha-256\nhash sm3\n"), NOTE.replace("— ", "- ")],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.read(text).note.signed_by(Key.read(KEY.verifier(HEAD.origin)))


@pytest.mark.parametrize("text", ["", "a", "a+b+c", PETER[:-4], PETER.replace("c74f", "c74e"), " "])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Key.read(text)


def test_a_cosignature_is_of_a_witness_over_this_text_at_a_time() -> None:
    witness, other = Witness(), Witness("other.example/w", b"o" * 32)
    keys = [Key.read(witness.verifier)]
    line = witness.cosign(NOTE).splitlines()[-1]

    key, at = check_cosignature(HEAD.text, line, keys)

    assert (key.name, at.isoformat()) == (witness.name, "2023-11-14T22:13:20+00:00")
    for text, wrong in (
        (HEAD.text.replace("42", "43"), line),
        (HEAD.text, other.cosign(NOTE).splitlines()[-1]),
        (HEAD.text, witness.cosign(NOTE, 0).splitlines()[-1][:-8] + "AAAAAAA="),
        (HEAD.text, NOTE.splitlines()[-1]),
    ):
        with pytest.raises(NoteError):
            check_cosignature(text, wrong, keys)
    # A log's key is not a witness, and a witness' line not a log's.
    with pytest.raises(NoteError):
        check_cosignature(HEAD.text, line, [Key.read(KEY.verifier(witness.name))])
    Note.read(witness.cosign(NOTE)).signed_by(keys[0])


def test_every_byte_of_a_cosignature_counts() -> None:
    keys = [Key.read(Witness().verifier)]
    line = Witness().cosign(NOTE).splitlines()[-1]
    check_cosignature(HEAD.text, line, keys)

    for at in range(len(line)):
        for bits in (1, 0x20):
            with pytest.raises(NoteError):
                changed = line[:at] + chr(ord(line[at]) ^ bits) + line[at + 1 :]
                check_cosignature(HEAD.text, changed, keys)


def test_a_key_file_names_the_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    path.write_text("# ours\n" + key_file([b"n" * 32, b"o" * 32]))
    assert [key.seed for key in read_keys(path)] == [b"n" * 32, b"o" * 32]
    assert not is_for_development(path)
    path.write_text(key_file([b"n" * 32], development=True))
    assert is_for_development(path)
    for wrong in ("", "# only words\n", "secret-word\n", "AAAA\n"):
        path.write_text(wrong)
        with pytest.raises(ValueError, match=r"audit\.key") as refused:
            read_keys(path)
        assert "secret" not in str(refused.value)


def test_an_origin_is_where_it_is_published() -> None:
    assert origin_of("https://county.example/", "intake") == "county.example/intake"
    assert origin_of("https://county.example", "intake", 2) == "county.example/intake/tree/2"
    assert "+" not in origin_of("https://a+b.example", "intake")
