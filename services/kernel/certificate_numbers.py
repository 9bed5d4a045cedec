"""Identifiers of electronic certificates (GB/T 36904): what a text is, judged by its check (2.6).

    1.2.156.3005.2.<type 21>.<issuer>.<serial>.<version 3>.<check>

The serial has no fixed length, so an identifier is split at its dots. The check character is that
of ISO/IEC 7064 MOD 37,36 (GB/T 17710) over type, issuer, serial and version written together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from services.kernel.codes import normal

ROOT: Final = "1.2.156.3005.2"
"""The object identifier all of them begin with."""
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SERIAL_CHARACTERS: Final = 40

_PARTS: Final = (
    ("type_code", re.compile(r"[0-9A-Z]{21}")),
    ("issuer", re.compile(r"[0-9A-Z]{6,18}")),
    ("serial", re.compile(rf"[0-9A-Z]{{1,{SERIAL_CHARACTERS}}}")),
    ("version", re.compile(r"[0-9]{3}")),
    ("check", re.compile(r"[0-9A-Z]")),
)


class CertificateNumberError(ValueError):
    """The text is no certificate identifier. `reason` is stable; the message says what to do."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class CertificateNumber:
    """One identifier, taken apart. Real data contains bad ones; here none can be made."""

    type_code: str
    """Code of the type: the credit code of the body that defines it, and three characters."""
    issuer: str
    """Credit code of the body that issues it; in real data also a division code (340100)."""
    serial: str
    version: int = 1
    """1 to 999; a certificate that takes another's place has the next one."""

    def __post_init__(self) -> None:
        if not 1 <= self.version <= 999:
            raise CertificateNumberError("number_version", "a version is 1 to 999")
        said = (self.type_code, self.issuer, self.serial)
        for (part, form), text in zip(_PARTS, said, strict=False):
            if not form.fullmatch(text):
                raise CertificateNumberError("number_form", f"the {part} is not in its form")

    @property
    def text(self) -> str:
        """The whole identifier with its check character."""
        version = f"{self.version:03d}"
        check = mod_37_36(self.type_code + self.issuer + self.serial + version)
        return ".".join((ROOT, self.type_code, self.issuer, self.serial, version, check))

    @property
    def next(self) -> CertificateNumber:
        """The identifier of the version that takes this one's place."""
        return CertificateNumber(self.type_code, self.issuer, self.serial, self.version + 1)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an identifier; small letters and full-width characters are read as what they mean.

        Raises:
            CertificateNumberError: `number_root`, `number_form` or `number_version`; `number_check`
                when the check character is wrong: a character was misread, or it never was one.
        """
        number = normal(text)
        if not number.startswith(f"{ROOT}."):
            raise CertificateNumberError("number_root", f"an identifier begins with {ROOT}.")
        parts = number.removeprefix(f"{ROOT}.").split(".")
        if len(parts) != len(_PARTS):
            raise CertificateNumberError(
                "number_form", "an identifier has five parts behind its root"
            )
        for (part, form), said in zip(_PARTS, parts, strict=True):
            if not form.fullmatch(said):
                raise CertificateNumberError("number_form", f"the {part} is not in its form")
        found = cls(parts[0], parts[1], parts[2], int(parts[3]))
        if found.text != number:
            raise CertificateNumberError("number_check", "the check character is wrong")
        return found


def mod_37_36(text: str) -> str:
    """Give the check character of ISO/IEC 7064, MOD 37,36 (hybrid), for digits and capitals.

    Raises:
        ValueError: another character.
    """
    product = 36
    for character in text:
        total = (ALPHABET.index(character) + product) % 36 or 36
        product = total * 2 % 37
    return ALPHABET[(37 - product) % 36]
