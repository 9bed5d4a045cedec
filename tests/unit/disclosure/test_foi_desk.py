"""The officer's desk, and the forms of what is asked for: what they offer and what they take."""

from __future__ import annotations

import pytest

from services.chassis.web.parts import Option
from services.disclosure.foi_answers import RegisterRequest, RequestsQuery
from services.disclosure.service import own_record_pages
from services.disclosure.service.asked_pages import FormError, read_form
from services.disclosure.service.foi_desk import filters
from services.disclosure.service.foi_pages import ASK, REGISTER, AskForm

NAMES = {"D02": "民政局", "D07": "自然资源局"}
ASKED = AskForm(
    name="测试人乙", id_number="11010519491231002X", phone="13800000000", text="地价标准"
)
ASKED_ON_PAPER = AskForm(
    name="测试人乙",
    id_number="11010519491231002X",
    phone="13800000000",
    text="地价标准及其依据",
    channel="in_person",
    raw_on="2020-06-01",
)


def test_a_unit_is_chosen_by_its_name() -> None:
    state, unit = filters(RequestsQuery(), {"D07", "D02", "T1"}, NAMES)
    assert (state.value, unit.value) == ("open", "")
    assert unit.options == [
        Option("", "全部单位"),
        Option("D02", "民政局"),
        Option("D07", "自然资源局"),
        Option("T1", "T1"),
    ]


def test_a_unit_nobody_knows_stays_chosen_when_an_address_names_it() -> None:
    unit = filters(RequestsQuery(unit="D99"), {"D02"}, NAMES)[1]
    assert unit.value == "D99"
    assert Option("D99", "D99") in unit.options


def test_a_form_says_the_first_field_that_is_empty() -> None:
    with pytest.raises(FormError) as told:
        read_form(AskForm(name="测试人乙", id_number=" "), ASK)
    assert (told.value.field, told.value.text) == ("id_number", ASK.missing["id_number"])
    with pytest.raises(FormError) as told:
        read_form(ASKED, REGISTER)
    assert told.value.field == "raw_on"
    with pytest.raises(FormError) as told:
        read_form(own_record_pages.AskRecordForm(), own_record_pages.REGISTER)
    assert told.value.field == "received_on"


def test_a_form_with_a_field_that_cannot_be_read_is_wrong_as_a_whole() -> None:
    with pytest.raises(FormError) as told:
        read_form(ASKED, ASK)  # four characters say too little
    assert (told.value.field, told.value.text) == ("", ASK.wrong)


def test_a_form_takes_only_what_its_request_has() -> None:
    request = read_form(ASKED_ON_PAPER, ASK)
    assert not isinstance(request, RegisterRequest)
    entered = read_form(ASKED_ON_PAPER, REGISTER)
    assert (entered.channel.value, str(entered.raw_on)) == ("in_person", "2020-06-01")
