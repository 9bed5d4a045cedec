"""The front page, a case's progress and the wall: what is shown of what was counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from services.disclosure.domain.annual import Row
from services.disclosure.domain.foi_errors import ReceiptDateError
from services.disclosure.domain.own_records import (
    NoAuthorityError,
    RecordCorrection,
    RecordDecidedError,
    RecordOutcome,
)
from services.disclosure.inquiry import Filters
from services.disclosure.measures import MEASURES, Count, Quantity
from services.disclosure.pages import asked_words, portal, wall
from services.disclosure.pages.happenings import mark_of
from services.disclosure.pages.proofs import restricted
from services.disclosure.pages.screens import filters
from services.disclosure.pages.words import place_of
from services.disclosure.projections.names import Names
from services.disclosure.projections.today import Carded, CaseSeen, Day, Finished, Hour
from services.kernel.erasure import ErasureGround
from services.kernel.times import SHANGHAI
from tests.contract.own_record_stories import asked, erased
from tests.unit.disclosure.foi_world import OFFICER, by

NAMES = Names({"D1": "水利局"}, {"I1": "取水许可"})
NOW = datetime(2020, 10, 20, 10, 30, tzinfo=SHANGHAI)
MONTH = 2020 * 12


def seen(**said: object) -> CaseSeen:
    told: dict[str, object] = {
        "case_no": "C1",
        "accepted_at": NOW - timedelta(days=4),
        "due_at": NOW + timedelta(days=10),
        "completed_at": None,
        "kind": None,
        "item": "I1",
        "department": "D1",
        "granted_on": None,
        **said,
    }
    return CaseSeen(**told)  # type: ignore[arg-type]  # as a test says it


@pytest.mark.parametrize(
    ("said", "passed", "light", "words"),
    [
        ({}, 2, "green", "还剩 6 个工作日"),
        ({}, 5, "amber", "还剩 3 个工作日"),
        ({}, 8, "amber", "还剩 0 个工作日"),
        ({"due_at": NOW - timedelta(minutes=1)}, 9, "red", "已超过承诺时限"),
        ({"due_at": None}, 9, "grey", "正在办理"),
        ({"completed_at": NOW, "kind": 0}, 2, "green", "已办结（发证）"),
        ({"completed_at": NOW, "due_at": NOW - timedelta(1), "kind": 1}, 9, "amber", "超过承诺"),
    ],
)
def test_the_light_of_a_case_goes_by_its_promised_limit(
    said: dict[str, object], passed: int, light: str, words: str
) -> None:
    found = portal.progress(seen(**said), NAMES, NOW, passed=passed, allowed=8)

    assert (found.light, found.item, found.department) == (light, "取水许可", "水利局")
    assert words in found.said
    assert [step.state for step in found.steps][:2] == (
        ["done", "done"] if found.over else ["done", "now"]
    )
    assert found.cells.count("over") == min(passed, 8) and len(found.cells) == 8


def test_a_published_decision_is_the_last_step() -> None:
    case = seen(completed_at=NOW, kind=0, granted_on=date(2020, 10, 21))

    found = portal.progress(case, NAMES, NOW, passed=2, allowed=0)

    assert found.steps[-1].when == "2020-10-21"
    assert list(found.cells) == []


def test_a_small_chart_starts_at_0_and_leaves_out_what_cannot_be_divided() -> None:
    empty: tuple[int, Mapping[Quantity, int]] = (
        MONTH,
        {Count.ACCEPTED: 0, Count.ACCEPTED_COMPLETED: 0},
    )
    half: tuple[int, Mapping[Quantity, int]] = (
        MONTH + 1,
        {Count.ACCEPTED: 4, Count.ACCEPTED_COMPLETED: 2},
    )

    rate = portal.spark(MEASURES["S03"], [empty, half])
    count = portal.spark(MEASURES["S01"], [empty, half])

    assert [point.text for point in rate.points] == ["—", "50.00%"]
    assert [point.drawn for point in rate.points] == [False, True]
    assert rate.line.count(",") == 1 and not rate.bars and count.bars
    assert count.points[0].height == 0 and count.points[1].height > 50
    assert "2020-02 4件" in count.said


def test_months_begin_eleven_before_this_one() -> None:
    late = datetime(2020, 12, 31, 16, 30, tzinfo=UTC)  # already January in the county

    assert portal.months_begin(late) == datetime(2020, 2, 1, tzinfo=SHANGHAI)


def test_the_wall_says_what_is_late_and_who_has_cards() -> None:
    hours = [Hour(hour, 2 * (hour == 9), 1) for hour in range(8, 18)]
    day = Day(2, 10, 7, 1, 3, hours, [Finished("I1", "D1", NOW)])
    cards = [Carded("D1", 1, 0), *(Carded(f"D{n}", 0, 1) for n in range(2, 8))]

    found = wall.build(
        NOW,
        day,
        {Count.ACCEPTED: 3, Count.ACCEPTED_COMPLETED: 3, **dict.fromkeys(list(Count)[5:], 0)},
        cards,
        NAMES,
        works=True,
    )

    assert found.date == "2020年10月20日 星期二" and found.time == "10:30"
    assert [one.tone for one in found.today] == ["", "", "", "amber", "red"]
    assert [one.hour for one in found.columns if one.now] == [10]
    assert (found.red, found.yellow, len(found.units), found.more_units) == (1, 6, 4, 3)
    assert found.units[0].name == "水利局"
    assert list(found.finished) == [("10:30", "取水许可", "水利局")]
    assert [one.value for one in found.year] == ["100.00", "—"]


def test_the_steps_of_a_request_end_with_it() -> None:
    assert [where for *_, where in asked_words.steps("received")][:2] == ["done", "now"]
    assert {where for *_, where in asked_words.steps("closed")} == {"done"}
    assert asked_words.steps("withdrawn")[-1] == ("不再办理", "Over", "done")
    assert [where for *_, where in asked_words.steps("replied")] == ["done"] * 4 + ["now"]


def test_every_result_of_the_annual_table_is_in_one_group_of_its_chart() -> None:
    summed = [row for rows in asked_words.SUMMED.values() for row in rows]

    assert sorted(summed) == sorted(row.value for row in Row)


def test_art_41_names_who_can_correct_it_only_when_it_is_another() -> None:
    facts = by(OFFICER, "2020-09-25")
    for outcome, authority in (
        (RecordOutcome.TRANSFERRED, ""),
        (RecordOutcome.REFERRED, ""),
        (RecordOutcome.CORRECTED, "民政局"),
        (RecordOutcome.UNFOUNDED, "民政局"),
    ):
        with pytest.raises(NoAuthorityError):
            asked().decide(facts, outcome, "GZ-1", authority)


def test_art_41_an_answer_names_the_remedies_and_is_given_once() -> None:
    record = asked()
    record.decide(by(OFFICER, "2020-09-25"), RecordOutcome.UNFOUNDED, "GZ-1")

    assert "行政复议" in record.pending[-1].remedies  # type: ignore[attr-defined]  # of this event
    with pytest.raises(RecordDecidedError):
        record.decide(by(OFFICER, "2020-09-26"), RecordOutcome.CORRECTED, "GZ-2")


def test_art_41_a_paper_application_came_on_its_own_day_never_tomorrow() -> None:
    facts = by(OFFICER, "2020-09-25")
    told = {"subject_id": "s-1", "code_digest": "0" * 64}
    record = RecordCorrection.of("G1")
    record.ask(facts, "G1", received_on=date(2020, 9, 21), **told)
    assert record.received_on == date(2020, 9, 21)
    with pytest.raises(ReceiptDateError):
        RecordCorrection.of("G2").ask(facts, "G2", received_on=date(2020, 9, 26), **told)


def test_what_a_published_figure_is_of_stands_in_words() -> None:
    names = Names({"D1": "水利局"}, {}, {"341221001": "东城街道"})
    said = {"item_type": "01", "department": "D1", "region": "341221001", "to": "2020-10-31T23:59"}
    assert restricted(said, names) == "至 2020-10-31，行政许可，水利局，东城街道"
    assert restricted({"from": "2020-01-01T00:00", "channel": "window"}, names) == (
        "2020-01-01 起，窗口"
    )
    assert restricted({}, names) == ""


def test_a_village_stands_below_its_township_in_the_boards_form() -> None:
    regions = {"3412XX002": "乙镇", "3412XX001001": "甲村", "3412XX001": "甲镇", "3412XX": "县"}
    fields = filters(Filters(region="3412XX009"), [], Names({}, {}, regions), None)
    [field] = [one for one in fields if one.name == "region"]
    assert [(one.value, one.text) for one in field.options] == [
        ("", "全部区划"),
        ("3412XX", "县"),
        ("3412XX001", "\u3000甲镇"),
        ("3412XX001001", "\u3000\u3000甲村"),
        ("3412XX002", "\u3000乙镇"),
        ("3412XX009", "\u30003412XX009"),  # nobody has named it; what was asked stays
    ]


@pytest.mark.parametrize(
    ("kind", "mark", "words"),
    [
        ("region", "5", "乡镇"),
        ("rating", "5", "非常不满意"),
        ("card", "RED", "红牌"),
        ("score", "2020Q3", "2020Q3"),
    ],
)
def test_the_mark_of_a_happening_is_said_by_its_kind(kind: str, mark: str, words: str) -> None:
    assert mark_of(kind, mark) == words
    assert place_of("341221001", "东城街道") == "东城街道" and place_of("341221", "县") == ""


def test_an_erasure_is_said_once() -> None:
    person = erased()
    said = len(person.pending)
    person.erase(by(OFFICER, "2020-10-26"), "s-0000000000000001", ErasureGround.UNLAWFUL)

    assert len(person.pending) == said == 1
