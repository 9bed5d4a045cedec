"""Codes of items and bodies: real ones, placeholders, and what is none."""

from __future__ import annotations

import pytest

from services.kernel.codes import (
    USCC_CHARACTERS,
    CodeError,
    normal,
    parse_catalog_code,
    parse_task_code,
    uscc_check,
    uscc_is_valid,
)

TASK = "11440232MB2D06811W4000117051000"
PLACEHOLDER = "123412XXMB0000001X4000100001000"


def test_task_code_is_taken_apart() -> None:
    code = parse_task_code(TASK)

    assert (code.uscc, code.level, code.catalog) == ("11440232MB2D06811W", 4, "000117051000")
    assert (code.handling, code.item, code.short, code.placeholder) == ("", TASK, False, False)


def test_code_of_a_handling_item_names_its_item() -> None:
    code = parse_task_code("1137080" + "0MB28559184" + "3" + "370117002011" + "01")

    assert (code.level, code.catalog, code.handling) == (3, "370117002011", "01")
    assert code.item == "11370800MB285591843370117002011"


def test_placeholder_region_needs_no_check_digit() -> None:
    code = parse_task_code(PLACEHOLDER)

    assert code.placeholder and not uscc_is_valid(code.uscc)


@pytest.mark.parametrize(
    "text", [f" {TASK.lower()}\ufeff", TASK.replace("1", "\uff11"), TASK[:9] + " " + TASK[9:]]
)
def test_code_is_read_in_any_width_and_case(text: str) -> None:
    assert parse_task_code(text).text == TASK
    assert normal(text) == TASK


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "code_length"),
        (TASK[:-1], "code_length"),
        (TASK + "1", "code_length"),
        ("-" * 24, "code_form"),
        (TASK[:18] + "4" + "A" * 12, "code_form"),
        ("IO" + TASK[2:], "code_form"),
        (TASK[:18] + "0" + TASK[19:], "code_level"),
        (TASK[:18] + "8" + TASK[19:], "code_level"),
        (TASK[:17] + "A" + TASK[18:], "code_uscc"),
    ],
)
def test_text_that_is_no_task_code_is_named(text: str, reason: str) -> None:
    with pytest.raises(CodeError) as refused:
        parse_task_code(text)

    assert refused.value.reason == reason


def test_every_wrong_check_digit_is_noticed() -> None:
    right = TASK[17]

    for digit in USCC_CHARACTERS:
        assert uscc_is_valid(TASK[:17] + digit) == (digit == right)
    assert uscc_check(TASK[:17]) == right


@pytest.mark.parametrize(
    "text", ["", "11440232MB2D06811", "11440232MB2D0681IW", "123412XXMB0000001X"]
)
def test_text_that_is_no_credit_code_is_not_valid(text: str) -> None:
    assert not uscc_is_valid(text)


def test_catalog_codes_of_both_lengths_are_read() -> None:
    code = parse_catalog_code("000117051000")

    assert (code.region, code.item_type, code.short) == ("00", "01", False)
    assert parse_catalog_code("0117051000").short
    for text, reason in [("1", "code_length"), ("A" * 12, "code_form"), ("-" * 10, "code_form")]:
        with pytest.raises(CodeError) as refused:
            parse_catalog_code(text)
        assert refused.value.reason == reason


def test_short_task_code_is_kept_whole() -> None:
    code = parse_task_code("0" * 24)

    assert code.short and code.level is None and not code.placeholder
