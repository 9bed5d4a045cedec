"""Certificate identifiers (GB/T 36904): the vectors of DOMAIN.md 2.6, and what cannot be one."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36 as other

from services.kernel.certificate_numbers import (
    CertificateNumber,
    CertificateNumberError,
    mod_37_36,
)

ROOT = "1.2.156.3005.2."
VECTORS = (
    ROOT + "11100000000013338W011.11430000006122244L.20230000403.001.U",
    ROOT + "11100000MB03271699022.340100.000000016.001.9",
    ROOT + "11100000000013338W009.11330105002500287C.2025052201.002.0",
)
ALPHABET = string.digits + string.ascii_uppercase


@pytest.mark.parametrize("number", VECTORS)
def test_check_character_of_a_real_identifier(number: str) -> None:
    *parts, check = number.removeprefix(ROOT).split(".")

    assert mod_37_36("".join(parts)) == check


@pytest.mark.parametrize("number", (VECTORS[0], VECTORS[2]))
def test_identifier_is_taken_apart_and_put_together(number: str) -> None:
    found = CertificateNumber.parse(number.lower())

    assert found.text == number
    assert found.next.version == found.version + 1
    assert CertificateNumber.parse(found.next.text) == found.next


def test_issuer_may_be_named_by_its_division() -> None:
    found = CertificateNumber.parse(VECTORS[1])

    assert (found.issuer, found.serial, found.version) == ("340100", "000000016", 1)


def test_sample_of_a_swagger_page_fails_by_its_check_character() -> None:
    # The published sample is cut short (`B006.113700000045046442.209FA4...`): its last part is M.
    parts = "11100000000013338B006", "113700000045046442", "209FA4"
    right = CertificateNumber(*parts).text
    wrong = right[:-1] + ("M" if right[-1] != "M" else "D")

    with pytest.raises(CertificateNumberError) as refused:
        CertificateNumber.parse(wrong)

    assert refused.value.reason == "number_check"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("", "number_root"),
        ("1.2.156.3005.3" + VECTORS[0].removeprefix("1.2.156.3005.2"), "number_root"),
        (VECTORS[0].replace(".001.", "."), "number_form"),
        (VECTORS[0].replace(".001.", ".1."), "number_form"),
        (VECTORS[0].replace(".001.", ".000."), "number_version"),
        (VECTORS[0].replace("20230000403", ""), "number_form"),
        (VECTORS[0].replace("20230000403", "2023-0000403"), "number_form"),
        (VECTORS[0][:-1] + "V", "number_check"),
        (VECTORS[0].replace("20230000403", "20230000430"), "number_check"),
    ],
)
def test_what_is_no_identifier_is_refused(number: str, reason: str) -> None:
    with pytest.raises(CertificateNumberError) as refused:
        CertificateNumber.parse(number)

    assert refused.value.reason == reason


@given(st.text(ALPHABET, min_size=1, max_size=60))
def test_check_is_that_of_another_library(text: str) -> None:
    assert mod_37_36(text) == other.calc_check_digit(text)


@given(st.text(ALPHABET, min_size=2, max_size=60), st.data())
def test_one_wrong_character_is_always_found(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    wrong = data.draw(st.sampled_from(ALPHABET.replace(text[place], "")))

    assert mod_37_36(text) != mod_37_36(text[:place] + wrong + text[place + 1 :])
