"""Materials through the real house: uploads, what becomes of them, and who gets to see them."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import pytest

import contracts
from deploy.local.processes import free_ports
from services.chassis.deadlines import Due
from services.chassis.errors import NotFoundError, RuleError
from services.chassis.eventlog.database import Database
from services.chassis.storage import FileVault, storage_of, sweep
from services.chassis.storage.folder import FileStorage
from services.chassis.vault import PersonalVault, Seal
from services.intake.application import Intake, subject_of
from services.intake.application.materials import UNKEPT
from services.intake.domain.checklists import material_code
from services.intake.domain.material_terms import Stored
from services.intake.projections import READ_MODEL, cases_of_rows, catalog_of
from services.kernel.clock.hours import legal_date
from tests.integration.services.test_way_of_a_case import Client
from tests.support.house import House
from tests.support.processes import Child, banjian
from tests.support.storage import s3_store
from tests.support.waiting import wait_until
from tests.unit.facts import CLERK, facts
from tests.unit.intake.test_uploads import PDF, PNG

ITEM = contracts.example("catalog.item-published.v1") | {"item_version": 1}
NUMBER = "341299199003070016"
CODE = str(ITEM["item_code"])
FORM, PLAN, ID_CARD = "申请表", "平面图", "居民身份证"
MATERIALS = [
    {"name": FORM, "form": "电子(PDF)"},
    {"name": PLAN, "form": "纸质", "copies": 2},
    {"name": ID_CARD, "shared": True},
    {"name": "照片", "needed": False},
]
OWNER = "account-7"


class Answer(NamedTuple):
    status: int
    headers: Any
    body: bytes

    @property
    def told(self) -> Any:
        return json.loads(self.body)


class Hall(Client):
    """Intake as clerks and applicants meet it, and its application for the rest."""

    def __init__(self, house: House, intake: Child) -> None:
        super().__init__(house)
        self.child = intake
        self.clerk = house.token("clerk-12", "clerk", window="07")
        self.owner = house.token(OWNER, "applicant")
        self.database = Database(house.database_url_of("intake"))
        self.seal = Seal.from_file(house.env["BANJIAN_VAULT_KEY_FILE"])
        self.vault = PersonalVault(self.seal)
        self.folder = Path(unquote(urlsplit(house.env["BANJIAN_STORAGE"]).path))
        self.storage = FileStorage(self.folder)
        self.files = FileVault(self.storage, self.vault, self.database)
        self.intake = Intake(
            self.database,
            READ_MODEL,
            catalog=catalog_of,
            rows=cases_of_rows,
            seal=self.seal,
            region="3412XX",
        )

    def publish(self) -> None:
        said: dict[str, Any] = {
            k: v for k, v in ITEM.items() if k not in ("published_at", "retroactive", "origin")
        }
        listing = {**said.get("listing", {}), "materials": MATERIALS}
        token = self.house.token("editor-1", "catalog_editor")
        status, answer = self.ask("POST", "catalog", "/items", said | {"listing": listing}, token)
        assert status == 201, answer

    def open_case(self, token: str = "", id_number: str = "") -> str:
        """Open a case that is not accepted yet; waits until the item is known."""
        told = {
            "item_code": CODE,
            "applicant": {"name": "测试申请人", "id_number": id_number},
            "acceptance": "later",
            "channel": "pc" if token else "window",
        }

        def opened() -> str:
            status, case = self.ask("POST", "intake", "/cases", told, token or self.clerk)
            return case["project_no"] if status == 201 and case["state"] == "submitted" else ""

        return wait_until(opened, timeout=10)

    def send(
        self, method: str, path: str, body: Any = None, token: str = "", **headers: str
    ) -> Answer:
        """Send bytes as they are, or JSON."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.house.url_of("intake") + path, data, method=method)
        request.add_header("Authorization", f"Bearer {token or self.clerk}")
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        if body is not None:
            request.add_header("Content-Type", headers.pop("Content_Type", kind))
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def upload(self, case: str, body: bytes, name: str = FORM, **more: str) -> Answer:
        return self.send("POST", f"{self.place(case, name)}/file", body, **more)

    def place(self, case: str, name: str = FORM) -> str:
        return f"/cases/{case}/materials/{material_code(name)}"

    def checklist(self, case: str, token: str = "") -> Any:
        return self.send("GET", f"/cases/{case}/materials", token=token).told

    def states(self, case: str) -> dict[str, str]:
        return {one["name"]: one["state"] for one in self.checklist(case)["materials"]}

    def missing(self, case: str) -> list[str]:
        return [one["name"] for one in self.checklist(case)["missing"]]

    def events(self, case: str) -> list[str]:
        stream = self.intake.materials_of(case).id
        return [event.type.split(".")[1] for event in self.intake.events_of(stream)]

    def stored(self, case: str) -> list[Path]:
        """Give the files of a case on the disk."""
        rows = self.database.read(
            "SELECT place FROM stored_file WHERE subject_id = %s", (subject_of(case),)
        )
        return [self.folder / place[:2] / place for (place,) in rows]


@pytest.fixture(scope="module")
def hall(module_house: House) -> Iterator[Hall]:
    spool = module_house.folder / "spool"
    spool.mkdir()
    with ExitStack() as stack:
        stack.enter_context(module_house.serve("catalog"))
        stack.enter_context(module_house.relay("catalog"))
        child = stack.enter_context(module_house.serve("intake", BANJIAN_SPOOL_DIR=str(spool)))
        stack.enter_context(module_house.relay("intake"))
        hall = Hall(module_house, child)
        stack.callback(hall.database.close)
        hall.publish()
        yield hall


def pdf(size: int) -> bytes:
    """Make a file of this size that nobody can compress or guess."""
    return b"%PDF-1.7\n" + os.urandom(size - 15) + b"\n%%EOF"


def test_materials_go_from_the_checklist_to_complete(hall: Hall) -> None:
    case = hall.open_case()
    assert hall.states(case) == {
        FORM: "absent",
        PLAN: "absent",
        ID_CARD: "shared",
        "照片": "absent",
    }
    assert hall.missing(case) == [FORM, PLAN]

    taken = hall.upload(case, PDF, Idempotency_Key="k-1")
    assert (taken.status, taken.told["state"]) == (201, "received"), taken.body
    assert hall.send("POST", f"{hall.place(case, PLAN)}/receipt", {"copies": 2}).status == 201
    assert hall.checklist(case)["complete"]
    rejected = hall.send(
        "POST", f"{hall.place(case)}/rejection", {"reason": "unsigned", "note": "第二页未签字"}
    )
    assert rejected.status == 200, rejected.body
    [line] = hall.checklist(case)["missing"]
    assert (line["name"], line["what"]) == (FORM, "未签字或盖章")
    assert hall.upload(case, pdf(1000)).status == 201
    assert hall.send("POST", f"{hall.place(case, PLAN)}/return").status == 200
    assert hall.missing(case) == [PLAN]
    assert hall.events(case) == [
        "material-received",
        "material-received",
        "material-rejected",
        "material-received",
        "material-returned",
    ]
    [row] = hall.send("GET", f"/materials?project_no={case}&state=returned").told["items"]
    assert (row["name"], row["state"]) == (PLAN, "returned")
    log = hall.database.read(
        "SELECT convert_from(state, 'utf-8') FROM events WHERE stream = %s",
        (str(hall.intake.materials_of(case).id),),
    )
    assert not [text for (text,) in log if "第二页" in text]


def test_the_same_file_again_is_the_same_event(hall: Hall) -> None:
    case = hall.open_case()
    answers: list[Answer] = []
    first = hall.upload(case, PDF)
    threads = [
        threading.Thread(target=lambda: answers.append(hall.upload(case, PDF))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {one.told["event"] for one in answers} == {first.told["event"]}
    assert hall.events(case) == ["material-received"]
    assert len(hall.stored(case)) == 1


def test_a_download_is_what_was_sent_safe_for_a_browser_and_written_down(hall: Hall) -> None:
    case = hall.open_case()
    body = pdf(300_000)
    told = hall.upload(case, body, Content_Type="application/pdf").told

    got = hall.send("GET", f"{hall.place(case)}/file")

    assert got.body == body
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Length"] == str(len(body))
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["Content-Disposition"].startswith(
        f'attachment; filename="{material_code(FORM)}.pdf"; '
    )
    seen = hall.database.read(
        "SELECT who, role, action, fields FROM vault_access WHERE subject_id = %s",
        (subject_of(case),),
    )
    field = f"file:{material_code(FORM)}:{told['content_hash']}"
    assert seen == [("clerk-12", "clerk", "view", [field])]


def test_nothing_clear_lies_on_the_disk(hall: Hall) -> None:
    case = hall.open_case()
    secret = b"nobody may read this"
    assert hall.upload(case, PDF[:-6] + secret * 10 + b"%%EOF").status == 201

    [path] = hall.stored(case)
    assert secret not in path.read_bytes()
    assert list((hall.house.folder / "spool").iterdir()) == []
    person = hall.send("GET", f"/subjects/{subject_of(case)}").told
    assert not [name for name in person["fields"] if name.startswith("file:")]


def test_files_are_for_the_case_s_own_account_and_its_office(hall: Hall) -> None:
    house = hall.house
    case = hall.open_case(hall.owner)
    assert hall.upload(case, PDF, token=hall.owner).status == 201
    place = f"{hall.place(case)}/file"

    assert hall.send("GET", place, token=hall.owner).status == 200
    for who, status in (
        (house.token("account-8", "applicant"), 403),
        (house.token("account-8", "agent"), 403),
        (house.token(OWNER, "village_clerk"), 403),
    ):
        assert hall.send("GET", place, token=who).status == status
        assert hall.send("GET", f"/cases/{case}/materials", token=who).status == status
        assert hall.upload(case, PDF, token=who).status == status
    stranger, day = house.token("account-8", "applicant"), {"due_on": "2030-01-07"}
    assert hall.send("POST", f"{hall.place(case)}/promise", day, token=stranger).status == 403


@pytest.mark.parametrize(
    ("body", "headers", "name", "status", "said"),
    [
        (b"", {}, FORM, 400, "empty"),
        (b"MZ" + b"\0" * 99, {}, FORM, 422, "not taken"),
        (PDF, {"Content_Type": "image/png"}, FORM, 422, "said to be"),
        (PNG, {}, FORM, 422, "the list wants pdf"),
        (PDF, {}, "无犯罪记录证明", 422, "asks for no such material"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing(
    hall: Hall, body: bytes, headers: dict[str, str], name: str, status: int, said: str
) -> None:
    case = hall.open_case()

    answer = hall.upload(case, body, name, **headers)

    assert (answer.status, said in answer.body.decode()) == (status, True), answer.body
    assert hall.events(case) == []
    assert hall.stored(case) == []


def test_a_form_s_file_may_not_lie_about_its_name(hall: Hall) -> None:
    case = hall.open_case()

    def form(name: str) -> bytes:
        return (
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        ).encode() + PDF + b"\r\n--b--\r\n"  # fmt: skip

    kind = "multipart/form-data; boundary=b"
    lying = hall.upload(case, form("a.exe"), Content_Type=kind)
    assert (lying.status, lying.told["code"]) == (422, "file_refused"), lying.body
    assert hall.upload(case, form("申请表.pdf"), Content_Type=kind).status == 201


def test_20_mb_arrive_and_leave_with_flat_memory(hall: Hall) -> None:
    case = hall.open_case()
    hall.upload(case, pdf(1 << 20))  # what is loaded once does not count
    before = peak(hall.child)
    body = pdf(20 << 20)

    assert hall.upload(case, body).status == 201
    assert hall.send("GET", f"{hall.place(case)}/file").body == body

    grown = peak(hall.child) - before
    assert grown < 10 << 20, f"{grown >> 20} MB"


def test_a_bucket_keeps_files_as_a_folder_does(hall: Hall, tmp_path: Path) -> None:
    with s3_store(tmp_path) as (url, keys):
        changed = {
            "BANJIAN_INTAKE_HTTP_PORT": str(free_ports(1)[0]),
            "BANJIAN_STORAGE": url,
            "BANJIAN_STORAGE_KEY_FILE": keys,
        }
        env = {**hall.house.env, **changed}
        with hall.house.serve("intake", **changed) as child:
            elsewhere = Hall(replace(hall.house, env=env), child)
            try:
                case = elsewhere.open_case()
                body = pdf(12 << 20)
                assert elsewhere.upload(case, body).status == 201
                assert elsewhere.send("GET", f"{elsewhere.place(case)}/file").body == body
            finally:
                elsewhere.database.close()
        assert b"%PDF" not in b"".join(storage_of(url, keys).open(place_of(hall, case)))
    assert hall.stored(case)[0].exists() is False


def test_more_than_50_mb_are_refused(hall: Hall) -> None:
    case = hall.open_case()
    assert hall.upload(case, b"%PDF" + bytes(50 << 20)).status == 413
    assert hall.events(case) == []


def test_a_crash_between_file_and_event_leaves_nothing_that_is_served(
    hall: Hall, tmp_path: Path
) -> None:
    case = hall.open_case()
    upload = tmp_path / "upload"
    upload.write_bytes(PDF)
    stored = Stored("0" * 64, len(PDF), "application/pdf")

    class Crash(BaseException):
        pass

    def store_and_crash(of: Any, field: str) -> Any:
        hall.files.store(of.subject_id, field, upload)
        raise Crash

    with pytest.raises(Crash):
        hall.intake.receive_file(
            facts(CLERK, datetime.now(UTC), case),
            case,
            material_code(FORM),
            stored,
            store_and_crash,
        )

    [orphan] = hall.stored(case)
    assert orphan.exists()
    assert hall.events(case) == []
    assert hall.send("GET", f"{hall.place(case)}/file").status == 404
    assert sweep(hall.database, hall.storage).broken_off == 0  # it may still be under way
    swept = hall_sweep(hall, "--older-than", "0")
    assert swept["broken_off"] >= 1
    assert not orphan.exists()
    assert hall.stored(case) == []


def test_what_was_swept_is_not_kept(hall: Hall, tmp_path: Path) -> None:
    case = hall.open_case()
    upload = tmp_path / "upload"
    upload.write_bytes(PDF)

    def store_and_sweep(of: Any, field: str) -> Any:
        kept = hall.files.store(of.subject_id, field, upload)
        sweep(hall.database, hall.storage, 0)
        return kept.changes

    stored = Stored("1" * 64, len(PDF), "application/pdf")
    with pytest.raises(Exception, match="swept away"):
        hall.intake.receive_file(
            facts(CLERK, datetime.now(UTC), case),
            case,
            material_code(FORM),
            stored,
            store_and_sweep,
        )
    assert hall.events(case) == []


def test_an_erased_person_s_file_is_unreadable_and_then_gone(hall: Hall, tmp_path: Path) -> None:
    case, subject = "", ""
    case = hall.open_case()
    subject = subject_of(case)
    told = hall.upload(case, PDF).told
    [path] = hall.stored(case)
    with hall.database.transaction() as cursor:
        hall.vault.release(cursor.connection, subject, case)
        hall.vault.erase(cursor.connection, subject)

    assert path.exists()  # as in every backup
    assert hall.send("GET", f"{hall.place(case)}/file").status == 404
    assert hall.upload(case, pdf(999)).status == 422  # nothing more is taken in about them
    assert hall_sweep(hall)["erased"] >= 1
    assert not path.exists()
    assert hall.events(case) == ["material-received"]
    assert told["content_hash"] == hall.checklist(case)["materials"][0]["content_hash"]


def test_a_master_key_s_rotation_and_another_cipher_leave_files_readable(hall: Hall) -> None:
    from services.chassis.vault import Rotation, new_key
    from services.intake.refused import BODIES
    from services.kernel.algorithms import CipherAlg

    case = hall.open_case()
    hall.upload(case, PDF)
    path = Path(hall.house.env["BANJIAN_VAULT_KEY_FILE"])
    keys = path.read_text()
    sm4 = Seal.from_file(path, CipherAlg.SM4_GCM)
    Rotation(hall.database, sm4, BODIES, lambda _: None).run()

    assert hall.send("GET", f"{hall.place(case)}/file").body == PDF
    assert path.read_text() == keys
    assert len(new_key()) == 32


def test_2_1_4_a_promise_that_is_not_kept_withdraws_the_application(hall: Hall) -> None:
    case = hall.open_case()
    assert hall.upload(case, PDF).status == 201
    day = legal_date(datetime.now(UTC)) + timedelta(days=3)
    told = hall.send("POST", f"{hall.place(case, PLAN)}/promise", {"due_on": day.isoformat()})
    assert told.status == 200, told.body
    due_on = date.fromisoformat(told.told["due_on"])
    assert due_on >= day  # a day off is followed by a working day
    assert hall.checklist(case)["complete"]
    late = hall.send("POST", f"{hall.place(case, FORM)}/promise", {"due_on": "2020-01-01"})
    assert late.status == 422

    [(due_at,)] = hall.database.read(
        "SELECT due_at FROM deadlines WHERE kind = %s AND key = %s",
        (UNKEPT, f"{case}/{material_code(PLAN)}"),
    )
    assert legal_date(due_at) == due_on + timedelta(days=1)
    key = f"{case}/{material_code(PLAN)}"
    hall.database.run(
        "UPDATE deadlines SET due_at = now(), try_at = now() WHERE kind = %s AND key = %s",
        (UNKEPT, key),
    )

    wait_until(lambda: hall.intake.case_of(case).state.value == "withdrawn", timeout=30)
    with hall.intake.unit_of_work():
        hall.intake.fire(Due(UNKEPT, key, due_at, due_at))  # once is enough

    assert hall.events(case)[-1] == "material-promise-lapsed"
    assert hall.events(case).count("material-promise-lapsed") == 1
    assert hall.upload(case, pdf(500)).status == 422


def test_a_promise_that_is_kept_has_no_deadline_any_more(hall: Hall) -> None:
    case = hall.open_case()
    day = legal_date(datetime.now(UTC)) + timedelta(days=3)
    assert (
        hall.send("POST", f"{hall.place(case, PLAN)}/promise", {"due_on": str(day)}).status == 200
    )
    assert hall.send("POST", f"{hall.place(case, PLAN)}/receipt", {"copies": 2}).status == 201

    left = hall.database.read(
        "SELECT count(*) FROM deadlines WHERE kind = %s AND key LIKE %s", (UNKEPT, f"{case}/%")
    )
    assert left == [(0,)]


def test_716_7_a_shared_material_is_neither_missing_nor_promised(hall: Hall) -> None:
    case = hall.open_case()
    day = legal_date(datetime.now(UTC)) + timedelta(days=3)

    answer = hall.send("POST", f"{hall.place(case, ID_CARD)}/promise", {"due_on": str(day)})

    assert answer.status == 422, answer.body
    assert ID_CARD not in hall.missing(case)


def test_a_certificate_of_the_library_stands_in_for_the_paper(hall: Hall) -> None:
    case = hall.open_case()
    hall.database.run(
        "INSERT INTO certificate_row (certificate_no, item_code, subject_id, valid_to) VALUES"
        " (%(case)s || '-1', 'I1', %(subject)s, NULL),"
        " (%(case)s || '-2', 'I1', %(subject)s, '2020-01-01'),"
        " (%(case)s || '-3', 'I1', 's-somebody', NULL)",
        {"case": case, "subject": subject_of(case)},
    )
    assert [one["certificate_id"] for one in hall.checklist(case)["certificates"]] == [f"{case}-1"]
    place = f"{hall.place(case, PLAN)}/reuse"

    for number, status in (("-3", 404), ("-2", 422), ("-1", 200), ("-1", 200)):
        answer = hall.send("POST", place, {"certificate_id": case + number})
        assert answer.status == status, answer.body

    assert hall.states(case)[PLAN] == "reused"
    assert hall.events(case) == ["material-reused-from-library"]


def test_an_account_sees_no_certificates_by_typing_a_number(hall: Hall) -> None:
    theirs = hall.open_case(id_number=NUMBER)
    typed = hall.open_case(hall.owner, NUMBER)
    hall.database.run(
        "INSERT INTO certificate_row (certificate_no, item_code, subject_id, valid_to)"
        " VALUES (%s, 'I1', %s, NULL)",
        (f"{theirs}-1", subject_of(theirs)),
    )
    place = f"{hall.place(typed, PLAN)}/reuse"

    seen = hall.checklist(typed, hall.owner)["certificates"]
    taken = hall.send("POST", place, {"certificate_id": f"{theirs}-1"}, hall.owner)

    assert (seen, taken.status) == ([], 404)
    known = [one["certificate_id"] for one in hall.checklist(typed)["certificates"]]
    assert known == [f"{theirs}-1"]


def test_missing_of_answers_to_the_other_commands(hall: Hall) -> None:
    case = hall.open_case()
    found = hall.intake.missing_of(case, CODE, 1)

    assert [(one.name, one.required, one.what) for one in found] == [
        (FORM, True, "尚未提交"),
        (PLAN, True, "尚未提交"),
    ]
    assert hall.intake.missing_of(case, "unknown", 1) == []
    with pytest.raises((NotFoundError, RuleError)):
        hall.files.open(subject_of(case), "file:x", None)  # type: ignore[arg-type]


def place_of(hall: Hall, case: str) -> str:
    [path] = hall.stored(case)
    return path.name


def peak(child: Child) -> int:
    """Give the largest resident size of a process so far, in bytes."""
    for line in Path(f"/proc/{child.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no such process")


def hall_sweep(hall: Hall, *more: str) -> dict[str, int]:
    done = subprocess.run(
        [*banjian("storage", "sweep", "intake", "--json"), *more],
        env=hall.house.env,
        capture_output=True,
        check=True,
        timeout=60,
    )
    swept: dict[str, int] = json.loads(done.stdout)
    return swept
