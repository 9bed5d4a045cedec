"""What a clerk sees of a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.masking import (
    mask_address,
    mask_name,
    mask_number,
    mask_phone,
    masked,
)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张*"), ("欧阳修", "欧**"), ("阿卜杜热合曼", "阿***"), ("张", "张*"), ("", "")],
)
def test_names(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("341234190001011234", "3412**********1234"),
        ("34123419000101123x", "3412**********123x"),
        ("E12345678", "E1*****78"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_numbers(number: str, shown: str) -> None:
    assert mask_number(number) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("+86 138 1234 5678", "86138****5678"),
        ("5551234", "*****34"),
        ("12", "***"),
    ],
)
def test_phones(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("安徽省测试市样例县某镇某村3号", "安徽省测试市样例县***"),
        ("江苏省昆山市玉山镇1号", "江苏省昆山市***"),
        ("上海市浦东新区世纪大道1号", "上海市浦东新区***"),
        ("北京市朝阳区建国路", "北京市朝阳区***"),
        ("内蒙古自治区呼和浩特市新城区某路", "内蒙古自治区呼和浩特市新城区***"),
        ("新疆维吾尔自治区伊犁哈萨克自治州霍城县某路", "新疆维吾尔自治区伊犁哈萨克自治州霍城县***"),
        ("杭州市阳光小区3幢", "杭州市***"),
        ("某镇某村3号", "***"),
        ("", "***"),
    ],
)
def test_addresses_end_at_the_county(address: str, shown: str) -> None:
    assert mask_address(address) == shown


@given(st.text(max_size=60))
def test_nothing_unknown_is_ever_shown(text: str) -> None:
    assert masked({"opinion/row-1": text}) == {"opinion/row-1": "***"}


@given(st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
def test_ten_characters_of_a_resident_number_are_hidden(number: str) -> None:
    shown = masked({"document_no": number})["document_no"]

    assert shown[4:14] == "*" * 10
