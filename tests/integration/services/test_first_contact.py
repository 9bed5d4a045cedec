"""Enquiries and who owns them (首问负责制) through the real service, its clock and its vault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from services.intake.application.contacts import who_asked
from services.intake.domain.contact_terms import DeclineReason
from tests.contract.service_stories import SECOND
from tests.integration.rebuild_logs import rebuild_of
from tests.integration.services.counter import WORDS
from tests.integration.services.service_desk import ServiceDesk, serve_desk
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.facts import CLERK, NOW

FIRST, NEXT, JUDGE = "clerk-12:clerk:D07", "clerk-13:clerk:D08", "supervisor-1:supervisor"


@pytest.fixture(scope="module")
def desk(module_house: House) -> Iterator[ServiceDesk]:
    with serve_desk(module_house) as desk:
        yield desk


def ask(desk: ServiceDesk, number: str) -> str:
    """Give the path of an enquiry that clerk-12 was asked."""
    said = {"topic": "housing", "text": WORDS, "name": "测试人甲", "enquiry_no": number}
    status, told = desk.ask("POST", "/enquiries", FIRST, said)
    assert (status, told["state"]) == (201, "owned")
    return f"/enquiries/{number}"


def owner(desk: ServiceDesk, path: str) -> tuple[str, str]:
    shown = desk.ask("GET", path, JUDGE)[1]
    return shown["owner"], shown["state"]


def test_first_clerk_owns_it_until_the_other_says_yes(desk: ServiceDesk) -> None:
    path = ask(desk, "E-1")
    hand = {"receiver": "clerk-13"}
    assert desk.ask("POST", f"{path}/hand-over", NEXT, hand)[1]["code"] == "not_owner"
    assert desk.ask("POST", f"{path}/hand-over", FIRST, hand)[0] == 200
    assert owner(desk, path) == ("clerk-12", "handing_over")
    assert desk.ask("POST", f"{path}/acknowledgement", "c:clerk")[1]["code"] == "not_receiver"
    due = desk.database.read("SELECT kind FROM deadlines WHERE key = 'E-1'")
    assert due == [("hand_over_overdue",)]

    assert desk.ask("POST", f"{path}/acknowledgement", NEXT)[0] == 200

    assert owner(desk, path) == ("clerk-13", "owned")
    assert desk.database.read("SELECT kind FROM deadlines WHERE key = 'E-1'") == []
    closing: dict[str, Any] = {"outcome": "case_opened"}
    assert desk.ask("POST", f"{path}/closing", FIRST, closing)[1]["code"] == "not_owner"
    assert desk.ask("POST", f"{path}/closing", NEXT, closing)[1]["code"] == "case_missing"
    none = closing | {"project_no": "none"}
    assert desk.ask("POST", f"{path}/closing", NEXT, none)[0] == 404
    desk.begin("asked-1", completed=False)
    assert desk.ask("POST", f"{path}/closing", NEXT, closing | {"project_no": "asked-1"})[0] == 200
    shown = desk.ask("GET", path, JUDGE)[1]
    assert (shown["state"], shown["project_no"]) == ("closed", "asked-1")
    assert [one["type"].split(".")[1] for one in shown["history"]] == [
        "first-contact-assigned",
        "first-contact-hand-over-asked",
        "first-contact-handed-over",
        "first-contact-closed",
    ]


def test_declined_hand_over_leaves_the_owner(desk: ServiceDesk) -> None:
    path = ask(desk, "E-2")
    desk.ask("POST", f"{path}/hand-over", FIRST, {"receiver": "clerk-13"})

    assert desk.ask("POST", f"{path}/refusal", NEXT, {"reason": "absent"})[0] == 200

    assert owner(desk, path) == ("clerk-12", "owned")
    assert desk.ask("POST", f"{path}/acknowledgement", NEXT)[1]["code"] == "wrong_contact_state"


def test_clock_notes_a_hand_over_nobody_acknowledged(desk: ServiceDesk) -> None:
    for number in ("E-late", "E-said-no"):
        desk.intake.assign_contact(desk.by(CLERK, NOW, number), number, "housing", {})
        desk.intake.ask_hand_over(desk.by(CLERK, NOW, number), number, "clerk-13")
    desk.intake.decline_hand_over(
        desk.by(SECOND, NOW, "E-said-no"), "E-said-no", DeclineReason.ABSENT
    )

    def late() -> list[str]:
        page = desk.ask("GET", "/enquiries?overdue=true", JUDGE)[1]
        return [row["enquiry_no"] for row in page["items"]]

    wait_until(late, 30)

    assert late() == ["E-late"]
    shown = desk.ask("GET", "/enquiries/E-late", JUDGE)[1]
    said = shown["history"][-1]["data"]
    assert said["due_at"] == "2020-10-21T23:59:59+08:00"
    assert (shown["owner"], shown["state"]) == ("clerk-12", "handing_over")
    assert desk.ask("POST", "/enquiries/E-late/acknowledgement", NEXT)[0] == 200
    shown = desk.ask("GET", "/enquiries/E-late", JUDGE)[1]
    assert (shown["owner"], shown["history"][-1]["data"]["on_time"]) == ("clerk-13", False)


def test_words_are_in_the_vault_for_those_who_handle_them(desk: ServiceDesk) -> None:
    path = ask(desk, "E-3")

    assert desk.ask("GET", f"{path}/text", FIRST) == (200, {"text": WORDS})
    assert desk.ask("GET", f"{path}/text", NEXT)[0] == 403
    _, page = desk.ask("GET", f"/subjects/{who_asked('E-3')}/accesses", "o:data_officer")
    assert [(one["who"], one["fields"]) for one in page["items"]] == [
        ("clerk-12", ["enquiry_text"])
    ]
    log = desk.log()
    assert not [text for text in (WORDS, "测试人甲") if text in log]
    said = {"topic": "housing", "enquiry_no": "E-3"}
    assert desk.ask("POST", "/enquiries", FIRST, said)[1]["code"] == "enquiry_no_taken"
    assert desk.ask("GET", "/enquiries", "a:applicant")[0] == 403
    first = desk.ask("GET", "/enquiries?owner=clerk-12&limit=1", FIRST)[1]
    more = desk.ask("GET", f"/enquiries?owner=clerk-12&cursor={first['next']}", FIRST)[1]
    assert {"E-2", "E-3"} <= {row["enquiry_no"] for row in first["items"] + more["items"]}


def test_rows_are_what_the_log_says(desk: ServiceDesk) -> None:
    desk.seal()

    assert rebuild_of(desk.house, "intake", verify=True).differences == []
