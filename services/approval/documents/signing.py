"""The key and the certificates that sign files, and what signs with them once it is needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from asn1crypto import keys, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from services.approval.application.ports import Checked
from services.chassis.settings import SettingsError

if TYPE_CHECKING:
    from services.approval.documents.pades import Signatures

DEVELOPMENT_SIGNER: Final = "Banjian development signer - not for production"
"""Common name of the certificate a local run makes for itself; production refuses it."""


class FileSigner:
    """Signs with one key; trusts its own certificate and those it is told of."""

    def __init__(self, key_pem: bytes, chain_pem: bytes) -> None:
        """`chain_pem`: the signer's certificate first, then its issuers, then former signers'."""
        found = [asn1.Certificate.load(der) for _, _, der in pem.unarmor(chain_pem, multiple=True)]
        _, _, key = pem.unarmor(key_pem)
        self._certificate, *self._others = found
        self._key = keys.PrivateKeyInfo.load(key)

    @property
    def common_name(self) -> str:
        """Who signs."""
        return str(self._certificate.subject.native.get("common_name", ""))

    def load(self) -> None:
        """Load what signs now, which takes a second, and not when the first file comes."""
        _ = self._signatures

    @classmethod
    def from_files(cls, key_file: str, cert_file: str, *, production: bool) -> FileSigner:
        """Read key (PKCS 8, PEM) and certificates (PEM).

        Raises:
            SettingsError: a file is missing or unreadable, or production was given the certificate
                of a local run.
        """
        try:
            signer = cls(Path(key_file).read_bytes(), Path(cert_file).read_bytes())
        except (OSError, ValueError) as error:
            raise SettingsError([f"the signing key or certificate: {error}"]) from error
        if production and signer.common_name == DEVELOPMENT_SIGNER:
            raise SettingsError(
                ["BANJIAN_SIGNING_CERT_FILE is the development certificate, production refuses it"]
            )
        return signer

    def sign(self, file: bytes, *, reason: str, place: str) -> bytes:
        """Give the file with a signature over all of it.

        The time in it is the machine's: there is no time stamp authority. The event has the
        legal one.
        """
        return self._signatures.sign(file, reason=reason, place=place)

    def check(self, file: bytes) -> Checked:
        """Say of a file whether it is signed, whole, and ours; of any bytes."""
        return self._signatures.check(file)

    @cached_property
    def _signatures(self) -> Signatures:
        from services.approval.documents.pades import Signatures  # takes a second to load

        return Signatures(self._key, self._certificate, self._others)


def development_pair(now: datetime) -> tuple[bytes, bytes]:
    """Make a key and a certificate for a local run (PEM), valid ten years. Nobody trusts it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DEVELOPMENT_SIGNER)])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - timedelta(minutes=5))
        .not_valid_after(now.astimezone(UTC) + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private, made.public_bytes(serialization.Encoding.PEM)
