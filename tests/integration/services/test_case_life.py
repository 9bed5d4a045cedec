"""A case's whole life through the real house: HTTP, deadlines, and approval's events."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

import contracts
from services.approval.domain.certificate_events import CertificateIssued
from services.approval.domain.commitment_events import CaseDeemedWithdrawn
from services.approval.domain.process_events import DeemedConsentVoided
from services.approval.domain.terms import VoidGround
from services.chassis.eventlog.application import Application
from services.chassis.eventlog.database import Database
from services.chassis.vault import Seal
from services.intake.application import Intake, subject_of
from services.intake.domain import Application as Applied
from services.intake.projections import READ_MODEL, cases_of_rows, catalog_of
from services.kernel.aggregate import Aggregate, Fact
from services.kernel.times import SHANGHAI
from tests.integration.services.test_way_of_a_case import Client
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.facts import CLERK, HOUSE, facts
from tests.unit.intake.test_uploads import PDF

ITEM = contracts.example("catalog.item-published.v1") | {"item_version": 2}
CODE = str(ITEM["item_code"])
AT_ONCE = CODE[:-1] + "7"
NOW = datetime.now(UTC).astimezone(SHANGHAI).replace(microsecond=0)
MATERIAL = {"code": "plan", "material": "施工图", "wrong": "缺少签章"}


class Centre(Client):
    """The window, an applicant at the portal, and the supervisor."""

    def publish(self, **changed: Any) -> None:
        fields = ("published_at", "retroactive", "origin")
        item = {name: value for name, value in ITEM.items() if name not in fields} | changed
        token = self.house.token("editor-1", "catalog_editor")
        status, answer = self.ask("POST", "catalog", "/items", item, token)
        assert status == 201, answer

    def post(self, path: str, body: Any, who: str = "clerk-12:clerk", **headers: str) -> Any:
        account, role = who.split(":")
        token = self.house.token(account, role)
        return self.ask("POST", "intake", path, body, token, **headers)

    def act(self, number: str, what: str, who: str = "clerk-12:clerk", /, **body: Any) -> Any:
        status, answer = self.post(f"/cases/{number}/{what}", body, who)
        assert status in (200, 201), answer
        return answer

    def apply(self, who: str = "applicant-7:applicant", **changed: Any) -> dict[str, Any]:
        said = {"item_code": CODE, "channel": "online", "applicant": {"name": "测试申请人"}}
        status, answer = self.post("/cases", said | changed, who)
        assert status == 201, answer
        return dict(answer)

    def bring(self, number: str, code: str) -> None:
        """Hand a file in, at the window."""
        request = urllib.request.Request(
            f"{self.house.url_of('intake')}/cases/{number}/materials/{code}/file",
            PDF,
            {"Content-Type": "application/octet-stream"},
        )
        token = self.house.token("clerk-12", "clerk", window="07")
        request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 201

    def case(self, number: str) -> dict[str, Any]:
        status, answer = self.get("intake", f"/cases/{number}")
        assert status == 200, answer
        return dict(answer["case"])

    def history(self, number: str) -> list[str]:
        _, events = self.get("intake", f"/cases/{number}/history")
        return [event["type"].split(".")[1] for event in events]

    def wait_for(self, number: str, state: str) -> dict[str, Any]:
        wait_until(lambda: self.case(number)["state"] == state, timeout=30)
        return self.case(number)

    def told_by_approval(self, number: str, kind: type[Fact], **said: Any) -> None:
        """Let approval say something of a case, as its log would."""
        database = Database(self.house.database_url_of("approval"))
        told = Aggregate.begin(uuid4())
        about = facts(HOUSE, datetime.now(UTC), number)
        task = {"task_id": number} if "task_id" in kind.__annotations__ else {}
        told.record(kind, about, project_no=number, **task, **said)
        Application(database).keep(told)
        database.close()

    def backdated(self, number: str, days: int) -> None:
        """Take an application in that came so many days ago, as it happened then."""
        database = Database(self.house.database_url_of("intake"))
        intake = Intake(
            database,
            READ_MODEL,
            catalog=catalog_of,
            rows=cases_of_rows,
            seal=Seal.from_file(self.house.env["BANJIAN_VAULT_KEY_FILE"]),
            region="3412XX",
        )
        at = NOW - timedelta(days=days)
        said = Applied(number, CODE, "online", subject_of(number), at, at_once=False)
        intake.submit(facts(CLERK, NOW, number), said, {})
        database.close()


@pytest.fixture(scope="module")
def centre(module_house: House) -> Iterator[Centre]:
    with ExitStack() as stack:
        for service in ("catalog", "intake", "approval"):
            stack.enter_context(module_house.serve(service))
            stack.enter_context(module_house.relay(service))
        centre = Centre(module_house)
        centre.publish()
        centre.publish(item_code=AT_ONCE, case_type="IMMEDIATE", promised_limit_days=0)
        clerk = module_house.token("clerk-1", "clerk")

        def known(code: str) -> bool:
            body = {"item_code": code, "applicant": {"name": "测试申请人"}}
            return centre.ask("POST", "intake", "/cases", body, clerk)[0] == 201

        wait_until(lambda: known(CODE) and known(AT_ONCE), timeout=30)
        yield centre


def test_case_from_the_draft_to_the_archive(centre: Centre) -> None:
    drafted = centre.apply(draft=True, item_version_seen=2)
    number = drafted["project_no"]
    assert drafted["state"] == "draft"
    submitted = centre.act(number, "submission", "applicant-7:applicant")
    assert submitted["state"] == "submitted"
    status, listed = centre.get("intake", "/cases?state=submitted&department=D07")
    assert (status, number in [one["project_no"] for one in listed["items"]]) == (200, True)

    status, missing = centre.post(f"/cases/{number}/acceptance", {})
    assert (status, missing["code"]) == (422, "materials_missing")
    asked = centre.act(number, "notices", items=[MATERIAL], days=5)
    assert asked["state"] == "correction_pending"
    status, other = centre.post(
        f"/cases/{number}/corrections", {"items": ["plan"]}, "applicant-8:applicant"
    )
    assert (status, other["code"]) == (403, "not_allowed")
    centre.act(number, "corrections", "applicant-7:applicant", items=["plan"])
    accepted = centre.act(number, "acceptance", attested=True)
    assert accepted["state"] == "accepted"
    case = centre.wait_for(number, "in_review")
    assert (case["mode"], case["task_ids"]) == ("manual", [number])
    status, page = centre.get("intake", f"/cases/{number}", Accept="text/html")
    assert (status, "审批中" in page) == (200, True)

    officer = centre.house.token("officer-21", "officer", unit="D07")
    decision = {"decision": "approve"}
    status, done = centre.ask("POST", "approval", f"/cases/{number}/decision", decision, officer)
    assert status == 201, done
    assert centre.wait_for(number, "completed")["completion_kind"] == 0
    centre.act(number, "delivery", how="courier")
    assert centre.act(number, "archive", archive_no="2020-1")["state"] == "archived"
    assert centre.history(number) == [
        "case-drafted",
        "case-submitted",
        "correction-notice-issued",
        "correction-received",
        "case-accepted",
        "case-routed",
        "case-decided",
        "case-completed",
        "case-delivered",
        "case-archived",
    ]


def test_k24_silence_accepts_as_of_the_receipt(centre: Centre) -> None:
    centre.backdated("k24-case", 30)

    wait_until(lambda: centre.case("k24-case")["accepted_at"], timeout=30)
    case = centre.case("k24-case")

    received = NOW - timedelta(days=30)
    assert (case["mode"], datetime.fromisoformat(case["accepted_at"])) == ("deemed", received)
    status, late = centre.post("/cases/k24-case/refusal", {"reason": "x", "other_authority": "y"})
    assert (status, late["code"]) == (422, "case_state")


def test_corrections_that_do_not_come_end_the_application(centre: Centre) -> None:
    number = centre.apply()["project_no"]
    centre.act(number, "notices", items=[MATERIAL], days=5)
    database = Database(centre.house.database_url)
    due = "UPDATE intake.deadlines SET due_at = now(), try_at = now() WHERE key = %s"
    database.run(f"{due} RETURNING 1", (number,))
    database.close()

    centre.wait_for(number, "abandoned")

    assert centre.history(number)[-2:] == ["correction-lapsed", "case-abandoned"]


def test_two_clerks_on_one_case_one_wins_the_other_is_told(centre: Centre) -> None:
    taken = centre.apply()
    number, seen = taken["project_no"], taken["version"]
    first = {"attested": True, "expected_version": seen}
    status, _ = centre.post(f"/cases/{number}/acceptance", first)
    assert status == 200

    refusal = {"reason": "x", "other_authority": "y", "expected_version": seen}
    status, told = centre.post(f"/cases/{number}/refusal", refusal, "clerk-13:clerk")

    assert (status, told["code"]) == (409, "case_changed")
    assert "受理（clerk-12）" in told["detail"]
    status, told = centre.post(f"/cases/{number}/withdrawal", {}, If_Match=f'"{seen}"')
    assert (status, told["code"]) == (409, "case_changed")


def test_immediate_item_is_decided_on_the_spot_by_who_accepted_it(centre: Centre) -> None:
    number = centre.apply("clerk-12:clerk", item_code=AT_ONCE, channel="window")["project_no"]

    done = centre.act(number, "decision", granted=True)

    assert done["state"] == "completed"
    _, events = centre.get("intake", f"/cases/{number}/history")
    decided = next(one for one in events if one["type"] == "intake.case-decided.v1")
    assert decided["data"]["decided_by"] == "clerk-12"
    other = centre.apply("clerk-12:clerk", channel="window")["project_no"]
    status, refused = centre.post(f"/cases/{other}/decision", {"granted": True})
    assert (status, refused["code"]) == (422, "not_immediate")


def test_clocks_stand_still_and_end_later(centre: Centre) -> None:
    number = centre.apply("clerk-12:clerk", channel="window")["project_no"]
    before = centre.case(number)
    survey = {"reason": "SURVEY", "expected_days": 3}
    status, refused = centre.post(f"/cases/{number}/suspension", survey)
    assert (status, refused["code"]) == (422, "does_not_stop")
    centre.act(number, "suspension", reason="HEARING", expected_days=20)
    case = centre.case(number)
    assert (case["suspended"], case["waits_for"]) == (True, ["HEARING"])
    rows = Database(centre.house.database_url).read(
        "SELECT kind FROM intake.deadlines WHERE key = %s", (number,)
    )
    assert rows == [], "nothing passes while it stands still"

    centre.act(number, "resumption")

    case = centre.case(number)
    assert (case["suspended"], case["promised_due_at"]) == (False, before["promised_due_at"])


def test_rule_accepts_and_a_person_looks_when_asked(centre: Centre) -> None:
    supervisor = "supervisor-2:supervisor"
    rule = {"channels": ["mobile"], "needs_all_materials": False}
    status, declared = centre.post(f"/items/{CODE}/acceptance-rule", rule, supervisor)
    assert (status, declared["rule_version"]) == (201, 1)
    assert centre.apply(channel="mobile")["state"] == "submitted", "nobody vouches for it"
    taken = centre.apply(channel="mobile", declared_trust=True)
    number = taken["project_no"]
    assert taken["state"] == "accepted"
    case = centre.case(number)
    assert (case["mode"], case["rule_version"]) == ("auto", 1)

    centre.act(number, "human-review", "applicant-7:applicant")
    found = {"upheld": False, "reason": "声明与登记不符"}
    assert centre.act(number, "human-review/conclusion", **found)["state"] == "submitted"
    assert centre.history(number)[-1] == "acceptance-withdrawn"


def test_rule_accepts_when_the_last_material_comes(centre: Centre) -> None:
    supervisor = "supervisor-2:supervisor"
    rule = {"channels": ["pc"], "needs_declared_trust": False, "needs_all_materials": True}
    status, declared = centre.post(f"/items/{CODE}/acceptance-rule", rule, supervisor)
    assert status == 201
    number = centre.apply(channel="pc")["project_no"]
    late = centre.apply(channel="pc")["project_no"]
    # The version of the day it was handed in judges it, whatever is declared since.
    other = rule | {"channels": ["app"]}
    assert centre.post(f"/items/{CODE}/acceptance-rule", other, supervisor)[0] == 201
    clerk = centre.house.token("clerk-12", "clerk", window="07")
    _, listed = centre.ask("GET", "intake", f"/cases/{number}/materials", token=clerk)
    for one in listed["missing"]:
        assert centre.case(number)["state"] == "submitted"
        centre.bring(number, one["material_code"])

    case = centre.case(number)
    assert (case["mode"], case["rule_version"]) == ("auto", declared["rule_version"])
    ended = centre.post(f"/items/{CODE}/acceptance-rule/revocation", {"reason": "停用"}, supervisor)
    assert ended[0] in (200, 201)
    for one in listed["missing"]:
        centre.bring(late, one["material_code"])
    assert centre.case(late)["state"] == "submitted", "a revoked rule judges nothing"


def test_d02_p19_what_approval_takes_back_is_taken_back_here(centre: Centre) -> None:
    number = centre.apply("clerk-12:clerk", channel="window")["project_no"]
    centre.wait_for(number, "in_review")
    officer = centre.house.token("officer-21", "officer", unit="D07")
    path = f"/cases/{number}/decision"
    assert centre.ask("POST", "approval", path, {"decision": "approve"}, officer)[0] == 201
    centre.wait_for(number, "completed")

    voided = {"ground": VoidGround.WRONG_CLOCK, "proof": "0" * 64, "reblocked": []}
    centre.told_by_approval(number, DeemedConsentVoided, process_no=number, **voided)

    case = centre.wait_for(number, "in_review")
    assert case.get("completed_at") is None
    token = centre.house.token("issuing-1", "issuing_clerk")
    _, shelved = centre.ask("GET", "intake", f"/results/{number}", token=token)
    assert shelved["state"] == "returned"
    letter = {"commitment_no": "CN-1", "process_no": number}
    centre.told_by_approval(number, CaseDeemedWithdrawn, **letter)
    assert centre.wait_for(number, "withdrawn")["completion_kind"] == 6
    assert centre.history(number)[-3:] == ["case-reopened", "case-withdrawn", "case-completed"]


def test_certificate_of_approval_stands_in_for_a_paper(centre: Centre) -> None:
    number = centre.apply()["project_no"]
    clerk = centre.house.token("clerk-12", "clerk", window="07")
    named = f"CERT-{number[-8:]}"
    centre.told_by_approval(
        number,
        CertificateIssued,
        certificate_no=named,
        decision_no=f"{number}-D01",
        item_code=CODE,
        department="D07",
        title="建筑工程施工许可证",
        type_code="11100000000013338W011",
        issuer="11430000006122244L",
        serial="20230000403",
        certificate_version=1,
        subject_id=subject_of(number),
        valid_from=NOW.date(),
        issued_at=NOW,
        file_hash="f" * 64,
        code_hash="0" * 64,
        due_at=NOW,
    )

    def listed() -> Any:
        return centre.ask("GET", "intake", f"/cases/{number}/materials", token=clerk)[1]

    wait_until(lambda: [one["certificate_id"] for one in listed()["certificates"]], timeout=30)
    code = listed()["missing"][0]["material_code"]
    done = centre.act(number, f"materials/{code}/reuse", certificate_id=named)
    assert done["state"] == "reused"
    assert code not in [one["material_code"] for one in listed()["missing"]]


def test_withdrawn_and_deleted_cases(centre: Centre) -> None:
    number = centre.apply("clerk-12:clerk", channel="window", account="applicant-7")["project_no"]
    done = centre.act(number, "withdrawal", "applicant-7:applicant", fees_note="按规定退费")
    assert done["state"] == "withdrawn"
    assert centre.case(number)["completion_kind"] == 6
    other = centre.apply("clerk-12:clerk", channel="window")["project_no"]
    asked = centre.act(other, "deletion", reason="重复录入")
    assert asked["state"] in ("accepted", "in_review"), "nothing has changed yet"
    done = centre.act(other, "deletion/confirmation", "supervisor-2:supervisor")
    assert done["state"] == "deleted_in_error"


def test_own_cases_are_listed_for_their_account_only(centre: Centre) -> None:
    number = centre.apply("applicant-9:applicant")["project_no"]
    path = "/cases?account=applicant-9"
    token = centre.house.token("applicant-9", "applicant")

    status, listed = centre.ask("GET", "intake", path, token=token)

    assert (status, [one["project_no"] for one in listed["items"]]) == (200, [number])
    assert centre.get("intake", path)[0] == 403
