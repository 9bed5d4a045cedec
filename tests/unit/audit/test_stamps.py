"""RFC 3161 tokens of a real authority: believed, and not after any change."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from asn1crypto import tsp

from banjian_verify.stamps import StampError, check_stamp, read_certificates
from tests.support.tsa import make_authority, reply_to

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
NOTE = b"county.example/intake\n42\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tsa")
    make_authority(made)
    make_authority(made / "other")
    return made


def token_of(folder: Path, stamped: bytes, hashed: str = "sha256") -> bytes:
    query = tsp.TimeStampReq(
        {
            "version": 1,
            "message_imprint": {
                "hash_algorithm": {"algorithm": hashed},
                "hashed_message": sha256(stamped).digest(),
            },
            "cert_req": True,
        }
    ).dump()
    answer = tsp.TimeStampResp.load(reply_to(folder, query))
    token: bytes = answer["time_stamp_token"].dump()
    return token


def test_a_stamp_is_over_these_bytes_by_an_authority_we_trust(folder: Path) -> None:
    ours = read_certificates((folder / "tsa.pem").read_bytes())
    token = token_of(folder, NOTE)

    assert check_stamp(token, NOTE, ours).year >= 2020
    with pytest.raises(StampError, match="something else"):
        check_stamp(token, NOTE + b"x", ours)
    strangers = read_certificates((folder / "other" / "tsa.pem").read_bytes())
    with pytest.raises(StampError, match="trust"):
        check_stamp(token, NOTE, strangers)
    with pytest.raises(StampError, match="trust"):
        check_stamp(token, NOTE, [])


def test_no_changed_byte_lets_a_stamp_say_another_time(folder: Path) -> None:
    """What is not signed (a copy of the certificate) may change; nothing that it says."""
    ours = read_certificates((folder / "tsa.pem").read_bytes())
    token = token_of(folder, NOTE)
    at = check_stamp(token, NOTE, ours)
    kept = 0
    for place in range(0, len(token), 3):
        other = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        try:
            assert check_stamp(other, NOTE, ours) == at
            kept += 1
        except StampError:
            pass
    assert kept < len(token) / 3  # most of it is signed, or breaks the form


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", b"nonsense", b"\x30\x82\xff\xff"])
def test_what_is_no_token_is_refused(junk: bytes) -> None:
    with pytest.raises(StampError):
        check_stamp(junk, NOTE, [])
