"""Imports and exports of the catalog: all or nothing, once, in the process and without."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.catalog.imports import jobs
from services.catalog.imports.export import KINDS, export
from services.catalog.imports.formats import Format
from services.catalog.imports.jobs import Asked
from tests.integration.services.catalog_imports import CODES, Client, Desk, basics, claims
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.catalog.imported import IMPLEMENTATION, LIST, csv_text, json_lines, workbook
from tests.unit.catalog.test_import_rows import ROWS


@pytest.fixture
def desk(module_house: House) -> Iterator[Desk]:
    _empty(module_house)
    desk = Desk(module_house)
    yield desk
    desk.database.close()


@pytest.fixture(scope="module")
def client(module_house: House) -> Iterator[Client]:
    with module_house.serve("catalog"):
        yield Client(module_house)


def write(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "rows.jsonl"
    path.write_bytes(json_lines(*rows))
    return path


COUNTY: tuple[dict[str, Any], ...] = (
    {"kind": "region", "region_code": "3412XX", "region_name": "县", "use_level": 4},
    {"kind": "region", "parent_code": "3412XX"} | ROWS["region"],
    {"kind": "department"} | ROWS["department"],
    {"kind": "window"} | ROWS["window"],
    {"kind": "staff", "window_no": "07"} | ROWS["staff"],
    {"kind": "delegation"} | ROWS["delegation"],
    {"kind": "seal"} | ROWS["seal"],
    {"kind": "calendar"} | ROWS["calendar"],
    {"kind": "calendar"}
    | ROWS["calendar"]
    | {"document": "国办发明电〔2020〕1号", "announced_on": "2020-01-27", "work_days": []},
    *basics(*CODES),
    IMPLEMENTATION
    | {
        "happened_at": "2019-12-01",
        "materials": [{"material_name": "申请表", "is_need": True, "page_num": 1}],
        "fees": [{"fee_name": "工本费", "fee_stand": "每件10元", "amount_fen": 1000}],
        "steps": [{"name": "受理", "days": 1}, {"name": "审查"}],
        "guide": {"materials": "表", "criteria": "齐全", "steps": "两步", "flow": "受理到审查"},
        "server_type": [1, 2],
        "is_fee": True,
        "province_extra": "留着",
    },
    IMPLEMENTATION
    | {
        "task_version": 2,
        "promise_day": 5,
        "plan_effective_date": "2020-06-01",
        "reason": "压缩时限",
        "programme": "ADJUSTMENT",
        "happened_at": "2020-05-01",
    },
    IMPLEMENTATION | {"task_code": "I2", "task_name": "乙", "happened_at": "2019-12-01"},
    *claims(3, *CODES),
    {
        "kind": "scheme",
        "happened_at": "2019-12-05",
        **ROWS["scheme"],
        "members": [
            {"item_code": IMPLEMENTATION["task_code"], "department": "D07"},
            {"item_code": "I2", "department": "D07", "needs": [IMPLEMENTATION["task_code"]]},
        ],
    },
    {
        "kind": "adjustment",
        "act": "freeze",
        "task_code": "I2",
        "reason": "清理",
        "effective_from": "2020-08-01",
        "happened_at": "2020-07-01",
    },
    {
        "kind": "adjustment",
        "act": "withdraw_claim",
        "unit": "3412XX000002",
        "catalog_code": CODES[3],
        "reason": "不再办理",
        "happened_at": "2020-07-02",
    },
    {
        "kind": "adjustment",
        "act": "suspend_seal",
        "seal_no": "S-1",
        "on": "2020-09-01",
        "reason": "换印",
        "happened_at": "2020-09-01",
    },
)
"""A little of everything, in the order things need each other."""


def test_a_whole_county_comes_in_whatever_the_order_and_the_same_again_is_no_news(
    desk: Desk, tmp_path: Path
) -> None:
    path = write(tmp_path, *reversed(COUNTY))

    plan, outcome = desk.take(path)
    events = desk.events()
    _, again = desk.take(path)

    assert (plan.found.errors, outcome.errors, again.errors) == ([], [], [])
    assert (outcome.new + outcome.changed, outcome.unchanged) == (len(COUNTY), 0)
    assert outcome.kinds["claim"] == {"new": 12, "changed": 0, "unchanged": 0}
    assert outcome.kinds["implementation"] == {"new": 2, "changed": 1, "unchanged": 0}
    assert outcome.kinds["calendar"] == {"new": 1, "changed": 1, "unchanged": 0}
    assert desk.events("work-calendar-amended") == desk.events("item-frozen") == 1
    assert (again.new, again.changed, desk.events()) == (0, 0, events)


def test_a_dry_run_says_what_would_be_and_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.take(write(tmp_path, *basics(CODES[0])))
    before = desk.events()
    changed = basics(CODES[0])[0] | {"by_law": "第七条"}

    _, outcome = desk.take(write(tmp_path, changed, *basics(CODES[1])), dry_run=True)

    assert (outcome.new, outcome.changed, outcome.unchanged) == (1, 1, 0)
    assert desk.events() == before
    assert desk.database.read("SELECT count(*) FROM basic_item") == [(1,)]


def test_one_refused_row_leaves_nothing_of_the_others(desk: Desk, tmp_path: Path) -> None:
    rows = (
        *basics(*CODES),
        IMPLEMENTATION | {"promise_day": 30},
        *claims(2, *CODES, "0020999990000"[:12]),
    )

    plan, outcome = desk.take(write(tmp_path, *rows))

    assert plan.found.errors == []
    assert [(error.line, error.field, error.rule) for error in outcome.errors] == [
        (5, "promise_day", "promised_limit"),
        (10, "catalog_code", "unknown_basic_item"),
        (15, "catalog_code", "unknown_basic_item"),
    ]
    assert all(error.reason for error in outcome.errors)
    assert desk.events() == 0


def test_a_published_list_is_taken_over_and_its_next_edition_is_a_next_version(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(csv_text(LIST).encode("gbk"))
    _, first = desk.take(path)
    path.write_text(csv_text([dict(LIST[0]) | {"承诺时限": "5"}, *LIST[1:]]), encoding="utf-8")
    _, second = desk.take(path)
    _, third = desk.take(path)

    assert (first.new, second.changed, second.unchanged) == (5, 1, 4)
    assert (third.new, third.changed, third.unchanged) == (0, 0, 5)
    rows = desk.database.read(
        "SELECT item_version, origin, source_document, listing->'as_published'->>'编码'"
        " FROM item_version WHERE item_code = %s ORDER BY 1",
        (LIST[0]["编码"],),
    )
    assert rows == [(n, "TAKEN_OVER", "示例清单", LIST[0]["编码"]) for n in (1, 2)]


@pytest.mark.parametrize("form", Format, ids=lambda form: form.value)
def test_what_is_exported_imports_into_an_empty_catalog_as_the_same(
    desk: Desk, tmp_path: Path, form: Format
) -> None:
    desk.take(write(tmp_path, *COUNTY))
    lists = tmp_path / "list.csv"
    lists.write_text(csv_text(LIST), encoding="utf-8")
    desk.take(lists)
    files = {}
    for kind in KINDS:
        files[kind] = tmp_path / f"{kind}.{form.value}"
        files[kind].write_bytes(b"".join(export(desk.database, kind, form)))
    tables = ("item_version", "item_act", "guide", "basic_item", "claim", "department", "calendar")
    before = {table: contents(desk, table) for table in tables}
    _empty(desk.house)

    for kind in KINDS:
        plan, outcome = desk.take(files[kind])
        assert (plan.found.errors, outcome.errors) == ([], []), kind

    assert {table: contents(desk, table) for table in tables} == before
    for kind in KINDS:
        if kind != "claim":  # the one that was withdrawn does not come back
            exported = b"".join(export(desk.database, kind, Format.JSONL))
            assert sorted(exported.splitlines()) == sorted(
                b"".join(export(desk.database, kind, Format.JSONL)).splitlines()
            )


def contents(desk: Desk, table: str) -> list[str]:
    """Give a table's rows as text, without what only says in which order they came."""
    rows = desk.database.read(f"SELECT to_jsonb(t) - 'seq' FROM {table} t")
    return sorted(
        json.dumps(row, sort_keys=True, ensure_ascii=False)
        for (row,) in rows
        if row.get("unit") != "3412XX000002" or row.get("catalog_code") != CODES[3]
    )


def _empty(house: House) -> None:
    """Begin again: no event, no row."""
    from services.chassis.eventlog.database import Database

    admin = Database(house.database_url)
    admin.run(
        "ALTER TABLE catalog.events DISABLE TRIGGER append_only;"
        "ALTER TABLE catalog.ledger DISABLE TRIGGER append_only;"
        "TRUNCATE catalog.events, catalog.ledger, catalog.commands, catalog.import_job CASCADE;"
        "ALTER TABLE catalog.events ENABLE TRIGGER append_only;"
        "ALTER TABLE catalog.ledger ENABLE TRIGGER append_only"
    )
    names = admin.read("SELECT tablename FROM pg_tables WHERE schemaname = 'catalog_model'")
    admin.run("TRUNCATE " + ", ".join(f'catalog_model."{name}"' for (name,) in names))
    admin.close()


def test_a_job_tells_what_became_of_it(client: Client) -> None:
    rows = json_lines(*basics("002000001001"), *claims(2, "002000001001"))

    dry = client.take(rows, dry_run="true", name="试.jsonl")
    done = client.take(rows, name="甲.jsonl")
    again = client.take(rows, name="甲.jsonl")

    assert (dry["state"], dry["dry_run"], dry["new"], dry["rows"]) == ("DONE", True, 3, 3)
    assert (done["state"], done["new"], done["done"], done["account"]) == (
        "DONE",
        3,
        3,
        "importer-1",
    )
    assert done["kinds"]["claim"]["new"] == 2
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 3)
    _, listed = client.ask("GET", "/imports")
    assert [job["file_name"] for job in listed["items"]][:3] == ["甲.jsonl", "甲.jsonl", "试.jsonl"]


def test_a_refused_job_names_line_field_and_reason(client: Client) -> None:
    rows = [{"kind": "basic"}, *basics("002000002001"), {"kind": "claim", "batch_no": "x"}]

    job = client.take(json_lines(*rows))

    assert (job["state"], job["new"], job["wrong"]) == ("REFUSED", 0, 10)
    first = job["errors"][0]
    assert (first["line"], first["field"], first["rule"]) == (1, "catalog_code", "missing_field")
    assert first["reason"] and first["remedy"]
    assert client.take(json_lines(*claims(1, "002000002001")))["state"] == "REFUSED"


def test_whoever_may_not_is_refused_and_so_is_a_file_too_large(client: Client) -> None:
    stranger = Client(client.house)
    stranger.token = client.house.token("clerk-1", "clerk")

    assert stranger.ask("POST", "/imports", b"x")[0] == 403
    assert stranger.ask("GET", "/imports")[0] == 403
    status, problem = client.ask("POST", "/imports", b"0" * ((64 << 20) + 1))
    assert (status, problem["code"]) == (413, "too_large")
    assert client.ask("POST", "/imports", b"")[0] == 400
    assert client.ask("GET", "/imports/6f0bd2e1-6f0c-5d0e-9a53-5f3d5a3a6d10")[0] == 404
    assert client.ask("GET", "/exports/nothing.csv")[0] == 404
    assert client.ask("GET", "/exports/claim.pdf")[0] == 404
    assert [stranger.ask("GET", f"/exports/{k}.csv")[0] for k in ("claim", "staff")] == [200, 403]
    assert client.ask("POST", "/imports?kind=UPPER", b"x")[0] == 400


def test_the_same_request_with_a_key_is_one_job(client: Client) -> None:
    rows = json_lines(*basics("002000003001"))

    one, other = (
        client.ask("POST", "/imports", rows, Idempotency_Key="import-key-1")[1] for _ in range(2)
    )

    assert one["id"] == other["id"]


def test_requests_are_answered_while_an_import_runs(client: Client) -> None:
    codes = [f"00200{n:04}002" for n in range(40)]
    rows = json_lines(*basics(*codes), *claims(100, *codes))
    slowest = 0.0
    answered = 0

    job = client.begin(rows)
    while client.job(job["id"])["state"] in ("QUEUED", "RUNNING"):
        begun = time.monotonic()
        assert client.ask("GET", "/livez")[0] == 200
        slowest = max(slowest, time.monotonic() - begun)
        answered += 1

    assert client.job(job["id"])["new"] == 4040
    assert answered > 3
    assert slowest < 3


def test_an_import_of_a_process_that_died_is_interrupted_and_had_no_effect(
    house: House, tmp_path: Path
) -> None:
    codes = [f"00200{n:04}003" for n in range(50)]
    rows = json_lines(*basics(*codes), *claims(100, *codes))
    spool = tmp_path / "spool"
    spool.mkdir()
    with house.serve("catalog", BANJIAN_SPOOL_DIR=str(spool)) as process:
        client = Client(house)
        job = client.begin(rows)
        wait_until(lambda: client.job(job["id"])["state"] == "RUNNING")
        assert len(list(spool.iterdir())) == 1
        process.kill()
    with house.serve("catalog", BANJIAN_SPOOL_DIR=str(spool)):
        found = client.job(job["id"])

        assert (found["state"], found["new"]) == ("INTERRUPTED", 0)
        assert list(spool.iterdir()) == []
        desk = Desk(house)
        assert desk.events() == 0
        desk.database.close()
        assert client.take(json_lines(*basics(*codes)))["new"] == 50


def test_a_job_that_was_given_up_can_have_no_effect(desk: Desk, tmp_path: Path) -> None:
    from services.catalog.imports.running import run_job
    from services.kernel.facts import Facts
    from tests.integration.services.catalog_imports import IMPORTER
    from tests.unit.catalog.imported import NOW

    path = write(tmp_path, *basics(*CODES))
    asked = Asked(UUID(int=7), path, "f", "", "", False, "importer-1", "c", 1)
    facts = Facts(NOW, "import", IMPORTER, "c")

    def read(work: Any) -> Any:
        desk.database.run("UPDATE import_job SET state = 'INTERRUPTED'")
        return work()

    with jobs.holding(desk.database, asked), pytest.raises(Exception, match="given up"):
        run_job(desk.catalog, asked, facts, read)

    assert jobs.find(desk.database, asked.id).state == "INTERRUPTED"
    assert desk.events() == 0


def test_whoever_holds_a_job_is_not_taken_for_dead(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, *basics(*CODES))
    asked = Asked(UUID(int=8), path, "f", "", "", False, "importer-1", "c", 1)
    held, ended = threading.Event(), threading.Event()

    def hold() -> None:
        with jobs.holding(desk.database, asked):
            held.set()
            ended.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(20)
    try:
        assert jobs.find(desk.database, asked.id).state == "QUEUED"
    finally:
        ended.set()
        holder.join()
    assert jobs.find(desk.database, asked.id).state == "INTERRUPTED"


def test_pages_work_with_a_form_alone(client: Client) -> None:
    boundary = "xyz"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="kind"\r\n\r\n\r\n',
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="表.csv"\r\n\r\n',
        csv_text([{"catalog_code": "002000004001", "unit": "U1"}]),
        f"\r\n--{boundary}--\r\n",
    ]
    status, page = client.ask(
        "POST",
        "/imports/upload",
        "".join(parts).encode(),
        Content_Type=f"multipart/form-data; boundary={boundary}",
        Accept="text/html",
    )

    text = page.decode()
    assert status == 200
    assert "表.csv" in text
    listed = client.ask("GET", "/imports", Accept="text/html")[1].decode()
    assert 'enctype="multipart/form-data"' in listed and "表.csv" in listed
    job = client.ask("GET", "/imports")[1]["items"][0]
    client.finished(job)
    shown = client.ask("GET", f"/imports/{job['id']}", Accept="text/html")[1].decode()
    assert "缺少必填字段" in shown and "unit_name" in shown


def test_the_command_line_imports_and_exports(client: Client, tmp_path: Path) -> None:
    heading = ["catalog_code", "task_name", "task_type", "use_levels", "plan_effective_date"]
    book = workbook(
        {"basic": [heading, ["002000005001", "示例", "20", "4^5", "2019-01-01"]]},
        tmp_path / "basic.xlsx",
    )

    told = json.loads(client.house.banjian("catalog", "import", str(book), "--json"))
    shown = client.house.banjian("catalog", "import", str(book), "--dry-run")
    out = tmp_path / "out.csv"
    client.house.banjian("catalog", "export", "basic", "--format", "csv", "-o", str(out))

    assert (told["state"], told["new"], told["file_name"]) == ("DONE", 1, "basic.xlsx")
    assert "nothing was written" in shown
    assert "002000005001,示例,20,4^5" in out.read_text(encoding="utf-8-sig")


@pytest.mark.data
def test_the_real_list_goes_in_by_http_and_once(
    desk: Desk, client: Client, shared_data: Path
) -> None:
    text = (shared_data / "district_items.csv").read_bytes()
    first, second = client.take(text, name="list.csv"), client.take(text, name="list.csv")

    assert (first["state"], first["new"], first["wrong"]) == ("DONE", 619, 0)
    assert (second["new"], second["changed"], second["unchanged"]) == (0, 0, 619)
    assert {one["flag"]: one["rows"] for one in first["flags"]}["limit_missing"] == 619
    assert all(one["meaning"] for one in first["flags"])
