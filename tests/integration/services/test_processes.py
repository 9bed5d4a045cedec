"""A project through the real house: one form, several departments, silence, and who answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import contracts
from services.approval import projections
from services.approval.application import Approval
from services.approval.domain import Process
from services.chassis.eventlog.database import Database
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Facts
from services.kernel.times import SHANGHAI
from tests.integration.services.test_way_of_a_case import Client
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.approval.projects import CLERK, member, opening

SERVICES = ("catalog", "intake", "approval")
TEMPLATE = contracts.example("catalog.item-published.v1", "minimal")
CODES = {name: f"123412XXMB00000{number}X4000100001000" for number, name in enumerate("ABCD", 11)}
SCHEME = {
    "scheme": "PRIVATE",
    "label": "社会投资项目并联审批",
    "kind": "PRIVATE_INVESTMENT",
    "lead": "DA",
    "members": [
        {"item_code": CODES["A"], "department": "DA"},
        {"item_code": CODES["B"], "department": "DB", "needs": [CODES["A"]]},
        {"item_code": CODES["C"], "department": "DC", "waivable": True},
        {"item_code": CODES["D"], "department": "DD", "needs": [CODES["C"]]},
    ],
    "joint_limit_days": 45,
    "joint_extension_days": 15,
}
REGION = {"region": "3412XX", "name": "示例县", "level": 4}
BUREAU = {"level": 4, "region": "3412XX", "resident": True, "since": "2020-01-02"}


class Hall(Client):
    """HTTP of a house, in the roles of a hall."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.database = Database(house.database_url_of("approval"))

    def act(
        self, path: str, who: str, body: Any, service: str = "approval", key: str = ""
    ) -> tuple[int, Any]:
        """Ask as `<account>:<role>[:<unit>]`."""
        account, role, *unit = who.split(":")
        token = self.house.token(account, role, unit=unit[0] if unit else "", window="07")
        headers = {"Idempotency_Key": key} if key else {}
        return self.ask("POST", service, path, body, token, **headers)

    def must(self, path: str, who: str, body: Any, service: str = "approval") -> Any:
        """Ask, and be answered that it was done."""
        status, answer = self.act(path, who, body, service)
        assert status in (200, 201), answer
        return answer

    def open(self, code: str, *items: str) -> dict[str, str]:
        """Hand a project in and wait until its process is there; gives its cases by item."""
        body = {
            "scheme": "PRIVATE",
            "title": "城东标准化厂房",
            "applicant": {"name": "测试申请人甲"},
            "items": [CODES[item] for item in items],
            "project_code": code,
        }
        answer = self.must("/projects", "clerk-12:clerk", body, "intake")
        wait_until(lambda: self.get("approval", f"/processes/{code}")[0] == 200, 30)
        return dict(zip(items, answer["cases"], strict=True))

    def states(self, code: str) -> dict[str, str]:
        process = self.get("approval", f"/processes/{code}")[1]["process"]
        names = {number: name for name, number in CODES.items()}
        return {names[task["item_code"]]: task["state"] for task in process["tasks"]}

    def decide(self, number: str, department: str, decision: str = "approve") -> Any:
        who = f"officer-{department}:officer:{department}"
        return self.must(f"/cases/{number}/decision", who, {"decision": decision})

    def pass_time(self, key: str) -> None:
        """Let the limit of a task have passed: its deadline falls due now."""
        self.database.run(
            "UPDATE deadlines SET due_at = clock_timestamp(), try_at = clock_timestamp()"
            " WHERE kind = 'task_passing' AND key = %s",
            (key,),
        )


@pytest.fixture(scope="module")
def hall(module_house: House) -> Iterator[Hall]:
    with ExitStack() as stack:
        for service in SERVICES:
            stack.enter_context(module_house.serve(service))
            stack.enter_context(module_house.relay(service))
        hall = Hall(module_house)
        stack.callback(hall.database.close)
        editor = "editor-1:catalog_editor"
        told = ("published_at", "retroactive", "origin")
        item = {name: value for name, value in TEMPLATE.items() if name not in told}
        hall.must("/regions", editor, REGION, "catalog")
        for name, code in CODES.items():
            bureau = BUREAU | {"department": f"D{name}", "name": f"示例局{name}"}
            hall.must("/departments", editor, bureau, "catalog")
            own = {"item_code": code, "item_version": 1, "department": f"D{name}"}
            hall.must("/items", editor, item | own | {"statutory_limit_days": 20}, "catalog")
        soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
        hall.must("/schemes", editor, SCHEME | {"effective_from": soon}, "catalog")
        wait_until(lambda: is_ready(hall), 30)
        yield hall


def is_ready(hall: Hall) -> bool:
    """Whether the scheme has arrived at both services, with the items it names."""
    body = {"scheme": "PRIVATE", "title": "t", "applicant": {"name": "测试申请人甲"}}
    status, _ = hall.act("/projects", "clerk-12:clerk", body, "intake", key="ready")
    return status == 201


def test_project_goes_side_by_side_from_one_form_to_its_decision(hall: Hall) -> None:
    cases = hall.open("GC-1", "A", "B", "C", "D")
    assert hall.states("GC-1") == {"A": "open", "B": "blocked", "C": "open", "D": "blocked"}

    hall.must(f"/tasks/{cases['A']}/start", "officer-DA:officer:DA", {})
    assert hall.states("GC-1")["A"] == "in_progress"
    hall.decide(cases["A"], "DA")
    hall.decide(cases["C"], "DC")
    assert hall.states("GC-1") == {"A": "approved", "B": "open", "C": "approved", "D": "open"}
    hall.decide(cases["B"], "DB", "reject")
    hall.decide(cases["D"], "DD")

    process = hall.get("approval", "/processes/GC-1")[1]["process"]
    assert process["result"] == "rejected"
    assert process["scheme_version"] == 1
    for item, granted in (("A", True), ("B", False), ("D", True)):
        path = f"/cases/{cases[item]}"
        wait_until(lambda p=path: hall.get("intake", p)[1]["case"]["state"] == "completed", 20)  # type: ignore[misc]
        assert hall.get("intake", path)[1]["case"]["granted"] is granted
    page = hall.get("approval", "/processes?state=decided")[1]
    assert "GC-1" in [row["process_no"] for row in page["items"]]
    rows = hall.get("approval", "/tasks?process_no=GC-1")[1]["items"]
    assert {row["state"] for row in rows} == {"approved", "rejected"}
    # the cases of the project are no processes of their own
    assert hall.get("approval", f"/tasks/{cases['A']}")[1]["task"]["process_no"] == "GC-1"


def test_form_with_an_item_outside_the_scheme_files_nothing(hall: Hall) -> None:
    body = {"scheme": "PRIVATE", "title": "t", "applicant": {"name": "测试申请人甲"}}

    status, _ = hall.act("/projects", "clerk-12:clerk", body | {"items": ["X"]}, "intake")
    assert status == 422
    status, _ = hall.act("/projects", "clerk-12:clerk", body | {"scheme": "NONE"}, "intake")
    assert status == 422
    assert hall.act("/projects", "officer-1:officer", body, "intake")[0] == 403


def test_timer_that_goes_off_before_the_true_end_has_no_effect(hall: Hall) -> None:
    cases = hall.open("GC-2", "A", "B")
    key = f"GC-2/{CODES['A']}"
    due = hall.get("approval", f"/tasks/{cases['A']}")[1]["task"]["binding_due_at"]
    assert left(hall, key) == [(datetime.fromisoformat(due) + timedelta(seconds=1),)]

    hall.pass_time(key)

    wait_until(lambda: not left(hall, key), 20)
    assert hall.states("GC-2") == {"A": "open", "B": "blocked"}


def test_d12_silent_department_is_passed_by_and_both_answer(hall: Hall) -> None:
    """A project of a year ago, of which nobody has heard since."""
    approval = Approval(hall.database, projections.READ_MODEL)
    with approval.unit_of_work():
        at = datetime.now(UTC) - timedelta(days=365)
        members = [member("A", of="old"), member("B", "A", of="old")]
        about = Facts(at, "GC-old", CLERK, "past")
        approval.file(Process.open(about, opening("GC-old", members), SEED))

    def story() -> list[str]:
        history = hall.get("approval", "/processes/GC-old")[1]["history"]
        return [event["type"].split(".")[1] for event in history]

    wait_until(lambda: story().count("clock-breached") == 4, 30)  # A once, B twice, the whole
    assert story().count("task-deemed-consented") == 1
    process = hall.get("approval", "/processes/GC-old")[1]["process"]
    assert [task["state"] for task in process["tasks"]] == ["deemed_consented", "open"]
    supervisor = hall.house.token("super-1", "supervisor")
    path = "/liabilities?process_no=GC-old&department=DA"
    status, page = hall.ask("GET", "approval", path, None, supervisor)
    assert status == 200
    assert {row["liable"] for row in page["items"]} == {"window", "department"}
    assert {row["cause"] for row in page["items"]} == {"approval.task-deemed-consented.v1"}
    [late] = hall.get("approval", "/tasks?process_no=GC-old&overdue=true&department=DB")[1]["items"]
    assert set(late["overdue"]) == {"PROMISED", "STATUTORY"}

    rejected = {"decision": "reject"}
    decided = hall.must("/cases/old-A/decision", "officer-9:officer:DA", rejected)
    assert decided["project_no"] == "old-A"
    assert story()[-1] == "late-decision-recorded"
    ground = {"legal_ground": "art_69_1", "compensation": True}
    assert hall.act("/tasks/old-A/overturning", "officer-9:officer:DA", ground)[0] == 403
    hall.must("/tasks/old-A/overturning", "super-1:supervisor", ground)
    process = hall.get("approval", "/processes/GC-old")[1]["process"]
    assert [task["state"] for task in process["tasks"]] == ["overturned", "cancelled"]
    assert process["result"] == "rejected"


def left(hall: Hall, key: str) -> list[Any]:
    return hall.database.read(
        "SELECT due_at FROM deadlines WHERE kind = 'task_passing' AND key = %s", (key,)
    )


def test_acts_are_checked_for_role_department_and_version(hall: Hall) -> None:
    cases = hall.open("GC-3", "A", "B")
    path = f"/tasks/{cases['A']}"
    assert hall.act(f"{path}/start", "officer-9:officer:DB", {})[0] == 403
    assert hall.act(f"{path}/start", "officer-9:clerk:DA", {})[0] == 403
    seen = hall.get("approval", path)[1]["task"]["version"]
    hall.must(f"{path}/start", "officer-9:officer:DA", {"expected_version": seen})

    status, problem = hall.act(
        f"{path}/return",
        "officer-9:officer:DA",
        {"reason": "wrong_handler", "expected_version": seen},
    )

    assert status == 409
    assert "task-started" in problem["detail"]


def test_clocks_stop_with_a_notice_and_go_on(hall: Hall) -> None:
    cases = hall.open("GC-4", "A", "B")
    path, officer = f"/tasks/{cases['A']}", "officer-9:officer:DA"
    told = {"reason": "EXPERT_REVIEW", "expected_days": 5, "notice_no": "TZ-1"}
    survey = told | {"reason": "SURVEY"}

    assert hall.act(f"{path}/suspension", officer, survey)[0] == 422
    hall.must(f"{path}/suspension", officer, told)
    task = hall.get("approval", path)[1]["task"]
    assert (task["suspended"], task["promised_due_at"], task["binding_due_at"]) == (
        True,
        None,
        None,
    )
    assert left(hall, f"GC-4/{CODES['A']}") == []
    [row] = hall.get("approval", "/tasks?process_no=GC-4&suspended=true")[1]["items"]
    assert row["project_no"] == cases["A"]
    hall.must(f"{path}/resumption", officer, {"reason": "EXPERT_REVIEW"})
    assert hall.get("approval", path)[1]["task"]["promised_due_at"]
    assert len(left(hall, f"GC-4/{CODES['A']}")) == 1
    more = {"days": 5, "reason": "complex_case", "notice_no": "TZ-2"}
    assert hall.act(f"{path}/extension", officer, more)[0] == 403
    hall.must(f"{path}/extension", "head-9:department_head:DA", more)
    assert hall.act(f"{path}/extension", "head-9:department_head:DA", more)[0] == 422
    assert hall.act("/processes/GC-4/extension", "head-9:department_head:DA", more)[0] == 403
    hall.must("/processes/GC-4/extension", "mayor-1:government_head", more)
    strips = hall.get("approval", f"{path}/clocks")[1]
    assert {strip["clock"] for strip in strips} == {"PROMISED", "STATUTORY", "JOINT"}
    assert all(strip["days"][-1]["due"] for strip in strips)


def test_p25_delegation_that_ended_yesterday_decides_nothing(hall: Hall) -> None:
    editor, today = "editor-1:catalog_editor", datetime.now(SHANGHAI).date()
    assigned = {"unit": "DD", "roles": ["officer"], "since": "2020-01-02"}
    for staff in ("chief-1", "chief-2"):
        hall.must("/staff", editor, assigned | {"staff": staff}, "catalog")
    given = {"department": "DD", "since": "2020-01-02", "document": "授〔2020〕1号"}
    hall.must("/delegations", editor, given | {"delegation": "SQ-1", "staff": "chief-1"}, "catalog")
    hall.must("/delegations", editor, given | {"delegation": "SQ-2", "staff": "chief-2"}, "catalog")
    ended = {"on": (today - timedelta(days=1)).isoformat(), "reason": "调岗"}
    hall.must("/delegations/SQ-1/end", editor, ended, "catalog")
    wait_until(
        lambda: (
            hall.database.read(
                "SELECT count(*) FROM delegation WHERE ended_on IS NOT NULL OR staff = 'chief-2'"
            )
            == [(2,)]
        ),
        20,
    )
    cases = hall.open("GC-5", "D")
    path, body = f"/cases/{cases['D']}/decision", {"decision": "approve"}

    assert hall.act(path, "chief-1:officer:DD", body)[0] == 403
    assert hall.act(path, "officer-9:officer:DD", body)[0] == 403
    hall.must(path, "chief-2:officer:DD", body)

    task = hall.get("approval", "/processes/GC-5")[1]["history"]
    [approved] = [one for one in task if one["type"] == "approval.task-approved.v1"]
    assert approved["data"]["delegation"] == "SQ-2"


def test_department_added_withdrawn_and_waived(hall: Hall) -> None:
    cases = hall.open("GC-6", "A", "B", "C")
    more = hall.open("GC-7", "D")  # a case accepted elsewhere, so that it has a number
    added = {"project_no": f"{more['D'][:40]}x", "item_code": CODES["D"], "department": "DD"}
    hall.must("/processes/GC-6/departments", "clerk-12:clerk", added | {"needs": [CODES["C"]]})
    assert hall.states("GC-6")["D"] == "blocked"
    told = hall.get("approval", "/processes/GC-6")[1]["process"]["tasks"]
    assert [one["accepted_by"] for one in told if one["item_code"] == CODES["D"]] == ["clerk-12"]
    waived = {"reason": "not_needed"}
    assert hall.act(f"/tasks/{cases['A']}/waiver", "lead-1:supervisor", waived)[0] == 422
    hall.must(f"/tasks/{cases['C']}/waiver", "lead-1:supervisor", waived)
    assert hall.states("GC-6") == {"A": "open", "B": "blocked", "C": "waived", "D": "open"}

    hall.must("/processes/GC-6/withdrawal", "clerk-12:clerk", {"cases": [cases["A"]]})

    assert hall.states("GC-6") == {
        "A": "cancelled",
        "B": "cancelled",
        "C": "waived",
        "D": "open",
    }


def test_who_accepted_a_case_does_not_decide_it_in_a_project_either(hall: Hall) -> None:
    hall.open("GC-16", "A")
    alone = {"item_code": CODES["D"], "applicant": {"name": "测试申请人甲"}, "channel": "window"}
    number = hall.must("/cases", "clerk-77:clerk", alone, "intake")["project_no"]
    wait_until(lambda: hall.get("approval", f"/tasks/{number}")[0] == 200, 30)

    added = {"project_no": number, "item_code": CODES["D"], "department": "DD"}
    hall.must("/processes/GC-16/departments", "clerk-12:clerk", added)

    told = hall.get("approval", "/processes/GC-16")[1]["process"]["tasks"]
    assert [one["accepted_by"] for one in told if one["item_code"] == CODES["D"]] == ["clerk-77"]


def test_meeting_reviews_several_projects(hall: Hall) -> None:
    hall.open("GC-8", "A")
    hall.open("GC-9", "B")
    at = (datetime.now(UTC) + timedelta(milliseconds=300)).isoformat()
    body = {
        "meeting_no": "LS-1",
        "projects": ["GC-8", "GC-9"],
        "departments": ["DA", "DB"],
        "scheduled_at": at,
        "place": "hall",
    }
    hall.must("/meetings", "clerk-12:clerk", body)
    unknown = body | {"meeting_no": "LS-2", "projects": ["nothing"]}
    assert hall.act("/meetings", "clerk-12:clerk", unknown)[0] in (404, 422)

    held = {"attended": ["DA"], "minutes_hash": "ab" * 32}
    path, who = "/meetings/LS-1/holding", "clerk-12:clerk"
    wait_until(lambda: hall.act(path, who, held, key="held")[0] == 201, 10)

    [row] = hall.get("approval", "/meetings")[1]["items"]
    assert (row["state"], row["absent"], row["projects"]) == ("held", ["DB"], ["GC-8", "GC-9"])


def test_lists_are_scoped_and_paged(hall: Hall) -> None:
    counts = hall.get("approval", "/task-counts?department=DA")[1]
    assert counts["open"] >= 1
    first = hall.get("approval", "/tasks?limit=2")[1]
    second = hall.get("approval", f"/tasks?limit=2&cursor={first['next']}")[1]
    seen = [row["task_id"] for row in (*first["items"], *second["items"])]
    assert len(set(seen)) == 4
    token = hall.house.token("officer-9", "officer", unit="DA")
    status, mine = hall.ask("GET", "approval", "/liabilities?department=DB", None, token)
    assert status == 200
    assert {row["department"] for row in mine["items"]} == {"DA"}  # their own, whatever is asked
    assert hall.get("approval", "/liabilities")[0] == 401


def test_p05_cases_that_intake_ends_end_their_tasks_and_the_other_way_round(hall: Hall) -> None:
    cases = hall.open("GC-10", "A", "B", "C", "D")
    voiding = f"/cases/{cases['C']}/voiding"
    hall.must(voiding, "clerk-12:clerk", {"reason": "entered_twice"}, "intake")
    hall.must(f"{voiding}/confirmation", "supervisor-2:supervisor", {}, "intake")
    wait_until(lambda: hall.states("GC-10")["C"] == "cancelled", 20)
    assert hall.states("GC-10") == {"A": "open", "B": "blocked", "C": "cancelled", "D": "open"}

    hall.must(f"/cases/{cases['A']}/withdrawal", "clerk-12:clerk", {"scope": "whole"}, "intake")
    wait_until(lambda: hall.states("GC-10")["B"] == "cancelled", 20)
    assert hall.states("GC-10")["A"] == "cancelled"
    up = {"to": "市住房和城乡建设局"}
    hall.must(f"/cases/{cases['D']}/forwarding", "clerk-12:clerk", up, "intake")
    wait_until(lambda: hall.states("GC-10")["D"] == "cancelled", 20)
    assert hall.get("approval", "/processes/GC-10")[1]["process"]["result"] == "withdrawn"
    path = f"/cases/{cases['B']}"
    wait_until(lambda: hall.get("intake", path)[1]["case"]["completion_kind"] is not None, 20)

    others = hall.open("GC-11", "A")
    hall.must("/processes/GC-11/withdrawal", "clerk-12:clerk", {"cases": []})
    path = f"/cases/{others['A']}"
    wait_until(lambda: hall.get("intake", path)[1]["case"]["state"] == "withdrawn", 20)


def test_case_that_was_never_accepted_ends_without_a_task(hall: Hall) -> None:
    body = {
        "item_code": CODES["A"],
        "channel": "window",
        "applicant": {"name": "测试申请人甲"},
        "acceptance": "later",
    }
    number = hall.must("/cases", "clerk-12:clerk", body, "intake")["project_no"]
    hall.must(f"/cases/{number}/withdrawal", "clerk-12:clerk", {"scope": "whole"}, "intake")
    cases = hall.open("GC-12", "A")  # comes after it, so that has arrived by now
    assert cases
    assert hall.get("approval", f"/tasks/{number}")[0] == 404
    assert hall.database.read("SELECT count(*) FROM held WHERE subject = %s", (number,)) == [(0,)]


def test_promise_of_a_waiting_case_counts_from_when_its_task_is_ready(hall: Hall) -> None:
    cases = hall.open("GC-13", "A", "B")
    mine = Database(hall.house.database_url_of("intake"))

    def deadlines() -> list[str]:
        sql = "SELECT kind FROM deadlines WHERE key = %s ORDER BY kind"
        return [kind for (kind,) in mine.read(sql, (cases["B"],))]

    def story() -> list[str]:
        history = hall.get("intake", f"/cases/{cases['B']}")[1]["history"]
        return [event["type"].split(".")[1] for event in history]

    try:
        wait_until(lambda: "case-routed" in story(), 20)
        assert deadlines() == []
        hall.decide(cases["A"], "DA")
        wait_until(lambda: story().count("clock-recalculated") == 2, 20)
        assert {"promised_breach", "statutory_breach"} <= set(deadlines())
    finally:
        mine.close()
