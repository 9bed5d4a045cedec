"""Forms and files of supervision become acts; each wrong row or field is named."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from services.chassis.errors import ContractError
from services.chassis.web.sign_in import ROLES
from services.disclosure.application import supervision_acts as acts
from services.disclosure.domain.supervision_terms import (
    Criterion,
    Cycle,
    OutreachForm,
    RecordKind,
    Retraction,
    ScoreError,
)
from services.disclosure.pages import supervision_words as words
from services.disclosure.pages.supervision_forms import SupervisionForm, act_of, problem_of
from services.disclosure.pages.supervision_sheets import SHEETS
from services.disclosure.pages.supervision_tables import GROUPS, TITLES
from services.disclosure.pages.supervision_words import period_of
from services.disclosure.supervision_answers import RowFault
from services.disclosure.supervision_csv import HEADINGS, read_scores

HEADING = "季度,得分,名次,参评数,依据文件,文件日期\n"


def rows(text: str, encoding: str = "utf-8") -> list[acts.ImportScore | RowFault]:
    return [row for _, row in read_scores(text.encode(encoding))]


def test_file_of_scores_in_either_language_and_encoding() -> None:
    english = (
        "period,score,rank,of_units,source_document,on,unit\n2020q2,81.49,2,9,D,2020-07-15,D07\n"
    )
    chinese = HEADING + "２０２０Q3,82.51,2,9,通报,2020-10-12\n"

    first, second = rows(english)[0], rows("\ufeff" + chinese)[0]

    assert isinstance(first, acts.ImportScore)
    assert (first.hundredths, first.unit, first.on) == (8149, "D07", date(2020, 7, 15))
    assert isinstance(second, acts.ImportScore)
    assert (second.period, second.hundredths) == ("2020Q3", 8251)
    assert rows(chinese.replace("２０２０", "2020"), "gb18030") == [second]


@pytest.mark.parametrize(
    ("row", "field", "rule"),
    [
        ("2020Q2,81.49,,9,D,2020-07-15", "rank", "missing"),
        ("2020Q2,81.49,x,9,D,2020-07-15", "rank", "format"),
        ("2020Q2,81.49,2,9,D,2020-11-31", "on", "format"),
        ("2020Q2,81.49", "rank", "missing"),
    ],
)
def test_wrong_row_names_its_field_and_the_others_are_read(row: str, field: str, rule: str) -> None:
    good = "2020Q3,82.51,2,9,D,2020-10-12"

    found = list(read_scores(f"{HEADING}\n{row}\n{good}\n".encode()))

    assert [number for number, _ in found] == [3, 4]
    fault = found[0][1]
    assert isinstance(fault, RowFault)
    assert (fault.row, fault.field, fault.rule) == (3, field, rule)
    assert isinstance(found[1][1], acts.ImportScore)


@pytest.mark.parametrize("text", ["", "季度,得分\n2020Q2,81.49\n", HEADING + "x,,,,,\n" * 5001])
def test_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ContractError):
        rows(text)


@pytest.mark.parametrize("score", ["81.495", "NaN", "八十", "1e400"])
def test_score_that_is_none_is_refused(score: str) -> None:
    said = {"period": "2020Q2", "rank": 1, "of_units": 1, "source_document": "D"}

    with pytest.raises(ScoreError):
        _ = acts.ImportScore(**said, score=score, on=date(2020, 7, 15)).hundredths


def test_every_act_has_a_form_with_its_fields_and_stands_on_the_desk() -> None:
    assert set(SHEETS) == set(acts.SHAPES)
    for act, sheet in SHEETS.items():
        fields = {field.name: field for field in msgspec.structs.fields(acts.SHAPES[act])}
        asked = {ask.name: ask for ask in sheet.asks}
        assert set(asked) == set(fields), act
        assert set(asked) <= set(SupervisionForm.__struct_fields__), act
        needed = {name for name, field in fields.items() if field.required}
        assert needed <= {name for name, ask in asked.items() if not ask.optional}, act
    desk = {act for _, _, offered in GROUPS for act in offered}
    offered = desk | {act for _, _, one in TITLES.values() for act in one}
    assert set(acts.SHAPES) - offered == {"answer", "verify", "withdraw-card"}  # on their rows


def test_every_word_of_the_domain_can_be_said() -> None:
    assert set(words.CYCLES) == {one.value for one in Cycle}
    assert set(words.CRITERIA) == {one.value for one in Criterion}
    assert set(words.FORMS) == {one.value for one in OutreachForm}
    assert set(words.RETRACTED) == {one.value for one in RecordKind}
    assert set(words.WHY) == {one.value for one in Retraction}
    assert set(HEADINGS.values()) <= set(acts.ImportScore.__struct_fields__)


def test_only_the_supervisor_sets_what_is_owed_and_a_unit_speaks_for_itself() -> None:
    assert acts.roles_for(acts.StartCycles) == {"supervisor"}
    assert acts.roles_for(acts.Meet) == {"supervisor", "disclosure_officer", "unit"}
    assert "unit" not in acts.roles_for(acts.PublishCircular)
    assert all(acts.roles_for(shape) <= set(ROLES) for shape in acts.SHAPES.values())


def test_form_of_several_units_and_lagging_ones() -> None:
    form = SupervisionForm(
        title="通报", on="2020-10-12", units="D07\n D12 \n\n", lagging="D07 更新不及时\nD12  滞后"
    )

    act = act_of(acts.PublishCircular, form)

    assert isinstance(act, acts.PublishCircular)
    assert act.units == ["D07", "D12"]
    assert [(one.unit, one.reason) for one in act.lagging] == [
        ("D07", "更新不及时"),
        ("D12", "滞后"),
    ]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (SupervisionForm(title="培训", on="2020-09-15"), "attendees"),
        (SupervisionForm(title="培训", on="15.9.2020", attendees="1"), "on"),
        (SupervisionForm(title="培训", on="2020-09-15", attendees="many"), "attendees"),
    ],
)
def test_wrong_field_of_a_form_is_named(form: SupervisionForm, field: str) -> None:
    with pytest.raises(msgspec.ValidationError) as wrong:
        act_of(acts.HoldTraining, form)

    assert set(problem_of(wrong.value, SHEETS["hold-training"])) == {field}


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2020-W08", "2020年第8周"),
        ("2020-M10", "2020年10月"),
        ("2020-09", "2020年9月"),
        ("2020Q3", "2020年第3季度"),
        ("2020-Q1", "2020年第1季度"),
        ("2020-H1", "2020年上半年"),
        ("2020-Y", "2020年"),
        ("2020", "2020年"),
    ],
)
def test_period_in_words(period: str, said: str) -> None:
    assert period_of(period) == said
