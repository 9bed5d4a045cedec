"""Finding, showing, holding and re-keying people in the vault, on a real PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import errors as pg
from psycopg2 import extensions

import services.chassis.vault as vault_package
from services.chassis.errors import ConflictError, NotAllowedError, NotFoundError, RuleError
from services.chassis.eventlog.database import Database
from services.chassis.vault import (
    Access,
    BodyTable,
    BodyVault,
    Opening,
    Openings,
    PersonalVault,
    Progress,
    Purpose,
    Rotation,
    Seal,
    SealError,
    counts,
    find_bodies,
    keeping,
    list_accesses,
    new_key,
    refuse_under_way,
    removable,
)
from services.kernel.algorithms import CipherAlg
from services.kernel.identity_numbers import identity_of, resident_id_check, verified

FOLDER = Path(vault_package.__file__).parent
PARCELS = BodyTable("parcel", "case_no", "true", "busy", ", busy = false")
DDL = (
    "".join((FOLDER / name).read_text() for name in ("vault.sql", "access.sql"))
    + "CREATE TABLE parcel (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_no text,"
    " busy boolean NOT NULL DEFAULT false, digest bytea NOT NULL UNIQUE, body bytea NOT NULL)"
)
NUMBER = "11010519491231002X"
PERSON = {"name": "张三", "document_no": NUMBER, "phone": "13812345678"}
OFFICER = Opening("officer-1", "data_officer", Purpose.SUBJECT_REQUEST, "corr-1")
CLERK = Opening("clerk-12", "clerk", Purpose.CASE_HANDLING)


@pytest.fixture
def db(database: str) -> Iterator[extensions.connection]:
    connection = psycopg2.connect(database)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(DDL)
    yield connection
    connection.close()


@pytest.fixture
def pool(database: str, db: extensions.connection) -> Iterator[Database]:
    made = Database(database)
    yield made
    made.close()


@pytest.fixture
def seal() -> Seal:
    return Seal(new_key())


@pytest.fixture
def vault(seal: Seal) -> PersonalVault:
    return PersonalVault(seal)


def numbered(number: int) -> str:
    first = f"1101051949{1 + number % 12:02}01{number % 1000:03}"
    return first + resident_id_check(first)


def introduce(pool: Database, vault: PersonalVault, subject: str, fields: dict[str, str]) -> None:
    pool.run(*vault.introducing(subject, fields))


def bodies_of(pool: Database, seal: Seal, *said: tuple[str | None, bytes]) -> BodyVault:
    keeper = BodyVault(seal, pool)
    for at, (case, body) in enumerate(said):
        digest = bytes([at]) * 32
        sealed, *key = keeper.seal_body(body, digest)
        insert = "INSERT INTO parcel (case_no, digest, body) VALUES (%s, %s, %s)"
        pool.run(*keeping(insert, (case, digest, sealed), key))
    return keeper


def test_a_person_is_found_in_every_case_by_any_spelling(
    pool: Database, db: extensions.connection, vault: PersonalVault
) -> None:
    introduce(pool, vault, "s1", PERSON)
    introduce(pool, vault, "s2", {"document_no": " 11010519491231002x"})
    vault.store(db, "s3", {"name": "李四"})
    vault.store(db, "s3", {"document_no": NUMBER})
    introduce(pool, vault, "s4", {"document_no": numbered(4)})

    assert vault.subjects_of(db, verified(NUMBER)) == ["s1", "s2", "s3"]
    assert vault.same_person(db, "s2") == ["s1", "s2", "s3"]
    assert vault.same_person(db, "s4") == ["s4"]
    vault.store(db, "s3", {"document_no": numbered(5)})
    assert vault.subjects_of(db, verified(NUMBER)) == ["s1", "s2"]
    with db.cursor() as cursor:
        cursor.execute("SELECT string_agg(i::text, '') FROM vault_index i")
        assert NUMBER not in cursor.fetchone()[0]


def test_unverified_documents_are_found_but_make_no_two_people_one(
    pool: Database, db: extensions.connection, vault: PersonalVault
) -> None:
    introduce(pool, vault, "s1", {"document_no": "E12345678"})
    introduce(pool, vault, "s2", {"document_no": "e12345678"})

    number = identity_of("E12345678")
    assert number is not None
    assert vault.subjects_of(db, number) == ["s1", "s2"]
    assert vault.same_person(db, "s1") == ["s1"]


def test_another_key_finds_nobody(
    pool: Database, db: extensions.connection, vault: PersonalVault
) -> None:
    introduce(pool, vault, "s1", PERSON)

    assert PersonalVault(Seal(new_key())).subjects_of(db, verified(NUMBER)) == []


def test_a_clerk_sees_masks_and_every_look_is_written_down(
    pool: Database, vault: PersonalVault
) -> None:
    introduce(pool, vault, "s1", PERSON | {"opinion/row-1": "同意"})
    openings = Openings(vault, pool)

    shown = openings.view("s1", CLERK)
    with pytest.raises(NotAllowedError):
        openings.view("s1", CLERK, plain=True)
    with pytest.raises(NotAllowedError):
        openings.export("s1", CLERK)
    plain = openings.view("s1", OFFICER, plain=True)
    found = openings.search(verified(NUMBER), CLERK)
    openings.search(verified(numbered(7)), CLERK)

    assert shown.fields == {
        "name": "张*",
        "document_no": "1101**********002X",
        "phone": "138****5678",
        "opinion/row-1": "***",
    }
    assert plain.fields["phone"] == "13812345678"
    assert found == ["s1"]
    search, officer, clerk = list_accesses(pool, ["s1"])
    assert (search.action, search.fields) == ("search", ["resident_id"])
    assert (officer.who, officer.role, officer.purpose) == (
        "officer-1",
        "data_officer",
        "subject_request",
    )
    assert officer.fields == ["document_no", "name", "opinion/row-1", "phone"]
    assert clerk.fields == ["document_no*", "name*", "opinion/row-1*", "phone*"]
    assert officer.correlation_id == "corr-1"
    nobody = pool.read("SELECT count(*) FROM vault_access WHERE subject_id IS NULL")
    assert nobody == [(1,)]
    everything = str(pool.read("SELECT string_agg(a::text, ' ') FROM vault_access a"))
    assert not any(text in everything for text in (*PERSON.values(), "同意"))


def test_an_export_gives_everything_under_every_subject_id(
    pool: Database, db: extensions.connection, vault: PersonalVault
) -> None:
    introduce(pool, vault, "s1", PERSON)
    introduce(pool, vault, "s2", PERSON | {"phone": "13900000000"})
    vault.hold(db, "s1", "case-1")
    vault.hold(db, "s2", "case-2")
    vault.release(db, "s2", "case-2")
    openings = Openings(vault, pool)
    openings.view("s1", CLERK)

    dossier = openings.export("s2", OFFICER)

    assert [one.fields["phone"] for one in dossier.persons] == ["13812345678", "13900000000"]
    assert [hold.reason for one in dossier.persons for hold in one.holds] == ["case-1", "case-2"]
    assert sorted(one.action for one in dossier.accesses) == ["export", "export", "view"]
    with pytest.raises(NotFoundError):
        openings.view("nobody", OFFICER)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE vault_access SET who = 'nobody'",
        "DELETE FROM vault_access",
        "TRUNCATE vault_access",
    ],
)
def test_the_log_of_accesses_is_append_only(
    pool: Database, db: extensions.connection, vault: PersonalVault, statement: str
) -> None:
    introduce(pool, vault, "s1", PERSON)
    Openings(vault, pool).view("s1", CLERK)

    with db.cursor() as cursor, pytest.raises(psycopg2.Error) as refused:
        cursor.execute(statement)

    assert refused.value.pgcode == "BJ003"


def test_only_what_is_older_than_six_months_may_be_deleted(
    db: extensions.connection, pool: Database
) -> None:
    insert = (
        "INSERT INTO vault_access (at, action, who, role, purpose, fields)"
        " VALUES (now() - %s::interval, 'view', 'w', 'r', 'p', '{}')"
    )
    with db.cursor() as cursor:
        cursor.execute(insert, ("7 months",))
        cursor.execute("DELETE FROM vault_access")
        assert cursor.rowcount == 1
        cursor.execute(insert, ("5 months",))
        with pytest.raises(psycopg2.Error):
            cursor.execute("DELETE FROM vault_access")


def test_a_hold_that_ended_is_remembered_and_may_come_again(
    pool: Database, db: extensions.connection, vault: PersonalVault
) -> None:
    introduce(pool, vault, "s1", PERSON)
    vault.hold(db, "s1", "case-1")
    vault.release(db, "s1", "case-1")
    vault.release(db, "s1", "case-1")
    (ended,) = vault.holds(db, ["s1"])
    assert ended.released_at is not None
    vault.hold(db, "s1", "case-1")
    with pytest.raises(RuleError):
        vault.erase(db, "s1")


def test_a_hold_set_while_erasing_wins(pool: Database, database: str, vault: PersonalVault) -> None:
    """Somebody looked and found no hold; before they erase, a case opens again."""
    introduce(pool, vault, "s1", PERSON)
    pool.run(*vault.holding("s1", "case-1"))

    with pytest.raises(ConflictError):
        pool.run(*vault.erasing(["s1"]))

    with psycopg2.connect(database) as other:
        assert vault.open(other, "s1") == PERSON
    other.close()


def test_an_erasure_waits_for_a_hold_that_is_not_committed_yet(
    pool: Database, database: str, vault: PersonalVault
) -> None:
    introduce(pool, vault, "s1", PERSON)
    other = psycopg2.connect(database)
    vault.hold(other, "s1", "case-1")
    failed: list[Exception] = []

    def erase() -> None:
        try:
            pool.run(*vault.erasing(["s1"]))
        except ConflictError as error:
            failed.append(error)

    eraser = threading.Thread(target=erase)
    eraser.start()
    eraser.join(0.3)
    assert eraser.is_alive()
    other.commit()
    eraser.join(10)
    other.close()

    assert len(failed) == 1


@pytest.mark.parametrize("cipher", CipherAlg)
def test_rotation_leaves_nothing_under_the_old_key_while_writers_go_on(
    pool: Database, database: str, db: extensions.connection, cipher: CipherAlg
) -> None:
    older, newer = new_key(), new_key()
    old, both = Seal(older), Seal(newer, older, cipher=cipher)
    before, after = PersonalVault(old), PersonalVault(both)
    for number in range(120):
        introduce(pool, before, f"s{number}", PERSON | {"document_no": numbered(number)})
    keeper = bodies_of(pool, old, ("case-1", b"one"))
    pool.run(
        "INSERT INTO parcel (digest, body) VALUES (%s, %s)", (b"o" * 32, old.seal(b"x", b"o" * 32))
    )
    stop, written = threading.Event(), []

    def write() -> None:
        with closing(psycopg2.connect(database)) as mine:
            mine.autocommit = True
            while not stop.is_set():
                at = len(written)
                after.store(mine, f"s{at % 120}", {"phone": f"1390000{at:04}"})
                pool.run(*after.introducing(f"n{at}", PERSON))
                written.append(at)

    writer = threading.Thread(target=write)
    writer.start()
    told: list[Progress] = []
    try:
        Rotation(pool, both, [PARCELS], told.append, batch=7).run()
    finally:
        stop.set()
        writer.join(20)

    assert written
    found = counts(pool, both, [PARCELS])
    assert all(one.current for one in found), found
    assert removable(found, both) == [old.key_id]
    alone = PersonalVault(Seal(newer, cipher=cipher))
    for number in range(120):
        assert alone.open(db, f"s{number}")["name"] == "张三"
        assert f"s{number}" in alone.subjects_of(db, verified(numbered(number)))
    fresh = BodyVault(Seal(newer, cipher=cipher), pool)
    bodies = pool.read("SELECT body, digest FROM parcel ORDER BY id")
    assert [fresh.open(bytes(b), bytes(d)) for b, d in bodies] == [b"one", b"x"]
    assert keeper is not None
    assert {one.phase for one in told} == {"subjects", "index", "body keys", "parcel"}
    assert Rotation(pool, both, [PARCELS]).run() == 0


def test_a_rotation_broken_off_goes_on_where_it_was(
    pool: Database, db: extensions.connection
) -> None:
    older, newer = new_key(), new_key()
    for number in range(30):
        introduce(pool, PersonalVault(Seal(older)), f"s{number}", PERSON)
    both = Seal(newer, older)

    class BrokenOffError(Exception):
        pass

    def stop(progress: Progress) -> None:
        raise BrokenOffError

    with pytest.raises(BrokenOffError):
        Rotation(pool, both, [PARCELS], stop, batch=10).run()
    half = {one.key_id: one.count for one in counts(pool, both, []) if one.what == "subjects"}
    assert half == {both.key_id: 10, Seal(older).key_id: 20}
    assert removable(counts(pool, both, []), both) == []
    assert PersonalVault(both).subjects_of(db, verified(NUMBER)) == sorted(
        f"s{number}" for number in range(30)
    )
    Rotation(pool, both, [PARCELS], batch=10).run()

    assert PersonalVault(Seal(newer)).open(db, "s29") == PERSON


def test_a_key_that_is_missing_is_said_and_nothing_is_changed(pool: Database) -> None:
    introduce(pool, PersonalVault(Seal(new_key())), "s1", PERSON)
    other = Seal(new_key())

    (lost,) = [one for one in counts(pool, other, []) if one.what == "subjects"]
    assert not lost.here
    with pytest.raises(SealError):
        Rotation(pool, other, [PARCELS]).run()


def test_bodies_about_a_person_are_found_by_case_and_by_number(pool: Database, seal: Seal) -> None:
    said = (
        ("case-1", b"garbage"),
        (None, f'{{"n": "{NUMBER.lower()}"}}'.encode()),
        ("case-9", NUMBER.encode("utf-16-le")),
        ("case-8", "１１０１０５１９４９１２３１００２Ｘ".encode("gbk")),
        ("case-7", b'"\\u0031' + NUMBER[1:].encode() + b'"'),
        ("case-6", numbered(6).encode()),
        (None, b"\xff\xfe"),
    )
    keeper = bodies_of(pool, seal, *said)

    found = find_bodies(pool, keeper, [PARCELS], ["case-1"], NUMBER)
    assert found.rows == {"parcel": [1, 2, 3, 4, 5]}
    assert find_bodies(pool, keeper, [PARCELS], ["case-1"]).rows == {"parcel": [1]}
    backup = pool.read("SELECT id, body, digest FROM parcel ORDER BY id")
    for change in found.destroying():
        pool.run(*change)

    for number, body, digest in backup:
        if number <= 5:
            with pytest.raises(SealError):
                keeper.open(bytes(body), bytes(digest))
        else:
            assert keeper.open(bytes(body), bytes(digest)) == said[number - 1][1]
    left = pool.read("SELECT octet_length(body) = 0, digest FROM parcel WHERE id <= 5")
    assert {
        (gone, bytes(digest) in [bytes(row[2]) for row in backup]) for gone, digest in left
    } == {(True, False)}
    assert find_bodies(pool, keeper, [PARCELS], ["case-1"], NUMBER).count == 0


def test_nothing_under_way_is_destroyed(pool: Database, seal: Seal) -> None:
    keeper = bodies_of(pool, seal, ("case-1", b"one"))
    pool.run("UPDATE parcel SET busy = true")

    with pytest.raises(RuleError, match="1"):
        refuse_under_way(find_bodies(pool, keeper, [PARCELS], ["case-1"]))


def test_a_body_that_is_there_already_leaves_no_second_key(pool: Database, seal: Seal) -> None:
    keeper = BodyVault(seal, pool)
    insert = "INSERT INTO parcel (digest, body) VALUES (%s, %s) ON CONFLICT DO NOTHING"
    for _ in range(2):
        sealed, *key = keeper.seal_body(b"one", b"d" * 32)
        pool.run(*keeping(insert, (b"d" * 32, sealed), key))

    assert pool.read("SELECT count(*) FROM vault_body") == [(1,)]


def test_accesses_are_listed_newest_first_and_paged(pool: Database, vault: PersonalVault) -> None:
    introduce(pool, vault, "s1", PERSON)
    for _ in range(5):
        Openings(vault, pool).view("s1", CLERK)

    first = list_accesses(pool, ["s1"], limit=3)
    rest = list_accesses(pool, ["s1"], before=first[-1].id, limit=3)

    assert all(isinstance(one, Access) for one in first)
    assert [one.id for one in (*first, *rest)] == [5, 4, 3, 2, 1]


def test_the_schema_names_only_kinds_of_numbers_we_know(db: extensions.connection) -> None:
    with db.cursor() as cursor, pytest.raises(pg.CheckViolation):
        cursor.execute("INSERT INTO vault_index VALUES ('s', 'name', %s)", (b"0" * 41,))
