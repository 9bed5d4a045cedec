"""Why a clock stands still, and which clocks each reason stops (DOMAIN.md 2.1.1, 3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from services.kernel.clock.errors import UnknownReasonError


class Reason(Enum):
    """What a case waits for."""

    HEARING = "HEARING"
    BIDDING = "BIDDING"
    AUCTION = "AUCTION"
    INSPECTION = "INSPECTION"
    TESTING = "TESTING"
    QUARANTINE = "QUARANTINE"
    APPRAISAL = "APPRAISAL"
    EXPERT_REVIEW = "EXPERT_REVIEW"
    APPLICANT_CAUSE = "APPLICANT_CAUSE"
    THIRD_PARTY = "THIRD_PARTY"
    OTHER_AUTHORITY = "OTHER_AUTHORITY"
    CORRECTION = "CORRECTION"
    SURVEY = "SURVEY"

    @property
    def chinese(self) -> str:
        """The word a person reads."""
        return _CHINESE[self]


_CHINESE: Mapping[Reason, str] = {
    Reason.HEARING: "听证",
    Reason.BIDDING: "招标",
    Reason.AUCTION: "拍卖",
    Reason.INSPECTION: "检验",
    Reason.TESTING: "检测",
    Reason.QUARANTINE: "检疫",
    Reason.APPRAISAL: "鉴定",
    Reason.EXPERT_REVIEW: "专家评审",
    Reason.APPLICANT_CAUSE: "申请人原因",
    Reason.THIRD_PARTY: "征求第三方意见",
    Reason.OTHER_AUTHORITY: "征求其他机关意见",
    Reason.CORRECTION: "补正材料",
    Reason.SURVEY: "现场勘查",
}


class Kind(Enum):
    """What a clock measures."""

    STATUTORY = "STATUTORY"
    """法定办结时限 of a case."""
    PROMISED = "PROMISED"
    """承诺办结时限 of a case; deemed consent follows it."""
    STEP = "STEP"
    """One step of a case or one task of a joint approval."""
    JOINT = "JOINT"
    """The whole of a joint approval (行政许可法 art. 42(2): 45 working days)."""
    NOTICE = "NOTICE"
    """一次性告知: 5 working days from the receipt of the materials (art. 32)."""
    FOI = "FOI"
    """Reply to a request for information (政府信息公开条例 art. 33)."""
    TICKET = "TICKET"
    """A hotline ticket."""


ART_45 = frozenset(
    {
        Reason.HEARING,
        Reason.BIDDING,
        Reason.AUCTION,
        Reason.INSPECTION,
        Reason.TESTING,
        Reason.QUARANTINE,
        Reason.APPRAISAL,
        Reason.EXPERT_REVIEW,
    }
)
"""行政许可法 art. 45: time the law does not count. A survey on site is not among them."""

_PROMISE = ART_45 | {
    Reason.APPLICANT_CAUSE,
    Reason.THIRD_PARTY,
    Reason.OTHER_AUTHORITY,
    Reason.CORRECTION,
}

STOPPED_BY: Mapping[Kind, frozenset[Reason]] = {
    Kind.STATUTORY: ART_45,
    Kind.JOINT: ART_45,
    Kind.PROMISED: _PROMISE,
    Kind.STEP: _PROMISE,
    Kind.TICKET: _PROMISE,
    Kind.FOI: frozenset({Reason.THIRD_PARTY, Reason.OTHER_AUTHORITY}),
    Kind.NOTICE: frozenset(),
}
"""The reasons that stop a kind of clock unless the item says more."""


def reasons_in(names: Iterable[str]) -> frozenset[Reason]:
    """Read reasons as an item states them (`also_stops_promised`).

    Raises:
        UnknownReasonError: one of them is none.
    """
    found = set()
    for name in names:
        try:
            found.add(Reason(name.strip().upper()))
        except ValueError:
            raise UnknownReasonError(
                f"{name} is not a reason; use one of {', '.join(one.value for one in Reason)}"
            ) from None
    return frozenset(found)
