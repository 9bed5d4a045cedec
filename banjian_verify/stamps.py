"""Checks RFC 3161 time stamps against the certificate of the authority (or of its issuer)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


class StampError(ValueError):
    """A time stamp does not show what it is said to show."""


def check_stamp(token: bytes, stamped: bytes, trusted: Sequence[x509.Certificate]) -> datetime:
    """Check a TimeStampToken over these bytes; give the time it says.

    `trusted`: the authority's own certificate, or the one that issued it.

    Raises:
        StampError: it is not over these bytes, or not of an authority we trust.
    """
    try:
        return _check(token, stamped, trusted)
    except StampError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise StampError(f"this is no time stamp token ({type(error).__name__})") from error


def read_certificates(pem: bytes) -> list[x509.Certificate]:
    """Read the certificates of a PEM file."""
    return x509.load_pem_x509_certificates(pem)


def _check(token: bytes, stamped: bytes, trusted: Sequence[x509.Certificate]) -> datetime:
    content = cms.ContentInfo.load(token, strict=True)
    if content["content_type"].native != "signed_data":
        raise StampError("the token is no signed data")
    signed = content["content"]
    if signed["encap_content_info"]["content_type"].native != "tst_info":
        raise StampError("what is signed is no time stamp")
    info_bytes: bytes = signed["encap_content_info"]["content"].parsed.dump()
    info = tsp.TSTInfo.load(info_bytes, strict=True)
    imprint = info["message_imprint"]
    if imprint["hash_algorithm"]["algorithm"].native != "sha256":
        raise StampError("the stamp is not over a SHA-256 digest")
    if imprint["hashed_message"].native != sha256(stamped).digest():
        raise StampError("the stamp is over something else")
    [signer] = signed["signer_infos"]
    certificate = _certificate(signed, signer, trusted)
    at: datetime = info["gen_time"].native
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise StampError("the authority's certificate was not valid at that time")
    _check_signature(signer, certificate, info_bytes)
    return at


def _check_signature(signer: Any, certificate: x509.Certificate, info: bytes) -> None:
    digest = _hash_of(signer["digest_algorithm"]["algorithm"].native)
    attributes = {one["type"].native: one["values"] for one in signer["signed_attrs"]}
    hasher = hashes.Hash(digest)
    hasher.update(info)
    if attributes["content_type"][0].native != "tst_info":
        raise StampError("the signature is over another kind of thing")
    if attributes["message_digest"][0].native != hasher.finalize():
        raise StampError("the signature is over another time stamp")
    message: bytes = signer["signed_attrs"].untag().dump(force=True)
    signature: bytes = signer["signature"].native
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(digest))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        else:
            raise StampError("the authority's key is of a kind we do not know")
    except InvalidSignature:
        raise StampError("the authority's signature does not fit") from None


def _certificate(signed: Any, signer: Any, trusted: Sequence[x509.Certificate]) -> x509.Certificate:
    """Find the signer's certificate, in the token or among the trusted, and trust it or not."""
    inside = [
        x509.load_der_x509_certificate(one.chosen.dump())
        for one in signed["certificates"] or []
        if one.name == "certificate"
    ]
    told = signer["sid"].chosen
    for certificate in [*trusted, *inside]:
        if (
            signer["sid"].name == "issuer_and_serial_number"
            and certificate.serial_number == told["serial_number"].native
            and certificate.issuer.public_bytes() == told["issuer"].dump()
        ):
            usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            if ExtendedKeyUsageOID.TIME_STAMPING not in usage:
                raise StampError("the signer's certificate is not one for time stamps")
            if certificate in trusted or any(_issued(certificate, one) for one in trusted):
                return certificate
            raise StampError("the stamp is of an authority we do not trust")
    raise StampError("the signer's certificate is neither in the token nor trusted")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _hash_of(name: str) -> hashes.HashAlgorithm:
    if name not in _HASHES:
        raise StampError(f"digest {name} is not one of {', '.join(_HASHES)}")
    return _HASHES[name]
