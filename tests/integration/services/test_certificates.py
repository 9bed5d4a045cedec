"""Decision documents and certificates through the real service, with real files."""

from __future__ import annotations

import io
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from services.approval import projections
from services.approval.application import Approval
from services.approval.application.certificates import EXPIRY
from services.approval.application.decisions import APPROACHING, BREACH
from services.approval.domain import Assignment, Verdict
from services.approval.domain.certificate_terms import Handing
from services.approval.domain.decision_terms import DecisionResult, Wording
from services.approval.service.papers import equip
from services.approval.timers import recount_papers_if_changed
from services.chassis.deadlines import Due
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.sealer import Sealer
from services.chassis.settings import Settings
from services.kernel.certificate_numbers import CertificateNumber
from services.kernel.times import SHANGHAI
from tests.integration.rebuild_logs import rebuild_of
from tests.support.catalog import Story
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.facts import HOUSE, OFFICER, facts

DESK, WINDOW, BOSS = "officer-21:officer:D07", "issuer-1:issuing_clerk", "boss-1:supervisor:D01"
KEEPER = "keeper-7:officer:D07"
NOW = datetime.now(UTC).astimezone(SHANGHAI).replace(microsecond=0)
LAW = "《中华人民共和国行政许可法》第三十八条"
GRANT = {"document": "住建许〔2026〕12号", "result": "granted", "legal_basis": [LAW]}
TYPE = {"type_code": "11100000000013338W011", "issuer": "11430000006122244L"}


class Desk:
    """Approval as people meet it, and its application for what lies in the past."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.database = Database(house.database_url_of("approval"))
        self.approval = Approval(
            self.database,
            projections.READ_MODEL,
            delegations=projections.delegation_for,
            homes=projections.homes_of,
            schemes=projections.scheme_of,
            region="3412XX",
        )
        equip(self.approval, Settings.read("approval", house.env))

    def told_by_catalog(self, topic: str, stream: str, **data: Any) -> None:
        """Let catalog's word come."""
        story = Story()
        story.tell(topic, stream, **data)
        self.approval.change(*projections.project(story.events[0]))

    def decided(self, number: str, *, granted: bool = True, department: str = "D07") -> str:
        """Have a case decided by officer-21."""
        about = facts(HOUSE, NOW - timedelta(days=1), number)
        self.approval.create(about, Assignment(number, "I1", department, accepted_by="clerk-12"))
        officer = facts(OFFICER, NOW, number)
        self.approval.decide(officer, number, granted, 0 if granted else 1, None)
        return number

    def document(self, number: str, **changed: Any) -> tuple[int, Any]:
        """Issue the document of a case."""
        body = GRANT | changed
        return self.ask("POST", f"/cases/{number}/decision-document", DESK, body)

    def sealed(self, number: str) -> str:
        """Give a sealed granting document of a case."""
        status, told = self.document(self.decided(number))
        assert status == 201, told
        _, shown = self.ask("GET", f"/decisions/{told['key']}", DESK)
        seal = {"seal": "seal-7", "document_hash": shown["document_hash"]}
        status, done = self.ask("POST", f"/decisions/{told['key']}/seal", KEEPER, seal)
        assert (status, done["state"]) == (201, "sealed"), done
        return str(told["key"])

    def certificate(self, number: str, **changed: Any) -> str:
        """Give the identifier of a certificate of a case."""
        body = {
            "decision_no": self.sealed(number),
            "title": "建筑工程施工许可证",
            "subject_id": "s-1",
            "years": 3,
            **TYPE,
            **changed,
        }
        status, told = self.ask("POST", "/certificates", WINDOW, body)
        assert (status, told.get("state")) == (201, "01"), told
        return str(told["key"])

    def shown(self, number: str) -> Any:
        status, answer = self.ask("GET", f"/certificates/{number}", WINDOW)
        assert status == 200, answer
        return answer

    def ask(self, method: str, path: str, who: str = "", body: object = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        status, _, answer = self.raw(method, path, who, data, "application/json")
        return status, json.loads(answer)

    def file(self, path: str, who: str = WINDOW) -> bytes:
        status, headers, answer = self.raw("GET", path, who)
        assert (status, headers["Content-Type"]) == (200, "application/pdf"), answer
        return answer

    def raw(
        self,
        method: str,
        path: str,
        who: str = "",
        data: bytes | None = None,
        kind: str = "text/html",
        service: str = "approval",
    ) -> tuple[int, Any, bytes]:
        url = self.house.url_of(service) + path
        request = urllib.request.Request(url, data, {"Content-Type": kind}, method=method)
        if who:
            account, role, unit = (who + "::").split(":")[:3]
            token = self.house.token(account, role, unit=unit)
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def verify(self, text: str) -> str:
        """Give the state the public page shows for a code or an identifier."""
        _, _, page = self.raw("GET", f"/verify?{urllib.parse.urlencode({'code': text})}")
        return _state(page)

    def verify_file(self, file: bytes) -> str:
        """Give the state the public page shows for a file."""
        edge = "edge-7f3a"
        body = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
            f"Content-Type: application/pdf\r\n\r\n"
        ).encode() + file
        body += f"\r\n--{edge}--\r\n".encode()
        kind = f"multipart/form-data; boundary={edge}"
        status, _, page = self.raw("POST", "/verify", "", body, kind)
        assert status == 200, page[:2000]
        return _state(page)

    def timers(self, key: str) -> dict[str, datetime]:
        rows = self.database.read("SELECT kind, due_at FROM deadlines WHERE key = %s", (key,))
        return dict(rows)


def _state(page: bytes) -> str:
    found = re.search(r'data-state="(\w+)"', page.decode())
    return found.group(1) if found else ""


def code_of(file: bytes) -> str:
    text = PdfReader(io.BytesIO(file)).pages[0].extract_text()
    found = re.search(r"验证码：((?:[0-9a-f]{4} ){7}[0-9a-f]{4})", text)
    assert found is not None, text
    return found.group(1)


@pytest.fixture(scope="module")
def desk(module_house: House) -> Iterator[Desk]:
    with module_house.serve("approval"):
        desk = Desk(module_house)
        desk.told_by_catalog(
            "approval-seal-registered",
            "seal/seal-7",
            seal="seal-7",
            department="D07",
            custodian="keeper-7",
            since="2020-01-01",
        )
        yield desk
        desk.database.close()


def test_way_of_a_certificate(desk: Desk) -> None:
    number = desk.certificate("way-1")

    shown = desk.shown(number)
    assert CertificateNumber.parse(number).text == number
    assert (shown["status"], shown["status_text"]) == ("01", "有效")
    decision = shown["decision_no"]
    assert set(desk.timers(decision)) == {APPROACHING, BREACH}
    assert set(desk.timers(number)) == {EXPIRY}

    file = desk.file(f"/certificates/{number}/file")
    text = PdfReader(io.BytesIO(file)).pages[0].extract_text()
    assert "建筑工程施工许可证" in text
    assert number in text.replace("\n", "")

    hand = {"how": "window"}
    status, told = desk.ask("POST", f"/certificates/{number}/service", WINDOW, hand)
    assert (status, told["state"]) == (201, "01")
    _, met = desk.ask("GET", f"/decisions/{decision}", DESK)
    assert [one["type"].split(".")[1] for one in met["history"]] == [
        "decision-issued",
        "issuing-limit-started",
        "seal-applied",
        "issuing-met",
    ]
    assert met["history"][-1]["data"]["on_time"] is True
    assert desk.timers(decision) == {}


def test_signature_stands_and_a_changed_byte_is_found(desk: Desk) -> None:
    number = desk.certificate("pdf-1")
    file = desk.file(f"/certificates/{number}/file")
    with open(desk.house.env["BANJIAN_SIGNING_CERT_FILE"], "rb") as source:
        _, _, der = pem.unarmor(source.read())
    trust = ValidationContext(trust_roots=[x509.Certificate.load(der)], allow_fetching=False)

    (signature,) = PdfFileReader(io.BytesIO(file)).embedded_signatures
    status = validate_pdf_signature(signature, signer_validation_context=trust)
    assert status.bottom_line
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"

    assert desk.verify_file(file) == "valid"
    place = file.index(b"stream") + 30
    changed = file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]
    assert desk.verify_file(changed) == "tampered"
    assert desk.verify_file(file + b"\n%\n") == "tampered"
    assert desk.verify_file(b"%PDF-1.7 nothing") == "unknown"


def test_public_page_says_what_is_asked_and_no_more(desk: Desk) -> None:
    number = desk.certificate("page-1")
    code = code_of(desk.file(f"/certificates/{number}/file"))

    assert desk.verify(code) == "valid"
    assert desk.verify(code.replace(" ", "")) == "valid"
    assert desk.verify(number) == "valid"
    assert desk.verify("0" * 32) == "unknown"
    assert desk.verify(number[:-1] + ("A" if number[-1] != "A" else "B")) == "unknown"
    assert desk.verify("<script>alert(1)</script>") == "unknown"
    _, headers, page = desk.raw("GET", f"/verify?{urllib.parse.urlencode({'code': number})}")
    text = page.decode()
    assert "施工许可证" not in text  # by its number alone only whether it is good
    for private in ("page-1", "s-1", "issuer-1", "officer-21"):
        assert private not in text.replace(number, "")
    assert headers["Cache-Control"] == "no-store"
    status, entry = desk.ask("GET", f"/register/certificates/{number}")
    assert (status, entry["state"], entry["status"]) == (200, "valid", "01")
    assert set(entry) == {"certificate_no", "state", "status", "as_of"}
    assert desk.ask("GET", "/register/certificates/none")[1]["state"] == "unknown"
    log = desk.database.read("SELECT string_agg(convert_from(state, 'UTF8'), '') FROM events")
    assert code.replace(" ", "") not in log[0][0]


def test_superseded_revoked_and_expired_are_told_apart(desk: Desk) -> None:
    first = desk.certificate("states-1")
    body = {
        "decision_no": desk.shown(first)["decision_no"],
        "title": "建筑工程施工许可证",
        "subject_id": "s-1",
        "replaces": first,
    }
    status, told = desk.ask("POST", "/certificates", WINDOW, body)
    assert status == 201, told
    second = told["key"]
    assert CertificateNumber.parse(second).version == 2
    assert desk.verify(first) == "superseded"

    fraud = {"document": "监〔2026〕1号"}
    assert desk.ask("POST", f"/certificates/{second}/fraud", BOSS, fraud)[0] == 201
    for act, said in (
        ("cancellation", {"ground": "on_request"}),
        ("revocation", {"ground": "unqualified", "document": "1号"}),
        ("revocation", {"ground": "fraud", "document": "1号", "compensation": True}),
    ):
        assert desk.ask("POST", f"/certificates/{second}/{act}", DESK, said)[0] == 422
    said = {"ground": "fraud", "document": "1号"}
    assert desk.ask("POST", f"/certificates/{second}/revocation", DESK, said)[0] == 201
    assert desk.verify(second) == "revoked"

    old = desk.certificate("states-2", valid_from="2019-01-01", valid_to="2019-12-31")
    wait_until(lambda: desk.shown(old)["history"][-1]["type"].endswith("expired.v1"))
    assert desk.verify(old) == "expired"


def test_p26_seal_of_another_document_and_a_suspended_seal_are_refused(desk: Desk) -> None:
    first = desk.document(desk.decided("seal-1"))[1]["key"]
    second = desk.document(desk.decided("seal-2"))[1]["key"]
    hashes = [
        desk.ask("GET", f"/decisions/{one}", DESK)[1]["document_hash"] for one in (first, second)
    ]
    other = {"seal": "seal-7", "document_hash": hashes[1]}

    status, refused = desk.ask("POST", f"/decisions/{first}/seal", KEEPER, other)
    assert (status, "another document" in refused["detail"]) == (422, True)
    own = {"seal": "seal-7", "document_hash": hashes[0]}
    assert desk.ask("POST", f"/decisions/{first}/seal", DESK, own)[0] == 422  # not the keeper
    desk.told_by_catalog(
        "approval-seal-registered",
        "seal/seal-8",
        seal="seal-8",
        department="D07",
        custodian="keeper-7",
        since="2020-01-01",
    )
    desk.told_by_catalog(
        "approval-seal-suspended", "seal/seal-8", seal="seal-8", on="2020-02-01", reason="lost"
    )
    gone = own | {"seal": "seal-8"}
    assert desk.ask("POST", f"/decisions/{first}/seal", KEEPER, gone)[0] == 422
    body = {"decision_no": first, "title": "证", "subject_id": "s-1", **TYPE}
    assert desk.ask("POST", "/certificates", WINDOW, body)[0] == 422  # not sealed


def test_p25_document_is_refused_when_the_delegation_ended_yesterday(desk: Desk) -> None:
    number = desk.decided("delegation-1", department="D07")
    yesterday = (NOW - timedelta(days=1)).date().isoformat()
    desk.told_by_catalog(
        "chief-representative-assigned",
        "delegation/sq-1",
        delegation="sq-1",
        department="D07",
        staff="officer-21",
        since="2020-01-01",
        document="授权书",
    )
    desk.told_by_catalog(
        "delegation-ended", "delegation/sq-1", delegation="sq-1", on=yesterday, reason="moved"
    )
    try:
        status, refused = desk.document(number)
        assert (status, "delegation" in refused["detail"]) == (403, True)
    finally:
        desk.database.run("DELETE FROM delegation")
    assert desk.document(number)[0] == 201


def test_refusal_names_reasons_and_remedies_and_has_no_certificate(desk: Desk) -> None:
    number = desk.decided("refused-1", granted=False)
    said = {"result": "refused"}
    assert desk.document(number, **said)[0] == 422
    said |= {"reasons": ["conditions_not_met"], "review": "县人民政府"}
    assert desk.document(number, **said)[0] == 422
    said |= {"court": "县人民法院", "statement": "申请人张某的资质不足。"}

    status, told = desk.document(number, **said)

    assert status == 201, told
    file = desk.file(f"/decisions/{told['key']}/file", DESK)
    text = PdfReader(io.BytesIO(file)).pages[0].extract_text().replace("\n", "")
    assert "不予行政许可决定书" in text
    assert "县人民法院提起行政诉讼" in text
    assert "张某" in text
    log = desk.database.read("SELECT string_agg(convert_from(state, 'UTF8'), '') FROM events")
    assert "张某" not in log[0][0]  # the words stand in the file alone
    body = {"decision_no": told["key"], "title": "证", "subject_id": "s-1", **TYPE}
    assert desk.ask("POST", "/certificates", WINDOW, body)[0] == 422


def test_l01_parcel_that_came_back_meets_nothing_and_the_clock_says_so(desk: Desk) -> None:
    number = desk.certificate("late-1")
    decision = desk.shown(number)["decision_no"]
    post = {"how": "post"}
    assert desk.ask("POST", f"/certificates/{number}/dispatch", WINDOW, post)[0] == 201
    back = {"reason": "moved_away"}
    assert desk.ask("POST", f"/certificates/{number}/return", WINDOW, back)[0] == 201
    assert desk.shown(number)["served_at"] is None
    assert set(desk.timers(decision)) == {APPROACHING, BREACH}


def test_issuing_limit_that_passed_is_red_by_the_clock(desk: Desk) -> None:
    past = datetime(2020, 10, 20, 9, 0, tzinfo=SHANGHAI)
    about = facts(HOUSE, past, "red-1")
    desk.approval.create(about, Assignment("red-1", "I1", "D07"))
    officer = facts(OFFICER, past, "red-1")
    desk.approval.decide(officer, "red-1", True, 0, None)
    wording = Wording("1号", DecisionResult.GRANTED, [], [LAW])
    done = desk.approval.issue_decision(officer, "red-1", wording)

    def types() -> list[str]:
        _, shown = desk.ask("GET", f"/decisions/{done.key}", DESK)
        return [one["type"].split(".")[1] for one in shown["history"]]

    wait_until(lambda: "issuing-breached" in types(), timeout=20)
    _, page = desk.ask("GET", "/decisions?light=red", BOSS)
    assert [row["decision_no"] for row in page["items"]] == [done.key]


def test_lists_page_and_an_officer_sees_their_own_department(desk: Desk) -> None:
    numbers = [desk.certificate(f"list-{one}") for one in range(3)]
    path = "/certificates?limit=2&unserved=true"

    status, first = desk.ask("GET", path, WINDOW)
    _, second = desk.ask("GET", f"{path}&cursor={first['next']}", WINDOW)

    listed = [row["certificate_no"] for row in first["items"] + second["items"]]
    assert (status, listed[:3]) == (200, numbers[::-1])
    assert desk.ask("GET", "/certificates", "o-9:officer:D09")[1]["items"] == []
    assert desk.ask("GET", f"/certificates/{numbers[0]}", "o-9:officer:D09")[0] == 403
    assert desk.ask("GET", "/certificates", "c-1:clerk")[0] == 403
    assert desk.ask("GET", "/certificates")[0] == 401
    assert desk.raw("GET", f"/certificates/{numbers[0]}/file")[0] == 401


def test_p24_certificate_is_refused_until_the_commitment_is_fulfilled(desk: Desk) -> None:
    about = facts(HOUSE, NOW - timedelta(days=2), "promise-1")
    desk.approval.create(about, Assignment("promise-1", "I1", "D07"))
    process = desk.approval.process_of_task("promise-1")
    verdict = Verdict(True, 0, NOW - timedelta(days=1))
    officer = facts(OFFICER, verdict.decided_at, "promise-1")
    process.approve_conditionally(officer, "promise-1", "C-1", verdict)
    desk.approval.file(process)
    status, told = desk.document("promise-1")
    assert status == 201, told
    _, shown = desk.ask("GET", f"/decisions/{told['key']}", DESK)
    assert (shown["conditional"], shown["due_at"]) == (True, None)
    seal = {"seal": "seal-7", "document_hash": shown["document_hash"]}
    assert desk.ask("POST", f"/decisions/{told['key']}/seal", KEEPER, seal)[0] == 201
    body = {"decision_no": told["key"], "title": "证", "subject_id": "s-1", **TYPE}
    assert desk.ask("POST", "/certificates", WINDOW, body)[0] == 422

    process = desk.approval.process_of_task("promise-1")
    process.fulfil_conditional(facts(OFFICER, NOW, "promise-1"), "promise-1")
    desk.approval.file(process)

    _, shown = desk.ask("GET", f"/decisions/{told['key']}", DESK)
    assert shown["due_at"] is not None
    assert shown["history"][-1]["occurred_at"] == NOW.isoformat()
    assert desk.ask("POST", "/certificates", WINDOW, body)[0] == 201


def test_delivery_of_the_case_serves_its_certificates(desk: Desk) -> None:
    number = desk.certificate("given-1")

    desk.approval.case_delivered(facts(HOUSE, NOW, "given-1"), "given-1", Handing.POST)
    desk.approval.case_delivered(facts(HOUSE, NOW, "given-1"), "given-1", Handing.POST)

    shown = desk.shown(number)
    assert shown["history"][-1]["type"] == "approval.certificate-served.v1"
    assert shown["history"][-1]["data"]["how"] == "post"


def test_renewal_goes_by_silence_when_the_term_ends(desk: Desk) -> None:
    number = desk.certificate("renew-1", years=1)
    asked = desk.ask("POST", f"/certificates/{number}/renewal", WINDOW, {})
    assert asked[0] == 201
    (due,) = desk.timers(number).values()
    desk.approval.fire(Due(EXPIRY, number, due, due))

    shown = desk.shown(number)
    assert (shown["renewals"], shown["renewal_open"]) == (1, False)
    assert desk.timers(number)[EXPIRY] > due


def test_decision_of_a_case_has_one_document(desk: Desk) -> None:
    number = desk.decided("key-1")

    assert desk.document(number)[0] == 201
    assert desk.document(number)[0] == 422


def test_p07_case_decided_anew_has_another_document(desk: Desk) -> None:
    number = desk.decided("anew-1", granted=False)
    said = {
        "result": "refused",
        "reasons": ["plan_conflict"],
        "review": "县政府",
        "court": "县法院",
    }
    status, first = desk.document(number, **said)
    assert status == 201, first
    code = code_of(desk.file(f"/decisions/{first['key']}/file", DESK))
    assert desk.verify(code) == "unsealed"
    _, shown = desk.ask("GET", f"/decisions/{first['key']}", DESK)
    seal = {"seal": "seal-7", "document_hash": shown["document_hash"]}
    assert desk.ask("POST", f"/decisions/{first['key']}/seal", KEEPER, seal)[0] == 201
    assert desk.verify(code) == "valid"

    process = desk.approval.process_of_task(number)
    later = datetime.now(UTC).astimezone(SHANGHAI)
    process.reopen_task(facts(HOUSE, later, number), number, "reconsidered")
    desk.approval.file(process)
    desk.approval.decide(facts(OFFICER, later, number), number, True, 0, None)
    status, second = desk.document(number)

    assert status == 201, second
    assert second["key"] == f"{number}-D02"
    assert desk.verify(code) == "superseded"


def test_p18_broken_promise_opens_a_duty_and_the_revocation_names_the_letter(desk: Desk) -> None:
    number = desk.certificate("broken-1")
    desk.approval.order_revocations(facts(HOUSE, NOW, "broken-1"), "broken-1", "broken-1-C1")

    _, listed = desk.ask("GET", "/certificates?revocation=true", BOSS)
    assert [row["certificate_no"] for row in listed["items"]] == [number]
    assert listed["items"][0]["revocation_letter"] == "broken-1-C1"
    body = {"ground": "unqualified", "document": "住建撤〔2026〕3号", "compensation": False}
    assert desk.ask("POST", f"/certificates/{number}/revocation", BOSS, body)[0] == 201
    last = desk.shown(number)["history"][-1]
    assert last["data"]["commitment_no"] == "broken-1-C1"
    assert desk.ask("GET", "/certificates?revocation=true", BOSS)[1]["items"] == []


def test_issuing_limit_is_counted_again_whoever_commits_first(desk: Desk) -> None:
    decision = desk.shown(desk.certificate("counted-1"))["decision_no"]
    due_at = desk.timers(decision)[BREACH]
    desk.approval.recount_papers(due_at.year)
    assert "issuing_recount" in desk.timers(decision)
    desk.database.run("DELETE FROM deadlines WHERE kind = 'issuing_recount'")

    desk.approval.change(recount_papers_if_changed(0, "issuing_recount", decision))
    assert "issuing_recount" not in desk.timers(decision)
    desk.approval.change(recount_papers_if_changed(1, "issuing_recount", decision))
    assert "issuing_recount" in desk.timers(decision)


def test_l01_and_l02_limit_is_met_by_the_signature_and_results_are_public(desk: Desk) -> None:
    """Through notify's deliveries and disclosure's public list, over the bus."""
    number = desk.certificate("delivered-1")
    proof = {"proof_hash": "ab" * 32}
    with ExitStack() as stack:
        for service in ("notify", "disclosure"):
            stack.enter_context(desk.house.serve(service))
        for service in ("notify", "approval"):
            stack.enter_context(desk.house.relay(service))

        def told(path: str, **body: Any) -> Any:
            text = json.dumps(body).encode()
            asked = ("POST", path, WINDOW, text, "application/json")
            status, _, answer = desk.raw(*asked, service="notify")
            assert status == 201, answer
            return json.loads(answer)

        order = {"project_no": "delivered-1", "certificates": [number], "kind": "EMS"}
        first = told("/deliveries", **order, destination_ref="v-1")["delivery_no"]
        told(f"/deliveries/{first}/handover", waybill_no="EX123456789CN")
        wait_until(lambda: desk.shown(number)["dispatched_at"], 20)
        told(f"/deliveries/{first}/return", reason="unclaimed")
        wait_until(lambda: not desk.shown(number)["dispatched_at"], 20)
        assert desk.shown(number)["served_at"] is None

        second = told("/deliveries", **order, destination_ref="v-1")["delivery_no"]
        told(f"/deliveries/{second}/handover", waybill_no="EX987654321CN")
        done = told(f"/deliveries/{second}/completion", signed_by="family", **proof)
        assert (second, done["state"]) == ("delivered-1-T2", "delivered")
        wait_until(lambda: desk.shown(number)["served_at"], 20)
        served = desk.shown(number)["history"][-1]
        assert (served["type"], served["data"]["by_other"]) == (
            "approval.certificate-served.v1",
            True,
        )
        decision = desk.ask("GET", f"/decisions/{desk.shown(number)['decision_no']}", WINDOW)[1]
        assert decision["history"][-1]["type"] == "approval.issuing-met.v1"
        _, _, listed = desk.raw("GET", "/deliveries?by_other=true", WINDOW, service="notify")
        assert [row["delivery_no"] for row in json.loads(listed)["items"]] == [second]

        def results() -> list[Any]:
            _, _, answer = desk.raw("GET", "/results?department=D07", service="disclosure")
            return list(json.loads(answer)["items"])

        wait_until(lambda: "delivered-1" in [row["project_no"] for row in results()], 30)
        assert {row["result"] for row in results()} == {"granted"}
        status, _, page = desk.raw("GET", "/results/page", service="disclosure")
        assert status == 200
        assert "delivered-1" in page.decode()


def test_rows_are_what_the_log_says(desk: Desk) -> None:
    while Sealer(desk.database, "approval").seal():
        pass

    found = rebuild_of(desk.house, "approval", verify=True).differences

    assert {one.table for one in found} <= {"seal"}  # catalog's word came without catalog's log
