"""Every act on a case by its route and its form, and what the other rooms make of it."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from services.approval.application import Approval
from services.approval.projections import READ_MODEL
from services.approval.service.papers import equip
from services.approval.site_timers import COMMITMENT_DUE, RECTIFICATION_DUE
from services.chassis.deadlines import Due
from services.chassis.eventlog.database import Database
from services.chassis.settings import Settings
from services.chassis.web.entrypoint import routes_of
from services.intake.answers import Taken
from services.intake.application import subject_of
from services.intake.service import Service
from services.kernel.times import SHANGHAI
from tests.integration.services.clerks import THINGS
from tests.integration.services.test_case_life import AT_ONCE, CODE, ITEM, MATERIAL, Centre
from tests.support.house import House
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(300)
CLERK, ME = "clerk-12:clerk", "applicant-7:applicant"
SUPERVISOR, OFFICER = "supervisor-2:supervisor", "officer-21:officer:D07"
OTHER: Final = "supervisor-3:supervisor"
ISSUER, KEEPER, BOSS = "issuing-1:issuing_clerk", "keeper-7:officer:D07", "boss-1:supervisor:D01"
SECRET: Final = CODE[:-1] + "3"
"""An item whose decisions are not made public."""
UNDO = {"reason": "重复录入"}
Step = tuple[str, str, dict[str, Any]]
"""Who does which act with what."""


class Hall(Centre):
    """The centre with its pages, and approval's application for what lies ahead."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.told = Database(house.database_url_of("approval"))
        self.approval = Approval(self.told, READ_MODEL, region="3412XX")
        equip(self.approval, Settings.read("approval", house.env))

    def by(self, who: str) -> str:
        """Give the token of `<account>:<role>[:<unit>[:<region>]]`."""
        account, role, unit, region = (who + "::").split(":")[:4]
        window = "07" if role == "clerk" else ""
        return self.house.token(account, role, unit=unit, window=window, region=region)

    def page(self, path: str, who: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """Ask for a page of intake, or send its form and follow where it leads."""
        data = None if fields is None else urlencode(fields).encode()
        request = urllib.request.Request(self.house.url_of("intake") + path, data)
        request.add_header("Authorization", f"Bearer {self.by(who)}")
        request.add_header("Accept", "text/html")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def do(self, service: str, path: str, who: str, body: Any) -> Any:
        """Do something that succeeds."""
        method = "GET" if body is None else "POST"
        status, answer = self.ask(method, service, path, body, self.by(who))
        assert status in (200, 201), (path, answer)
        return answer

    def registers_a_seal(self) -> None:
        """Let catalog know a seal of D07, its department and who keeps it."""
        since = {"since": "2020-01-02"}
        bureau = {"name": "住房和城乡建设局", "level": 4, "region": "3412XX", "resident": True}
        staff = {"staff": "keeper-7", "unit": "D07", "roles": ["officer"]}
        for path, body in (
            ("/departments", bureau | {"department": "D07"}),
            ("/staff", staff),
            ("/seals", {"seal": "seal-7", "department": "D07", "custodian": "keeper-7"}),
        ):
            self.do("catalog", path, "editor-1:catalog_editor", body | since)

    def version(self, number: str) -> int:
        return len(self.history(number))

    def with_approval(self, number: str) -> str:
        """Wait until approval has a case, so that nothing more comes of its acceptance."""
        self.wait_for(number, "in_review")
        return number

    def task(self, number: str) -> Any:
        return self.approval.process_of_task(number).task(number)

    def events_of(self, service: str, number: str) -> list[str]:
        rows = Database(self.house.database_url_of(service)).read(
            "SELECT topic FROM events WHERE convert_from(state, 'UTF8') LIKE %s", (f"%{number}%",)
        )
        return [str(row[0]) for row in rows]


@pytest.fixture(scope="module")
def hall(module_house: House) -> Iterator[Hall]:
    with ExitStack() as stack:
        stack.enter_context(module_house.running("catalog", "intake", "approval"))
        hall = Hall(module_house)
        stack.callback(hall.told.close)
        editor = hall.house.token("editor-1", "catalog_editor")
        for region, name, level, parent in (
            ("3412XX", "示例县", 4, None),
            ("3412XX001", "示例镇", 5, "3412XX"),
            ("3412XX001001", "示例村", 6, "3412XX001"),
        ):
            body = {"region": region, "name": name, "level": level, "parent": parent}
            status, answer = hall.ask("POST", "catalog", "/regions", body, editor)
            assert status == 201, answer
        hall.publish()
        hall.publish(item_code=AT_ONCE, case_type="IMMEDIATE", promised_limit_days=0)
        listing: Any = ITEM["listing"]
        hall.publish(item_code=SECRET, listing=listing | {"confidential": True})
        clerk = hall.by(CLERK)

        def known(code: str) -> bool:
            body = {"item_code": code, "applicant": {"name": "测试申请人"}}
            return hall.ask("POST", "intake", "/cases", body, clerk)[0] == 201

        wait_until(lambda: known(CODE) and known(AT_ONCE) and known(SECRET), timeout=30)
        yield hall


def lives(hall: Hall) -> Iterator[tuple[str, list[Step]]]:
    """Give cases with the acts they go through, in order; a step without a name waits."""
    routed: Step = ("", "", {})
    corrected: list[Step] = [
        (ME, "submission", {}),
        (CLERK, "notices", {"items": [MATERIAL], "days": 5}),
        (ME, "corrections", {"items": ["plan"]}),
        (CLERK, "acceptance", {"attested": True}),
        routed,
        (OFFICER, "suspension", {"reason": "HEARING", "expected_days": 20}),
        (OFFICER, "resumption", {}),
        (ME, "withdrawal", {}),
    ]
    yield hall.apply(draft=True)["project_no"], corrected
    refused: list[Step] = [
        (CLERK, "refusal", {"reason_code": "other", "reason": "不符合法定条件"}),
        (SUPERVISOR, "refusal/overturning", {"ground": "reconsideration", "ruling_no": "复决1"}),
        (CLERK, "not-required", {"reason": "无需许可"}),
    ]
    yield hall.apply()["project_no"], refused
    window = {"channel": "window"}
    decided: list[Step] = [
        routed,
        (CLERK, "decision", {"granted": True}),
        (ISSUER, "delivery", {"how": "window"}),
        (CLERK, "archive", {"archive_no": "2020-1"}),
        (SUPERVISOR, "deletion", UNDO),
        (OTHER, "deletion/declining", {"reason": "没有重复"}),
        (SUPERVISOR, "deletion", UNDO | {"reason": "重复录入，已核对"}),
        (OTHER, "deletion/confirmation", {}),
    ]
    yield hall.apply(CLERK, item_code=AT_ONCE, **window)["project_no"], decided
    forwarded: Step = (CLERK, "forwarding", {"to": "市住房和城乡建设局"})
    yield hall.apply(CLERK, **window)["project_no"], [routed, forwarded]
    voided: list[Step] = [
        routed,
        (CLERK, "voiding", UNDO),
        (CLERK, "voiding/declining", {"reason": "看错了"}),
        (SUPERVISOR, "voiding", UNDO),
        (OTHER, "voiding/confirmation", {}),
    ]
    yield hall.apply(CLERK, **window)["project_no"], voided
    rule = {"channels": ["mobile"], "needs_all_materials": False}
    hall.do("intake", f"/items/{CODE}/acceptance-rule", SUPERVISOR, rule)
    taken = hall.apply(channel="mobile", declared_trust=True)["project_no"]
    reviewed: list[Step] = [
        routed,
        (ME, "human-review", {}),
        (SUPERVISOR, "human-review/conclusion", {"upheld": True, "reason": "材料属实"}),
        (CLERK, "acceptance/withdrawal", {"reason": "事后核查不符"}),
    ]
    yield taken, reviewed
    hall.do("intake", f"/items/{CODE}/acceptance-rule/revocation", SUPERVISOR, {"reason": "停用"})


def test_every_act_is_idempotent_and_is_refused_on_a_version_that_is_gone(hall: Hall) -> None:
    done: set[str] = set()
    for number, steps in lives(hall):
        for who, act, body in steps:
            if not act:
                hall.with_approval(number)
                continue
            version, token, path = hall.version(number), hall.by(who), f"/cases/{number}/{act}"
            stale = body | {"expected_version": version + 1}
            status, told = hall.ask("POST", "intake", path, stale, token)
            assert (status, told.get("code")) == (409, "case_changed"), (act, told)
            assert hall.version(number) == version, act
            key = {"Idempotency_Key": f"{act}-{number}-{version}", "If_Match": f'"{version}"'}
            first = hall.ask("POST", "intake", path, body, token, **key)
            assert first[0] in (200, 201), (act, first)
            again = hall.ask("POST", "intake", path, body, token, **key)
            assert (again[0], again[1]["version"]) == (first[0], first[1]["version"]), act
            done.add(act)

    prefix = "/cases/<project_no>/"
    routes = [route for _, route in routes_of(Service) if route.response is Taken]
    acts = {one.path.removeprefix(prefix) for one in routes if one.path.startswith(prefix)}
    assert done == acts, "an act was added: let it be done here"


@pytest.mark.parametrize("what", THINGS)
def test_second_of_two_clerks_is_told_and_overwrites_nothing(hall: Hall, what: str) -> None:
    number = hall.apply(CLERK, channel="window", item_code=SECRET)["project_no"]
    thing = THINGS[what](hall.do, number)
    seen = thing.version
    if thing.shown:
        seen = hall.do("intake", thing.shown, thing.reader, None)["version"]

    def act(act: str, who: str, body: Any, **headers: str) -> Any:
        path = f"{thing.path}/{act}".rstrip("/")
        return hall.ask(thing.method, "intake", path, body, hall.by(who), **headers)

    as_seen = {"If_Match": f'"{seen}"'}
    status, done = act(*thing.first, **as_seen)
    assert status in (200, 201), done
    assert done.get("version", seen + 1) == seen + 1
    slower, who, body = thing.second
    status, told = act(slower, who, body, **as_seen)
    assert (status, told["code"]) == (409, "changed"), told
    assert "请重新查看" in told["detail"] and "intake." in told["detail"]
    if body is not None:
        status, told = act(slower, who, body | {"expected_version": seen})
        assert (status, told["code"]) == (409, "changed"), told
    status, done = act(slower, who, body, If_Match=f'"{seen + 1}"')
    assert told and (status in (200, 201, 422)), done


def test_supervisor_and_officer_act_by_their_forms(hall: Hall) -> None:
    number = hall.apply()["project_no"]
    hall.act(number, "refusal", reason_code="other", reason="不符合法定条件")
    path = f"/desk/cases/{number}"
    assert "撤销不予受理" not in hall.page(path, CLERK)[1]
    status, page = hall.page(path, SUPERVISOR)
    assert (status, "撤销不予受理" in page) == (200, True)
    form = {"version": str(hall.version(number)), "ground": "suit", "ruling_no": "行初1"}
    assert hall.page(f"{path}/acts/overturning", CLERK, form)[0] == 403
    status, page = hall.page(f"{path}/acts/overturning", SUPERVISOR, form)
    assert (status, "不予受理已撤销" in page) == (200, True)
    assert hall.page(f"{path}/acts/overturning", SUPERVISOR, form)[0] == 409, "it has changed"

    hall.act(number, "acceptance", attested=True)
    hall.with_approval(number)
    stop = {"reason": "SURVEY", "expected_days": "3"}
    assert hall.page(f"{path}/acts/suspension", "officer-9:officer:D09", stop)[0] == 403
    status, page = hall.page(f"{path}/acts/suspension", OFFICER, stop)
    assert (status, "行政许可法第四十五条" in page) == (422, True)
    status, page = hall.page(f"{path}/acts/suspension", OFFICER, stop | {"expected_days": ""})
    assert (status, "预计工作日数" in page) == (422, True)
    status, page = hall.page(f"{path}/acts/suspension", OFFICER, stop | {"reason": "HEARING"})
    assert (status, "时限中止：听证" in page, "恢复计算时限" in page) == (200, True, True)
    wrong = {"moment": "2020-13-01"}
    assert hall.page(f"{path}/acts/resumption", OFFICER, wrong)[0] == 422
    status, page = hall.page(f"{path}/acts/resumption", OFFICER, {})
    assert (status, hall.case(number)["suspended"]) == (200, False)

    status, page = hall.page(f"{path}/acts/voiding", SUPERVISOR, {"reason": "错办"})
    assert (status, "等另一位督办人员批准" in page, "批准作废" in page) == (200, True, False)
    listed = "/confirmations?department=D07"
    asked = {one["project_no"]: one for one in hall.do("intake", listed, OTHER, None)["items"]}
    said = asked[number]
    assert (said["undoing"], said["reason"], said["asked_by"]) == (
        "voiding",
        "错办",
        "supervisor-2",
    )
    assert hall.page(f"/desk{listed}", CLERK)[0] == 403
    status, page = hall.page(f"/desk{listed}", SUPERVISOR)
    assert (status, f"/desk/cases/{number}" in page, "您本人" in page) == (200, True, True)
    assert number not in hall.page("/desk/confirmations?department=D09", OTHER)[1]
    second = hall.apply(CLERK, channel="window")["project_no"]
    hall.act(second, "deletion", **UNDO)
    found, cursor = [], "/confirmations?limit=1"
    while cursor:
        told = hall.do("intake", cursor, OTHER, None)
        found += [one["project_no"] for one in told["items"]]
        cursor = f"/confirmations?limit=1&cursor={told['next']}" if told["next"] else ""
    assert found.index(number) < found.index(second), "the oldest first"
    hall.act(second, "deletion/declining", reason="没有重复")
    assert "待批准的作废和删除" in hall.page("/desk/queue", OTHER)[1]
    status, page = hall.page(f"{path}/acts/voiding-confirmation", SUPERVISOR, {})
    assert (status, "批准人必须是另一个人" in page) == (422, True)
    assert hall.page(f"{path}/acts/voiding-confirmation", CLERK, {})[0] == 403
    assert "不批准" in hall.page(path, OTHER)[1]
    status, page = hall.page(f"{path}/acts/voiding-confirmation", OTHER, {})
    assert (status, "已作废。" in page) == (200, True)
    waiting = hall.do("intake", "/confirmations", OTHER, None)["items"]
    assert number not in [one["project_no"] for one in waiting]


def test_deletion_and_endings_reach_approval_over_the_bus(hall: Hall) -> None:
    for act, reason in (("deletion", "deleted_in_error"), ("voiding", "voided")):
        number = hall.with_approval(hall.apply(CLERK, channel="window")["project_no"])
        hall.act(number, act, **UNDO)
        hall.act(number, f"{act}/confirmation", SUPERVISOR)
        wait_until(lambda n=number: hall.task(n).state.value == "cancelled", timeout=30)  # type: ignore[misc]  # a default
        said = hall.approval.events_of(hall.approval.process_of_task(number).id)[-1]
        assert (said.type, f'"{reason}"' in bytes(said.body.data).decode()) == (
            "approval.task-cancelled.v1",
            True,
        )
        body = {"decision": "approve"}
        answer = hall.ask("POST", "approval", f"/cases/{number}/decision", body, hall.by(OFFICER))
        assert answer[0] == 422, "nothing is decided that was never to be"
        assert "case-completed" not in hall.history(number) or act == "voiding"


def test_completion_at_the_window_reaches_approval_over_the_bus(hall: Hall) -> None:
    number = hall.apply(CLERK, item_code=AT_ONCE, channel="window")["project_no"]
    hall.with_approval(number)
    hall.act(number, "decision", granted=True)

    wait_until(lambda: hall.task(number).state.value in ("approved", "cancelled"), timeout=30)

    assert hall.task(number).granted is not False
    late = hall.ask(
        "POST", "approval", f"/cases/{number}/decision", {"decision": "reject"}, hall.by(OFFICER)
    )
    assert late[0] == 422
    assert hall.case(number)["granted"] is True


def test_what_is_granted_for_a_confidential_item_is_not_made_public(hall: Hall) -> None:
    told = {}
    for code in (CODE, SECRET):
        number = hall.apply(CLERK, item_code=code, channel="window")["project_no"]
        hall.with_approval(number)
        hall.do("approval", f"/cases/{number}/decision", OFFICER, {"decision": "approve"})
        told[code] = "approval.decision-published.v1" in hall.events_of("approval", number)

    assert told == {CODE: True, SECRET: False}


def test_applicant_promises_a_paper_and_a_clerk_takes_the_promise(hall: Hall) -> None:
    rule = {"channels": ["pc"], "needs_declared_trust": False, "needs_all_materials": True}
    hall.do("intake", f"/items/{CODE}/acceptance-rule", SUPERVISOR, rule)
    number = hall.apply(channel="pc", draft=True)["project_no"]
    papers = f"/my/cases/{number}/materials"
    status, page = hall.page(papers, ME)
    codes = re.findall(r'id="p-(M\d{10})"', page)
    assert (status, len(codes) > 0, "承诺后补" in page) == (200, True, True)
    far = (datetime.now(SHANGHAI) + timedelta(days=200)).date().isoformat()
    status, page = hall.page(f"{papers}/{codes[0]}/promise", ME, {"due_on": far})
    assert (status, "最晚在 10 个工作日内" in page) == (422, True)
    assert hall.page(f"{papers}/{codes[0]}/promise", ME, {"due_on": "bald"})[0] == 422
    stranger = "applicant-8:applicant"
    soon = (datetime.now(SHANGHAI) + timedelta(days=5)).date().isoformat()
    assert hall.page(f"{papers}/{codes[0]}/promise", stranger, {"due_on": soon})[0] == 404
    for code in codes:
        status, page = hall.page(f"{papers}/{code}/promise", ME, {"due_on": soon})
        assert (status, "已承诺后补" in page) == (200, True)

    hall.act(number, "submission", ME)
    assert hall.case(number)["state"] == "submitted", "no rule accepts on a promise"
    assert "承诺后补" in hall.page(f"/desk/cases/{number}", CLERK)[1]
    assert hall.act(number, "acceptance")["state"] == "accepted"
    path = f"/cases/{number}/materials/{codes[0]}/promise"
    status, late = hall.ask("POST", "intake", path, {"due_on": far}, hall.by(ME))
    assert (status, late["code"]) == (422, "own_promise")


def test_pick_up_code_is_shown_to_the_applicant_once_and_stands_nowhere(hall: Hall) -> None:
    body = {"item_code": AT_ONCE, "channel": "window", "account": "applicant-7"}
    number = hall.apply(CLERK, **body)["project_no"]
    hall.with_approval(number)
    hall.act(number, "decision", granted=True)
    mine = f"/my/cases/{number}"
    status, page = hall.page(mine, ME)
    assert (status, "查看取件码" in page) == (200, True)
    assert hall.page(f"{mine}/pickup-code", "applicant-8:applicant", {})[0] == 404

    form = {"key": "ab" * 8}
    status, page = hall.page(f"{mine}/pickup-code", ME, form)
    [code] = re.findall(r'class="value mono">([0-9A-Z]{4}-[0-9A-Z]{4})<', page)
    assert (status, "刚才已经告知过" in hall.page(f"{mine}/pickup-code", ME, form)[1]) == (
        200,
        True,
    )

    log = Database(hall.house.database_url_of("intake")).read(
        "SELECT count(*) FROM events WHERE convert_from(state, 'UTF8') LIKE ANY(%s)",
        ([f"%{code}%", f"%{code.replace('-', '')}%"],),
    )
    assert log == [(0,)]
    taken = {"code": code, "attested": True}
    assert hall.do("intake", f"/results/{number}/hand-over", ISSUER, taken)["state"] == (
        "handed_over"
    )
    assert "已领取" in hall.page(mine, ME)[1]


def test_village_pages_name_the_village(hall: Hall) -> None:
    token = hall.house.token("village-1", "village_clerk", region="3412XX001001")
    body = {"kind": "residence", "text": "居住证明", "name": "测试村民"}
    status, asked = hall.ask("POST", "intake", "/village-certificates", body, token)
    assert status == 201, asked

    for path in ("/villages?state=", f"/villages/{asked['key']}"):
        status, page = hall.ask("GET", "intake", path, None, token, Accept="text/html")
        assert (status, "示例镇 示例村" in page) == (200, True)


def test_p18_a_broken_promise_ends_in_the_library_of_certificates(hall: Hall) -> None:
    """From the window over the letter, the decision and the certificate to its revocation."""
    hall.registers_a_seal()
    number = hall.with_approval(hall.apply(CLERK, channel="window")["project_no"])
    papers: dict[str, Any] = {"task_id": number, "scheme": "NOTICE_AND_PROMISE"}
    papers["materials"] = [{"code": "M1", "title": "消防验收意见"}]
    letter = hall.do("approval", f"/processes/{number}/commitments", CLERK, papers)["key"]
    fit = {"policy_fit": True, "policy_basis": "告知承诺事项目录 2020 年本"}
    assert hall.do("approval", f"/commitments/{letter}/eligibility", OFFICER, fit)["state"] == (
        "eligible"
    )
    signed = {"due_on": (datetime.now(SHANGHAI) + timedelta(days=20)).date().isoformat()}
    signed |= {"liability": "逾期撤销。", "signature_ref": "s-1", "document_hash": "ab" * 32}
    hall.do("approval", f"/commitments/{letter}/signature", CLERK, signed)
    hall.do("approval", f"/commitments/{letter}/decision", OFFICER, {})
    hall.wait_for(number, "completed")
    document = {"document": "住建许〔2026〕12号", "result": "granted", "legal_basis": ["许可法"]}
    issued = hall.do("approval", f"/cases/{number}/decision-document", OFFICER, document)["key"]
    shown = hall.ask("GET", "approval", f"/decisions/{issued}", token=hall.by(OFFICER))[1]
    seal = {"seal": "seal-7", "document_hash": shown["document_hash"]}
    hall.do("approval", f"/decisions/{issued}/seal", KEEPER, seal)
    paper = {"decision_no": issued, "title": "施工许可证", "subject_id": subject_of(number)}
    paper |= {"type_code": "11100000000013338W011", "issuer": "11430000006122244L", "years": 3}
    certificate = hall.do("approval", "/certificates", ISSUER, paper)["key"]

    def library() -> list[str]:
        told = hall.ask("GET", "intake", f"/cases/{number}/materials", token=hall.by(CLERK))[1]
        return [one["certificate_id"] for one in told.get("certificates", [])]

    wait_until(lambda: certificate in library(), timeout=30)
    for kind in (COMMITMENT_DUE, RECTIFICATION_DUE):
        [(due_at,)] = hall.told.read(
            "SELECT due_at FROM deadlines WHERE kind = %s AND key = %s", (kind, letter)
        )
        hall.approval.fire(Due(kind, letter, due_at, due_at + timedelta(seconds=1)))
    duty = hall.ask("GET", "approval", "/certificates?revocation=true", token=hall.by(BOSS))[1]
    assert [one["certificate_no"] for one in duty["items"]] == [certificate]
    ground = {"ground": "unqualified", "document": "住建撤〔2026〕3号", "compensation": False}
    hall.do("approval", f"/certificates/{certificate}/revocation", BOSS, ground)

    wait_until(lambda: certificate not in library(), timeout=30)
    assert hall.case(number)["state"] == "completed", "what was decided stays decided"
