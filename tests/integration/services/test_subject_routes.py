"""Personal data over HTTP and the command line, with the real service."""

from __future__ import annotations

import base64
import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.console.subject import GROUNDS, PURPOSES
from services.chassis.vault import Purpose, Seal, new_key
from services.intake.application import subject_of
from services.kernel.erasure import ErasureGround
from services.kernel.identity_numbers import resident_id_check
from tests.integration.services.test_subjects import (
    NUMBER,
    PERSON,
    Desk,
    begin,
    complete,
)
from tests.support.house import House
from tests.support.processes import banjian

OFFICER, CLERK = "data_officer", "clerk"
OTHER = "34129919010101002" + resident_id_check("34129919010101002")


@pytest.fixture(scope="module")
def desk(module_house: House) -> Iterator[Desk]:
    with module_house.serve("intake"):
        desk = Desk(module_house)
        yield desk
        desk.database.close()


def ask(
    desk: Desk, path: str, role: str = "", body: object = None, **headers: str
) -> tuple[int, Any]:
    request = urllib.request.Request(
        desk.house.url_of("intake") + path,
        None if body is None else json.dumps(body).encode(),
        {
            "Content-Type": "application/json",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        },
    )
    if role:
        request.add_header("Authorization", f"Bearer {desk.house.token(f'{role}-1', role)}")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            if "/accesses" not in path:
                assert role == "" or "erasure" in path or answer.headers["Cache-Control"]
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_from_search_to_erasure(desk: Desk) -> None:
    begin(desk, "case-1", "case-2")
    subject = subject_of("case-1")

    status, found = ask(desk, "/subjects/search", CLERK, {"id_number": NUMBER.lower()})
    assert (status, {one["subject_id"] for one in found}) == (
        200,
        {subject, subject_of("case-2")},
    )
    assert {hold["reason"] for one in found for hold in one["holds"]} == {"case-1", "case-2"}
    status, shown = ask(desk, f"/subjects/{subject}?purpose=contact", CLERK)
    assert (status, shown["masked"], shown["fields"]["name"]) == (200, True, "测***")
    status, shown = ask(desk, f"/subjects/{subject}", OFFICER)
    assert shown["masked"]
    status, shown = ask(desk, f"/subjects/{subject}?purpose=contact", OFFICER)
    assert (shown["masked"], shown["fields"]) == (False, PERSON)
    complete(desk, "case-1")
    status, refused = ask(desk, f"/subjects/{subject}/erasure", OFFICER, {"ground": "unlawful"})
    assert (status, refused["rule"]) == (422, "held")
    assert "case-2" in refused["detail"]
    complete(desk, "case-2")
    status, refused = ask(
        desk, f"/subjects/{subject}/erasure", OFFICER, {"ground": "retention_ended"}
    )
    assert (status, refused["rule"]) == (422, "archive_first")
    status, export = ask(desk, f"/subjects/{subject}/export?purpose=archive", OFFICER)
    assert [case["project_no"] for case in export["cases"]] == ["case-1", "case-2"]
    assert [one["fields"] for one in export["subjects"]] == [PERSON, PERSON]
    assert export["cases"][0]["history"][0]["type"] == "intake.case-submitted.v1"
    assert {one["action"] for one in export["accesses"]} == {"view", "search", "export"}

    for _ in range(2):
        status, erased = ask(
            desk,
            f"/subjects/{subject}/erasure",
            OFFICER,
            {"ground": "retention_ended"},
            Idempotency_Key="erase-1",
        )
        assert (status, len(erased["subject_ids"]), erased["bodies"]) == (200, 2, 0)

    status, shown = ask(desk, f"/subjects/{subject}?purpose=contact", OFFICER)
    assert (shown["fields"], shown["erased_at"] is None) == ({}, False)
    assert ask(desk, "/subjects/search", CLERK, {"id_number": NUMBER}) == (200, [])
    status, page = ask(desk, f"/subjects/{subject}/accesses?limit=2", OFFICER)
    assert [one["action"] for one in page["items"]] == ["erase", "export"]
    assert page["items"][0]["who"] == "data_officer-1"
    assert page["next"]


@pytest.mark.parametrize("role", ["", "officer", "clerk"])
def test_who_may(desk: Desk, role: str) -> None:
    expected = 403 if role else 401
    paths = ["/subjects/s-1/export", "/subjects/s-1/accesses"]
    assert [ask(desk, path, role)[0] for path in paths] == [expected] * 2
    assert ask(desk, "/subjects/s-1/erasure", role, {"ground": "unlawful"})[0] == expected
    reading = 404 if role == "clerk" else expected
    assert ask(desk, "/subjects/s-1", role)[0] == reading
    status, _ = ask(desk, "/subjects/search", role, {"id_number": NUMBER})
    assert status == (200 if role == "clerk" else expected)


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        (NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2"), "number_check"),
        ("E1234567", "number_form"),
        ("张三", "number_form"),
    ],
)
def test_a_number_of_nobody_is_refused_and_not_repeated(desk: Desk, number: str, rule: str) -> None:
    status, refused = ask(desk, "/subjects/search", CLERK, {"id_number": number})

    assert (status, refused["rule"], refused["field"]) == (422, rule, "id_number")
    assert number not in json.dumps(refused, ensure_ascii=False)


def test_a_passport_is_found_when_it_is_said_to_be_one(desk: Desk) -> None:
    begin(desk, "case-11", person={"name": "测试人丁", "document_no": "E7654321"})

    said = {"id_number": "e7654321", "document": True}
    assert [one["subject_id"] for one in ask(desk, "/subjects/search", CLERK, said)[1]] == [
        subject_of("case-11")
    ]


def test_the_command_line_does_the_same(desk: Desk, tmp_path: Path) -> None:
    house = desk.house
    begin(desk, "case-21", person=PERSON | {"document_no": OTHER})
    complete(desk, "case-21")
    subject = subject_of("case-21")

    assert subject in _said(house, "subject", "search", stdin=OTHER)
    shown = json.loads(house.banjian("subject", "show", subject, "--json"))
    assert shown["fields"]["phone"] == "199****3017"
    plain = house.banjian("subject", "show", subject, "--purpose", "contact")
    assert PERSON["phone"] in plain
    out = tmp_path / "export.json"
    house.banjian("subject", "export", subject, "--out", str(out), "--purpose", "archive")
    assert json.loads(out.read_text())["subjects"][0]["fields"]["document_no"] == OTHER
    assert out.stat().st_mode & 0o077 == 0
    erased = house.banjian(
        "subject", "erase", subject, "--ground", "retention_ended", "--yes", "--json"
    )
    assert json.loads(erased)["subject_ids"] == [subject]
    assert "erase" in house.banjian("subject", "accesses", subject)


def test_rotation_from_the_command_line(desk: Desk) -> None:
    house = desk.house
    begin(desk, "case-31", person=PERSON | {"document_no": OTHER})
    path = Path(house.env["BANJIAN_VAULT_KEY_FILE"])
    old = path.read_text()
    newer = new_key()
    path.write_text(base64.b64encode(newer).decode() + "\n" + old)
    try:
        waiting = json.loads(house.banjian("vault", "status", "intake", "--json"))
        assert waiting["key"] == Seal(newer).key_id
        assert not waiting["removable"]
        done = json.loads(house.banjian("vault", "rotate", "intake", "--json"))
        assert (done["left"], done["changed"] > 0) == (0, True)
        assert done["removable"] == [desk.seal.key_id]
        assert "nothing" in _said(house, "vault", "status", "intake")
        path.write_text(base64.b64encode(newer).decode())
        with desk.database.transaction() as cursor:
            person = type(desk.vault)(Seal.from_file(path)).open(
                cursor.connection, subject_of("case-31")
            )
        assert person["document_no"] == OTHER
    finally:
        path.write_text(base64.b64encode(newer).decode() + "\n" + old)


def test_the_command_line_knows_every_purpose_and_ground() -> None:
    assert {*PURPOSES} == {one.value for one in Purpose}
    assert {*GROUNDS} == {one.value for one in ErasureGround}


def _said(house: House, *arguments: str, stdin: str = "") -> str:
    done = subprocess.run(
        banjian(*arguments), env=house.env, input=stdin, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr
