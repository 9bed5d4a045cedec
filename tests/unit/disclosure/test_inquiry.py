"""What stands in an address becomes a question, or a refusal that names the field."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.chassis.errors import ContractError, NotFoundError
from services.disclosure.inquiry import Filters, find_measure, read_question

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = {"intake": 17, "catalog": 3}


def test_an_empty_question_is_about_now_and_all_that_arrived() -> None:
    question = read_question(Filters(), NOW, HERE)

    assert question.as_of == NOW
    assert question.positions == {"catalog": 3, "intake": 17, "approval": 0, "disclosure": 0}
    assert question.filters == {}


def test_a_bare_date_is_its_whole_day() -> None:
    said = Filters(as_of="2020-10-31", begin="2020-01-01", end="2020-10-31")

    question = read_question(said, NOW, HERE)

    assert question.as_of.isoformat() == "2020-10-31T23:59:59.999999+08:00"
    assert question.filters == {
        "from": "2020-01-01T00:00:00+08:00",
        "to": "2020-10-31T23:59:59.999999+08:00",
    }


@pytest.mark.parametrize("text", ["2011-07-01T00:00:00+02:00", "2011-07-01T00:00:00 02:00"])
def test_an_unescaped_plus_is_understood(text: str) -> None:
    question = read_question(Filters(as_of=text), NOW, HERE)

    assert question.as_of.isoformat() == "2011-07-01T00:00:00+02:00"


def test_the_question_a_link_carries_is_the_same_question() -> None:
    said = Filters(as_of="2020-10-31", begin="2020-01-01", end="2020-10-31", channel="app")
    first = read_question(said, NOW, HERE)

    again = read_question(
        Filters(
            as_of=first.as_of.isoformat(),
            begin=first.filters["from"],
            end=first.filters["to"],
            channel="app",
            positions="intake:17,catalog:3,approval:0",
        ),
        NOW,
        {"intake": 99, "catalog": 9, "approval": 9},
    )

    assert again == first


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Filters(as_of="2020-11-31"), "as_of"),
        (Filters(as_of="11月31日"), "as_of"),
        (Filters(as_of="0001-01-01T00:00:00+08:00"), "as_of"),
        (Filters(begin="yesterday"), "from"),
        (Filters(begin="2020-02-01", end="2020-01-01"), "to"),
        (Filters(positions="intake"), "positions"),
        (Filters(positions="nobody:1"), "positions"),
        (Filters(positions="notify:1"), "positions"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_field(said: Filters, field: str) -> None:
    with pytest.raises(ContractError) as refused:
        read_question(said, NOW, HERE)

    assert refused.value.attributes["field"] == field


def test_a_position_that_has_not_arrived_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        read_question(Filters(positions="intake:18"), NOW, HERE)


def test_an_unknown_measure_says_which_there_are() -> None:
    with pytest.raises(NotFoundError, match="S03b"):
        find_measure("S99")
