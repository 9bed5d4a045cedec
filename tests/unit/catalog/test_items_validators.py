"""Rules between the fields of a list: one table, a list that keeps each, and one that breaks it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.terms import CaseType, FeeItem, Implementation, Material, PublicList
from services.catalog.domain.validators import GUIDE, HARD, SOFT, check, flagged, soft
from services.kernel.limits import Unit
from tests.unit.catalog.licence import CODE, LICENCE, LISTING, TOMORROW, changed

SHORT = "A" * 24
AT_ONCE = {"case_type": CaseType.IMMEDIATE, "promised_limit_days": 0}

# Rule, fields of the list, fields of its listing.
BREAKS_HARD: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("lists", {"lists": ()}, {}),
    ("lists", {"lists": (PublicList.FEE, PublicList.FEE)}, {}),
    ("limit_negative", {"statutory_limit_days": -1}, {}),
    ("limit_negative", {"promised_limit_days": -1}, {}),
    ("case_type", {"promised_limit_days": 0}, {}),
    ("case_type", {"case_type": CaseType.IMMEDIATE}, {}),
    ("case_type", {}, {"promised_unit": Unit.IMMEDIATE}),
    ("case_type", {"promised_limit_days": 0}, {"promised_unit": Unit.HOUR}),
    ("promised_limit", {"promised_limit_days": 16}, {}),
    ("promised_limit", {"promised_limit_days": 121}, {"promised_unit": Unit.HOUR}),
    (
        "promised_limit",
        {"promised_limit_days": 361},
        {"promised_unit": Unit.HOUR, "statutory_unit": Unit.CALENDAR_DAY},
    ),
    ("promised_limit", {"promised_limit_days": 2}, {"statutory_unit": Unit.HOUR}),
    ("promised_limit", {"promised_limit_days": 16}, {"statutory_unit": Unit.CALENDAR_DAY}),
    ("time_range", {"effective_from": TOMORROW.replace(year=1900)}, {}),
]
KEEPS_HARD: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"promised_limit_days": 15}, {}),
    (AT_ONCE, {}),
    (AT_ONCE, {"promised_unit": Unit.IMMEDIATE}),
    (AT_ONCE | {"statutory_limit_days": 0}, {}),
    ({"promised_limit_days": 120}, {"promised_unit": Unit.HOUR}),
    ({"promised_limit_days": 1}, {"statutory_unit": Unit.HOUR}),
    ({"promised_limit_days": 16}, {"promised_unit": Unit.CALENDAR_DAY}),
]
BREAKS_SOFT: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("range", {}, {"level": 4, "audience": [0]}),
    ("range", {}, {"body_kind": 4}),
    ("range", {}, {"handling_forms": [1, 5]}),
    ("range", {}, {"online_elements": [9]}),
    ("range", {}, {"online_depth": 5}),
    ("range", {}, {"visits": -1}),
    ("visits_reason", {}, {"visits_reason": " "}),
    ("courier", {}, {"visits": 0, "handling_forms": [1]}),
    ("depth_visits", {}, {"online_depth": 4}),
    ("fee_basis", {}, {"fee_basis": ""}),
    ("fee_pay_online", {}, {"pay_online": None}),
    ("fee_items", {}, {"fees": []}),
    ("no_fee", {}, {"charged": False}),
    ("no_fee", {}, {"charged": False, "fees": [], "pay_online": True}),
    ("result_type", {}, {"result_type": "20"}),
    ("lines", {}, {"complaint_line": "0000-0000000"}),
    ("topics", {}, {"topics_people": ["婚育"]}),
    ("topics", {}, {"audience": [1]}),
    ("licence_steps", {}, {"steps": LISTING.steps[:4]}),
    ("shared_material", {}, {"materials": [Material("营业执照", shared=True)]}),
    ("plan_cancel", {}, {"plan_cancel_at": TOMORROW}),
    ("code_level_differs", {}, {"level": 5}),
    ("code_catalog_differs", {}, {"catalog_code": "000100001001"}),
    ("catalog_code_length", {}, {"catalog_code": "0001"}),
    ("handle_items", {}, {"handle_items": [CODE]}),
]
KEEPS_SOFT: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({}, {"visits": 0, "visits_reason": "", "online_depth": 4}),
    ({}, {"visits": 0, "handling_forms": [1], "courier": True}),
    ({}, {"visits": 0, "handling_forms": [1, 4]}),
    ({}, {"charged": False, "fees": [], "pay_online": False, "fee_basis": ""}),
    ({}, {"charged": None, "fees": [], "pay_online": None}),
    ({}, {"result_name": "批复", "result_type": "20"}),
    ({}, {"enquiry_line": "", "complaint_line": ""}),
    ({}, {"topics_people": ["婚育"], "audience": [1, 2]}),
    ({"item_type": "20"}, {"steps": []}),
    ({}, {"plan_cancel_at": TOMORROW + timedelta(days=1)}),
    ({}, {"level": None, "catalog_code": None, "handle_items": []}),
    ({}, {"fees": [FeeItem("加急费", "每件 5 元")]}),
]


def broken(said: Implementation, code: str = CODE) -> list[str]:
    return [error.rule for error in soft(code, said)]


@pytest.mark.parametrize(("rule", "fields", "listed"), BREAKS_HARD)
def test_hard_rule_refuses(rule: str, fields: dict[str, Any], listed: dict[str, Any]) -> None:
    with pytest.raises(CatalogRuleError) as refused:
        check(changed(listed=listed, **fields))

    assert refused.value.rule == rule
    assert refused.value.field and str(refused.value)


@pytest.mark.parametrize(("fields", "listed"), KEEPS_HARD)
def test_hard_rules_let_pass(fields: dict[str, Any], listed: dict[str, Any]) -> None:
    check(changed(listed=listed, **fields))


@pytest.mark.parametrize(("rule", "fields", "listed"), BREAKS_SOFT)
def test_soft_rule_breaks_and_nothing_else(
    rule: str, fields: dict[str, Any], listed: dict[str, Any]
) -> None:
    assert broken(changed(listed=listed, **fields)) == [rule]


@pytest.mark.parametrize(("fields", "listed"), KEEPS_SOFT)
def test_soft_rules_let_pass(fields: dict[str, Any], listed: dict[str, Any]) -> None:
    assert broken(changed(listed=listed, **fields)) == []


def test_table_breaks_every_rule() -> None:
    shown = {rule for rule, _, _ in BREAKS_HARD + BREAKS_SOFT}

    assert {rule.id for rule in HARD + SOFT} <= shown


@pytest.mark.parametrize("rule", [*HARD, *SOFT, GUIDE], ids=lambda rule: rule.id)
def test_rule_names_a_field_and_a_remedy_in_both_languages(rule: Any) -> None:
    head = rule.field.removeprefix("listing.")

    assert head == "listing" or hasattr(LICENCE, head) or hasattr(LISTING, head)
    assert any("\u4e00" <= character <= "\u9fff" for character in rule.remedy)
    assert rule.remedy.rstrip().endswith(".")


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("I1", "code_length"),
        (SHORT, "code_short"),
        ("123412XXMB0000001X8000100001000", "code_level"),
        ("11440232MB2D06811A4000117051000", "code_uscc"),
        ("一" * 31, "code_form"),
    ],
)
def test_irregular_code_is_named(code: str, rule: str) -> None:
    said = changed(listed={"handle_items": [], "catalog_code": None})

    assert broken(said, code) == [rule]


def test_flags_hold_what_came_with_the_list_and_what_breaks() -> None:
    said = changed(listed={"guide": None, "charged": False, "flags": ["code_cleaned"]})

    assert flagged(CODE, said) == ["code_cleaned", "guide_missing", "no_fee"]
