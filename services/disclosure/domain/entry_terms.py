"""The words of proactive disclosure (主动公开): facets, levels, states, and what is refused."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from services.disclosure.domain.rules import DisclosureRuleError
from services.kernel.identity_numbers import resident_id_is_valid
from services.kernel.limits import Limit

PUBLISHED_WITHIN: Final = Limit(20)
"""Working days from the creation, or the change, of what is published (条例 art. 26)."""


class Facet(Enum):
    """五公开: the part of the work it makes public."""

    DECISION = "DECISION"
    EXECUTION = "EXECUTION"
    MANAGEMENT = "MANAGEMENT"
    SERVICE = "SERVICE"
    RESULT = "RESULT"


class Boost(Enum):
    """五大助力: what it is to further."""

    STABLE_GROWTH = "STABLE_GROWTH"
    REFORM = "REFORM"
    RESTRUCTURING = "RESTRUCTURING"
    LIVELIHOOD = "LIVELIHOOD"
    RISK_PREVENTION = "RISK_PREVENTION"


class Level(Enum):
    """Who publishes."""

    COUNTY = "COUNTY"
    TOWNSHIP = "TOWNSHIP"
    VILLAGE = "VILLAGE"
    """村务公开."""


class EntryState(Enum):
    """Where an entry, or the next version of it, stands."""

    DRAFTED = "drafted"
    SECRECY_PASSED = "secrecy_passed"
    SECRECY_FAILED = "secrecy_failed"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"


class SecrecyFault(Enum):
    """Why a secrecy review fails. A closed list: the log holds no secret."""

    STATE_SECRET = "state_secret"
    WORK_SECRET = "work_secret"
    BUSINESS_SECRET = "business_secret"
    PRIVACY = "privacy"
    UNCLEAR = "unclear"


class WithdrawalReason(Enum):
    """Why something published is taken back."""

    REPEALED = "repealed"
    WRONG = "wrong"
    PRIVACY = "privacy"
    SECRET = "secret"
    SUPERSEDED = "superseded"


class WrongEntryStateError(DisclosureRuleError):
    """Something else has to happen to the entry first, or it is over."""

    code = "wrong_entry_state"


class SamePersonError(DisclosureRuleError):
    """Who wrote it neither reviews nor approves it."""

    code = "same_person"


class PersonalDataError(DisclosureRuleError):
    """What is published names nobody's number or telephone."""

    code = "personal_data"


class EntryFormedLaterError(DisclosureRuleError):
    """It was not made yet."""

    code = "formed_later"


class WrongNodeError(DisclosureRuleError):
    """A place in the directory that cannot be."""

    code = "wrong_node"


class NotOftenAskedError(DisclosureRuleError):
    """Fewer than three requests asked for the same."""

    code = "not_often_asked"


_MOBILE: Final = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_RESIDENT: Final = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")


def check_names_nobody(*texts: str) -> None:
    """Refuse a text with a resident's number, or a mobile telephone's, in it.

    Raises:
        PersonalDataError: there is one; the message does not repeat it.
    """
    for text in texts:
        if _MOBILE.search(text):
            raise PersonalDataError("a mobile telephone number stands in it", "text")
        if any(resident_id_is_valid(found.upper()) for found in _RESIDENT.findall(text)):
            raise PersonalDataError("a resident's identity number stands in it", "text")
