"""Records somebody wants corrected, and the rights of who asked, at the real service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.integration.disclosure.test_foi import (
    NAME,
    NUMBER,
    OFFICER,
    PHONE,
    TEXT,
    Desk,
    today,
)
from tests.support.house import House

DATA = "data-1:data_officer"
WRONG, PROOF = "婚姻登记档案把配偶姓名写错了", "结婚证原件，编号见复印件"
RECORD = {"name": NAME, "id_number": NUMBER, "phone": PHONE, "text": WRONG, "evidence": PROOF}
SECRETS = (NAME, NUMBER, PHONE, WRONG, PROOF, TEXT)


@pytest.fixture(scope="module")
def desk(module_house: House) -> Iterator[Desk]:
    with module_house.serve("disclosure"):
        desk = Desk(module_house)
        yield desk
        desk.database.close()


def ask(desk: Desk, key: str) -> tuple[str, str]:
    status, told = desk.ask("POST", "/corrections", "", RECORD, key=key)
    assert (status, told.get("state")) == (201, "received"), told
    return told["correction_no"], told["code"]


def test_art_41_a_record_is_asked_to_be_corrected_and_answered_once(desk: Desk) -> None:
    number, code = ask(desk, "turn-1")
    assert ask(desk, "turn-1") == (number, code)
    status, problem = desk.ask("POST", "/corrections", "", {**RECORD, "evidence": "  "})
    assert (status, problem["code"]) == (422, "incomplete_request")
    assert desk.ask("GET", "/corrections")[0] == 401
    listed = desk.ask("GET", "/corrections", OFFICER)[1]["items"]
    assert number in [one["correction_no"] for one in listed]

    assert desk.ask("GET", f"/corrections/{number}/texts", OFFICER)[1]["record_text"] == WRONG
    path = f"/corrections/{number}/decision"
    passed = {"outcome": "transferred", "letter_no": "GZ-1"}
    status, problem = desk.ask("POST", path, OFFICER, passed)
    assert (status, problem["code"]) == (422, "no_authority")
    assert desk.ask("POST", path, OFFICER, {**passed, "authority": "民政局"})[0] == 200
    status, problem = desk.ask("POST", path, OFFICER, {"outcome": "corrected", "letter_no": "B"})
    assert (status, problem["code"]) == (422, "record_decided")

    seen = desk.ask("GET", f"/corrections/{number}", OFFICER)[1]
    query = {"request_no": number, "code": code.lower()}
    status, page = desk.form("/foi/query", "", query)
    assert (status, "民政局" in page) == (200, True)
    wrong = desk.form("/foi/query", "", query | {"code": "A" * 12})
    nobody = desk.form("/foi/query", "", query | {"request_no": "G20200101000000000"})
    assert (wrong[0], nobody[0]) == (404, 404)  # and neither says which of the two was wrong
    assert "没有找到" in wrong[1] and "没有找到" in nobody[1]
    log = b"".join(bytes(row[0]) for row in desk.database.read("SELECT state FROM events")).decode()
    assert "行政复议" in log
    for said in (json.dumps(seen, ensure_ascii=False), page, log):
        assert not any(secret in said for secret in SECRETS)


def test_a_form_keeps_what_was_typed_and_says_what_is_wrong(desk: Desk) -> None:
    status, page = desk.form("/corrections/new", "", {**RECORD, "evidence": ""})
    assert (status, WRONG in page, 'id="e-evidence"' in page) == (422, True, True)
    number, _ = ask(desk, "turn-2")
    place = f"/foi-desk/corrections/{number}"
    assert WRONG not in desk.page(place, OFFICER)[1]
    assert WRONG in desk.form(place, OFFICER, {"act": "open"})[1]
    status, page = desk.form(place, OFFICER, {"act": "decide", "letter_no": "GZ-2"})
    assert (status, "请选择审核结果" in page, "GZ-2" in page) == (422, True, True)
    decided = {"act": "decide", "letter_no": "GZ-2", "outcome": "corrected"}
    assert "审核属实" in desk.form(place, OFFICER, decided)[1]


def test_an_application_on_paper_is_entered_with_the_day_it_came(desk: Desk) -> None:
    came = str(today() - timedelta(days=3))
    paper = {**RECORD, "received_on": came}
    assert desk.ask("POST", "/corrections/register", "", paper)[0] == 401
    later = {**RECORD, "received_on": str(today() + timedelta(days=1))}
    status, problem = desk.ask("POST", "/corrections/register", OFFICER, later)
    assert (status, problem["code"], problem["field"]) == (422, "receipt_date", "received_on")
    status, told = desk.ask("POST", "/corrections/register", OFFICER, paper)
    assert status == 201
    seen = desk.ask("GET", f"/corrections/{told['correction_no']}", OFFICER)[1]
    assert (seen["received_on"], seen["history"][0]["actor"]["role"]) == (came, "foi_officer")

    form = "/foi-desk/corrections/new"
    assert desk.page(form)[0] == 401 and 'name="received_on"' in desk.page(form, OFFICER)[1]
    assert 'name="received_on"' not in desk.page("/corrections/new")[1]
    status, page = desk.form(form, OFFICER, {**RECORD, "received_on": ""})
    assert (status, WRONG in page, 'id="e-received_on"' in page) == (422, True, True)
    status, page = desk.form(form, OFFICER, later)
    assert (status, "不能晚于今天" in page) == (422, True)
    status, page = desk.form(form, OFFICER, {**paper, "turn": "ab12"})
    assert (status, "查询码" in page) == (201, True)
    assert desk.form(form, OFFICER, {**paper, "turn": "ab12"})[1] == page  # sent twice, once taken


def test_a_person_is_found_exported_and_erased_for_good(desk: Desk) -> None:
    request = desk.register(today())
    number, _ = ask(desk, "turn-3")
    status, found = desk.ask("POST", "/subjects/search", DATA, {"id_number": NUMBER})
    assert status == 200
    holds = {hold["reason"]: hold["kind"] for one in found for hold in one["holds"]}
    assert (holds[request], holds[number]) == ("request", "record_correction")
    subject = found[0]["subject_id"]
    masked = desk.ask("GET", f"/subjects/{subject}", OFFICER)[1]
    assert masked["masked"] and not any(secret in str(masked) for secret in (NUMBER, PHONE))
    told = desk.house.banjian("subject", "show", subject, "--service", "disclosure", "--json")
    assert json.loads(told)["holds"] == masked["holds"]
    assert desk.ask("GET", f"/subjects/{subject}/export", OFFICER)[0] == 403
    wrong = desk.ask("POST", "/subjects/search", DATA, {"id_number": NUMBER[:-1] + "1"})
    assert wrong[0] == 422 and NUMBER[:-1] not in str(wrong[1])

    erase = ("POST", f"/subjects/{subject}/erasure", DATA, {"ground": "purpose_ended"})
    status, problem = desk.ask(*erase)
    assert (status, problem["rule"]) == (422, "held")
    for one in desk.ask("GET", "/corrections", OFFICER)[1]["items"]:
        path, said = f"/corrections/{one['correction_no']}/decision", {"outcome": "unfounded"}
        assert desk.ask("POST", path, OFFICER, {**said, "letter_no": "GZ-3"})[0] == 200
    desk.act(request, act="withdraw")
    status, problem = desk.ask(*erase)
    assert (status, problem["rule"]) == (422, "archive_first")
    file = desk.ask("GET", f"/subjects/{subject}/export?purpose=archive", DATA)[1]
    assert {one["number"] for one in file["files"]} >= {request, number}
    assert NUMBER in str(file["subjects"])

    status, gone = desk.ask(*erase)
    assert status == 200 and {one["subject_id"] for one in found} == set(gone["subject_ids"])
    assert desk.ask("GET", f"/subjects/{subject}", DATA)[1]["fields"] == {}
    assert desk.ask("POST", "/subjects/search", DATA, {"id_number": NUMBER})[1] == []
    assert desk.ask("GET", f"/foi/requests/{request}/texts", OFFICER)[1] == {}
    accesses = desk.ask("GET", f"/subjects/{subject}/accesses", DATA)[1]["items"]
    done = [one["action"] for one in accesses]
    assert done[0] == "erase" and "export" in done
    assert desk.ask(*erase)[0] == 200  # once more does nothing more
    log = b"".join(bytes(row[0]) for row in desk.database.read("SELECT state FROM events")).decode()
    assert not any(secret in log for secret in SECRETS) and "purpose_ended" in log
