from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.clock import CHINA, FixedClock, SystemClock
from services.chassis.errors import ContractError, UnavailableError
from services.chassis.web import Pages, csv_reply, route, routes_of
from services.chassis.web.call import Call
from services.chassis.web.freshness import Position, parse_after, prefers_wait, wait_until_fresh
from services.chassis.web.openapi import describe
from services.chassis.web.paging import page_of, read_cursor, write_cursor
from services.chassis.web.parts import chart_of
from tests.unit.chassis_web.example import Service


def test_a_route_without_a_word_on_who_may_is_refused() -> None:
    for options in (
        {},
        {"roles": frozenset({"clerk"}), "public": True},
        {"roles": frozenset()},
    ):
        with pytest.raises(TypeError):
            route("GET", "/x", summary="x", **options)  # type: ignore[arg-type]


def test_every_route_is_listed() -> None:
    listed = [(r.method, r.path) for _, r in routes_of(Service)]

    assert ("POST", "/cases") in listed
    assert listed == sorted(listed, key=lambda pair: (pair[1], pair[0]))
    assert len(listed) == 9


def test_a_part_of_several_services_leaves_it_to_each_who_may() -> None:
    class Part:
        @route("GET", "/persons", summary="x", roles="readers")
        def persons(self, call: Call) -> None: ...

    class Window(Part):
        name, readers = "window", frozenset({"clerk"})

    class Desk(Part):
        name, readers = "desk", frozenset({"officer", "supervisor"})

    said = [describe(one)["paths"]["/persons"]["get"] for one in (Window, Desk)]
    assert [one["x-roles"] for one in said] == [["clerk"], ["officer", "supervisor"]]
    with pytest.raises(AttributeError):
        routes_of(Part)[0][1].roles_at(Part)


@pytest.mark.parametrize(
    "text",
    ["", "intake", "intake:", "intake:x", "nobody:1", "intake:-1", "intake:1 ", "intake:1\n",
     "intake:" + "9" * 19, "intake:１"],
)  # fmt: skip
def test_bad_after(text: str) -> None:
    with pytest.raises(ContractError):
        parse_after(text)


def test_after() -> None:
    assert parse_after("intake:17") == Position("intake", 17)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [("wait", True), ("Wait=2", True), ("respond-async, wait=10", True), ("", False),
     ("await", False), ("waiting", False), ("return=minimal", False)],
)  # fmt: skip
def test_prefer(header: str, wanted: bool) -> None:
    assert prefers_wait(header) is wanted


def test_waiting_ends_when_it_is_there_or_too_late() -> None:
    answers = iter([False, False, True])
    wait_until_fresh(Position("intake", 1), lambda *_: next(answers), interval_s=0.001)

    with pytest.raises(UnavailableError) as caught:
        wait_until_fresh(Position("intake", 1), lambda *_: False, timeout_s=0.02, interval_s=0.001)
    assert caught.value.attributes["retry_after_s"] == 1


@given(st.lists(st.one_of(st.integers(-(2**53), 2**53), st.text(max_size=20)), min_size=1))
def test_cursor_round_trip(key: list[int | str]) -> None:
    assert read_cursor(write_cursor(*key), tuple[int | str, ...]) == tuple(key)


def test_the_last_page_has_no_next() -> None:
    assert page_of([1, 2, 3], 3, lambda n: (n,)).next == ""
    assert page_of([1, 2, 3], 2, lambda n: (n,)).next == write_cursor(2)
    assert page_of([], 2, lambda n: (n,)).next == ""


def test_csv_opens_safely_in_a_spreadsheet() -> None:
    reply = csv_reply("cases", ["编号"], [["=1+1"], ["-2"], [-2], [None], ['a"b'], ["甲,乙"]])

    expected = '\ufeff编号\r\n\'=1+1\r\n\'-2\r\n-2\r\n""\r\n"a""b"\r\n"甲,乙"\r\n'
    assert reply.value.decode() == expected
    assert reply.headers["Content-Disposition"] == 'attachment; filename="cases.csv"'


@given(st.lists(st.floats(0, 1e9), max_size=60))
def test_chart_stays_in_its_box(values: list[float]) -> None:
    chart = chart_of("c", "t", [(str(i), v) for i, v in enumerate(values)], unit="件")

    assert len(chart.marks) == len(values)
    for mark in chart.marks:
        assert 17.9 <= mark.y <= 222.01
        assert mark.x + mark.width <= 712.01
    assert 2 <= len(chart.grid) <= 6


def test_a_page_escapes_and_carries_its_prefix() -> None:
    call = Call(None, None, {}, _nobody(), "c", base="/disclosure", root="", url="/cases?x=1")

    html = Pages("disclosure").render("shell.html", call, title="<b>甲</b>")

    assert "&lt;b&gt;甲" in html
    assert 'href="/disclosure/static/banjian.css?v=' in html
    assert 'aria-current="page">办件列表' in html
    assert "<script" not in html
    assert "style=" not in html


def _nobody():  # type: ignore[no-untyped-def]
    from services.chassis.identity import NOBODY

    return NOBODY


def test_clocks() -> None:
    assert SystemClock().now().utcoffset() == timedelta(hours=8)
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.move(timedelta(days=1))
    assert clock.now() == datetime(2026, 1, 2, 8, tzinfo=CHINA)
    with pytest.raises(ValueError, match="offset"):
        FixedClock(datetime(2026, 1, 1))  # noqa: DTZ001
