"""The words of village certificates (一站通): kinds, stages, states, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from services.intake.domain.rules import IntakeRuleError
from services.kernel.limits import Limit

STAGE_WITHIN: Final = Limit(1)
"""Promised to villagers: one working day for the village, one for the township."""
VILLAGE_CHARACTERS: Final = 12
TOWNSHIP_CHARACTERS: Final = 9
"""A village's code begins with its township's (GB/T 10114)."""


class CertificateKind(Enum):
    """What is certified. A closed list: what is on none is no village's to certify."""

    RESIDENCE = "residence"
    """居住证明."""
    HARDSHIP = "hardship"
    """家庭经济困难证明."""
    KINSHIP = "kinship"
    """亲属关系证明."""
    ALIVE = "alive"
    """生存证明."""
    FARMING = "farming"
    """种植养殖证明."""
    HOUSING = "housing"
    """农村住房证明."""


VALID_FOR: Final[Mapping[CertificateKind, timedelta]] = {
    CertificateKind.RESIDENCE: timedelta(days=180),
    CertificateKind.HARDSHIP: timedelta(days=180),
    CertificateKind.KINSHIP: timedelta(days=365),
    CertificateKind.ALIVE: timedelta(days=90),
    CertificateKind.FARMING: timedelta(days=180),
    CertificateKind.HOUSING: timedelta(days=180),
}
"""How long a certificate of each kind may be relied on, from its issue."""


class Stage(Enum):
    """Who has to act."""

    VILLAGE = "village"
    TOWNSHIP = "township"


class CertificateState(Enum):
    """Where a request stands."""

    REQUESTED = "requested"
    VERIFIED = "verified"
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class CertificateRefusal(Enum):
    """Why there is no certificate. A closed list; what else is to be said goes to the vault."""

    NOT_TRUE = "not_true"
    """The facts are not as stated."""
    NOT_OF_THIS_VILLAGE = "not_of_this_village"
    NOT_FOR_A_VILLAGE = "not_for_a_village"
    """Another authority certifies this."""
    NOT_NEEDED = "not_needed"
    """A document the applicant has, or shared data, proves it already."""
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class CertificateWish:
    """What is asked for, without anything about the person."""

    request_no: str
    kind: CertificateKind
    village: str
    channel: str
    subject_id: str
    has_text: bool
    account: str | None = None
    """The applicant's own account; None when the village asks for a villager."""


class CertificateNoTakenError(IntakeRuleError):
    """Another request has this number."""

    code = "request_no_taken"


class WrongCertificateStateError(IntakeRuleError):
    """Something else has to happen to the request first, or it is over."""

    code = "wrong_certificate_state"


class UnknownVillageError(IntakeRuleError):
    """The code names no village of this county."""

    code = "unknown_village"


class OtherVillageError(IntakeRuleError):
    """Another village verifies this, or another township seals it."""

    code = "other_village"


class OwnCertificateError(IntakeRuleError):
    """Nobody acts on their own request, nor seals what they verified."""

    code = "own_certificate"


class OthersCertificateError(IntakeRuleError):
    """Whoever asked withdraws, or the village for a villager it asked for."""

    code = "others_certificate"


def township_of(village: str) -> str:
    """Give the township a village belongs to."""
    return village[:TOWNSHIP_CHARACTERS]
