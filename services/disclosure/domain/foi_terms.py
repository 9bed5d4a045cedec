"""The words of requests for information (政府信息公开条例, order 711), and how long things take."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from services.kernel.limits import Limit

REPLY: Final = Limit(20)
"""Working days for the reply (art. 33)."""
EXTENSION_DAYS: Final = 20
CORRECTION: Final = Limit(7)
"""Working days, from the receipt, for the one correction notice (art. 30)."""
CONSULTATION: Final = Limit(15)
"""Working days a third party (art. 32) or a co-authority (art. 34) has to answer."""
PAY_DAYS: Final = 30
"""Calendar days, from the day after the fee notice, to pay (国办函〔2020〕109号)."""
OFFICER: Final = "foi_officer"
OFFICE_HEAD: Final = "foi_office_head"
OFTEN: Final = 3
"""So many requests for the same make a matter that may become proactive (art. 44)."""


class Channel(Enum):
    """How a request came; each has its own day of receipt (art. 31)."""

    IN_PERSON = "in_person"
    """The day it is handed in."""
    REGISTERED_POST = "registered_post"
    """The day the authority signs for it (EMS and other post that is signed for)."""
    ORDINARY_POST = "ordinary_post"
    """The day both sides confirm."""
    INTERNET = "internet"
    """Internet and fax: the day both sides confirm."""


CONFIRMED: Final = frozenset({Channel.ORDINARY_POST, Channel.INTERNET})
"""No day of receipt until both sides confirm one (F07)."""


class Category(Enum):
    """Who asks: the columns of the annual table."""

    NATURAL = "natural"
    COMMERCIAL = "commercial"
    RESEARCH = "research"
    SOCIAL_WELFARE = "social_welfare"
    LEGAL_SERVICE = "legal_service"
    OTHER = "other"


class Form(Enum):
    """In which form the information is wanted, or given."""

    PAPER = "paper"
    ELECTRONIC = "electronic"
    DISC = "disc"
    INSPECTION = "inspection"


class Delivery(Enum):
    """How the reply is to reach the applicant."""

    POST = "post"
    ONLINE = "online"
    PICKUP = "pickup"
    FAX = "fax"


class FoiState(Enum):
    """Where a request stands."""

    RECEIVED = "received"
    """It came, but its day of receipt is not confirmed yet."""
    REGISTERED = "registered"
    CORRECTION_PENDING = "correction_pending"
    IN_REVIEW = "in_review"
    REPLIED = "replied"
    CLOSED = "closed"
    """The reply was served."""
    ABANDONED = "abandoned"
    NOT_PROCESSED = "not_processed"
    """The fee was not paid."""
    WITHDRAWN = "withdrawn"


OPEN: Final = frozenset(
    {FoiState.RECEIVED, FoiState.REGISTERED, FoiState.CORRECTION_PENDING, FoiState.IN_REVIEW}
)
WORKED_ON: Final = frozenset({FoiState.REGISTERED, FoiState.IN_REVIEW})


class Point(Enum):
    """What is unclear in a request. A closed list: in a free text somebody might be named."""

    IDENTITY = "identity"
    CONTACT = "contact"
    DESCRIPTION = "description"
    FORM = "form"


class Stance(Enum):
    """What a consulted party says. Silence means opposite things for the two kinds (F05)."""

    ASKED = "asked"
    CONSENTS = "consents"
    OBJECTS = "objects"
    SILENT = "silent"
    """A third party did not answer: the authority decides by the rules; this is no consent."""
    DEEMED_CONSENT = "deemed_consent"
    """A co-authority did not answer: it consents."""


class Scale(Enum):
    """By which of the two scales a fee is counted; one of them for a request, never both."""

    BY_NUMBER = "by_number"
    BY_PAGES = "by_pages"


class Reply(Enum):
    """The seven kinds of reply (art. 36), and the partial one (art. 37)."""

    ALREADY_PUBLIC = "already_public"
    PROVIDED = "provided"
    PARTIALLY_PROVIDED = "partially_provided"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    NOT_THIS_AUTHORITY = "not_this_authority"
    REPEAT_NOT_PROCESSED = "repeat_not_processed"
    SPECIAL_REGIME = "special_regime"


class Ground(Enum):
    """Why something is not given; each is a row of the annual table."""

    STATE_SECRET = "state_secret"
    OTHER_LAW = "other_law"
    SECURITY = "security"
    """三安全一稳定."""
    THIRD_PARTY = "third_party"
    INTERNAL_AFFAIRS = "internal_affairs"
    PROCESS = "process"
    ENFORCEMENT = "enforcement"
    QUERY = "query"
    """行政查询事项."""
    NOT_HELD = "not_held"
    MUST_BE_MADE = "must_be_made"
    STILL_UNCLEAR = "still_unclear"
    PETITION = "petition"
    REPEAT = "repeat"
    PUBLICATION = "publication"
    MASSIVE = "massive"
    CONFIRMATION = "confirmation"


_WITHHELD: Final = frozenset(
    {
        Ground.STATE_SECRET,
        Ground.OTHER_LAW,
        Ground.SECURITY,
        Ground.THIRD_PARTY,
        Ground.INTERNAL_AFFAIRS,
        Ground.PROCESS,
        Ground.ENFORCEMENT,
    }
)
GROUNDS: Final[Mapping[Reply, frozenset[Ground]]] = {
    Reply.ALREADY_PUBLIC: frozenset(),
    Reply.PROVIDED: frozenset(),
    Reply.PARTIALLY_PROVIDED: _WITHHELD | {Ground.NOT_HELD, Ground.MUST_BE_MADE},
    Reply.REFUSED: _WITHHELD,
    Reply.NOT_FOUND: frozenset({Ground.NOT_HELD, Ground.MUST_BE_MADE, Ground.STILL_UNCLEAR}),
    Reply.NOT_THIS_AUTHORITY: frozenset({Ground.NOT_HELD}),
    Reply.REPEAT_NOT_PROCESSED: frozenset(
        {Ground.PETITION, Ground.REPEAT, Ground.PUBLICATION, Ground.MASSIVE, Ground.CONFIRMATION}
    ),
    Reply.SPECIAL_REGIME: frozenset({Ground.QUERY}),
}
"""The grounds a reply may have; it needs one when there are any."""
GIVES: Final = frozenset({Reply.PROVIDED, Reply.PARTIALLY_PROVIDED})
NAMES_A_PLACE: Final = frozenset({Reply.ALREADY_PUBLIC, Reply.NOT_THIS_AUTHORITY})
"""Replies that say where else to look or to ask."""


class Route(Enum):
    """Which remedy was taken."""

    RECONSIDERATION = "reconsideration"
    SUIT = "suit"


class Outcome(Enum):
    """What came of a remedy."""

    UPHELD = "upheld"
    CORRECTED = "corrected"
    OTHER = "other"
