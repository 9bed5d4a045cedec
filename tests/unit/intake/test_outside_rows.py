"""Special procedures and materials from outside: what they say, and what limits make of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

import contracts
from services.chassis.bus.delivery import Delivery, Item, Reader, Refused
from services.chassis.bus.envelope import Record
from services.intake.domain import AcceptSaid, Case, Operation, ProjectNoTakenError, RecordKind
from services.intake.domain.rating_terms import Scale, level_of
from services.intake.domain.record_events import ProjectNoConflictDetected
from services.intake.domain.records import (
    MaterialSaid,
    Procedure,
    ResultSaid,
    SpecialSaid,
    Verdict,
)
from services.intake.messages.records import RefusedError, translate
from services.kernel.calendar_seed import SEED
from services.kernel.clock import Cause, Kind, Reason
from services.kernel.times import SHANGHAI
from tests.unit.facts import COUNTY, NOW, facts
from tests.unit.intake.rows import STEP, accepted, later, row

SPECIAL, MATERIAL = RecordKind.SPECIAL, RecordKind.MATERIAL
HEARING = SpecialSaid(Procedure.OTHER, "听证", later(1), later(3), Reason.HEARING)
PROMISED_UNTIL = "2020-10-29"
"""Seven working days from Tuesday, 20 October 2020; the statutory fifteen end on 10 November."""


def sent(kind: str, **changed: Any) -> bytes:
    record = contracts.example(f"ingress.{kind}.v1") | changed
    told = {name: value for name, value in record.items() if value is not ...}
    return json.dumps(told, ensure_ascii=False).encode()


def refused(body: bytes) -> tuple[str, str | None]:
    with pytest.raises(RefusedError) as error:
        translate(body)
    reply = error.value.reply
    told = {name: value for name, value in vars(reply).items() if value is not None}
    contracts.validate("intake.record-refused.v2", told)
    return reply.reason_code, reply.field


def take(case: Case, said: Any, kind: RecordKind, at: datetime = NOW, guid: str = "") -> Verdict:
    """Take a row as the application does."""
    operation = Operation.INSERT if row(kind, guid=guid).key not in case.rows else Operation.UPDATE
    operation = Operation.DELETE if said is None else operation
    came = row(kind, operation, at, guid)
    verdict = case.rows.judge(came, said)
    if verdict is Verdict.RETRACTED:
        case.retract(facts(COUNTY, at), came, "deleted by the sender")
    elif verdict is Verdict.CORRECTED:
        case.correct(facts(COUNTY, at), came, said)
    elif verdict is Verdict.NEW:
        case.report(facts(COUNTY, at), came, said)
    case.recalculate(facts(COUNTY, at), SEED, Cause.CORRECTION)
    return verdict


def ends(case: Case) -> tuple[str, str]:
    days = [case.due_at(kind) for kind in (Kind.PROMISED, Kind.STATUTORY)]
    promised, statutory = (f"{day:%Y-%m-%d}" if day else "" for day in days)
    return promised, statutory


@pytest.mark.parametrize("kind", ["special-procedure", "material"])
@pytest.mark.parametrize("example", contracts.EXAMPLES)
def test_record_is_read_when_it_is_a_pinned_example(kind: str, example: str) -> None:
    body = json.dumps(contracts.example(f"ingress.{kind}.v1", example)).encode()

    assert translate(body).row.kind is RecordKind(kind)


def test_special_procedure_says_what_the_case_waits_for_and_keeps_the_words_apart() -> None:
    incoming = translate(sent("special-procedure"))

    assert incoming.said == SpecialSaid(
        Procedure.OTHER,
        "专家评审",
        datetime(2020, 10, 21, 9, tzinfo=SHANGHAI),
        datetime(2020, 10, 23, 17, tzinfo=SHANGHAI),
        Reason.EXPERT_REVIEW,
        "approved",
    )
    assert list(incoming.particulars) == [f"procedure_reason/{incoming.row.row_guid}"]


@pytest.mark.parametrize("end", ["2020-10-21 09:00:00", ...])
def test_special_procedure_runs_while_its_end_is_its_start(end: object) -> None:
    said = translate(sent("special-procedure", end_time=end)).said

    assert isinstance(said, SpecialSaid)
    assert said.ended_at is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("听证会", Reason.HEARING),
        ("检验检测", Reason.INSPECTION),
        ("专家论证", Reason.EXPERT_REVIEW),
        ("实地核查", Reason.SURVEY),
        ("等待申请人补正", Reason.CORRECTION),
        ("TESTING", Reason.TESTING),
        ("公示", None),
    ],
)
def test_reason_is_read_from_the_name_and_an_unknown_one_is_none(
    name: str, reason: Reason | None
) -> None:
    said = translate(sent("special-procedure", procedure_name=name)).said

    assert isinstance(said, SpecialSaid)
    assert said.reason is reason


def test_material_keeps_what_it_is_and_not_the_file() -> None:
    said = translate(sent("material", get_type="电子", get_num="２")).said

    assert isinstance(said, MaterialSaid)
    assert (said.form, said.copies, said.media_type) == ("electronic", 2, "application/pdf")


@pytest.mark.parametrize(
    ("kind", "changed", "code", "field"),
    [
        ("special-procedure", {"procedure_type": "3"}, "bad_value", "procedure_type"),
        ("special-procedure", {"procedure_type": ...}, "missing_field", "procedure_type"),
        ("special-procedure", {"procedure_name": ""}, "missing_field", "procedure_name"),
        ("special-procedure", {"start_time": ...}, "missing_field", "start_time"),
        ("special-procedure", {"end_time": "2020-10-20"}, "bad_value", "end_time"),
        ("special-procedure", {"extension_days": 0}, "bad_value", "extension_days"),
        ("material", {"material_name": ...}, "missing_field", "material_name"),
        ("material", {"get_type": "fax"}, "bad_value", "get_type"),
        ("material", {"get_num": "many"}, "bad_value", "get_num"),
        ("material", {"attachment_hash": "abc"}, "bad_value", "attachment_hash"),
        ("material", {"attachment_size": -1}, "bad_value", "attachment_size"),
        ("material", {"attachment_type": "a file"}, "bad_value", "attachment_type"),
        ("result", {"satisfaction_scale": ...}, "scale_missing", "satisfaction_scale"),
        ("result", {"satisfaction_scale": "best"}, "bad_value", "satisfaction_scale"),
        ("result", {"satisfaction": 6}, "bad_value", "satisfaction"),
    ],
)
def test_row_is_refused_with_reason_and_field(
    kind: str, changed: dict[str, Any], code: str, field: str
) -> None:
    assert refused(sent(kind, **changed)) == (code, field)


def test_i07_three_spellings_of_a_time_are_one_time() -> None:
    spelled = ["20201020092000", "2020-10-20 09:20:00", "2020-10-20T01:20:00Z", "2020102009:20:00"]

    times = {
        said.accepted_at
        for text in spelled
        if isinstance(said := translate(sent("accept", accept_date=text)).said, AcceptSaid)
    }

    assert times == {datetime(2020, 10, 20, 9, 20, tzinfo=SHANGHAI)}


def test_i06_both_lengths_of_an_item_code_are_codes() -> None:
    for code in ("1" * 31, "2" * 24):
        said = translate(sent("accept", task_code=code)).said
        assert isinstance(said, AcceptSaid)
        assert said.item_code == code


def test_i08_a_day_that_does_not_exist_is_refused() -> None:
    assert refused(sent("accept", accept_date="2020-11-31")) == ("no_such_time", "accept_date")


def test_i10_five_of_a_scale_with_five_best_is_level_one() -> None:
    said = translate(sent("result")).said

    assert isinstance(said, ResultSaid)
    assert level_of(said.satisfaction, Scale(said.satisfaction_scale)) == 1


def test_i11_gbk_bytes_full_width_digits_and_a_mark_are_one_row_by_three_hashes() -> None:
    told = contracts.example("ingress.accept.v1") | {"task_version": "２"}
    text = json.dumps(told, ensure_ascii=False)
    reader = Reader((), (), True, "intake")
    read = []
    for body, charset in (
        (text.encode(), "utf-8"),
        (text.encode("gbk"), "GBK"),
        (b"\xef\xbb\xbf" + text.encode(), "utf-8"),
    ):
        came = Delivery(
            "banjian.ingress", "s.accept", f"application/json; charset={charset}", "", "", {}, body
        )
        placed = reader.read(came)
        assert isinstance(placed, Item) and isinstance(placed.payload, Record)
        record = placed.payload
        read.append(translate(record.body, original=record.original))
        assert read[-1].body == body
        assert read[-1].row.digest == record.digest

    assert {incoming.said for incoming in read} == {read[0].said}
    assert [incoming.particulars for incoming in read] == [read[0].particulars] * 3
    assert len({incoming.row.digest for incoming in read}) == 3


def test_bytes_in_another_charset_than_they_declare_are_parked() -> None:
    body = json.dumps(contracts.example("ingress.accept.v1"), ensure_ascii=False).encode("gbk")
    came = Delivery("banjian.ingress", "s.accept", "application/json", "", "", {}, body)

    assert isinstance(Reader((), (), True, "intake").read(came), Refused)


def test_art_45_kind_stops_both_limits() -> None:
    case = accepted()
    before = ends(case)

    take(case, HEARING, SPECIAL)

    assert before == (PROMISED_UNTIL, "2020-11-10")
    assert ends(case) == ("2020-11-02", "2020-11-12")


def test_running_procedure_has_no_end_in_sight_and_its_update_moves_the_limits() -> None:
    case = accepted()

    take(case, replace(HEARING, ended_at=None), SPECIAL)
    running = ends(case)
    assert case.stands_still(Kind.PROMISED) and case.stands_still(Kind.STATUTORY)
    take(case, HEARING, SPECIAL, later(3))

    assert running == (PROMISED_UNTIL, "2020-11-10")
    assert ends(case) == ("2020-11-02", "2020-11-12")
    assert not case.suspended


def test_cause_of_the_applicant_stops_the_promise_alone_and_a_survey_neither() -> None:
    case = accepted()

    take(case, replace(HEARING, name="申请人原因", reason=Reason.APPLICANT_CAUSE), SPECIAL)
    assert ends(case) == ("2020-11-02", "2020-11-10")

    case = accepted()
    take(case, replace(HEARING, name="现场勘查", reason=Reason.SURVEY), SPECIAL)
    take(case, replace(HEARING, name="公示", reason=None), SPECIAL, guid="row-other")
    assert ends(case) == (PROMISED_UNTIL, "2020-11-10")


def test_i03_deleted_procedure_never_was() -> None:
    case = accepted()
    take(case, HEARING, SPECIAL)

    take(case, None, SPECIAL, later(4))

    assert ends(case) == (PROMISED_UNTIL, "2020-11-10")


def test_corrected_procedure_counts_as_corrected() -> None:
    case = accepted()
    take(case, HEARING, SPECIAL)

    take(case, replace(HEARING, ended_at=later(2)), SPECIAL, later(4))

    assert ends(case) == ("2020-10-30", "2020-11-11")


def test_two_that_overlap_are_united() -> None:
    case = accepted()
    take(case, HEARING, SPECIAL)

    take(case, replace(HEARING, name="检测", reason=Reason.TESTING), SPECIAL, guid="row-2")

    assert ends(case) == ("2020-11-02", "2020-11-12")


def test_approved_extension_lengthens_once_and_within_the_law() -> None:
    case = accepted()
    more = SpecialSaid(Procedure.EXTENSION, "延期", later(2), outcome="approved", days=5)

    take(case, replace(more, outcome=""), SPECIAL)
    assert ends(case) == (PROMISED_UNTIL, "2020-11-10")
    take(case, more, SPECIAL, later(3))
    assert ends(case) == ("2020-11-05", "2020-11-17")
    take(case, replace(more, days=60), SPECIAL, later(3), guid="row-2")
    assert ends(case) == ("2020-11-12", "2020-11-24")


def test_material_is_told_corrected_and_taken_back() -> None:
    case = accepted()
    said = MaterialSaid("规划许可证", "paper", 1)

    assert take(case, said, MATERIAL) is Verdict.NEW
    assert take(case, said, MATERIAL) is Verdict.SAME
    assert take(case, replace(said, copies=2), MATERIAL, later(1)) is Verdict.CORRECTED
    assert take(case, None, MATERIAL, later(2)) is Verdict.RETRACTED
    assert [type(fact).TOPIC.split(".")[1] for fact in case.pending] == [
        "material-reported",
        "material-reported",
        "material-report-retracted",
    ]


def test_i09_another_source_writes_nothing_into_a_case_and_is_put_on_file_once() -> None:
    case = accepted()
    other = replace(row(RecordKind.PROCESS), data_source="province-12")

    with pytest.raises(ProjectNoTakenError):
        case.rows.check_owner(other)
    assert case.conflict(facts(COUNTY), other)
    assert not case.conflict(facts(COUNTY), other)

    (fact,) = case.pending
    assert isinstance(fact, ProjectNoConflictDetected)
    assert (fact.held_by, fact.data_source) == (COUNTY.id, "province-12")
    case.rows.check_owner(row(RecordKind.PROCESS))


def test_row_says_which_message_it_was() -> None:
    case = accepted()

    case.report(facts(COUNTY), replace(row(RecordKind.PROCESS), digest="d" * 64), STEP)

    (fact,) = case.pending
    assert fact.row_digest == "d" * 64  # type: ignore[attr-defined]
