"""Times from outside: many spellings, one meaning, no impossible day (I07, I08, I11, X5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.times import SHANGHAI, TimeTextError, plain, read_time

MOMENT = datetime(2020, 10, 20, 8, 15, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "text",
    [
        "20201020T081530",
        "20201020081530",
        "2020102008:15:30",
        "2020-10-20 08:15:30",
        "2020-10-20T08:15:30",
        "2020-10-20T08:15:30+08:00",
        "2020-10-20T00:15:30Z",
        "2020-10-20T02:15:30.000+02:00",
        "2020-10-20 08:15:30+0800",
        "２０２０１０２０Ｔ０８１５３０",
        "\ufeff20201020081530 ",
    ],
)
def test_time_is_the_same_in_every_spelling(text: str) -> None:
    assert read_time(text) == MOMENT


def test_time_without_offset_is_meant_in_shanghai() -> None:
    assert read_time("20201020") == datetime(2020, 10, 20, tzinfo=SHANGHAI)


def test_time_keeps_the_offset_it_was_told_in() -> None:
    assert read_time("2011-10-11 13:42:22.688000+02:00").utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize("text", ["2020-11-31", "20201131", "2020-02-30 08:00", "2020102025:00:00"])
def test_time_is_refused_when_the_day_or_hour_does_not_exist(text: str) -> None:
    with pytest.raises(TimeTextError) as refused:
        read_time(text)

    assert refused.value.reason == "no_such_time"
    assert text not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["", "soon", "20-10-2020", "2020-1020", "2020-10-20T8:1:3", "1" * 99]
)
def test_time_is_refused_when_the_spelling_is_unknown(text: str) -> None:
    with pytest.raises(TimeTextError) as refused:
        read_time(text)

    assert refused.value.reason == "not_a_time"


def test_offset_is_refused_when_it_has_too_many_minutes() -> None:
    with pytest.raises(TimeTextError):
        read_time("2020-10-20T08:15:30+08:75")


@given(
    st.datetimes(
        min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - bounds are naive
        max_value=datetime(2200, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC) | st.just(timezone(timedelta(hours=-5))) | st.just(SHANGHAI),
    )
)
def test_time_reads_back_what_an_isoformat_says(moment: datetime) -> None:
    assert read_time(moment.isoformat()) == moment


@given(st.text(max_size=40))
def test_time_is_read_or_refused_whatever_the_text(text: str) -> None:
    try:
        assert read_time(text).tzinfo is not None
    except TimeTextError as refused:
        assert refused.reason in {"not_a_time", "no_such_time"}


def test_plain_gives_half_width_text_without_mark() -> None:
    assert plain("\ufeffＡ１２－３ ") == "A12-3"
