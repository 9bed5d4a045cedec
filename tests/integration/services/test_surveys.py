"""Joint surveys and commitment letters through the real service: HTTP, timers, bus, rebuild."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.approval.application import Approval
from services.approval.domain import (
    Limits,
    Member,
    Opening,
    Process,
)
from services.approval.domain.commitment_terms import Scheme
from services.approval.domain.survey_terms import Participant, ParticipantKind, Party
from services.approval.projections import READ_MODEL
from services.chassis.eventlog.application import Application
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.sealer import Sealer
from services.intake.domain import Case
from services.intake.domain.events import CaseSubmitted
from services.kernel.calendar_seed import SEED
from services.kernel.clock import Kind
from services.kernel.facts import Actor, Facts
from services.kernel.identifiers import stream_id
from services.kernel.limits import Limit
from services.kernel.times import SHANGHAI
from tests.integration.rebuild_logs import rebuild_of
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.approval.sites import (
    FACTS,
    HASH,
    LETTER,
    PAPERS,
    SIGNED,
    SLOT,
    attended,
    officer,
)
from tests.unit.facts import CLERK, facts

WINDOW, ME, OTHER = "clerk-12:clerk:D00", "applicant-1:applicant", "applicant-2:applicant"
JUDGE = "supervisor-1:supervisor:D00"
COUNTED = Limits(Limit(10), Limit(20), ("SURVEY",))
PLACE = "城南工业园 3 号地块"
SEAL = {"seal_use_no": "SU-2020-0031", "document_hash": HASH}


def by(department: str) -> str:
    return f"officer-{department}:officer:{department}"


class Site:
    """Approval as people meet it, and its application for what lies in the past."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.database = Database(house.database_url_of("approval"))
        self.approval = Approval(self.database, READ_MODEL, region="3412XX")
        self.intake = Application(Database(house.database_url_of("intake")))

    def open(self, process_no: str, at: datetime, limits: Limits | None = None) -> dict[str, str]:
        """Begin a process of A and B that wait for each other, and of C; gives the task ids."""
        needs = {"A": ("B",), "B": ("A",), "C": ()}
        members = [
            Member(f"{process_no}-{code}", code, f"D0{place}", 1, need, False, limits or Limits())
            for place, (code, need) in enumerate(needs.items(), 1)
        ]
        said = Opening(process_no, "S1", 1, "GOVERNMENT", "D01", Limit(45), 15, members)
        about = facts(CLERK, at, process_no)
        with self.approval.unit_of_work():
            self.approval.file(Process.open(about, said, SEED))
        return {code: f"{process_no}/{code}" for code in needs}

    def applied(self, project_no: str, account: str = "applicant-1") -> None:
        """Let intake say who applied, and wait until the bus has told it here."""
        case = Case.begin(stream_id("case", project_no))
        case.record(
            CaseSubmitted,
            facts(CLERK, datetime.now(UTC), project_no),
            project_no=project_no,
            item_code="A",
            channel="window",
            subject_id=f"s-{project_no}",
            submitted_at=datetime.now(UTC),
            account=account,
        )
        self.intake.keep(case)
        sql = "SELECT 1 FROM case_applicant WHERE project_no = %s"
        wait_until(lambda: self.database.read(sql, (project_no,)), timeout=30)

    def past(self, actor: Actor, at: datetime, process_no: str) -> Facts:
        return replace(facts(actor, at, process_no), correlation_id="past")

    def task(self, task_id: str) -> Any:
        return self.approval.process_of_task(task_id).task(task_id)

    def ask(
        self, method: str, path: str, who: str = "", body: object = None, key: str = ""
    ) -> tuple[int, Any]:
        """Ask as `<account>:<role>[:<unit>]`; gives the status and the answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.house.url_of("approval") + path,
            data,
            {"Content-Type": "application/json"},
            method=method,
        )
        account, role, unit = (who + "::").split(":")[:3]
        if who:
            token = self.house.token(account, role, unit=unit)
            request.add_header("Authorization", f"Bearer {token}")
        if key:
            request.add_header("Idempotency-Key", key)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                text, kind = answer.read(), answer.headers["Content-Type"]
                return answer.status, json.loads(text) if "json" in kind else text.decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def do(self, path: str, who: str, body: object = None) -> Any:
        """Do something that succeeds; gives the state after it."""
        status, told = self.ask("POST", path, who, body)
        assert status in (200, 201), (path, status, told)
        return told["state"]

    def types(self, path: str) -> list[str]:
        """Name the events of a survey or a letter."""
        return [
            one["type"].removeprefix("approval.").removesuffix(".v1")
            for one in self.ask("GET", path, WINDOW)[1]["history"]
        ]

    def survey(self, process_no: str, *participants: dict[str, Any]) -> str:
        """Ask for a survey; gives its path."""
        asked = participants or tuple(department(f"D0{place}") for place in (1, 2, 3))
        body = {"participants": list(asked), "place": PLACE}
        status, told = self.ask("POST", f"/processes/{process_no}/surveys", WINDOW, body)
        assert (status, told["state"]) == (201, "requested"), told
        return f"/surveys/{told['key']}"

    def close(self) -> None:
        self.database.close()
        self.intake.database.close()


def department(code: str) -> dict[str, Any]:
    return {"code": code, "kind": "department"}


def attendance(*codes: str, **more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "started_at": (now - timedelta(minutes=3)).isoformat(),
        "ended_at": (now - timedelta(minutes=1)).isoformat(),
        "attendance": [{"code": code, "officials": [f"{code}-1", f"{code}-2"]} for code in codes],
        "applicant_came": True,
    } | more


@pytest.fixture(scope="module")
def site(module_house: House) -> Iterator[Site]:
    with module_house.relay("intake"), module_house.serve("approval"):
        site = Site(module_house)
        yield site
        site.close()


def test_survey_is_agreed_by_window_and_applicant_held_and_spoken_of(site: Site) -> None:
    site.open("way", datetime.now(UTC), COUNTED)
    site.applied("way-A")
    water = {"code": "water", "kind": "utility"}
    path = site.survey("way", *(department(f"D0{place}") for place in (1, 2, 3)), water)
    slot = datetime.now(UTC) + timedelta(days=1)
    taken = {"starts_at": slot.isoformat()}
    times = {"slots": [taken | {"ends_at": (slot + timedelta(hours=2)).isoformat()}]}
    answers = [site.ask("POST", f"{path}/times", WINDOW, times, "k-times") for _ in range(2)]
    assert answers[0] == answers[1] and answers[0][1]["state"] == "proposed"
    assert site.types(path).count("survey-time-proposed") == 1
    assert site.ask("POST", f"{path}/acceptance", OTHER, taken)[0] == 403
    assert site.ask("POST", f"{path}/acceptance", ME, taken | {"party": "central_window"})[0] == 403
    assert site.do(f"{path}/acceptance", ME, taken) == "proposed"
    assert site.do(f"{path}/acceptance", WINDOW, taken) == "agreed"
    two = {"code": "D01", "officials": ["a-1", "a-2"]}
    assert site.ask("POST", f"{path}/participants", by("D02"), two)[0] == 403
    one = two | {"officials": ["a-1"]}
    assert site.ask("POST", f"{path}/participants", by("D01"), one)[0] == 422
    site.do(f"{path}/participants", by("D01"), two)

    # P15: without the water company there is no quorum, until it is waived
    status, refused = site.ask("POST", f"{path}/holding", WINDOW, attendance("D01", "D02", "D03"))
    assert (status, json.loads(refused)["code"]) == (422, "quorum")
    site.do(f"{path}/waivers", WINDOW, {"code": "water", "reason": "抢修"})
    assert site.do(f"{path}/holding", WINDOW, attendance("D01", "D02")) == "held"
    assert site.do(f"{path}/passes", by("D01"), SEAL) == "held"
    items = [{"requirement": "围挡高度不足 2.5 米"}]
    rectify = {"items": items, "delivered_by": "in_person", "document_hash": HASH}
    assert site.ask("POST", f"{path}/passes", by("D03"), SEAL)[0] == 422  # P13: not there
    assert site.do(f"{path}/rectifications", by("D02"), rectify) == "failed_with_notice"

    _, shown = site.ask("GET", path, ME)
    assert (shown["results"], shown["absent"]) == ({"D01": True, "D02": False}, ["D03", "water"])
    assert site.ask("GET", path, OTHER)[0] == 403
    site.do(f"{path}/reports", ME, {"department": "D02"})
    status, again = site.ask("POST", f"{path}/resurvey", by("D02"), {"departments": ["D02"]})
    assert (status, again["key"], again["state"]) == (201, "way-S2", "requested")
    _, listed = site.ask("GET", "/surveys?process_no=way", WINDOW)
    assert [row["survey_no"] for row in listed["items"]] == ["way-S2", "way-S1"]
    assert listed["items"][1]["state"] == "failed_with_notice"
    assert site.database.read("SELECT 1 FROM deadlines WHERE key = 'way-S1'") == []


def test_p12_the_promise_stands_still_from_the_applicants_absence_until_a_new_time(
    site: Site,
) -> None:
    ids = site.open("absent", datetime.now(UTC), COUNTED)
    path = site.survey("absent", department("D03"))
    starts_at = datetime.now(UTC) + timedelta(seconds=2)
    ends_at = starts_at + timedelta(hours=1)
    slot = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    taken = {"starts_at": slot["starts_at"]}
    site.do(f"{path}/times", WINDOW, {"slots": [slot]})
    site.do(f"{path}/acceptance", WINDOW, taken)
    assert site.do(f"{path}/acceptance", WINDOW, taken | {"party": "applicant"}) == "agreed"
    absence = {"cause": "applicant"}
    held = attendance("D03", applicant_came=False)
    assert site.ask("POST", f"{path}/holding", WINDOW, held)[0] == 422

    wait_until(lambda: site.ask("POST", f"{path}/absence", WINDOW, absence)[0] == 200)

    task = site.task(ids["C"])
    assert task.promise_suspended
    assert not any(one.until is None for one in task.clock(Kind.STATUTORY).suspensions)
    assert site.ask("GET", path, WINDOW)[1]["waits_for_applicant"]
    later = datetime.now(UTC) + timedelta(days=2)
    slot = {"starts_at": later.isoformat(), "ends_at": (later + timedelta(hours=1)).isoformat()}
    site.do(f"{path}/rescheduling", WINDOW, {"reason": "申请人缺席", "slots": [slot]})
    assert site.task(ids["C"]).promise_suspended
    for party in ("applicant", "central_window"):
        taken = {"starts_at": slot["starts_at"], "party": party}
        site.do(f"{path}/acceptance", WINDOW, taken)
    assert not site.task(ids["C"]).promise_suspended


def test_p16_a_survey_stops_the_statutory_clock_only_where_the_item_says_so(site: Site) -> None:
    for name, limits, expected in (
        ("still", replace(COUNTED, also_stops_statutory=()), 422),
        ("stops", COUNTED, 200),
    ):
        ids = site.open(name, datetime.now(UTC), limits)
        path = site.survey(name, department("D03"))
        body = {"clock": "STATUTORY", "notice_no": "N-1", "expected_days": 3}

        status, told = site.ask("POST", f"{path}/suspension", by("D03"), body)

        assert status == expected, told
        assert site.task(ids["C"]).suspended is (expected == 200)
    site.do(f"{path}/cancellation", WINDOW, {"reason": "不再需要"})
    assert not site.task(ids["C"]).suspended


def test_p10_who_says_nothing_by_the_end_of_the_day_is_overdue_by_the_clock(site: Site) -> None:
    site.open("past", SLOT.starts_at - timedelta(days=9))
    asked = [Participant(code, ParticipantKind.DEPARTMENT) for code in ("D01", "D03")]
    before = site.past(CLERK, SLOT.starts_at - timedelta(days=2), "past")
    site.approval.request_survey(before, "past", asked, PLACE)
    site.approval.act_on_survey(before, "past-S1", "propose", [SLOT])
    for party in Party:
        site.approval.act_on_survey(before, "past-S1", "accept_slot", party, SLOT.starts_at)
    after = site.past(CLERK, SLOT.ends_at, "past")
    site.approval.act_on_survey(
        after, "past-S1", "hold", SLOT.starts_at, SLOT.ends_at, attended(("D01", "D03")), True
    )

    wait_until(lambda: site.types("/surveys/past-S1")[-1] == "survey-opinion-overdue")

    _, shown = site.ask("GET", "/surveys/past-S1", WINDOW)
    assert shown["overdue"] == ["D01", "D03"]
    assert shown["history"][-1]["data"]["due_at"] == "2020-09-22T23:59:59+08:00"
    late = {"seal_use_no": "SU-1", "document_hash": HASH}
    assert site.ask("POST", "/surveys/past-S1/passes", by("D01"), late)[0] == 422
    state = site.do("/surveys/past-S1/passes", by("D01"), late | {"on_the_spot": False})
    assert state == "held"
    assert site.types("/surveys/past-S1").count("survey-opinion-overdue") == 2


def promise(site: Site, process_no: str, **changed: Any) -> str:
    """Ask for a letter of 先办后补 for A, ahead of B; gives its path."""
    body = {
        "task_id": f"{process_no}/A",
        "scheme": "SUPPLEMENT_LATER",
        "materials": [{"code": "M1", "title": "环评批复"}],
        "defers": [f"{process_no}/B"],
    } | changed
    status, told = site.ask("POST", f"/processes/{process_no}/commitments", WINDOW, body)
    assert status == 201, told
    return f"/commitments/{told['key']}"


FIT = {
    "policy_fit": True,
    "policy_basis": "县产业目录 2020 年本",
    "consultation_no": "QS-17",
    "consulted_authority": "D02",
    "consulted_on": "2020-09-18",
}


def letter_due(ahead: timedelta) -> dict[str, Any]:
    due_on = (datetime.now(SHANGHAI) + ahead).date()
    signature = {"signature_ref": "signature-1", "document_hash": HASH}
    return {"due_on": due_on.isoformat(), "liability": "逾期失效，责任自负。", **signature}


def test_p01_a_signed_letter_cuts_a_cycle_and_p24_withholds_the_certificate(site: Site) -> None:
    ids = site.open("cycle", datetime.now(UTC))
    site.applied("cycle-A")
    path = promise(site, "cycle")
    assert site.ask("POST", f"{path}/eligibility", by("D02"), FIT)[0] == 403
    assert site.do(f"{path}/eligibility", by("D01"), FIT) == "eligible"
    assert site.task(ids["A"]).state.value == "blocked"
    assert site.do(f"{path}/signature", WINDOW, letter_due(timedelta(days=30))) == "signed"
    assert site.task(ids["A"]).state.value == "open"

    assert site.do(f"{path}/decision", by("D01"), {"reason": "conditions_met"}) == "decided"

    assert site.task(ids["A"]).state.value == "approved_conditionally"
    bar = "/cases/cycle-A/certificate-bar"
    assert site.ask("GET", bar, WINDOW)[1]["bar"] == "commitment_open"
    assert not site.approval.certificate_may_be_issued(ids["A"])
    more = {"due_on": letter_due(timedelta(days=60))["due_on"], "reason": "专家评审延期"}
    assert site.ask("POST", f"{path}/extension", by("D01"), more)[0] == 403
    assert site.do(f"{path}/extension", "head-1:department_head:D01", more) == "decided"
    paper = {"material_code": "M1", "content_hash": HASH}
    answers = [site.ask("POST", f"{path}/materials", WINDOW, paper, "k-1") for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0][1]["state"] == "fulfilled"

    assert site.task(ids["A"]).state.value == "approved"
    assert site.ask("GET", bar, WINDOW)[1]["bar"] is None
    assert site.approval.certificate_may_be_issued("cycle-A")
    assert site.database.read("SELECT 1 FROM deadlines WHERE key = 'cycle-A-C1'") == []


def test_p21_a_rejected_prerequisite_ends_the_pre_decision_before_the_day(site: Site) -> None:
    ids = site.open("other", datetime.now(UTC))
    site.applied("other-A")
    path = promise(site, "other")
    site.do(f"{path}/eligibility", by("D01"), FIT)
    site.do(f"{path}/signature", WINDOW, letter_due(timedelta(days=30)))
    site.do(f"{path}/decision", by("D01"), {})

    about = site.past(officer("D02"), site.approval.received_now(), "other")
    site.approval.decide(about, ids["B"], False, 1, "conditions_not_met")

    _, shown = site.ask("GET", path, WINDOW)
    assert (shown["state"], shown["reason"]) == ("lapsed", "prerequisite_rejected")
    assert shown["bar"] == "pre_decision_lapsed"
    assert site.task(ids["A"]).state.value == "rejected"
    _, credit = site.ask("GET", "/credit/s-other-A", WINDOW)
    assert credit["flagged"] is False


def test_p22_without_a_ground_a_letter_is_refused_with_its_reason(site: Site) -> None:
    site.open("alone", datetime.now(UTC))
    site.applied("alone-C")
    path = promise(site, "alone", task_id="alone/C", defers=[])

    assert site.do(f"{path}/eligibility", by("D03"), FIT) == "refused"

    assert site.ask("GET", path, WINDOW)[1]["reason"] == "not_eligible"
    waits = {
        "task_id": "alone/C",
        "scheme": "SUPPLEMENT_LATER",
        "materials": [{"code": "M1", "title": "环评批复"}],
        "defers": ["alone/A"],
    }
    assert site.ask("POST", "/processes/alone/commitments", WINDOW, waits)[0] == 422


def signed_in_the_past(site: Site, process_no: str, scheme: Scheme, decide: bool) -> str:
    """Let a letter of 2020 for A be signed, and decided on; gives its path."""
    site.open(process_no, SIGNED - timedelta(days=9))
    about = site.past(CLERK, SIGNED, process_no)
    unit = site.past(officer("D01"), SIGNED, process_no)
    later = scheme is Scheme.SUPPLEMENT_LATER
    task_id, who = (f"{process_no}/A", unit) if later else (f"{process_no}/C", None)
    who = who or site.past(officer("D03"), SIGNED, process_no)
    defers = [f"{process_no}/B"] if later else []
    asked = (task_id, scheme, PAPERS, defers, f"s-{process_no}")
    number = site.approval.request_commitment(about, *asked).key
    site.approval.check_eligibility(who, number, FACTS)
    site.approval.sign_commitment(about, number, LETTER)
    if decide:
        site.approval.decide_on_commitment(who, number)
    return f"/commitments/{number}"


def test_p17_a_letter_nobody_kept_lapses_by_the_clock_and_p23_flags_the_applicant(
    site: Site,
) -> None:
    path = signed_in_the_past(site, "lapse", Scheme.SUPPLEMENT_LATER, True)

    wait_until(lambda: site.ask("GET", path, WINDOW)[1]["state"] == "lapsed")

    assert site.types(path)[-2:] == ["commitment-breached", "pre-decision-lapsed"]
    _, shown = site.ask("GET", path, WINDOW)
    assert shown["breached_at"] == "2020-10-20T23:59:59+08:00"
    assert shown["bar"] == "pre_decision_lapsed"
    task = site.task("lapse/A")
    assert (task.state.value, task.commitment_no) == ("rejected", "lapse-A-C1")
    assert site.ask("GET", "/credit/s-lapse", WINDOW)[1]["open"] == ["lapse-A-C1"]

    def judged() -> str:
        """Judge another letter of the same applicant."""
        asked = ("lapse/C", Scheme.TOLERANCE, PAPERS, [], "s-lapse")
        about = site.past(CLERK, site.approval.received_now(), "lapse")
        number = site.approval.request_commitment(about, *asked).key
        return str(site.do(f"/commitments/{number}/eligibility", by("D03"), FIT))

    assert judged() == "refused"
    repair = {"basis": "信用修复决定 3 号"}
    assert site.ask("POST", "/credit/s-lapse/repair", WINDOW, repair)[0] == 403
    site.do("/credit/s-lapse/repair", JUDGE, repair)
    assert judged() == "eligible"


def test_p18_a_broken_promise_is_rectified_or_the_certificate_revoked_by_the_clock(
    site: Site,
) -> None:
    path = signed_in_the_past(site, "promise", Scheme.NOTICE_AND_PROMISE, True)
    assert site.task("promise/C").state.value == "approved"

    wait_until(lambda: site.ask("GET", path, WINDOW)[1]["state"] == "revoked")

    assert site.types(path)[-3:] == [
        "commitment-breached",
        "rectification-ordered",
        "commitment-revocation-ordered",
    ]
    assert site.ask("GET", path, WINDOW)[1]["rectify_due_at"] == "2020-11-03T23:59:59+08:00"
    assert site.ask("GET", "/credit/s-promise", WINDOW)[1]["flagged"] is True


def test_p19_a_broken_tolerance_is_deemed_withdrawn_by_the_clock(site: Site) -> None:
    path = signed_in_the_past(site, "bear", Scheme.TOLERANCE, False)

    wait_until(lambda: site.ask("GET", path, WINDOW)[1]["state"] == "deemed_withdrawn")

    assert site.types(path)[-2:] == ["commitment-breached", "case-deemed-withdrawn"]
    assert site.task("bear/C").state.value == "cancelled"


def test_applicant_withdraws_by_their_own_account_before_the_decision(site: Site) -> None:
    site.open("mine", datetime.now(UTC))
    site.applied("mine-A")
    path = promise(site, "mine")
    site.do(f"{path}/eligibility", by("D01"), FIT)
    site.do(f"{path}/signature", WINDOW, letter_due(timedelta(days=30)))
    assert site.ask("POST", f"{path}/withdrawal", OTHER)[0] == 403

    assert site.do(f"{path}/withdrawal", ME) == "withdrawn"

    assert site.ask("GET", path, ME)[1]["state"] == "withdrawn"
    _, told = site.ask("GET", "/cases/mine-A/certificate-bar", WINDOW)
    assert told["bar"] == "prerequisite_open"  # it waits for B again, its letter is gone
    assert site.approval.process_of("mine").task("mine/A").state.value == "blocked"
    assert site.ask("GET", path, OTHER)[0] == 403
    assert site.ask("GET", path)[0] == 401


def test_pages_and_lists_show_the_surveys_and_the_register(site: Site) -> None:
    status, page = site.ask("GET", "/survey-calendar?day=2020-09-22", WINDOW)
    assert (status, PLACE in page, "当日未出具意见" in page) == (200, True, True)
    for path in (
        "/survey-calendar?span=month&day=2020-09-01",
        "/survey-calendar?day=nonsense&department=D01",
        "/commitment-register",
        "/commitment-register?outcome=broken&scheme=SUPPLEMENT_LATER",
    ):
        assert site.ask("GET", path, JUDGE)[0] == 200, path
    _, page = site.ask("GET", "/commitment-register", WINDOW)
    assert "预先决定失效" in page
    _, broken = site.ask("GET", "/commitments?outcome=broken", WINDOW)
    assert {row["state"] for row in broken["items"]} == {"lapsed", "deemed_withdrawn", "revoked"}
    _, kept = site.ask("GET", "/commitments?outcome=kept", WINDOW)
    assert [row["commitment_no"] for row in kept["items"]] == ["cycle-A-C1"]
    assert site.ask("GET", "/survey-calendar")[0] == 401
    assert site.ask("GET", "/surveys", ME)[0] == 403


def test_rows_are_what_the_log_says(site: Site) -> None:
    for database, service in ((site.database, "approval"), (site.intake.database, "intake")):
        while Sealer(database, service).seal():
            pass

    assert rebuild_of(site.house, "approval", verify=True).differences == []
