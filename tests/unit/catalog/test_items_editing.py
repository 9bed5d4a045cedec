"""Drafts, reviews and publication: given an item, when a command, then events or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from services.catalog.domain.item_events import (
    ImplementationDrafted,
    ItemPublished,
    ServiceGuidePublished,
)
from services.catalog.domain.items import Item
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.terms import (
    Guide,
    Office,
    Origin,
    Programme,
)
from services.kernel.facts import Actor
from tests.unit.catalog.licence import (
    CODE,
    EDITOR,
    GUIDE,
    LEGAL,
    LICENCE,
    LISTING,
    NEXT_MONTH,
    STAFFING,
    by,
    changed,
    drafted,
    published,
    reviewed,
)
from tests.unit.facts import NOW


def test_draft_becomes_a_version_when_both_offices_passed_it() -> None:
    item = reviewed()

    assert item.publish_draft(by(EDITOR), 1, Programme.ADJUSTMENT) is True

    published, guide = item.pending[-2:]
    assert isinstance(published, ItemPublished)
    assert isinstance(guide, ServiceGuidePublished)
    assert (published.origin, published.retroactive) == (Origin.EDITED, False)
    assert published.listing == LISTING
    assert guide.guide == GUIDE
    assert item.draft is None


def test_publishing_a_draft_twice_has_no_effect() -> None:
    item = reviewed()
    item.publish_draft(by(EDITOR), 1)
    item.collect_events()

    assert item.publish_draft(by(EDITOR), 1) is False
    assert item.pending == ()


def test_draft_without_a_listing_says_so_by_absence() -> None:
    item = Item.of(CODE)
    plain = replace(LICENCE, item_type="20", listing=None)

    item.write_draft(by(EDITOR), 1, plain)

    (event,) = item.pending
    assert isinstance(event, ImplementationDrafted)
    assert msgspec.to_builtins(event.draft.listing) == {}


def test_same_draft_again_keeps_its_reviews_and_another_voids_them() -> None:
    item = reviewed()
    item.collect_events()

    assert item.write_draft(by(EDITOR), 1, LICENCE, "压缩承诺时限") is False
    item.write_draft(by(EDITOR), 1, changed(promised_limit_days=6))

    with pytest.raises(CatalogRuleError) as refused:
        item.publish_draft(by(EDITOR), 1)
    assert refused.value.rule == "co_signed"
    assert "编办" in str(refused.value) and "法制办" in str(refused.value)


def test_later_review_of_an_office_counts() -> None:
    item = reviewed()

    item.review(by(LEGAL), 1, Office.LEGAL, False, "依据已废止")

    with pytest.raises(CatalogRuleError) as refused:
        item.publish_draft(by(EDITOR), 1)
    assert (refused.value.rule, refused.value.field) == ("co_signed", "reviews")
    assert item.review(by(LEGAL), 1, Office.LEGAL, False, "依据已废止") is False


@pytest.mark.parametrize(
    ("actor", "office", "passed", "comments", "rule"),
    [
        (EDITOR, Office.LEGAL, True, "", "own_draft"),
        (STAFFING, Office.LEGAL, True, "", "two_people"),
        (LEGAL, Office.LEGAL, False, " ", "comments"),
    ],
)
def test_review_is_refused(
    actor: Actor, office: Office, passed: bool, comments: str, rule: str
) -> None:
    item = drafted()
    item.review(by(STAFFING), 1, Office.STAFFING, True, "")

    with pytest.raises(CatalogRuleError) as refused:
        item.review(by(actor), 1, office, passed, comments)

    assert refused.value.rule == rule


def test_who_wrote_an_earlier_draft_of_the_version_does_not_review_it_either() -> None:
    item = Item.of(CODE)
    item.write_draft(by(LEGAL), 1, LICENCE)
    item.write_draft(by(EDITOR), 1, changed(promised_limit_days=6))

    with pytest.raises(CatalogRuleError) as refused:
        item.review(by(LEGAL), 1, Office.LEGAL, True, "")

    assert refused.value.rule == "own_draft"


@pytest.mark.parametrize(
    ("given", "when", "rule", "field"),
    [
        (reviewed, lambda i: i.publish_draft(by(EDITOR), 2), "no_draft", "item_version"),
        (
            lambda: drafted(),
            lambda i: i.publish_draft(by(EDITOR), 1),
            "co_signed",
            "reviews",
        ),
        (
            lambda: reviewed(changed(listed={"guide": None})),
            lambda i: i.publish_draft(by(EDITOR), 1),
            "guide",
            "listing.guide",
        ),
        (
            lambda: reviewed(changed(listed={"guide": Guide("材料", "审查", " ", "流程")})),
            lambda i: i.publish_draft(by(EDITOR), 1),
            "guide",
            "listing.guide",
        ),
        (
            lambda: reviewed(changed(effective_from=NOW - timedelta(seconds=1))),
            lambda i: i.publish_draft(by(EDITOR), 1),
            "retroactive",
            "effective_from",
        ),
        (
            lambda: published(CODE, LICENCE),
            lambda i: i.write_draft(by(EDITOR), 2, changed(promised_limit_days=6)),
            "one_effective",
            "effective_from",
        ),
        (
            lambda: published(CODE, LICENCE),
            lambda i: i.write_draft(by(EDITOR), 3, changed(effective_from=NEXT_MONTH)),
            "version_order",
            "item_version",
        ),
        (
            lambda: published(CODE, LICENCE),
            lambda i: i.write_draft(by(EDITOR), 1, changed(effective_from=NEXT_MONTH)),
            "immutable",
            "item_version",
        ),
        (
            Item.of,
            lambda i: i.write_draft(by(EDITOR), 1, changed(promised_limit_days=16)),
            "promised_limit",
            "promised_limit_days",
        ),
        (
            Item.of,
            lambda i: i.write_draft(by(EDITOR), 1, changed(listed={"visits_reason": ""})),
            "visits_reason",
            "listing.visits_reason",
        ),
    ],
)
def test_editing_is_refused_with_rule_field_and_remedy(
    given: Callable[..., Item], when: Callable[[Item], object], rule: str, field: str
) -> None:
    item = given(CODE) if given == Item.of else given()
    before = item.pending

    with pytest.raises(CatalogRuleError) as refused:
        when(item)

    assert (refused.value.rule, refused.value.field) == (rule, field)
    assert item.pending == before
    chinese, english = str(refused.value).split("。 ", 1)
    assert chinese and english.isascii()
