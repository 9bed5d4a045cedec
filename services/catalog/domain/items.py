"""What the catalog decides about an item: taking over lists, and writing its own."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from services.catalog.domain.drafting import Draft, Review
from services.catalog.domain.item_events import (
    ImplementationDrafted,
    ImplementationReviewed,
    ItemPublished,
)
from services.catalog.domain.lineage import check_time
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.terms import Implementation, Listing, Office, Origin, Programme
from services.catalog.domain.validators import GUIDE, check, check_draft, flagged
from services.catalog.domain.versions import Versioned
from services.kernel.aggregate import applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class Item(Versioned):
    """A service item and its versions. Stream: `stream_id("item", item_code)`.

    Every command gives False, and records nothing, when it says nothing new.
    """

    def __init__(self) -> None:
        super().__init__()
        self.draft: Draft | None = None
        """The version that is being written, until it is published."""

    @classmethod
    def of(cls, item_code: str) -> Item:
        """Give the item as it is before its first version."""
        item = cls.begin(stream_id("item", item_code))
        item.item_code = item_code
        return item

    def publish(
        self,
        facts: Facts,
        version: int,
        said: Implementation,
        source_document: str = "",
        reason: str = "",
        programme: Programme | None = None,
    ) -> bool:
        """Take over a version published elsewhere, in `source_document` when that is named.

        A version that is effective before it is published is taken and flagged (V08), and so are
        irregularities of its listing.

        Raises:
            CatalogRuleError: `said` breaks a hard rule, versions are out of order, or a published
                version would change.
        """
        check(said)
        if said.listing is not None:
            flags = flagged(self.item_code, said)
            said = replace(said, listing=msgspec.structs.replace(said.listing, flags=flags))
        if not self.is_next(version, said):
            return False
        origin = Origin.TAKEN_OVER if source_document else None
        self.put_out(facts, version, said, origin, source_document, reason, programme)
        return True

    def write_draft(
        self, facts: Facts, version: int, said: Implementation, reason: str = ""
    ) -> bool:
        """Write a version down for review; what the offices said of an earlier draft is void.

        Raises:
            CatalogRuleError: `said` breaks a rule (the guide may come later), or it is not the
                next version.
        """
        said = replace(said, listing=said.listing or Listing())  # absent is absent, never null
        check_draft(self.item_code, said)
        if not self.is_next(version, said, drafting=True):
            return False
        if self.draft is not None and self.draft.is_same(version, said, reason):
            return False
        self.record(
            ImplementationDrafted,
            facts,
            item_code=self.item_code,
            item_version=version,
            draft=said,
            reason=reason or None,
        )
        return True

    def review(
        self, facts: Facts, version: int, office: Office, passed: bool, comments: str
    ) -> bool:
        """Say what one of the two offices makes of the draft as it is now.

        Raises:
            CatalogRuleError: there is no such draft, the reviewer wrote it or signed for the other
                office, or a refusal gives no reason.
        """
        said = Review(office, passed, facts.actor.id, comments)
        draft = self._draft(version)
        draft.check_review(said)
        if said in draft.reviews:
            return False
        self.record(
            ImplementationReviewed,
            facts,
            item_code=self.item_code,
            item_version=version,
            office=office,
            passed=passed,
            comments=comments,
        )
        return True

    def publish_draft(self, facts: Facts, version: int, programme: Programme | None = None) -> bool:
        """Publish the draft that both offices passed, with its guide, from a time to come.

        Raises:
            CatalogRuleError: one of these is missing, or versions would overlap.
        """
        if self.origins.get(version) is Origin.EDITED:
            return False
        draft = self._draft(version)
        said = draft.said
        check_draft(self.item_code, said)
        listing = said.listing
        if listing is None or GUIDE.broken(said, listing):
            raise GUIDE.error()
        self.is_next(version, said, drafting=True)
        check_time(facts, said.effective_from)
        draft.check_signed()
        self.put_out(facts, version, said, Origin.EDITED, "", draft.reason, programme)
        return True

    def _draft(self, version: int) -> Draft:
        if self.draft is None or self.draft.version != version:
            raise CatalogRuleError(
                "no_draft",
                "该版本没有草稿，请先编制。 There is no draft of this version; write it first.",
                "item_version",
            )
        return self.draft

    @applies(ItemPublished)
    def _published(self, event: ItemPublished) -> None:
        super()._published(event)
        if self.draft is not None and self.draft.version <= event.item_version:
            self.draft = None

    @applies(ImplementationDrafted)
    def _drafted(self, event: ImplementationDrafted) -> None:
        self.item_code = event.item_code
        earlier = self.draft if self.draft and self.draft.version == event.item_version else None
        writers = earlier.writers if earlier else ()
        self.draft = Draft(
            event.item_version,
            event.draft,
            tuple(sorted({*writers, event.facts.actor.id})),
            reason=event.reason or "",
        )

    @applies(ImplementationReviewed)
    def _reviewed(self, event: ImplementationReviewed) -> None:
        if self.draft is not None:
            self.draft = self.draft.reviewed(
                Review(event.office, event.passed, event.facts.actor.id, event.comments)
            )
