"""Tamper evidence on real servers: RELIABILITY.md D1-D10, proofs over HTTP, anchors, exports.

What an attacker with every right does to the tables is done in a transaction that is rolled back.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg2
import pytest
from psycopg2 import errors as pg
from psycopg2 import extensions

from banjian_verify.export import Folder
from banjian_verify.merkle import ProofError, check_consistency, check_inclusion
from banjian_verify.notes import Checkpoint as Read
from banjian_verify.notes import Key
from banjian_verify.run import Verdict, verify
from banjian_verify.trust import Trust
from deploy.local.servers import CHECKOUT
from services.chassis.audit import anchors
from services.chassis.audit.checkpoints import AlteredError, Checkpoints, Reason, asking, last
from services.chassis.audit.export import (
    Live,
    LogExport,
    Span,
    opened,
    write,
    write_manifest,
)
from services.chassis.audit.notes import Head, SigningKey, key_file, read_keys, sign
from services.chassis.audit.provider import AuditLog
from services.chassis.audit.routes import (
    AuditRoutes,
    CheckpointQuery,
    ConsistencyQuery,
    InclusionQuery,
    TreeQuery,
)
from services.chassis.audit.tiles import trees
from services.chassis.audit.tree import HashAlg
from services.chassis.audit.watch import Auditing, Schedule
from services.chassis.errors import (
    ContractError,
    NotFoundError,
    RuleError,
    UnavailableError,
)
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.merkle import root
from services.chassis.eventlog.sealer import Sealer
from services.chassis.events import Body
from services.chassis.identity import NOBODY
from services.chassis.settings import Settings
from services.chassis.vault import PersonalVault, Seal
from services.chassis.web import Call
from services.kernel.facts import Actor, ActorKind
from services.kernel.identifiers import stream_id
from services.kernel.times import SHANGHAI
from tests.support.house import House
from tests.support.tsa import authority
from tests.support.waiting import wait_until
from tests.support.witness import Witness

ACTOR = Actor(ActorKind.EXTERNAL, "test")
START = datetime(2020, 1, 6, 9, tzinfo=SHANGHAI)
CASES = 330
WITNESS = Witness()
PUBLISHED = (
    {"measure": "S03", "as_of": "2020-01-20"},
    {"measure": "S03", "as_of": "2021-01-01", "channel": "online"},
    {"measure": "S02", "as_of": "2021-01-01", "from": "2020-01-10", "to": "2020-01-15"},
    {"measure": "S08", "as_of": "2020-01-31"},
    {"measure": "S28", "as_of": "2020-01-20", "department": "D03"},
)
"""Figures that are published; tests/integration/disclosure/test_second_reading.py has them all."""
TAIL = 5
"""Events behind the last full tile of the log under attack."""


def state(subject: str, at: datetime, **data: Any) -> bytes:
    body = Body(at, subject, ACTOR, "test", msgspec.Raw(msgspec.json.encode(data)), region="341202")
    return msgspec.json.encode(body)


def a_year() -> Iterator[tuple[str, UUID, int, bytes]]:
    """Cases of all kinds: online, open, corrected, taken back, deleted, completed twice."""
    for number in range(CASES):
        case, at = f"case-{number}", START + timedelta(hours=number)
        own, version = stream_id("case", case), 0

        def say(topic: str, **data: Any) -> tuple[str, UUID, int, bytes]:
            nonlocal version
            version += 1
            return (
                f"intake.{topic}.v1",
                own,  # noqa: B023 - told before the next case
                version,
                state(case, at, project_no=case, **data),  # noqa: B023
            )

        yield say(
            "case-accepted",
            item_code=f"item-{number % 3}",
            item_version=1,
            channel="online" if number % 4 == 0 else "window",
            department=f"D{number % 5:02d}",
            accepted_at=at,
            mode="manual",
        )
        if number % 11 == 0:
            continue  # open
        done = at + timedelta(days=number % 9)
        kind = 3 if number % 13 == 0 else 1
        yield say("case-completed", completion_kind=kind, completed_at=done)
        if number % 17 == 0:
            changed = {"completed_at": done + timedelta(days=40), "department": "D09"}
            yield say("external-record-corrected", record="result", changed=changed)
        if number % 19 == 0:
            yield say("external-record-retracted", record="result")
        if number % 23 == 0:
            yield say("case-deleted-in-error")


def append(database: Database, rows: list[tuple[str, UUID, int, bytes]]) -> None:
    for at in range(0, len(rows), 200):
        part = rows[at : at + 200]
        database.run(
            "INSERT INTO events (topic, stream, version, state) VALUES "
            + ", ".join(["%s"] * len(part)),
            part,
        )


def seal_all(database: Database, service: str) -> None:
    wait_until(lambda: Sealer(database, service).seal() == 0 and _is_sealed(database))


def _is_sealed(database: Database) -> bool:
    return bool(
        database.run("SELECT (SELECT count(*) FROM events) = (SELECT count(*) FROM ledger)")[0][0]
    )


class Told:
    """A house with a year in intake's log, signed, and a small log of notify to be attacked."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.intake = Database(house.database_url_of("intake"))
        self.notify = Database(house.database_url_of("notify"))
        self.keys = read_keys(Path(house.env["BANJIAN_AUDIT_KEY_FILE"]))

    def issuer(self, *keys: SigningKey) -> Checkpoints:
        return Checkpoints(
            self.notify, "notify", self.house.env["BANJIAN_PUBLIC_URL"], list(keys or self.keys)
        )

    def key_of(self, service: str) -> str:
        place = self.house.env["BANJIAN_PUBLIC_URL"].removeprefix("http://")
        return self.keys[0].verifier(f"{place}/{service}")


@pytest.fixture(scope="module")
def told(module_house: House) -> Iterator[Told]:
    made = Told(module_house)
    append(made.intake, list(a_year()))
    seal_all(made.intake, "intake")
    rows = [
        (
            f"notify.told.v{number % 3}",
            stream_id("n", str(number % 40)),
            number // 40 + 1,
            bytes(body),
        )
        for number in range(2 * 256 + TAIL)
        for body in [b'{"data":{"n":%d}}' % number]
    ]
    append(made.notify, rows[:300])
    seal_all(made.notify, "notify")
    made.issuer().issue(Reason.SCHEDULE)
    append(made.notify, rows[300:])
    seal_all(made.notify, "notify")
    made.issuer().issue(Reason.SCHEDULE)
    yield made
    made.intake.close()
    made.notify.close()


# The attacker


@contextmanager
def attacked(told: Told) -> Iterator[extensions.connection]:
    """The log of notify in the hands of somebody with every right; as it was afterwards."""
    with closing(psycopg2.connect(told.house.database_url)) as connection:
        connection.cursor().execute(
            "SET search_path = notify; SET session_replication_role = replica; SET timezone = 'UTC'"
        )
        yield connection
        connection.rollback()


def judge(connection: extensions.connection, upto: int, **trust: Any) -> Verdict:
    log = LogExport(connection, "notify", Span(1, upto))
    return verify(Live({"notify": log}), Trust(**trust))


def last_position(connection: extensions.connection) -> int:
    return int(fetch(connection, "SELECT max(position) FROM ledger")[0][0])


def fetch(connection: extensions.connection, statement: str, *params: object) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def place(connection: extensions.connection, position: int) -> tuple[str, int]:
    [(xid, number)] = fetch(
        connection, "SELECT xid::text, id FROM ledger WHERE position = %s", position
    )
    return xid, number


def hash_again(connection: extensions.connection, position: int) -> None:
    """Give an event the leaf that fits it."""
    fetch(
        connection,
        "UPDATE ledger l SET leaf = sha256('\\x00'::bytea || uuid_send(e.stream)"
        " || int8send(e.version) || timestamptz_send(e.recorded_at)"
        " || int4send(octet_length(e.topic)) || convert_to(e.topic, 'UTF8') || e.state)"
        " FROM events e WHERE e.xid = l.xid AND e.id = l.id AND l.position = %s",
        position,
    )


def first_bad(verdict: Verdict) -> tuple[int, int]:
    [problem] = verdict.problems
    return problem.first, problem.last or problem.first


FIELDS = {
    "state": "state = set_byte(state, 3, get_byte(state, 3) # 1)",
    "topic": "topic = 'x' || substr(topic, 2)",
    "version": "version = version + 1000",
    "recorded_at": "recorded_at = recorded_at + interval '1 microsecond'",
    "stream": "stream = gen_random_uuid()",
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("position", [1, 256, 300, 517])
def test_d01_an_update_of_one_byte_is_named(told: Told, field: str, position: int) -> None:
    with attacked(told) as connection:
        where = place(connection, position)
        statement = f"UPDATE events SET {FIELDS[field]} WHERE (xid, id) = (%s::xid8, %s)"
        fetch(connection, statement, *where)

        verdict = judge(connection, last_position(connection))

    assert first_bad(verdict) == (position, position)


@pytest.mark.parametrize("position", [1, 256, 300, 512])
def test_d01_hashing_it_again_does_not_help(told: Told, position: int) -> None:
    """Below the last full tile the tile names the position; the tail is named by its checkpoint."""
    with attacked(told) as connection:
        fetch(
            connection,
            "UPDATE events SET state = '{}' WHERE (xid, id) = (%s::xid8, %s)",
            *place(connection, position),
        )
        hash_again(connection, position)

        verdict = judge(connection, last_position(connection))

        assert first_bad(verdict) == (position, position)
        tail = last_position(connection)
        hash_again(connection, position)
    with attacked(told) as connection:
        fetch(
            connection,
            "UPDATE events SET state = '{}' WHERE (xid, id) = (%s::xid8, %s)",
            *place(connection, tail),
        )
        hash_again(connection, tail)
        assert first_bad(judge(connection, tail)) == (301, tail)


@pytest.mark.parametrize(
    "change",
    ["leaf = set_byte(leaf, 31, get_byte(leaf, 31) # 1)", "previous = previous + 1"],
)
def test_d01_a_row_of_the_ledger_is_named(told: Told, change: str) -> None:
    with attacked(told) as connection:
        fetch(connection, f"UPDATE ledger SET {change} WHERE position = 77")

        assert first_bad(judge(connection, last_position(connection))) == (77, 77)


def test_d02_a_deleted_event_is_named(told: Told) -> None:
    with attacked(told) as connection:
        fetch(
            connection,
            "DELETE FROM events WHERE (xid, id) = (%s::xid8, %s)",
            *place(connection, 99),
        )

        verdict = judge(connection, last_position(connection))

    assert first_bad(verdict) == (99, 99)
    assert "missing" in verdict.problems[0].what


def test_d02_a_deleted_row_of_the_ledger_is_named(told: Told) -> None:
    with attacked(told) as connection:
        fetch(connection, "DELETE FROM ledger WHERE position = 99")

        assert first_bad(judge(connection, last_position(connection))) == (99, 99)


def renumber(connection: extensions.connection, after: int, by: int) -> None:
    """Move the positions behind a place, and the `previous` that point there."""
    sign_ = "+" if by > 0 else "-"
    fetch(
        connection,
        f"UPDATE ledger SET position = -(position {sign_} 1) WHERE position > %s",
        after,
    )
    fetch(connection, "UPDATE ledger SET position = -position WHERE position < 0")
    fetch(
        connection,
        "UPDATE ledger l SET previous = coalesce((SELECT max(b.position) FROM ledger b"
        " JOIN events be USING (xid, id) JOIN events e ON e.stream = be.stream"
        " WHERE e.xid = l.xid AND e.id = l.id AND b.position < l.position), 0)",
    )


def test_d02_closing_the_gap_does_not_help(told: Told) -> None:
    with attacked(told) as connection:
        where = place(connection, 99)
        fetch(connection, "DELETE FROM ledger WHERE position = 99")
        fetch(connection, "DELETE FROM events WHERE (xid, id) = (%s::xid8, %s)", *where)
        renumber(connection, 99, -1)

        assert first_bad(judge(connection, last_position(connection))) == (99, 99)


def insert_after(connection: extensions.connection, position: int) -> tuple[str, int]:
    """Put an event behind a position, as if it had been committed then."""
    xid, number = place(connection, position)
    fetch(connection, "UPDATE events SET id = -id WHERE xid = %s::xid8 AND id > %s", xid, number)
    fetch(connection, "UPDATE ledger SET id = -id WHERE xid = %s::xid8 AND id > %s", xid, number)
    for name in ("events", "ledger"):
        fetch(connection, f"UPDATE {name} SET id = -id + 1 WHERE xid = %s::xid8 AND id < 0", xid)
    fetch(
        connection,
        "INSERT INTO events (xid, id, stream, version, topic, state) OVERRIDING SYSTEM VALUE"
        " VALUES (%s::xid8, %s, gen_random_uuid(), 1, 'notify.forged.v1', '{}')",
        xid,
        number + 1,
    )
    return xid, number + 1


def test_d03_an_event_inserted_in_the_middle_is_named(told: Told) -> None:
    with attacked(told) as connection:
        fetch(connection, "ALTER TABLE events ALTER id DROP IDENTITY")
        where = insert_after(connection, 150)
        assert first_bad(judge(connection, last_position(connection))) == (151, 151)

        renumber(connection, 150, 1)
        fetch(
            connection,
            "INSERT INTO ledger (position, xid, id, previous, leaf)"
            " VALUES (151, %s::xid8, %s, 0, '')",
            *where,
        )
        hash_again(connection, 151)
        assert first_bad(judge(connection, last_position(connection))) == (151, 151)


def test_d04_two_rows_swapped_are_named(told: Told) -> None:
    with attacked(told) as connection:
        fetch(connection, "UPDATE ledger SET leaf = '' WHERE false")
        one, other = place(connection, 40), place(connection, 41)
        for position, where in ((-1, one), (40, other), (41, one)):
            fetch(
                connection,
                "UPDATE events e SET stream = s.stream, version = -1, topic = s.topic,"
                " state = s.state FROM events s"
                " WHERE (e.xid, e.id) = (%s::xid8, %s) AND (s.xid, s.id) = (%s::xid8, %s)"
                " AND %s > 0",
                *(other if where == one else one),
                *where,
                -position,
            )
        rows = fetch(
            connection,
            "SELECT stream::text, version, topic, state FROM events"
            " WHERE (xid, id) IN ((%s::xid8, %s), (%s::xid8, %s)) ORDER BY id",
            *one,
            *other,
        )
        assert len(rows) == 2

        assert first_bad(judge(connection, last_position(connection)))[0] in (40, 41)


def test_d05_a_tail_cut_off_is_caught_by_a_checkpoint_kept_elsewhere(told: Told) -> None:
    newest = last(told.notify.read)
    assert newest is not None
    with attacked(told) as connection:
        whole = last_position(connection)
        fetch(connection, "DELETE FROM ledger WHERE position > 300")
        assert first_bad(judge(connection, 300)) == (301, 301)  # its own checkpoint is left

        fetch(connection, "DELETE FROM checkpoints WHERE position > 300")
        fetch(connection, "DELETE FROM tiles WHERE index > 0")
        assert judge(connection, 300).good  # nothing in the log shows it

        verdict = judge(connection, 300, checkpoints=[newest.note])

    assert first_bad(verdict) == (301, 301)
    assert "cut off" in verdict.problems[0].what
    assert whole == newest.position


def rewrite(connection: extensions.connection, key: SigningKey, position: int) -> None:
    """Change one event and everything that would show it, with the log's own key."""
    fetch(
        connection,
        "UPDATE events SET state = '{\"forged\":1}' WHERE (xid, id) = (%s::xid8, %s)",
        *place(connection, position),
    )
    hash_again(connection, position)
    leaves = [
        bytes(row[0]) for row in fetch(connection, "SELECT leaf FROM ledger ORDER BY position")
    ]
    fetch(connection, "DELETE FROM tiles")
    [planted] = trees(asking(connection.cursor()))
    for number, size in fetch(connection, "SELECT number, size FROM checkpoints ORDER BY 1"):
        head = Head(planted.origin, size, root(leaves[:size]), planted.alg)
        fetch(
            connection,
            "UPDATE checkpoints SET root = %s, note = %s WHERE number = %s",
            head.root,
            sign(head, [key]),
            number,
        )


def test_d06_a_full_rewrite_with_the_stolen_key_meets_a_witness(told: Told) -> None:
    newest = last(told.notify.read)
    assert newest is not None
    witness = Key.read(WITNESS.verifier)
    kept = WITNESS.cosign(newest.note)
    assert anchors.keep_cosignatures(told.notify, kept, [witness])[0].number == newest.number
    key = Key.read(told.key_of("notify"))
    with attacked(told) as connection:
        upto = last_position(connection)
        seen = judge(connection, upto, keys=[key], witnesses=[witness], witnessed=True)
        assert seen.good
        assert seen.logs[0].trusted
        assert seen.logs[0].witnessed[0].startswith("witness.example/w1 2023-11-14T")

        rewrite(connection, told.keys[0], 123)
        assert judge(connection, upto, keys=[key]).good  # its own word is worth nothing

        against = judge(connection, upto, keys=[key], checkpoints=[kept])
        cosigned = judge(connection, upto, keys=[key], witnesses=[witness])
        fetch(connection, "DELETE FROM cosignatures")
        unseen = judge(connection, upto, keys=[key], witnesses=[witness], witnessed=True)

    assert first_bad(against)[0] == 1
    assert "rewritten" in against.problems[0].what
    assert "cosignature under checkpoint" in cosigned.problems[0].what
    assert "no witness" in unseen.problems[0].what


def test_d06_a_cosignature_of_another_log_or_witness_is_not_kept(told: Told) -> None:
    newest = last(told.notify.read)
    assert newest is not None
    witness = Key.read(WITNESS.verifier)
    forged = newest.note.replace("\n", "x\n", 1)
    stranger = Witness("witness.example/w1", b"s" * 32)

    for text in (WITNESS.cosign(forged), stranger.cosign(newest.note), newest.note, "nonsense"):
        with pytest.raises(ContractError):
            anchors.keep_cosignatures(told.notify, text, [witness])


def test_an_altered_log_is_not_signed_again(told: Told) -> None:
    with attacked(told) as connection:
        fetch(connection, "UPDATE tiles SET root = overlay(root PLACING '\\x00' FROM 9 FOR 1)")
        fetch(connection, "COMMIT")
        try:
            with pytest.raises(AlteredError):
                told.issuer().issue(Reason.ASKED)
        finally:
            fetch(connection, "SET session_replication_role = replica; SET search_path = notify")
            fetch(connection, "DELETE FROM tiles; COMMIT")
    told.issuer().grow()


def test_d10_nobody_rewrites_what_was_signed(told: Told) -> None:
    tables = ("trees", "tiles", "checkpoints", "audit_keys", "cosignatures", "timestamps")
    column = {"trees": "origin", "tiles": "root", "checkpoints": "note", "audit_keys": "public"}
    for table in tables:
        name = column.get(table, "number")
        for statement in (
            f"UPDATE notify.{table} SET {name} = {name}",
            f"DELETE FROM notify.{table}",
            f"TRUNCATE notify.{table} CASCADE",
            f"ALTER TABLE notify.{table} DISABLE TRIGGER ALL",
        ):
            with (
                closing(psycopg2.connect(told.house.database_url_of("notify"))) as own,
                pytest.raises(pg.InsufficientPrivilege),
            ):
                own.cursor().execute(statement)
            if "ALTER" not in statement:
                with closing(psycopg2.connect(told.house.database_url)) as admin:
                    with pytest.raises(psycopg2.Error) as refused:
                        admin.cursor().execute(statement)
                    assert refused.value.pgcode == "BJ003"


# Keys, hashes, anchors


def test_a_new_key_is_signed_in_by_the_former_and_another_hash_is_linked(
    told: Told, tmp_path: Path
) -> None:
    issuer, old = told.issuer(), told.keys[0]
    new = SigningKey(b"n" * 32)
    before = last(told.notify.read)
    assert before is not None

    assert issuer.issue(Reason.SCHEDULE) is None  # it has not grown
    with pytest.raises(RuleError, match="former key"):
        told.issuer(new).issue(Reason.SCHEDULE)
    turned = told.issuer(new, old).issue(Reason.SCHEDULE)

    assert turned is not None
    note = Read.read(turned.note).note
    for key in (old, new):
        note.signed_by(Key.read(key.verifier(note.text.split("\n")[0])))
    assert told.issuer(new).issue(Reason.SCHEDULE) is None

    first = told.issuer(new).switch(HashAlg.SM3)
    read = Read.read(first.note)
    assert (read.algorithm, read.size) == ("sm3", 1)
    assert read.origin.endswith("/notify/tree/2")
    assert read.root == HashAlg.SM3.leaf(turned.note.encode())
    append(told.notify, [("notify.late.v1", stream_id("l", str(n)), 1, b"{}") for n in range(300)])
    seal_all(told.notify, "notify")
    grown = told.issuer(new).issue(Reason.SCHEDULE)
    assert grown is not None and grown.size == 301
    with attacked(told) as connection:
        upto = last_position(connection)
        for key in (old, new):
            brought = Key.read(key.verifier(read.origin.removesuffix("/tree/2")))
            verdict = judge(connection, upto, keys=[brought])
            assert verdict.good, verdict.problems
            assert verdict.logs[0].covered == upto
        stranger = Key.read(SigningKey(b"x" * 32).verifier(read.origin))
        assert not judge(connection, upto, keys=[stranger]).good
        fetch(connection, "UPDATE events SET state = '{ }' WHERE topic = 'notify.late.v1'")
        hash_again(connection, upto - 299)
        assert first_bad(judge(connection, upto))[0] in (upto - 299, upto - 298)
    told.keys = [new, old]
    told.issuer().switch(HashAlg.SHA_256)
    with attacked(told) as connection:
        assert judge(connection, last_position(connection)).good
    path = tmp_path / "audit.key"
    path.write_text(key_file([b"n" * 32]))
    Path(told.house.env["BANJIAN_AUDIT_KEY_FILE"]).write_text(
        key_file([b"n" * 32, old.seed], development=True)
    )


def exported(
    told: Told, service: str, folder: Path, first: int = 1, upto: int | None = None
) -> None:
    """Do what `banjian audit export` does, in this process."""
    with opened(told.house.env["BANJIAN_AUDITOR_DATABASE_URL"], service, first, upto) as log:
        write_manifest(folder, {service: write(log, folder / service)}, START)


def test_parts_of_a_log_are_checked_from_any_position(told: Told, tmp_path: Path) -> None:
    tip = int(told.notify.run("SELECT max(position) FROM ledger")[0][0])
    for number, (first, upto) in enumerate(
        [(1, 77), (78, 300), (301, 517), (400, 600), (518, tip)]
    ):
        folder = tmp_path / str(number)
        exported(told, "notify", folder, first, upto)

        verdict = verify(Folder(folder), Trust())

        assert verdict.good, (first, upto, verdict.problems)
        assert verdict.logs[0].events == upto - first + 1
        assert verdict.logs[0].covered == upto


# The way of a figure


def ask(url: str, body: object = None, token: str = "") -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    try:
        request = urllib.request.Request(url, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read()


@pytest.fixture(scope="module")
def published(
    told: Told, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path, str]]:
    """Disclosure has published figures; the house is exported; `tsa` stamps."""
    house = told.house
    with authority(tmp_path_factory.mktemp("tsa")) as tsa:
        stamped = {
            "BANJIAN_AUDIT_TSA_URL": tsa.url,
            "BANJIAN_AUDIT_TSA_CERT_FILE": str(tsa.certificate),
        }
        token = house.token("s", "statistician")
        url = house.url_of("disclosure")
        with (
            house.relay("intake"),
            house.relay("disclosure", **stamped),
            house.serve("disclosure", **stamped),
        ):
            tip = told.intake.run("SELECT max(position) FROM ledger")[0][0]
            wait_until(lambda: ask(f"{url}/stat/S01?after=intake:{tip}")[0] == 200)
            for asked in PUBLISHED:
                status, said = ask(f"{url}/figures", asked, token)
                assert status == 201, said
            database = Database(house.database_url_of("disclosure"))

            def covered() -> bool:
                newest = last(database.read)
                stamps = database.read("SELECT max(number) FROM timestamps")[0][0]
                return (
                    newest is not None
                    and newest.position == len(PUBLISHED)
                    and stamps == newest.number
                )

            wait_until(covered)
            reasons = database.read("SELECT DISTINCT reason FROM checkpoints WHERE number > 1")
            assert [row[0] for row in reasons] in ([], ["published"])
            wait_until(lambda: last(told.intake.read) is not None)
            folder = tmp_path_factory.mktemp("export") / "all"
            house.banjian("audit", "export", str(folder))
            yield url, folder, str(tsa.certificate)
            database.close()


def run_verifier(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "banjian_verify", *arguments],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_an_export_is_checked_offline_and_its_figures_are_counted_again(
    told: Told, published: tuple[str, Path, str]
) -> None:
    _, folder, certificate = published
    key = ("--key", told.key_of("intake"))

    done = run_verifier(str(folder), *key, "--tsa-cert", certificate, "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert {one["service"]: one["covered"] == one["to"] for one in said["logs"]} == {
        "disclosure": True,
        "intake": True,
        "notify": True,
    }
    assert [one["same"] for one in said["figures"]] == [True] * len(PUBLISHED)
    assert [one["measure"] for one in said["figures"]] == [one["measure"] for one in PUBLISHED]
    assert all(0 < one["recounted"][0] < CASES for one in said["figures"])
    [disclosure] = [one for one in said["logs"] if one["service"] == "disclosure"]
    assert disclosure["witnessed"]
    [intake] = [one for one in said["logs"] if one["service"] == "intake"]
    assert intake["trusted"]
    words = run_verifier(str(folder)).stdout
    assert "everything holds" in words
    assert "the events say the same" in words


def test_a_lying_figure_is_found(published: tuple[str, Path, str], tmp_path: Path) -> None:
    _, folder, _ = published
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    path = copy / "intake" / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:7], lines[7].replace(b"2020", b"2019", 1), *lines[8:]]))

    done = run_verifier(str(copy))

    assert done.returncode == 1
    assert "WRONG  intake: position 8:" in done.stdout
    assert "not counted again" in done.stdout


def test_the_database_is_checked_as_it_is(told: Told, published: tuple[str, Path, str]) -> None:
    said = json.loads(told.house.banjian("audit", "verify", "--live", "--json"))

    assert said["good"]
    assert [one["same"] for one in said["figures"]] == [True] * len(PUBLISHED)


class Here(AuditRoutes):
    """The routes of intake without a process around them."""

    def __init__(self, told: Told) -> None:
        self.audit_log = AuditLog(told.intake, Settings.read("intake", told.house.env))

    def call(self, query: Any, **path: str) -> Call[Any, Any]:
        return Call(body=None, query=query, path=path, caller=NOBODY, correlation_id="test")

    def tile(self, level: int, index: str) -> bytes:
        found: bytes = self.get_tile(self.call(TreeQuery(), level=str(level), index=index)).value
        return found


def test_proofs_hold_and_one_wrong_byte_does_not(
    told: Told, published: tuple[str, Path, str]
) -> None:
    here = Here(told)
    text = here.get_checkpoint(here.call(CheckpointQuery())).value
    head = Read.read(text.decode())
    head.note.signed_by(Key.read(told.key_of("intake")))
    for position in (1, 256, 257, head.size):
        said = here.prove_inclusion(here.call(InclusionQuery(position=position)))
        path = [bytes.fromhex(one) for one in said.path]
        told_root, leaf = bytes.fromhex(said.root), bytes.fromhex(said.leaf_hash)
        where = (said.leaf_index, said.tree_size)
        check_inclusion("sha-256", *where, leaf, path, told_root)
        assert Read.read(said.checkpoint).root == told_root
        with pytest.raises(ProofError):
            check_inclusion("sha-256", *where, leaf, path[:-1], told_root)
    proof = here.prove_consistency(here.call(ConsistencyQuery(begin=300, end=head.size)))
    roots = (bytes.fromhex(proof.first_root), bytes.fromhex(proof.second_root))
    path = [bytes.fromhex(one) for one in proof.path]
    check_consistency("sha-256", 300, head.size, *roots, path)
    assert roots[1] == head.root

    full, above = here.tile(0, "000"), here.tile(1, f"000.p/{head.size // 256}")
    assert len(full) == 256 * 32
    assert above[:32] == root([full[at : at + 32] for at in range(0, len(full), 32)])
    width = head.size % 256
    assert len(here.tile(0, f"{head.size // 256:03d}.p/{width}")) == width * 32
    for level, wrong in ((0, "999"), (0, "0"), (9, "000"), (0, "000.p/0"), (0, "x/y")):
        with pytest.raises(NotFoundError):
            here.tile(level, wrong)
    with pytest.raises(NotFoundError):
        here.prove_inclusion(here.call(InclusionQuery(position=10**9)))
    with pytest.raises(ContractError):
        here.prove_inclusion(here.call(InclusionQuery(position=5, size=3)))
    with pytest.raises(ContractError):
        here.prove_consistency(here.call(ConsistencyQuery(begin=9, end=3)))
    [key] = here.list_keys(here.call(None)).keys
    assert key.verifiers == [told.key_of("intake")]


def test_the_routes_answer_over_http(told: Told, published: tuple[str, Path, str]) -> None:
    url, _, _ = published
    status, text = ask(f"{url}/audit/checkpoint?position=1")
    assert status == 200
    Read.read(text.decode()).note.signed_by(Key.read(told.key_of("disclosure")))
    said = json.loads(ask(f"{url}/audit/proof/inclusion?position=2")[1])
    path = [bytes.fromhex(one) for one in said["path"]]
    leaf, head = bytes.fromhex(said["leaf_hash"]), bytes.fromhex(said["root"])
    check_inclusion("sha-256", said["leaf_index"], said["tree_size"], leaf, path, head)
    assert ask(f"{url}/audit/proof/consistency?from=1")[0] == 200
    assert ask(f"{url}/audit/tile/0/000.p/1")[1] == ask(f"{url}/audit/tile/0/000.p/2")[1][:32]
    assert ask(f"{url}/audit/tile/0/x001/000")[0] == 404
    assert ask(f"{url}/audit/checkpoint?position=1000000")[0] == 404
    assert json.loads(ask(f"{url}/audit/keys")[1])["trees"][0]["hash"] == "sha-256"


def test_d09_erasing_a_person_leaves_every_proof_as_it_was(
    told: Told, published: tuple[str, Path, str], tmp_path: Path
) -> None:
    """What the log keeps of a person is a subject id; the rest is sealed under a key that goes."""
    person = {"name": "张三丰之名", "document_no": "11010519491231002X"}
    settings = Settings.read("intake", told.house.env)
    vault = PersonalVault(Seal.from_file(settings.vault_key_file, settings.vault_cipher))
    text = state("case-d9", START, project_no="case-d9", subject_id="subject-d9", reason="x")
    with closing(psycopg2.connect(told.house.database_url_of("intake"))) as connection:
        vault.store(connection, "subject-d9", person)
        connection.commit()
        append(told.intake, [("intake.case-voided.v1", stream_id("case", "case-d9"), 1, text)])
        seal_all(told.intake, "intake")
        issuer = Checkpoints(told.intake, "intake", settings.public_url, told.keys)
        issuer.issue(Reason.ASKED)
        assert vault.erase(connection, "subject-d9")
        connection.commit()

        folder = tmp_path / "after"
        exported(told, "intake", folder)
        kept = last(told.intake.read)
        assert kept is not None
        verdict = verify(Folder(folder), Trust(checkpoints=[kept.note]))

        assert verdict.good, verdict.problems
        assert verdict.logs[0].covered == verdict.logs[0].last
        written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert b"subject-d9" in written
        for word in person.values():
            assert word.encode() not in written
        with pytest.raises(NotFoundError):
            vault.open(connection, "subject-d9")


def test_d08_without_an_anchor_figures_wait_after_the_limit(
    told: Told, published: tuple[str, Path, str], tmp_path: Path
) -> None:
    url, _, _ = published
    house = told.house
    token = house.token("s", "statistician")
    asked = {"measure": "S01", "as_of": "2020-01-21"}
    database = Database(house.database_url_of("disclosure"))
    with closing(database), closing(psycopg2.connect(house.database_url)) as admin:
        admin.autocommit = True
        fetch(admin, "SET session_replication_role = replica")
        fetch(admin, "DELETE FROM disclosure.timestamps")
        status, said = ask(f"{url}/figures", asked, token)
        assert status == 201, said  # anchors are late, but within the limit
        wait_until(lambda: database.read("SELECT count(*) > 0 FROM timestamps")[0][0])

        fetch(
            admin,
            "DELETE FROM disclosure.timestamps;"
            "UPDATE disclosure.checkpoints SET issued_at = issued_at - interval '5 hours'",
        )
        with pytest.raises(UnavailableError, match="not been anchored"):
            anchors.insist(database, 4 * 3600.0)
        wait_until(lambda: anchors.unanchored_s(database) == 0.0)
        anchors.insist(database, 4 * 3600.0)
        down = anchors.Authority("http://127.0.0.1:9/", [])
        newest = last(database.read)
        assert newest is not None
        with pytest.raises(UnavailableError):
            down.stamp(database, newest)
        with pytest.raises(UnavailableError):
            # Trouble with the authority is trouble of the audit alone: a checkpoint was issued.
            watching = Auditing(told.notify, told.issuer(), Schedule(0.0, 1), down)
            append(told.notify, [("notify.more.v1", stream_id("m", "1"), 1, b"{}")])
            seal_all(told.notify, "notify")
            watching.look()
        covered = last(told.notify.read)
        assert covered is not None
        assert covered.position == told.notify.run("SELECT max(position) FROM ledger")[0][0]
