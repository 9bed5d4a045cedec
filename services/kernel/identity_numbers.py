"""Identity numbers of persons and of bodies: what a text is, judged by its check digit (2.7).

A number whose check digit is right names one person or one body. Everything else (a passport, a
misread card) is a document number: it can be looked for, but it does not prove that two are one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from services.kernel.codes import normal, uscc_is_valid

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643-1999: 2 to the power of the place, mod 11."""
CHECKS: Final = "10X98765432"
"""Check character by the weighted sum mod 11 (ISO/IEC 7064, MOD 11-2)."""

_PERSONAL: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:([1-9][0-9]{16}[0-9Xx])|1[3-9][0-9]{9})(?![0-9A-Za-z])"
)
_RESIDENT: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")
_USCC_LENGTH: Final = 18
_DOCUMENT: Final = re.compile(r"[0-9A-Z()/.-]{4,32}")


class NumberKind(Enum):
    """What a number is one of."""

    RESIDENT_ID = "resident_id"
    """居民身份证号."""
    USCC = "uscc"
    """统一社会信用代码."""
    DOCUMENT = "document"
    """Anything else; nobody has verified it."""


@dataclass(frozen=True)
class IdentityNumber:
    """A number as it is compared: half-width capitals without blanks."""

    kind: NumberKind
    text: str

    @property
    def proves_identity(self) -> bool:
        """Whether two who show it are one."""
        return self.kind is not NumberKind.DOCUMENT

    def __repr__(self) -> str:
        return f"IdentityNumber({self.kind.value})"


class IdentityNumberError(ValueError):
    """The text is no identity number. `reason` is stable; the message never quotes the text."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def identity_of(text: str) -> IdentityNumber | None:
    """Say what a number is; None for an empty text or one that cannot be a number at all."""
    number = normal(text)
    if resident_id_is_valid(number):
        return IdentityNumber(NumberKind.RESIDENT_ID, number)
    if uscc_is_valid(number):
        return IdentityNumber(NumberKind.USCC, number)
    return IdentityNumber(NumberKind.DOCUMENT, number) if _DOCUMENT.fullmatch(number) else None


def verified(text: str) -> IdentityNumber:
    """Read a number that claims to be a resident's or a body's.

    Raises:
        IdentityNumberError: `number_form` (neither of the two), `number_check` (the check digit is
            wrong, so it is nobody's: a digit was misread).
    """
    number = identity_of(text)
    if number is not None and number.proves_identity:
        return number
    if len(normal(text)) == _USCC_LENGTH:
        raise IdentityNumberError("number_check", "the check digit is wrong; read it again")
    raise IdentityNumberError(
        "number_form", "neither a resident identity number nor a social credit code: 18 characters"
    )


def resident_id_is_valid(text: str) -> bool:
    """Say whether this is a resident identity number (GB 11643-1999) with the right check digit.

    The birth date has to exist. Region codes are not judged: those of dissolved counties stay
    valid on the cards that bear them.
    """
    return (
        bool(_RESIDENT.fullmatch(text))
        and _is_day(text[6:14])
        and (resident_id_check(text) == text[17])
    )


def resident_id_check(text: str) -> str:
    """Give the check character for the first 17 digits of a resident identity number."""
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], WEIGHTS, strict=True))
    return CHECKS[total % 11]


def _is_day(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return True


def names_nobody(text: str) -> bool:
    """Say whether a technical name (an id, a header) holds no number of a person and no words.

    For what senders write where only codes belong: plain ASCII, no resident identity number, no
    mobile number standing by itself. A long code that contains such digits is a code.
    """
    return text.isascii() and not any(
        not found.group(1) or resident_id_is_valid(found.group(1).upper())
        for found in _PERSONAL.finditer(text)
    )
