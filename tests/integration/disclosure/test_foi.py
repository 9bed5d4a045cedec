"""Requests for information and proactive disclosure at the real service: HTTP, vault, timers."""

from __future__ import annotations

import csv
import io
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from services.chassis.eventlog.database import Database
from services.kernel.calendar_seed import SEED
from services.kernel.times import SHANGHAI
from tests.support.house import House
from tests.support.waiting import wait_until

NAME, NUMBER, PHONE = "测试人乙", "11010519491231002X", "13800000000"
TEXT = "申请公开2019年本县征地补偿标准及其依据"
ASKED = {"name": NAME, "id_number": NUMBER, "phone": PHONE, "text": TEXT}
OFFICER, HEAD = "foi-1:foi_officer", "head-1:foi_office_head"


class Desk:
    """Disclosure as people meet it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.database = Database(house.database_url_of("disclosure"))

    def ask(
        self, method: str, path: str, who: str = "", body: object = None, key: str = ""
    ) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        status, text = self.send(method, path, who, data, "application/json", key)
        return status, json.loads(text) if text else None

    def form(self, path: str, who: str, fields: dict[str, str]) -> tuple[int, str]:
        data = urllib.parse.urlencode(fields).encode()
        return self.send("POST", path, who, data, "application/x-www-form-urlencoded")

    def page(self, path: str, who: str = "") -> tuple[int, str]:
        return self.send("GET", path, who)

    def send(
        self,
        method: str,
        path: str,
        who: str = "",
        data: bytes | None = None,
        kind: str = "",
        key: str = "",
    ) -> tuple[int, str]:
        status, answer = self.fetch(method, path, who, data, kind, key)
        return status, answer.decode()

    def fetch(
        self,
        method: str,
        path: str,
        who: str = "",
        data: bytes | None = None,
        kind: str = "",
        key: str = "",
    ) -> tuple[int, bytes]:
        request = urllib.request.Request(
            self.house.url_of("disclosure") + path, data, method=method
        )
        if kind:
            request.add_header("Content-Type", kind)
        if key:
            request.add_header("Idempotency-Key", key)
        if who:
            account, _, role = who.partition(":")
            request.add_header("Authorization", f"Bearer {self.house.token(account, role)}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def act(self, number: str, who: str = OFFICER, **act: Any) -> Any:
        status, told = self.ask("POST", f"/foi/requests/{number}/acts", who, act)
        assert status == 200, told
        return told

    def register(self, raw_on: date, **said: Any) -> str:
        body = {**ASKED, "channel": "in_person", "raw_on": str(raw_on), **said}
        status, told = self.ask("POST", "/foi/register", OFFICER, body)
        assert status == 201, told
        return str(told["request_no"])

    def seen(self, number: str) -> Any:
        return self.ask("GET", f"/foi/requests/{number}", OFFICER)[1]


def today() -> date:
    return datetime.now(UTC).astimezone(SHANGHAI).date()


def working_days_ago(number: int) -> date:
    """Give the day so many working days ago, by the calendar the house knows."""
    return date.fromordinal(SEED.nth(SEED.through(today().toordinal()) - number))


@pytest.fixture(scope="module")
def desk(module_house: House) -> Iterator[Desk]:
    with module_house.serve("disclosure"):
        desk = Desk(module_house)
        yield desk
        desk.database.close()


def test_asked_by_internet_confirmed_and_answered(desk: Desk) -> None:
    status, told = desk.ask("POST", "/foi/requests", "", ASKED, key="turn-1")
    assert (status, told["state"]) == (201, "received")
    number, code = told["request_no"], told["code"]
    assert desk.ask("POST", "/foi/requests", "", ASKED, key="turn-1")[1]["code"] == code
    query = {"request_no": number, "code": code.lower()}
    status, shown = desk.ask("POST", "/foi/progress", "", query)
    assert (status, shown["received_on"], shown["waits_for"]) == (200, None, "confirmation")
    assert desk.ask("POST", "/foi/progress", "", query | {"code": "A" * 12})[0] == 404
    assert desk.ask("GET", f"/foi/requests/{number}")[0] == 401

    desk.act(number, act="confirm", received_on=str(today()))
    desk.act(number, act="assign", unit="D07", matter="land-price")
    assert desk.ask("GET", f"/foi/requests/{number}/texts", OFFICER)[1]["foi_text"] == TEXT
    notice = {"act": "extend", "notice_no": "N-1"}
    path = f"/foi/requests/{number}/acts"
    assert desk.ask("POST", path, OFFICER, notice)[0] == 403  # the head's to give
    desk.act(number, HEAD, **notice)
    refused = {"act": "answer", "reply": "provided", "letter_no": "L", "sealed_by": "S"}
    status, problem = desk.ask("POST", path, OFFICER, {**refused, "remedies": "无"})
    assert (status, problem["code"]) == (422, "no_remedies")  # F08
    assert desk.form(f"/foi-desk/{number}/letter", OFFICER, {})[0] == 404
    desk.act(number, **refused, note="答复如下：见附件。")
    desk.act(number, act="serve", served_on=str(today()), delivery="online")

    _, page = desk.form("/foi/query", "", query)
    for told in (json.dumps(desk.seen(number), ensure_ascii=False), page):
        assert not any(part in told for part in (NAME, NUMBER, PHONE, TEXT))
    assert "已送达" in page
    rows = desk.database.read("SELECT state FROM events")
    log = b"".join(bytes(row[0]) for row in rows).decode()
    assert not any(part in log for part in (NAME, NUMBER, PHONE, TEXT, "见附件"))
    assert len(desk.database.read("SELECT 1 FROM vault_access WHERE action = 'view'")) == 1
    holds = desk.database.read("SELECT released_at FROM vault_hold WHERE reason = %s", (number,))
    assert holds[0][0] is not None
    letter = f"/foi-desk/{number}/letter"
    assert desk.form(letter, "", {})[0] == 401
    status, page = desk.form(letter, OFFICER, {})
    assert status == 200
    assert all(part in page for part in (NAME, TEXT, "予以公开", "行政复议", "答复如下：见附件。"))
    assert len(desk.database.read("SELECT 1 FROM vault_access WHERE action = 'view'")) == 2
    assert f"{letter}.pdf" in page
    assert desk.form(f"{letter}.pdf", "", {})[0] == 401
    form = "application/x-www-form-urlencoded"
    status, file = desk.fetch("POST", f"{letter}.pdf", OFFICER, b"", form)
    printed = "".join(
        "".join(one.extract_text() for one in PdfReader(io.BytesIO(file)).pages).split()
    )
    said = re.findall(r"<p[^>]*>(.*?)</p>", page[page.index("<article") : page.index("</article>")])
    parts = [unescape(re.sub(r"<[^>]+>|\s", "", one)) for one in said]
    assert status == 200 and len(parts) == 8 and NAME in parts[1]
    assert [one for one in parts if one not in printed] == []
    assert len(desk.database.read("SELECT 1 FROM vault_access WHERE action = 'view'")) == 3


def test_late_silent_unpaid_and_carried_over(desk: Desk) -> None:
    late = desk.register(date(today().year - 2, 12, 1))
    wait_until(lambda: len(desk.seen(late)["history"]) == 4)  # overdue, two years' ends
    assert [one["type"].split(".")[1] for one in desk.seen(late)["history"][1:]].count(
        "foi-carried-forward"
    ) == 2
    assert desk.seen(late)["overdue"]
    asked_on = str(working_days_ago(17))
    silent = desk.register(working_days_ago(18))
    desk.act(silent, act="consult-third-party", party_no="P-1", asked_on=asked_on)
    wait_until(lambda: desk.seen(silent)["parties"][0]["stance"] == "silent")  # F05
    assert desk.seen(silent)["progress"]["due_at"] is not None
    silent = desk.register(working_days_ago(18))
    desk.act(silent, act="consult-co-authority", authority="D09", asked_on=asked_on)
    wait_until(lambda: desk.seen(silent)["parties"][0]["stance"] == "deemed_consent")


def test_m05_eleventh_request_of_a_person_in_a_month_costs(desk: Desk) -> None:
    numbers = [desk.register(today(), name=f"{NAME}{n}") for n in range(11)]
    asked = {"act": "ask-fee", "scale": "by_number", "notice_no": "N-1"}

    told = {n: desk.ask("POST", f"/foi/requests/{n}/acts", OFFICER, asked) for n in numbers}

    costly = [number for number, (status, _) in told.items() if status == 200]
    assert {one["code"] for status, one in told.values() if status == 422} == {"no_fee"}
    assert desk.seen(costly[0])["progress"]["fee_fen"] == 10_000


def test_f09_annual_table_adds_up_for_everybody_to_see(desk: Desk) -> None:
    year = today().year
    status, table = desk.ask("GET", f"/foi/annual/{year}")
    rows = table["rows"]
    assert status == 200
    for column in table["columns"]:
        came = rows["new"][column] + rows["carried_over"][column]
        assert came == rows["processed"][column] + rows["carried_forward"][column]
    assert rows["carried_over"]["total"] >= 1
    assert rows["granted"]["natural"] == 1
    _, text = desk.page(f"/foi/annual/{year}/table.csv")
    assert next(iter(csv.reader(io.StringIO(text.lstrip("\ufeff")))))[:2] == ["row", "natural"]
    assert "勾稽关系成立" in desk.page(f"/foi/report/{year}")[1]


def test_pages_do_what_the_api_does(desk: Desk) -> None:
    for path, part in (("/foi", "查询进度"), ("/foi/new", "所需政府信息"), ("/open", "五大助力")):
        status, page = desk.page(path)
        assert (status, part in page) == (200, True), path
    status, page = desk.form("/foi/new", "", {"name": NAME, "turn": "ab"})
    assert (status, "请填写身份证件号码" in page) == (422, True)
    status, page = desk.form("/foi/new", "", ASKED | {"turn": "ab12"})
    assert (status, "查询码" in page) == (201, True)
    said = ASKED | {"channel": "registered_post", "raw_on": str(today()), "turn": "cd34"}
    assert desk.form("/foi-desk/new", OFFICER, said)[0] == 201
    number = desk.register(today())
    assert number in desk.page("/foi-desk?state=registered", OFFICER)[1]
    assert "转承办单位" in desk.page(f"/foi-desk/{number}?act=assign", OFFICER)[1]
    place = f"/foi-desk/{number}/act"
    status, page = desk.form(place, OFFICER, {"act": "assign", "unit": ""})
    assert (status, "没有填写" in page) == (422, True)
    status, page = desk.form(place, OFFICER, {"act": "assign", "unit": "D07"})
    assert (status, "已经办理：转承办单位" in page) == (200, True)  # after the redirect
    page = desk.page("/foi-desk?unit=D07", OFFICER)[1]
    assert (number in page, '<option value="D07" selected>' in page) == (True, True)
    desk.database.run("INSERT INTO named VALUES (1, 'department', 'D08', '民政局')")
    page = desk.page("/foi-desk?unit=D08", OFFICER)[1]
    assert '<option value="D08" selected>民政局</option>' in page
    assert (number in page, '<option value="D07">' in page) == (False, True)
    reply = {"act": "answer", "reply": "refused", "letter_no": "L", "sealed_by": "S"}
    status, page = desk.form(place, OFFICER, reply)
    assert (status, "wrong_ground" in page) == (422, True)
    status, page = desk.form(place, OFFICER, {**reply, "grounds": "process"})
    assert (status, "不予公开" in page) == (200, True)
    assert NAME in desk.form(place, OFFICER, {"act": "open"})[1]


def test_proactive_entry_from_draft_to_feed_and_of_requests(desk: Desk) -> None:
    draft = {
        "node": "asked",
        "facet": "RESULT",
        "boosts": ["LIVELIHOOD"],
        "title": "征地补偿标准",
        "text": "2019年本县征地区片综合地价标准公布如下。",
        "formed_on": str(working_days_ago(3)),
    }
    editor, approver = "e-1:disclosure_editor", "a-1:disclosure_approver"
    secrecy = "s-1:secrecy_reviewer"
    status, told = desk.ask("POST", "/open/entries", editor, draft, key="entry-1")
    number = told["entry_no"]
    assert (status, told["state"]) == (201, "drafted")
    path = f"/open/entries/{number}/acts"
    assert desk.ask("POST", path, editor, {"act": "publish"})[0] == 422
    assert desk.page(f"/open/{number}")[0] == 404
    for who, act in ((secrecy, "review"), (approver, "approve"), (editor, "publish")):
        assert desk.ask("POST", path, who, {"act": act})[0] == 200
    for question, total in (("区片综合", 1), ("征地 地价", 1), ("地", 1), ("海洋", 0)):
        found = desk.ask("GET", f"/open/entries?q={urllib.parse.quote(question)}")[1]
        assert found["total"] == total, question
    assert desk.ask("GET", "/open/entries?boost=REFORM")[1]["total"] == 0
    assert "征地补偿标准" in desk.page(f"/open/{number}")[1]
    assert "征地补偿标准" in desk.page("/open?facet=RESULT&q=%E5%9C%B0%E4%BB%B7")[1]
    feed = ElementTree.fromstring(desk.page("/open/feed.atom")[1])
    assert number in ElementTree.tostring(feed, encoding="unicode")
    assert number in desk.page("/open/sitemap.xml")[1]

    convert = {"act": "convert", "matter": "land-price"}
    assert desk.ask("POST", path, editor, convert)[1]["code"] == "not_often_asked"
    for _ in range(2):
        desk.act(desk.register(today()), act="assign", unit="D07", matter="land-price")
    assert desk.ask("POST", path, editor, convert)[0] == 200
    assert desk.ask("GET", f"/open/entries/{number}")[1]["matter"] == "land-price"
    assert desk.ask("GET", "/foi/matters", OFFICER)[1][0]["entry_no"] == number

    late = {**draft, "formed_on": str(date(today().year - 1, 1, 6)), "title": "迟到的信息"}
    number = desk.ask("POST", "/open/entries", editor, late)[1]["entry_no"]
    wait_until(lambda: "超过二十个工作日未发布" in desk.page(f"/open-desk/{number}", editor)[1])
    assert number in desk.page("/open-desk", editor)[1]
    form = {name: value for name, value in draft.items() if isinstance(value, str)}
    status, page = desk.form("/open-desk/write", editor, {**form, "text": f"电话{PHONE}"})
    assert (status, "请去掉" in page) == (422, True)
    assert desk.form("/open-desk/write", editor, form)[0] == 200
