"""Supervision at the real service: acts and lists over HTTP, timers, cards over the bus, pages."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from services.chassis.eventlog.application import Application
from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.disclosure.application import Disclosure
from services.disclosure.projections import READ_MODEL
from services.disclosure.projections.lookups import Rows
from services.disclosure.service.supervision_following import SupervisionFollowing
from tests.contract.process_stories import PROCESS_STORIES
from tests.integration.disclosure.conftest import event
from tests.integration.disclosure.test_foi import Desk, today
from tests.support.house import House
from tests.support.waiting import wait_until

SUPERVISOR, OFFICER = "super-1:supervisor", "open-1:disclosure_officer"
UNIT, OTHER = "unit-7:unit@D07", "unit-12:unit@D12"
PHONE = "13800000000"


class Supervision(Desk):
    """Disclosure as those meet it who supervise, and are supervised."""

    def send(
        self,
        method: str,
        path: str,
        who: str = "",
        data: bytes | None = None,
        kind: str = "",
        key: str = "",
    ) -> tuple[int, str]:
        """`who` is an account, a colon, a role and, after @, a unit."""
        address = self.house.url_of("disclosure") + path
        request = urllib.request.Request(address, data, method=method)
        if kind:
            request.add_header("Content-Type", kind)
        if key:
            request.add_header("Idempotency-Key", key)
        if who:
            account, _, rest = who.partition(":")
            role, _, unit = rest.partition("@")
            token = self.house.token(account, role, **({"unit": unit} if unit else {}))
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def act(self, who: str, status: int = 201, key: str = "", **said: Any) -> Any:
        found, told = self.ask("POST", "/supervision/acts", who, said, key)
        assert found == status, (said, told)
        return told

    def rows(self, path: str, who: str = SUPERVISOR) -> list[Any]:
        status, told = self.ask("GET", f"/supervision/{path}", who)
        assert status == 200, told
        return list(told["items"]) if isinstance(told, dict) else told


@pytest.fixture(scope="module")
def desk(module_house: House) -> Iterator[Supervision]:
    log = Database(module_house.database_url_of("approval"))
    approval = Application(log)
    for name in ("approval-silent-project", "approval-counted-task"):
        approval.keep(PROCESS_STORIES[name]())
    with ExitStack() as running:
        running.enter_context(module_house.relay("approval"))
        running.enter_context(module_house.serve("disclosure"))
        desk = Supervision(module_house)
        yield desk
        desk.database.close()
        log.close()


def test_cycles_schedule_themselves_are_missed_and_met_late(desk: Supervision) -> None:
    begins = today() - timedelta(days=today().weekday() + 28)
    start = {"act": "start-cycles", "units": ["D07", "D12"], "begins": str(begins)}
    cycles = ["WEEKLY_UPDATE", "ANNUAL_APPRAISAL"]
    desk.act(OFFICER, 403, **start, cycles=cycles)
    desk.act(SUPERVISOR, **start, cycles=cycles, key="start-1")
    desk.act(SUPERVISOR, **start, cycles=cycles, key="start-1")
    weeks = "obligations?unit=D07&cycle=WEEKLY_UPDATE"
    wait_until(lambda: len(desk.rows(weeks)) == 5)  # turn after turn, up to now
    wait_until(lambda: len(desk.rows(f"{weeks}&state=missed")) >= 2)
    first, second, *_ = desk.rows(weeks)
    assert len(desk.rows("obligations?cycle=ANNUAL_APPRAISAL")) in (2, 4)  # across a new year
    assert {row["unit"] for row in desk.rows("obligations", UNIT)} == {"D07"}
    assert [one["unit"] for one in desk.rows("units")] == ["D07", "D12"]

    meet = {"act": "meet", "on": str(today()), "evidence": "P2020091700000001"}
    assert desk.act(OTHER, 422, **meet, obligation_no=first["obligation_no"])["code"] == (
        "not_the_unit"
    )
    told = desk.act(UNIT, **meet, obligation_no=first["obligation_no"])
    assert told["state"] == "met_late"
    states = {row["obligation_no"]: row["state"] for row in desk.rows(weeks)}
    assert states[first["obligation_no"]] == "met_late"
    assert states[second["obligation_no"]] == "missed"
    told = desk.act(UNIT, 422, **meet | {"evidence": PHONE}, obligation_no=second["obligation_no"])
    assert told["code"] == "personal_data"
    page = desk.ask("GET", f"/supervision/{weeks}&limit=3", SUPERVISOR)[1]
    rest = desk.rows(f"{weeks}&limit=3&cursor={page['next']}")
    assert (len(page["items"]), len(rest)) == (3, 2)

    desk.act(SUPERVISOR, act="end-cycle", unit="D12", cycle="WEEKLY_UPDATE", on=str(today()))
    assert desk.rows("units")[1]["cycles"] == ["ANNUAL_APPRAISAL"]


def test_what_a_unit_publishes_is_its_weekly_update(desk: Supervision) -> None:
    weeks = "obligations?unit=D15&cycle=WEEKLY_UPDATE"
    start = {"act": "start-cycles", "units": ["D15"], "begins": str(today())}
    desk.act(SUPERVISOR, **start, cycles=["WEEKLY_UPDATE"])
    editor = "e-15:disclosure_editor@D15"
    draft = {"node": "plans", "facet": "RESULT", "boosts": [], "text": "全文"}
    draft |= {"title": "年度规划", "formed_on": str(today())}

    def publish() -> str:
        status, answer = desk.ask("POST", "/open/entries", editor, draft)
        assert status == 201, answer
        number = answer["entry_no"]
        for who, act in (
            ("s-1:secrecy_reviewer", "review"),
            ("a-1:disclosure_approver", "approve"),
        ):
            assert desk.ask("POST", f"/open/entries/{number}/acts", who, {"act": act})[0] == 200
        said = {"act": "publish"}
        assert desk.ask("POST", f"/open/entries/{number}/acts", editor, said)[0] == 200
        return str(number)

    assert {row["state"] for row in desk.rows(weeks)} <= {"owed", "missed"}
    number = publish()
    publish()

    [row] = [row for row in desk.rows(weeks) if row["state"].startswith("met")]
    met = desk.database.read(
        "SELECT convert_from(state, 'UTF8')::jsonb -> 'data' ->> 'evidence' FROM events"
        " WHERE topic = 'disclosure.supervision-obligation-met.v1'"
        " AND convert_from(state, 'UTF8') LIKE %s",
        (f"%{row['obligation_no']}%",),
    )
    assert met == [(number,)], "the first of the week, once"


def test_notice_is_issued_overdue_answered_and_verified(desk: Supervision) -> None:
    on, due = today() - timedelta(days=9), today() - timedelta(days=2)
    said = {"act": "issue-notice", "unit": "D07", "issues": ["三个栏目未更新"], "on": str(on)}
    number = desk.act(SUPERVISOR, **said, due_on=str(due), key="notice-1")["key"]
    assert desk.act(SUPERVISOR, **said, due_on=str(due), key="notice-1")["key"] == number
    wait_until(lambda: desk.rows("notices?unit=D07&overdue=true"))
    place = f"/supervision/notices/{number}"
    assert desk.ask("GET", place, OTHER)[0] == 404
    desk.act(UNIT, act="answer", notice_no=number, answer="已更新", on=str(today()))
    verify = {"act": "verify", "notice_no": number, "on": str(today())}
    assert desk.act(SUPERVISOR, 422, **verify)["code"] == "empty"
    later = str(today() + timedelta(days=9))
    desk.act(SUPERVISOR, **verify, remark="还有一个", due_on=later)
    desk.act(UNIT, act="answer", notice_no=number, answer="全部更新", on=str(today()))
    told = desk.act(SUPERVISOR, **verify, accepted=True)

    view = desk.ask("GET", place, UNIT)[1]
    assert (told["state"], view["notice"]["state"]) == ("verified", "verified")
    assert [one["type"].split(".")[1].removeprefix("rectification-") for one in view["events"]] == [
        *("notice-issued", "overdue", "answered", "verified", "answered", "verified")
    ]


def test_cards_follow_approval_over_the_bus(desk: Supervision) -> None:
    def colours(process_no: str) -> list[tuple[str, str, str, str | None]]:
        return sorted(
            (row["colour"], row["clock"], row["unit"], row["excuse"])
            for row in desk.rows("cards?limit=500")
            if row["process_no"] == process_no
        )

    wait_until(lambda: len(desk.rows("cards?limit=500")) == 4)
    assert colours("case-A") == [
        ("RED", "PROMISED", "DA", None),
        ("RED", "STATUTORY", "DA", None),
    ]
    # Withdrawn with the liability, and issued again when the limit passed again.
    assert colours("p-1") == [
        ("RED", "PROMISED", "DA", None),
        ("YELLOW", "PROMISED", "DA", None),
    ]
    row = desk.rows("cards?colour=RED&limit=1")[0]
    history = desk.database.read(
        "SELECT topic FROM events WHERE topic LIKE 'disclosure.card-%%' ORDER BY xid, id"
    )
    assert [one[0] for one in history].count("disclosure.card-withdrawn.v1") == 1
    withdraw = {"act": "withdraw-card", "warning_no": row["warning_no"]}
    desk.act(OFFICER, 403, **withdraw)
    assert desk.act(SUPERVISOR, **withdraw)["state"] == "withdrawn"
    assert desk.act(SUPERVISOR, 422, **withdraw)["code"] == "retracted"
    assert len(desk.rows("cards?standing=true&limit=500")) == 3


def test_card_of_a_joint_limit_is_the_leads_and_goes_when_the_limit_moves(
    desk: Supervision,
) -> None:
    following = SupervisionFollowing()
    following.figures = Disclosure(desk.database, READ_MODEL, look=Rows)
    due, later = "2020-11-03T23:59:59+08:00", "2020-11-10T23:59:59+08:00"
    said = {"process_no": "p-1", "clock": "JOINT"}
    at = "2020-11-04T00:00:00+08:00"
    passed = event("clock-breached", 90, project_no="", detected_at=at, due_at=due, **said)
    limits = {"old_due_at": due, "new_due_at": later}
    moved = event("clock-recalculated", 91, project_no="", detected_at=at, **limits, **said)

    def follow(*events: Event) -> tuple[str, str | None]:
        with following.figures.unit_of_work():
            following.follow_limits([of_approval(one) for one in events])
        row = next(row for row in desk.rows("cards?limit=500") if row["clock"] == "JOINT")
        return row["unit"], row["excuse"]

    assert follow(passed) == ("DA", None)
    assert follow(passed, moved) == ("DA", "LIMIT_MOVED")


def of_approval(event: Event) -> Event:
    """Give an event as approval sends it: without a task it names no case."""
    data = {k: v for k, v in msgspec.json.decode(event.body.data).items() if v}
    body = msgspec.structs.replace(event.body, data=msgspec.Raw(msgspec.json.encode(data)))
    topic = event.type.replace("intake", "approval")
    return msgspec.structs.replace(event, source="approval", type=topic, body=body)


def test_what_is_recorded_is_listed_published_and_taken_back(desk: Supervision) -> None:
    on = str(today())
    training = {"act": "hold-training", "title": "条例培训", "on": on, "attendees": 157}
    number = desk.act(OFFICER, **training, training_no="X-1")["key"]
    assert desk.act(OFFICER, 422, **training, training_no="X-1")["code"] == "already_recorded"
    desk.act(UNIT, 403, **training)
    inspect = {"act": "record-inspection", "unit": "3412XX001", "on": on, "covert": True}
    desk.act(SUPERVISOR, **inspect, faults=["FLOW_POSTED"])
    outreach = {"act": "hold-outreach", "form": "VISIT", "count": 4, "enterprises": 7, "on": on}
    desk.act(OFFICER, **outreach, issues=["夜间取件"], outreach_no="W-1")
    desk.act(OFFICER, act="resolve-issue", issue_no="W-1.1", on=on, text="已设置")
    assert [one["resolved_on"] for one in desk.rows("issues")] == [on]
    count = {"counter": "gate-1", "day": on, "count": 2086}
    desk.act(OFFICER, act="count-visitors", **count)
    assert desk.act(OFFICER, 422, act="count-visitors", **count)["code"] == "counted_before"
    period = {"begin": on, "end": on, "count": 9, "counter": "portal"}
    desk.act(OFFICER, act="count-page-visits", page="open-column", **period)
    desk.act(OFFICER, act="count-enquiries", **period)
    fact = {"code": "guides", "name": "印发指南", "unit": "份", "as_of": on}
    desk.act(OFFICER, act="report-fact", **fact, value="20000", source_document="总结")
    lagging = [{"unit": "D07", "reason": "更新不及时"}]
    said = {"title": "第三季度通报", "on": on, "lagging": lagging, "period": "2020Q3"}
    circular = desk.act(OFFICER, act="publish-circular", **said, text="情况如下。")["key"]

    kinds = [row["kind"] for row in desk.rows("records?limit=500")]
    assert len(kinds) == len(set(kinds)) == 7
    view = desk.ask("GET", f"/supervision/circulars/{circular}")[1]
    assert (view["circular"]["units"], view["lagging"][0]["period"]) == (["D07"], "2020Q3")
    assert "更新不及时" in desk.page(f"/circulars/{circular}")[1]
    retract = {"act": "retract", "reason": "ENTERED_TWICE"}
    desk.act(OFFICER, **retract, kind="training-held", record_no=number)
    desk.act(OFFICER, **retract, kind="hall-visitors-counted", record_no="gate-1", begin=on)
    desk.act(OFFICER, **retract, kind="circular-published", record_no=circular)
    assert len(desk.rows("records?limit=500")) == 5
    assert desk.page(f"/circulars/{circular}")[0] == 404
    desk.act(OFFICER, act="count-visitors", **count)
    assert desk.rows("records?kind=hall-visitors-counted")[0]["amount"] == 2086


def test_scores_from_a_file_with_wrong_rows(desk: Supervision) -> None:
    text = (
        "季度,得分,名次,参评数,依据文件,文件日期\n"
        "2020Q2,81.49,2,9,第二季度通报,2020-07-15\n2020Q3,82.51,10,9,通报,2020-10-12\n"
        "2020Q3,,2,9,通报,2020-10-12\n2020Q3,82.51,2,9,第三季度通报,2020-10-12\n"
    )
    path, data = "/supervision/scores.csv", text.encode()

    def sent(query: str = "") -> Any:
        status, told = desk.send("POST", path + query, OFFICER, data, "text/csv")
        assert status == 200, told
        return json.loads(told)

    looked = sent("?check=true")
    assert (looked["imported"], [one["row"] for one in looked["faults"]]) == (2, [3, 4])
    assert desk.rows("scores") == []
    told = sent()
    assert (told["rows"], told["imported"], told["unchanged"]) == (4, 2, 0)
    assert [(one["row"], one["field"]) for one in told["faults"]] == [(3, "rank"), (4, "score")]
    assert sent()["unchanged"] == 2
    scores = [(one["period"], one["score_hundredths"]) for one in desk.rows("scores")]
    assert scores == [("2020Q2", 8149), ("2020Q3", 8251)]
    assert "82.51" in desk.page("/scores")[1]


def test_pages_do_what_the_api_does(desk: Supervision) -> None:
    status, page = desk.page("/supervision", SUPERVISOR)
    assert status == 200
    assert all(part in page for part in ("本周到期", "逾期未办", "红牌", "测评得分", "台账"))
    assert "登记培训" not in desk.page("/supervision", UNIT)[1]
    assert desk.page("/supervision")[0] == 401
    for what in ("obligations", "notices", "cards", "records", "units"):
        assert desk.page(f"/supervision/desk/{what}?state=&since=&until=", SUPERVISOR)[0] == 200
    assert desk.page("/supervision/desk/units", UNIT)[0] == 404
    place, on = "/supervision/write/hold-training", str(today())
    assert desk.page(place, UNIT)[0] == 404
    assert 'name="attendees"' in desk.page(place, OFFICER)[1]
    status, page = desk.form(place, OFFICER, {"title": "培训", "on": on})
    assert (status, "请填写" in page, 'value="培训"' in page) == (422, True, True)
    fields = {"title": f"找{PHONE}", "on": on, "attendees": "3"}
    status, page = desk.form(place, OFFICER, fields)
    assert (status, "请去掉" in page) == (422, True)
    status, page = desk.form(place, OFFICER, fields | {"title": "夜校", "turn": "ab12"})
    assert (status, "已经登记" in page, "夜校" in page) == (200, True, True)
    said = {"unit": "D07", "issues": "一\n二", "on": on, "notice_no": "Z-9", "turn": "cd34"}
    due = str(today() + timedelta(days=9))
    status, page = desk.form("/supervision/write/issue-notice", SUPERVISOR, said | {"due_on": due})
    assert (status, "Z-9" in page) == (200, True)
    status, page = desk.page("/supervision/desk/notices/Z-9", UNIT)
    assert (status, "反馈整改情况" in page) == (200, True)
    answer = {"notice_no": "Z-9", "answer": "都改了", "on": on, "turn": "ef56"}
    status, page = desk.form("/supervision/write/answer", UNIT, answer)
    assert (status, "待核查" in page, "都改了" in page) == (200, True, True)
    boundary = "b0undary"
    parts = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="check"\r\n\r\n1\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="s.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n季度,得分,名次,参评数,依据文件,文件日期\r\n"
        f"2020Q9,1,1,1,D,2020-01-01\r\n--{boundary}--\r\n"
    )
    status, page = desk.send(
        "POST",
        "/supervision/write/import-score/file",
        OFFICER,
        parts.encode(),
        f"multipart/form-data; boundary={boundary}",
    )
    assert (status, "有误 1 行" in page) == (200, True)


def test_nothing_personal_stands_in_the_log(desk: Supervision) -> None:
    rows = desk.database.read("SELECT state FROM events")

    assert PHONE not in b"".join(bytes(row[0]) for row in rows).decode()
