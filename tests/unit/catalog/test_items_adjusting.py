"""Adjustments: given an item, when a command, then events, a standing, a lineage, or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.catalog.domain.item_events import ItemCancelled, ItemsMerged, ItemSuperseded
from services.catalog.domain.items import Item
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.standing import Handed, Merge, Mode, Status
from services.catalog.domain.terms import OpenCases, Programme
from tests.unit.catalog.licence import (
    CODE,
    EDITOR,
    IMPORTER,
    LICENCE,
    NEXT_MONTH,
    OTHER,
    THIRD,
    TOMORROW,
    by,
    changed,
    published,
)
from tests.unit.facts import NOW

OLD = OpenCases.FINISH_UNDER_OLD
MERGE = Merge((OTHER, THIRD), TOMORROW, Programme.LICENCE_STREAMLINING, OLD)
INSTANT = timedelta(microseconds=1)


def absorb(item: Item) -> bool:
    return item.absorb(by(EDITOR), [THIRD, OTHER], TOMORROW, MERGE.programme, OLD)


def cancelled(at: datetime = TOMORROW) -> Item:
    item = published()
    item.cancel(by(EDITOR), "国务院取消", at, OLD)
    item.collect_events()
    return item


def frozen(until: datetime | None = None) -> Item:
    item = published()
    item.freeze(by(EDITOR), "上位法修订", TOMORROW, until)
    item.collect_events()
    return item


def test_cancelled_item_takes_no_cases_from_its_last_instant_on() -> None:
    item = published()

    item.cancel(by(EDITOR), "国务院取消", TOMORROW, OpenCases.TERMINATE)

    (event,) = item.pending
    assert isinstance(event, ItemCancelled)
    assert (event.item_type, event.open_cases) == ("01", OpenCases.TERMINATE)  # V03
    assert item.status_at(TOMORROW - INSTANT) is Status.IN_FORCE
    assert item.status_at(TOMORROW) is Status.CANCELLED
    assert item.takes_cases_at(TOMORROW - INSTANT) and not item.takes_cases_at(TOMORROW)
    assert item.version_at(TOMORROW) == 1  # open cases keep what they have


def test_frozen_item_takes_cases_again_at_the_end_that_was_said() -> None:
    item = frozen(until=NEXT_MONTH)

    assert [item.status_at(at) for at in (NOW, TOMORROW, NEXT_MONTH - INSTANT, NEXT_MONTH)] == [
        Status.IN_FORCE,
        Status.FROZEN,
        Status.FROZEN,
        Status.IN_FORCE,
    ]


def test_frozen_item_takes_cases_again_when_it_is_unfrozen() -> None:
    item = frozen()
    lifted = TOMORROW + timedelta(days=2)

    item.unfreeze(by(EDITOR), "修订完成", lifted)

    assert item.status_at(lifted - INSTANT) is Status.FROZEN  # V03
    assert item.takes_cases_at(lifted)
    item.freeze(by(EDITOR), "再次修订", lifted)
    assert not item.takes_cases_at(lifted)


def test_freeze_that_is_cut_short_leaves_the_rest_free() -> None:
    item = frozen(until=NEXT_MONTH)

    item.unfreeze(by(EDITOR), "修订完成", TOMORROW + timedelta(days=2))

    assert item.takes_cases_at(NEXT_MONTH - INSTANT)


def test_freeze_lifted_before_it_begins_is_in_nobodys_way() -> None:
    item = frozen()

    item.unfreeze(by(EDITOR), "不再修订", TOMORROW)

    assert item.freeze(by(EDITOR), "另行修订", NOW) is True
    assert item.status_at(NOW) is Status.FROZEN


def test_merge_is_walked_both_ways() -> None:
    target, parts = published(), [published(OTHER), published(THIRD)]

    absorb(target)
    for part in parts:
        part.be_superseded(by(EDITOR, subject=part.item_code), CODE, MERGE)

    (merged,) = target.pending
    assert isinstance(merged, ItemsMerged)
    assert merged.merged == [OTHER, THIRD]
    assert target.came_from == [OTHER, THIRD] and target.went_to == []
    for part in parts:
        (event,) = part.pending
        assert isinstance(event, ItemSuperseded)
        assert (event.by, event.item_type) == (CODE, "01")
        assert event.programme is Programme.LICENCE_STREAMLINING
        assert part.went_to == [CODE] and part.came_from == []
        assert part.status_at(TOMORROW) is Status.SUPERSEDED  # V04: its stream keeps its code
    assert target.status_at(TOMORROW) is Status.IN_FORCE


def test_split_is_walked_both_ways() -> None:
    source, parts = published(), [published(OTHER), published(THIRD)]

    source.split(by(EDITOR), [OTHER, THIRD], TOMORROW, OLD)
    for part in parts:
        part.come_out_of(by(EDITOR, subject=part.item_code), CODE, TOMORROW)

    assert source.went_to == [OTHER, THIRD]
    assert source.status_at(TOMORROW) is Status.SPLIT
    assert [part.came_from for part in parts] == [[CODE], [CODE]]
    assert all(part.takes_cases_at(TOMORROW) for part in parts)


def test_mode_and_level_are_remembered() -> None:
    item = published()

    item.delegate_down(by(EDITOR), 2, TOMORROW, "省政府令")
    item.change_mode(by(EDITOR), "审批", "备案", TOMORROW, "放管服")
    item.change_mode(by(EDITOR), "备案", "告知承诺", NEXT_MONTH, "放管服")
    item.forward_up(by(EDITOR), "3412", 3, NEXT_MONTH, "上收")

    assert item.modes[-1] == Mode("备案", "告知承诺", NEXT_MONTH, "放管服")
    assert item.handed == [Handed(2, TOMORROW, "省政府令"), Handed(3, NEXT_MONTH, "上收", "3412")]
    assert item.takes_cases_at(NEXT_MONTH)  # preliminary review goes on here


SAME: list[tuple[Callable[[], Item], Callable[[Item], bool]]] = [
    (published, absorb),
    (lambda: published(OTHER), lambda i: i.be_superseded(by(EDITOR), CODE, MERGE)),
    (published, lambda i: i.split(by(EDITOR), [OTHER, THIRD], TOMORROW, OLD)),
    (published, lambda i: i.come_out_of(by(EDITOR), OTHER, TOMORROW)),
    (published, lambda i: i.cancel(by(EDITOR), "取消", TOMORROW, OLD)),
    (published, lambda i: i.freeze(by(EDITOR), "修订", TOMORROW, NEXT_MONTH)),
    (frozen, lambda i: i.unfreeze(by(EDITOR), "完成", NEXT_MONTH)),
    (published, lambda i: i.change_mode(by(EDITOR), "审批", "备案", TOMORROW, "改革")),
    (published, lambda i: i.forward_up(by(EDITOR), "3412", 3, TOMORROW, "上收")),
    (published, lambda i: i.delegate_down(by(EDITOR), 2, TOMORROW, "省政府令")),
]


@pytest.mark.parametrize(("given", "when"), SAME)
def test_same_adjustment_again_has_no_effect_also_after_replay(
    given: Callable[[], Item], when: Callable[[Item], bool]
) -> None:
    item = given()
    assert when(item) is True
    again = Item.replay(item.pending, onto=given())
    item.collect_events()

    assert when(item) is False
    assert again is not None and when(again) is False
    assert item.pending == again.pending == ()


REFUSED: list[tuple[Callable[[], Item], Callable[[Item], object], str, str]] = [
    (cancelled, lambda i: i.cancel(by(EDITOR), "再取消", TOMORROW, OLD), "ended", "item_code"),
    (cancelled, lambda i: i.freeze(by(EDITOR), "修订", TOMORROW), "ended", "item_code"),
    (cancelled, lambda i: i.split(by(EDITOR), [OTHER, THIRD], NOW, OLD), "ended", "item_code"),
    (cancelled, absorb, "ended", "into"),
    (cancelled, lambda i: i.publish(by(EDITOR), 2, LICENCE), "ended", "item_code"),
    (
        cancelled,
        lambda i: i.write_draft(by(EDITOR), 2, changed(effective_from=NEXT_MONTH)),
        "ended",
        "item_code",
    ),
    (
        cancelled,
        lambda i: i.be_superseded(by(EDITOR), OTHER, MERGE, "merged[0]"),
        "ended",
        "merged[0]",
    ),
    (
        published,
        lambda i: i.absorb(by(EDITOR), [CODE], TOMORROW, MERGE.programme, OLD),
        "lineage",
        "merged",
    ),
    (
        published,
        lambda i: i.absorb(by(EDITOR), [OTHER, OTHER], TOMORROW, MERGE.programme, OLD),
        "lineage",
        "merged",
    ),
    (published, lambda i: i.split(by(EDITOR), [OTHER], TOMORROW, OLD), "lineage", "into"),
    (frozen, lambda i: i.freeze(by(EDITOR), "再修订", NEXT_MONTH), "frozen", "effective_from"),
    (frozen, lambda i: i.freeze(by(EDITOR), "先修订", NOW), "frozen", "effective_from"),
    (frozen, lambda i: i.unfreeze(by(EDITOR), "完成", NOW), "not_frozen", "effective_from"),
    (published, lambda i: i.unfreeze(by(EDITOR), "完成", NOW), "not_frozen", "effective_from"),
    (
        published,
        lambda i: i.freeze(by(EDITOR), "修订", NEXT_MONTH, TOMORROW),
        "freeze_span",
        "until",
    ),
    (published, lambda i: i.change_mode(by(EDITOR), "备案", "备案", TOMORROW, ""), "mode", "after"),
    (
        published,
        lambda i: i.forward_up(by(EDITOR), "村", 6, TOMORROW, ""),
        "higher_level",
        "to_level",
    ),
    (
        published,
        lambda i: i.delegate_down(by(EDITOR), 4, TOMORROW, ""),
        "higher_level",
        "from_level",
    ),
    *[
        (published, when, "retroactive", "effective_from")
        for when in (
            lambda i: i.cancel(by(EDITOR), "取消", NOW - INSTANT, OLD),
            lambda i: i.freeze(by(EDITOR), "修订", NOW - INSTANT),
            lambda i: i.split(by(EDITOR), [OTHER, THIRD], NOW - INSTANT, OLD),
            lambda i: i.absorb(by(EDITOR), [OTHER], NOW - INSTANT, MERGE.programme, OLD),
            lambda i: i.change_mode(by(EDITOR), "审批", "备案", NOW - INSTANT, ""),
            lambda i: i.forward_up(by(EDITOR), "3412", 3, NOW - INSTANT, ""),
            lambda i: i.delegate_down(by(EDITOR), 2, NOW - INSTANT, ""),
        )
    ],
    (
        published,
        lambda i: i.cancel(by(EDITOR), "取消", NOW.replace(year=9999), OLD),
        "time_range",
        "effective_from",
    ),
]


@pytest.mark.parametrize(("given", "when", "rule", "field"), REFUSED)
def test_adjustment_is_refused_with_rule_field_and_remedy(
    given: Callable[[], Item], when: Callable[[Item], object], rule: str, field: str
) -> None:
    item = given()

    with pytest.raises(CatalogRuleError) as refused:
        when(item)

    assert (refused.value.rule, refused.value.field) == (rule, field)
    assert item.pending == ()


def test_mode_changes_from_the_one_there_is() -> None:
    item = published()
    item.change_mode(by(EDITOR), "审批", "备案", TOMORROW, "改革")

    with pytest.raises(CatalogRuleError) as refused:
        item.change_mode(by(EDITOR), "审批", "告知承诺", NEXT_MONTH, "改革")

    assert (refused.value.rule, refused.value.field) == ("mode", "before")
    assert "备案" in str(refused.value)


def test_importer_reports_what_took_effect_before() -> None:
    item = published(CODE, changed(effective_from=NOW - timedelta(days=30)))

    item.cancel(by(IMPORTER), "国务院取消", NOW - timedelta(days=3), OLD)

    assert item.status_at(NOW - timedelta(days=4)) is Status.IN_FORCE
    assert item.status_at(NOW - timedelta(days=3)) is Status.CANCELLED


def test_item_cancelled_later_may_still_get_a_version_before() -> None:
    item = cancelled(at=NEXT_MONTH)

    assert item.publish(by(EDITOR), 2, LICENCE) is True
