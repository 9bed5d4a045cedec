"""The checklist of a case: what is missing, and what may become of each material."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.intake.domain.checklists import asked, material_code, missing
from services.intake.domain.material_events import Form, RejectionGround
from services.intake.domain.material_terms import (
    MaterialNotAskedError,
    MaterialNotTakenError,
    MaterialState,
    Needed,
    SharedMaterialError,
)
from services.intake.domain.materials import MaterialFile
from tests.unit.intake.papers import (
    CERTIFICATE,
    DUE_ON,
    LICENCE,
    NEEDED,
    PHOTO,
    PLAN,
    RESIDENT,
    by_clerk,
    file_of,
    stored,
)
from tests.unit.intake.rows import later


def wrong(file: MaterialFile) -> dict[str, str]:
    return {one.name: one.what for one in missing(NEEDED, file.held)}


def kinds(file: MaterialFile) -> list[str]:
    return [type(fact).__name__ for fact in file.pending]


def test_what_never_came_is_missing_in_the_lists_order() -> None:
    found = missing(NEEDED, {})

    assert [one.name for one in found] == ["营业执照", "平面图"]
    assert all(one.required for one in found)


def test_716_7_what_the_office_shares_is_never_missing_and_never_promised() -> None:
    assert "居民身份证" not in wrong(file_of())
    with pytest.raises(SharedMaterialError):
        file_of().promise(by_clerk(), RESIDENT, DUE_ON)


def test_what_came_is_not_missing_and_a_rejected_one_says_why() -> None:
    file = file_of()
    file.receive(by_clerk(), LICENCE, Form.ELECTRONIC, 1, stored())
    file.receive(by_clerk(), PLAN, Form.PAPER, 2)
    assert wrong(file) == {}

    file.reject(by_clerk(), LICENCE.material_code, RejectionGround.ILLEGIBLE)

    assert wrong(file) == {"营业执照": "字迹或图像不清晰"}


def test_an_optional_one_is_missing_only_when_one_came_that_will_not_do() -> None:
    file = file_of()
    assert "照片" not in wrong(file)
    file.receive(by_clerk(), PHOTO, Form.ELECTRONIC, 1, stored("photo", "image/png"))
    file.reject(by_clerk(), PHOTO.material_code, RejectionGround.WRONG_FORM)

    [photo] = [one for one in missing(NEEDED, file.held) if one.name == "照片"]
    assert not photo.required


def test_the_same_file_again_is_the_same_event() -> None:
    file = file_of()
    assert file.receive(by_clerk(), LICENCE, Form.ELECTRONIC, 1, stored())
    assert not file.receive(by_clerk(later(1)), LICENCE, Form.ELECTRONIC, 1, stored())
    assert file.receive(by_clerk(later(1)), LICENCE, Form.ELECTRONIC, 1, stored("other"))

    assert kinds(file) == ["MaterialReceived", "MaterialReceived"]
    assert list(file.files_of(LICENCE.material_code)) == [
        stored().content_hash,
        stored("other").content_hash,
    ]


def test_a_rejected_file_does_not_come_back_unmended() -> None:
    file = file_of()
    file.receive(by_clerk(), LICENCE, Form.ELECTRONIC, 1, stored())
    file.reject(by_clerk(), LICENCE.material_code, RejectionGround.INCOMPLETE)

    with pytest.raises(MaterialNotTakenError, match="rejected"):
        file.receive(by_clerk(), LICENCE, Form.ELECTRONIC, 1, stored())
    assert file.receive(by_clerk(), LICENCE, Form.ELECTRONIC, 1, stored("mended"))


@pytest.mark.parametrize(
    ("form", "paper"),
    [("", True), ("纸质", True), ("电子", False), ("纸质/电子", True), ("电子件(PDF)", False)],
)
def test_a_file_is_as_good_as_paper_but_not_the_reverse(form: str, paper: bool) -> None:
    needed = Needed("M0000000001", "x", form=form)

    assert needed.takes(Form.ELECTRONIC)
    assert needed.takes(Form.PAPER) is paper


def test_the_list_may_name_kinds_of_files() -> None:
    assert Needed("M1", "x", form="电子件(PDF、JPG)").media == {"pdf", "jpeg"}
    assert Needed("M1", "x", form="电子").media == frozenset()


def test_a_certificate_of_the_library_stands_in_for_the_paper() -> None:
    file = file_of()
    assert file.reuse(by_clerk(), LICENCE, CERTIFICATE)
    assert not file.reuse(by_clerk(), LICENCE, CERTIFICATE)

    assert "营业执照" not in wrong(file)
    assert file.held[LICENCE.material_code].state is MaterialState.REUSED


@pytest.mark.parametrize("changed", [{"ended": True}, {"valid_to": date(2020, 10, 19)}])
def test_a_certificate_that_does_not_hold_is_not_reused(changed: dict[str, Any]) -> None:
    from dataclasses import replace

    with pytest.raises(MaterialNotTakenError, match="does not hold"):
        file_of().reuse(by_clerk(), LICENCE, replace(CERTIFICATE, **changed))
    last_day = replace(CERTIFICATE, valid_to=date(2020, 10, 20))
    assert file_of().reuse(by_clerk(), LICENCE, last_day)


def test_2_1_4_a_promised_material_is_not_missing_until_its_day_is_over() -> None:
    file = file_of()
    assert file.promise(by_clerk(), PLAN, DUE_ON)
    assert "平面图" not in wrong(file)

    assert file.lapse(by_clerk(later(10)), PLAN.material_code)
    assert not file.lapse(by_clerk(later(10)), PLAN.material_code)

    assert wrong(file)["平面图"] == "逾期未补齐"
    assert kinds(file) == ["MaterialPromised", "MaterialPromiseLapsed"]


def test_a_promise_that_was_kept_does_not_lapse() -> None:
    file = file_of()
    file.promise(by_clerk(), PLAN, DUE_ON)
    file.receive(by_clerk(later(2)), PLAN, Form.PAPER, 2)

    assert not file.lapse(by_clerk(later(10)), PLAN.material_code)
    assert wrong(file) == {"营业执照": "尚未提交"}


def test_what_was_kept_and_then_rejected_is_promised_again_until_its_day() -> None:
    file = file_of()
    file.promise(by_clerk(), PLAN, DUE_ON)
    file.receive(by_clerk(later(2)), PLAN, Form.PAPER, 2)
    file.reject(by_clerk(later(3)), PLAN.material_code, RejectionGround.UNSIGNED)

    assert wrong(file)["平面图"] == "未签字或盖章"
    assert file.lapse(by_clerk(later(10)), PLAN.material_code)


def test_a_promise_is_given_once_and_not_moved() -> None:
    file = file_of()
    file.promise(by_clerk(), PLAN, DUE_ON)
    assert not file.promise(by_clerk(), PLAN, DUE_ON)

    with pytest.raises(MaterialNotTakenError, match="promised for"):
        file.promise(by_clerk(), PLAN, date(2020, 11, 30))


def test_what_is_here_is_neither_promised_nor_returned_twice() -> None:
    file = file_of()
    file.receive(by_clerk(), PLAN, Form.PAPER, 2)
    with pytest.raises(MaterialNotTakenError):
        file.promise(by_clerk(), PLAN, DUE_ON)
    file.give_back(by_clerk(), PLAN.material_code)

    assert "平面图" in wrong(file)
    with pytest.raises(MaterialNotTakenError):
        file.give_back(by_clerk(), PLAN.material_code)
    with pytest.raises(MaterialNotTakenError):
        file.reject(by_clerk(), PLAN.material_code, RejectionGround.OTHER)


def test_only_what_the_list_asks_for_is_taken() -> None:
    assert asked(NEEDED, PLAN.material_code) is PLAN
    with pytest.raises(MaterialNotAskedError):
        asked(NEEDED, material_code("无犯罪记录证明"))


def test_a_code_is_of_the_name_alone() -> None:
    assert material_code("营业执照") == material_code(" 营业 执照")
    assert material_code("营业执照") != material_code("营业执照", 2) != material_code("执照")
    assert material_code("营业执照") == "M" + LICENCE.material_code[1:]
