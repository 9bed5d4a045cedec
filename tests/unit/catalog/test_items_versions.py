"""Versions: what a new one changes, what is taken over, and which is in force when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.catalog.domain.item_events import (
    Burden,
    CaseTypeChanged,
    FeeSpecAdjusted,
    ItemPublished,
    ItemRevised,
    ProcessReengineered,
    ServiceGuidePublished,
)
from services.catalog.domain.items import Item
from services.catalog.domain.standing import Status
from services.catalog.domain.terms import (
    CaseType,
    FeeItem,
    Guide,
    Implementation,
    Material,
    Origin,
    Programme,
)
from services.kernel.aggregate import Fact
from services.kernel.limits import Unit
from tests.unit.catalog.licence import (
    CODE,
    EDITOR,
    GUIDE,
    LICENCE,
    NEXT_MONTH,
    TOMORROW,
    by,
    changed,
    drafted,
    published,
    reviewed,
)
from tests.unit.facts import NOW


def told(item: Item) -> list[type[Fact]]:
    return [type(fact) for fact in item.pending]


def test_second_version_tells_what_it_changes() -> None:
    item = published(CODE, replace(LICENCE, effective_from=NOW))
    second = changed(
        listed={
            "fees": [FeeItem("加急费", "每件 5 元")],
            "materials": [Material("申请表")],
            "guide": Guide("申请表", GUIDE.criteria, GUIDE.steps, GUIDE.flow),
        },
        case_type=CaseType.IMMEDIATE,
        promised_limit_days=0,
    )

    item.publish(by(EDITOR), 2, second, reason="即办改革", programme=Programme.ADJUSTMENT)

    assert told(item) == [
        ItemPublished,
        ItemRevised,
        CaseTypeChanged,
        ProcessReengineered,
        FeeSpecAdjusted,
        FeeSpecAdjusted,
        ServiceGuidePublished,
    ]
    _, revised, kind, process, gone, begun, _ = item.pending
    assert isinstance(revised, ItemRevised)
    assert (revised.reason, revised.programme) == ("即办改革", Programme.ADJUSTMENT)
    fields = {change.field: (change.before, change.after) for change in revised.changes}
    assert fields["case_type"] == ("PROMISED", "IMMEDIATE")
    assert fields["promised_limit_days"] == ("7", "0")
    assert set(fields) == {
        "case_type",
        "promised_limit_days",
        "effective_from",
        "listing.fees",
        "listing.materials",
        "listing.guide",
    }
    assert isinstance(kind, CaseTypeChanged) and kind.after is CaseType.IMMEDIATE
    assert isinstance(process, ProcessReengineered)
    assert (process.before, process.after) == (Burden(5, 2, 7), Burden(5, 1, 0))
    assert isinstance(gone, FeeSpecAdjusted) and isinstance(begun, FeeSpecAdjusted)
    assert (gone.fee, gone.before, gone.after) == ("工本费", "每证 10 元；10.00 元", "")
    assert (begun.fee, begun.before, begun.after) == ("加急费", "", "每件 5 元")
    assert gone.basis == "收费标准文件"


def test_second_version_that_only_begins_later_changes_nothing_else() -> None:
    item = published(CODE, replace(LICENCE, effective_from=NOW))

    item.publish(by(EDITOR), 2, LICENCE)

    assert told(item) == [ItemPublished, ItemRevised]


def test_burden_is_not_compared_with_a_version_that_does_not_tell_it() -> None:
    item = published(CODE, replace(LICENCE, listing=None, effective_from=NOW))

    item.publish(by(EDITOR), 2, changed(promised_limit_days=5))

    assert ProcessReengineered not in told(item)


def test_promise_in_hours_counts_as_the_days_it_begins() -> None:
    item = published(CODE, replace(LICENCE, effective_from=NOW))

    item.publish(
        by(EDITOR), 2, changed(listed={"promised_unit": Unit.HOUR}, promised_limit_days=12)
    )

    (process,) = [fact for fact in item.pending if isinstance(fact, ProcessReengineered)]
    assert process.after.days == 2


def test_version_taken_over_names_its_document_and_its_irregularities() -> None:
    item = Item.of("123412XXMB0000001X400010000100")
    said = changed(
        listed={"guide": None, "visits_reason": "", "flags": ["code_cleaned"]},
        effective_from=NOW - timedelta(days=200),
    )

    item.publish(by(EDITOR), 1, said, "事项目录（2020 年本）")

    (event,) = item.pending
    assert isinstance(event, ItemPublished) and event.listing is not None
    assert (event.origin, event.retroactive) == (Origin.TAKEN_OVER, True)
    assert event.source_document == "事项目录（2020 年本）"
    assert event.listing.flags == ["code_cleaned", "code_length", "guide_missing", "visits_reason"]


def test_version_taken_over_again_is_known_by_what_it_says_not_by_its_flags() -> None:
    item = published(CODE, changed(listed={"guide": None}))

    again = changed(listed={"guide": None, "flags": ["found_by_an_older_release"]})

    assert item.publish(by(EDITOR), 1, again) is False


def test_version_in_force_is_found_for_any_instant() -> None:
    item = published(
        CODE,
        replace(LICENCE, effective_from=NOW),
        changed(effective_from=TOMORROW, promised_limit_days=5),
        changed(effective_from=NEXT_MONTH, promised_limit_days=3),
    )
    instant = timedelta(microseconds=1)

    assert [
        item.version_at(at)
        for at in (
            NOW - instant,
            NOW,
            TOMORROW - instant,
            TOMORROW,
            NEXT_MONTH - instant,
            NEXT_MONTH,
            NEXT_MONTH + timedelta(days=9999),
        )
    ] == [None, 1, 1, 2, 2, 3, 3]
    assert item.status_at(NOW - instant) is Status.DRAFT
    assert item.takes_cases_at(NOW) and not item.takes_cases_at(NOW - instant)


@pytest.mark.parametrize("days", [5, 9])
def test_promise_shortened_or_lengthened_leaves_the_earlier_version_as_it_is(days: int) -> None:
    item = published(CODE, replace(LICENCE, effective_from=NOW))
    before: Implementation = item.versions[1]

    item.publish(by(EDITOR), 2, changed(promised_limit_days=days))  # V01, V05, V06

    assert item.versions[1] == before
    assert item.version_at(NOW) == 1
    assert item.version_at(TOMORROW) == 2


def test_replayed_item_is_the_same() -> None:
    item = reviewed()
    item.publish_draft(by(EDITOR), 1)
    drafted(changed(effective_from=NEXT_MONTH), 2, item)

    again = Item.replay(item.pending)

    assert again is not None
    for part in ("versions", "origins", "draft", "ended", "freezes"):
        assert getattr(again, part) == getattr(item, part)
