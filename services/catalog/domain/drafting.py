"""A version that is being written: who wrote it, and what the two offices make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.terms import Implementation, Office


@dataclass(frozen=True)
class Review:
    """What one office said of a draft; `by` is an account id."""

    office: Office
    passed: bool
    by: str
    comments: str


@dataclass(frozen=True)
class Draft:
    """One draft, and the newest review of each office of it."""

    version: int
    said: Implementation
    writers: tuple[str, ...]
    """Accounts that had a hand in any draft of this version."""
    reviews: tuple[Review, ...] = ()
    reason: str = ""

    def is_same(self, version: int, said: Implementation, reason: str) -> bool:
        """Say whether this is what has been written already."""
        return (self.version, self.said, self.reason) == (version, said, reason)

    def reviewed(self, review: Review) -> Draft:
        """Give the draft with this review in place of the office's earlier one."""
        others = tuple(one for one in self.reviews if one.office is not review.office)
        return replace(self, reviews=(*others, review))

    def check_review(self, review: Review) -> None:
        """Raises:
        CatalogRuleError: `own_draft`, `two_people`, or `comments`.
        """
        if review.by in self.writers:
            raise CatalogRuleError(
                "own_draft",
                "编制人不得审核自己编制的清单，请由他人审核。 "
                "Who wrote a list does not review it; somebody else has to.",
                "reviewer",
            )
        if any(one.by == review.by and one.office is not review.office for one in self.reviews):
            raise CatalogRuleError(
                "two_people",
                "编办与法制办须由不同的人审核。 Two people review, one of each office.",
                "reviewer",
            )
        if not review.passed and not review.comments.strip():
            raise CatalogRuleError(
                "comments",
                "不通过须说明理由。 A review that does not pass the list says why.",
                "comments",
            )

    def check_signed(self) -> None:
        """Raises:
        CatalogRuleError: `co_signed`, an office has not passed the draft as it is now.
        """
        passed = {one.office for one in self.reviews if one.passed}
        missing = [_OFFICES[office] for office in Office if office not in passed]
        if missing:
            raise CatalogRuleError(
                "co_signed",
                f"公布前须经编办和法制办审核通过，尚缺：{'、'.join(missing)}。 "
                "Both offices pass the draft as it is now before it is published; "
                "ask the missing one for its review.",
                "reviews",
            )


_OFFICES = {Office.STAFFING: "编办", Office.LEGAL: "法制办"}
