"""Villages and townships are named on pages as catalog registered them."""

from __future__ import annotations

from services.chassis.projection import Statement
from services.intake.pages.villages import place_of
from services.intake.projections import project
from tests.support.catalog import Story

NAMES = {"3412XX001": "示例镇", "3412XX001001": "示例村"}


def test_a_region_that_is_registered_again_has_its_new_name() -> None:
    story = Story()
    for name in ("示例村", "新示例村"):
        said = {"region": "3412XX001001", "name": name, "level": 6, "parent": "3412XX001"}
        story.tell("region-registered", "region/3412XX001001", **said)

    changes = [change for event in story.events for change in project(event)]

    assert [one.params for one in changes if isinstance(one, Statement)] == [
        ("3412XX001001", "示例村"),
        ("3412XX001001", "新示例村"),
    ]


def test_a_village_is_named_with_its_township_else_by_its_code() -> None:
    assert place_of("3412XX001", "3412XX001001", NAMES) == "示例镇 示例村"
    assert place_of("3412XX009", "3412XX001001", NAMES) == "示例村"
    assert place_of("3412XX001", "3412XX001009", NAMES) == "3412XX001009"
