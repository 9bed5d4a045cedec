"""Identity numbers by their check digits (GB 11643-1999, GB 32100-2015; DOMAIN.md 2.7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.identity_numbers import (
    CHECKS,
    IdentityNumberError,
    NumberKind,
    identity_of,
    names_nobody,
    resident_id_check,
    resident_id_is_valid,
    verified,
)

PRINTED = "11010519491231002X"
"""The example printed in GB 11643-1999."""
USCC = "91350100M000100Y43"
"""The example printed in GB 32100-2015."""


def test_the_examples_of_the_standards() -> None:
    assert verified(PRINTED).kind is NumberKind.RESIDENT_ID
    assert verified(USCC).kind is NumberKind.USCC


@pytest.mark.parametrize(
    "spelt",
    ["11010519491231002x", " 110105 19491231 002x ", "１１０１０５１９４９１２３１００２Ｘ"],
)
def test_one_number_in_every_spelling(spelt: str) -> None:
    assert verified(spelt) == verified(PRINTED)


@given(st.integers(0, 16), st.integers(1, 9))
def test_a_misread_digit_is_noticed(place: int, by: int) -> None:
    digit = str((int(PRINTED[place]) + by) % 10)

    assert not resident_id_is_valid(PRINTED[:place] + digit + PRINTED[place + 1 :])


@given(st.integers(0, 15))
def test_two_exchanged_digits_are_noticed(place: int) -> None:
    left, right = PRINTED[place], PRINTED[place + 1]

    exchanged = PRINTED[:place] + right + left + PRINTED[place + 2 :]

    assert resident_id_is_valid(exchanged) is (left == right)


@given(
    st.from_regex(
        r"[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", fullmatch=True
    )
)
def test_exactly_one_check_character_fits(first: str) -> None:
    fitting = [check for check in CHECKS if resident_id_is_valid(first + check)]

    assert fitting == [resident_id_check(first)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("110105194912310021", "number_check"),
        ("91350100M000100Y44", "number_check"),
        ("341299190002300017", "number_check"),
        ("E12345678", "number_form"),
        ("", "number_form"),
        ("某人", "number_form"),
        ("1101051949123100", "number_form"),
    ],
)
def test_what_names_nobody_is_refused_without_being_quoted(text: str, reason: str) -> None:
    with pytest.raises(IdentityNumberError) as refused:
        verified(text)

    assert refused.value.reason == reason
    assert not text or text not in str(refused.value)


def test_a_day_that_does_not_exist_is_nobodys_birthday() -> None:
    first = "34129919000230001"

    assert not resident_id_is_valid(first + resident_id_check(first))


def test_other_documents_prove_nothing() -> None:
    passport = identity_of(" e12345678 ")

    assert passport is not None
    assert (passport.kind, passport.text) == (NumberKind.DOCUMENT, "E12345678")
    assert not passport.proves_identity
    assert identity_of("张三") is None
    assert "E1234" not in repr(passport)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("123412XXMB0000001X4000100001000202010200008", True),
        ("6f0bd2e1-6f0c-5d0e-9a53-5f3d5a3a6d10", True),
        ("application/json; charset=gbk", True),
        ("row-13812345678901", True),
        ("110105194912310021", True),
        (PRINTED, False),
        (f"id={PRINTED.lower()};", False),
        ("13812345678", False),
        ("p-13812345678", False),
        ("张三", False),
    ],
)
def test_what_a_sender_may_have_named_a_person_by_is_noticed(text: str, safe: bool) -> None:
    assert names_nobody(text) is safe
