"""What outsiders say of our checkpoints: cosignatures of witnesses, RFC 3161 time stamps.

A log alone can be rewritten by whoever has its key. It can not once somebody else keeps a head.
"""

from __future__ import annotations

import secrets
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from asn1crypto import tsp
from cryptography.x509 import Certificate

from banjian_verify.notes import Key, Note, NoteError, check_cosignature
from banjian_verify.stamps import StampError, check_stamp, read_certificates
from services.chassis.audit.checkpoints import Checkpoint
from services.chassis.errors import ContractError, UnavailableError
from services.chassis.eventlog.database import Database

ANSWER_S: Final = 10.0
"""How long a time stamping authority may take."""
ANSWER_BYTES: Final = 1 << 18
_GRANTED: Final = ("granted", "granted_with_mods")
_UNANCHORED: Final = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(issued_at)), 0)::float8
FROM checkpoints WHERE number > greatest(
    (SELECT coalesce(max(number), 0) FROM timestamps),
    (SELECT coalesce(max(number), 0) FROM cosignatures))
"""


@dataclass(frozen=True)
class Kept:
    """A cosignature that is kept now."""

    number: int
    witness: str
    signed_at: datetime


def read_witnesses(path: Path) -> list[Key]:
    """Read a file of verifier keys, one a line.

    Raises:
        ContractError: a line is none.
    """
    lines = path.read_text("utf-8").splitlines()
    try:
        return [Key.read(line) for line in lines if line.strip() and not line.startswith("#")]
    except NoteError as error:
        raise ContractError(f"{path.name}: {error}") from None


def keep_cosignatures(database: Database, text: str, witnesses: Sequence[Key]) -> list[Kept]:
    """Keep what witnesses we know signed below one of our checkpoints; again is no harm.

    Raises:
        ContractError: it is no checkpoint of ours, no witness of ours signed it, or wrongly.
    """
    try:
        note = Note.read(text)
    except NoteError as error:
        raise ContractError(f"this is no signed checkpoint: {error}") from None
    rows = database.read(
        "SELECT number FROM checkpoints WHERE starts_with(note, %s)", (note.text + "\n",)
    )
    if not rows:
        raise ContractError("no checkpoint of ours has this text: it is another log's, or forged")
    kept = []
    lines = text.removeprefix(note.text + "\n").splitlines()
    for line in lines:
        name = line.split(" ")[1] if line.count(" ") == 2 else ""
        if name not in {witness.name for witness in witnesses}:
            continue
        try:
            key, at = check_cosignature(note.text, line, witnesses)
        except NoteError as error:
            raise ContractError(str(error)) from None
        for (number,) in rows:
            database.run(
                "INSERT INTO cosignatures (number, witness, line, signed_at)"
                " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (number, key.name, line + "\n", at),
            )
            kept.append(Kept(number, key.name, at))
    if not kept:
        raise ContractError("none of our witnesses signed it")
    return kept


class Authority:
    """A time stamping authority (RFC 3161) over HTTP."""

    def __init__(self, url: str, trusted: Sequence[Certificate]) -> None:
        """`trusted`: its certificate, or that of its issuer."""
        self.url = url
        self._trusted = trusted

    @classmethod
    def of(cls, url: str, certificates: str) -> Authority:
        """Give the authority of these settings."""
        return cls(url, read_certificates(Path(certificates).read_bytes()))

    def stamp(self, database: Database, checkpoint: Checkpoint) -> datetime:
        """Have a checkpoint's note stamped and keep the token; give the time it says.

        Raises:
            UnavailableError: no answer, or one that cannot be trusted; nothing was kept.
        """
        noted = checkpoint.note.encode()
        token, at = self.ask(noted)
        database.run(
            "INSERT INTO timestamps (number, authority, token, stamped_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (checkpoint.number, self.url, token, at),
        )
        return at

    def ask(self, stamped: bytes) -> tuple[bytes, datetime]:
        """Ask for a token over these bytes; raises as `stamp`."""
        nonce = secrets.randbits(64)
        asked = tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {
                    "hash_algorithm": {"algorithm": "sha256"},
                    "hashed_message": sha256(stamped).digest(),
                },
                "nonce": nonce,
                "cert_req": True,
            }
        ).dump()
        request = urllib.request.Request(
            self.url, data=asked, headers={"Content-Type": "application/timestamp-query"}
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:
                text = answer.read(ANSWER_BYTES)
            told = tsp.TimeStampResp.load(text, strict=True)
            status = told["status"]["status"].native
            if status not in _GRANTED:
                raise StampError(f"its status is {status}")
            token: bytes = told["time_stamp_token"].dump()
            info = told["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
            if info["nonce"].native != nonce:
                raise StampError("it answers another request")
            return token, check_stamp(token, stamped, self._trusted)
        except (
            urllib.error.URLError,
            OSError,
            StampError,
            ValueError,
            TypeError,
            KeyError,
        ) as error:
            why = str(error) if isinstance(error, StampError) else type(error).__name__
            raise UnavailableError(f"no time stamp: {why}") from error


def unanchored_s(database: Database) -> float:
    """Give for how long the oldest checkpoint has been waiting for an anchor; 0: none waits."""
    return float(database.read(_UNANCHORED)[0][0])


def insist(database: Database, limit_s: float) -> None:
    """Let what cannot be undone happen only while heads are anchored outside in time.

    Raises:
        UnavailableError: for longer than `limit_s` nobody outside has taken our checkpoints.
    """
    waiting = unanchored_s(database)
    if waiting > limit_s:
        raise UnavailableError(
            f"checkpoints have not been anchored outside for {waiting / 3600:.1f} hours, more than"
            f" the {limit_s / 3600:g} allowed: what cannot be undone has to wait"
        )
