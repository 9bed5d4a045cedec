"""Commands: once, whatever callers repeat and the network loses (A1, A2, A7)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from services.chassis.errors import (
    ConflictError,
    DuplicateError,
    NotFoundError,
    RuleError,
    UnavailableError,
)
from services.chassis.eventlog.application import Application
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.failures import RECEIVED
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.chassis.projection import Statement
from tests.integration.eventlog.domain import (
    Counter,
    Counters,
    Reply,
    facts,
    later,
    make_read_model,
    read_model,
    stream,
)
from tests.support.proxy import Proxy


def versions(log: Database, name: str) -> list[int]:
    rows = log.run("SELECT version FROM events WHERE stream = %s ORDER BY version", (stream(name),))
    return [row[0] for row in rows]


class TestKeys:
    def test_the_same_key_gives_the_first_result_and_does_nothing(self, counters: Counters) -> None:
        assert counters.count(facts(), "a", key="k") == Reply(1)
        counters.count(facts(), "a")
        assert counters.count(facts(), "a", key="k") == Reply(1)
        assert versions(counters.database, "a") == [1, 2]

    def test_a_repetition_may_be_later(self, counters: Counters) -> None:
        counters.count(facts(), "a", key="k")
        assert counters.count(facts(occurred_at=later(5)), "a", key="k") == Reply(1)

    @pytest.mark.parametrize("other", [("b", "ann"), ("a", "bob")])
    def test_the_same_key_with_another_request_is_refused(
        self, counters: Counters, other: tuple[str, str]
    ) -> None:
        counters.count(facts(), "a", key="k")
        with pytest.raises(DuplicateError):
            counters.count(facts(actor=other[1]), other[0], key="k")
        assert versions(counters.database, "b") == []

    def test_positional_and_keyword_arguments_are_the_same_request(
        self, counters: Counters
    ) -> None:
        counters.count(facts(), "a", key="k")
        assert counters.count(what=facts(), name="a", key="k") == Reply(1)

    def test_a_refused_command_leaves_its_key_free(
        self, counters: Counters, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise RuleError("not today")

        with monkeypatch.context() as today, pytest.raises(RuleError):
            today.setattr(Counter, "count", refuse)
            counters.count(facts(), "a", key="k")
        assert counters.count(facts(), "a", key="k") == Reply(1)

    def test_eight_callers_with_one_key_make_one_effect(self, counters: Counters) -> None:
        with ThreadPoolExecutor(8) as pool:
            jobs = [pool.submit(counters.count, facts(), "a", key="k") for _ in range(8)]
            assert {job.result() for job in jobs} == {Reply(1)}
        assert versions(counters.database, "a") == [1]


def test_eight_writers_on_one_stream_leave_contiguous_versions(counters: Counters) -> None:
    won: list[int] = []
    lost: list[ConflictError] = []
    start = threading.Barrier(8)

    def write() -> None:
        start.wait()
        for _ in range(10):
            try:
                won.append(counters.count(facts(), "a").value)
            except ConflictError as error:
                lost.append(error)

    with ThreadPoolExecutor(8) as pool:
        for job in [pool.submit(write) for _ in range(8)]:
            job.result()
    assert len(won) + len(lost) == 80
    assert sorted(won) == list(range(1, len(won) + 1))
    assert versions(counters.database, "a") == sorted(won)


def test_of_eight_appends_of_one_version_one_wins(counters: Counters) -> None:
    counters.count(facts(), "a")
    start = threading.Barrier(8)

    def write() -> bool:
        own = counters.load(Counter, stream("a"))
        own.count(facts(), "a")
        start.wait()
        try:
            counters.keep(own)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        outcomes = [job.result() for job in [pool.submit(write) for _ in range(8)]]
    assert outcomes.count(True) == 1
    assert versions(counters.database, "a") == [1, 2]


class TestLostAnswers:
    """A proxy delivers the write and resets the connection instead of passing the answer on."""

    @pytest.fixture
    def proxy(self, log_url: str) -> Iterator[Proxy]:
        parts = urlsplit(log_url)
        with Proxy(parts.hostname or "127.0.0.1", parts.port or 5432) as proxy:
            yield proxy

    @pytest.fixture
    def far(self, log_url: str, proxy: Proxy) -> Iterator[Counters]:
        parts = urlsplit(log_url)
        netloc = f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{proxy.port}"
        pool = Database(parts._replace(netloc=netloc).geturl())
        yield Counters(pool)
        pool.close()

    @pytest.mark.parametrize("key", [None, "k"])
    def test_a_command_whose_commit_was_lost_succeeds_once(
        self, far: Counters, log: Database, proxy: Proxy, key: str | None
    ) -> None:
        far.count(facts(), "a")
        proxy.swallow_after(b"EXECUTE remember")
        assert far.count(facts(), "a", key=key) == Reply(2)
        assert proxy.seen == 1
        assert versions(log, "a") == [1, 2]

    def test_received_positions_count_once(
        self, far: Counters, log: Database, proxy: Proxy
    ) -> None:
        far.count(facts(), "warm")
        proxy.swallow_after(b"SELECT receive")
        with far.unit_of_work() as uow:
            far.count(facts(), "a")
            uow.received("elsewhere", [1, 2])
        assert proxy.seen == 1
        assert versions(log, "a") == [1]
        assert log.run("SELECT done::text FROM inbox") == [("{[1,3)}",)]

    def test_without_resolution_the_caller_would_meet_himself(
        self, far: Counters, log: Database, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        far.count(facts(), "a")
        monkeypatch.setattr(UnitOfWork, "_counted", lambda *_: False)
        proxy.swallow_after(b"EXECUTE remember")
        with pytest.raises(ConflictError):
            far.count(facts(), "a")
        assert versions(log, "a") == [1, 2]

    def test_a_read_survives_a_cut(self, far: Counters, proxy: Proxy) -> None:
        far.count(facts(), "a")
        proxy.cut()
        assert far.value_of("a") == 1

    def test_no_server_is_unavailable_at_once_and_the_pool_lives_on(
        self, far: Counters, proxy: Proxy
    ) -> None:
        far.count(facts(), "a")
        proxy.refuse()
        with pytest.raises(UnavailableError):
            far.count(facts(), "a")
        proxy.heal()
        assert far.count(facts(), "a") == Reply(2)


class TestUnitOfWork:
    def test_commands_inside_join_it_and_see_each_other(self, counters: Counters) -> None:
        with counters.unit_of_work():
            assert counters.count(facts(), "a") == Reply(1)
            assert counters.count(facts(), "a") == Reply(2)
            assert counters.count(facts(), "b", key="k") == Reply(1)
            assert counters.count(facts(), "b", key="k") == Reply(1)
            assert versions(counters.database, "a") == []
        assert versions(counters.database, "a") == [1, 2]
        assert versions(counters.database, "b") == [1]

    def test_an_error_forgets_everything(self, counters: Counters) -> None:
        with pytest.raises(RuleError), counters.unit_of_work() as uow:
            counters.count(facts(), "a")
            uow.received("elsewhere", [1])
            raise RuleError("no")
        assert versions(counters.database, "a") == []
        assert counters.database.run("SELECT * FROM inbox") == []

    def test_a_refused_command_inside_takes_back_only_its_own(self, counters: Counters) -> None:
        counters.count(facts(), "a")
        with counters.unit_of_work():
            counters.count(facts(), "a")
            with suppress(RuleError):
                counters.count_both(facts(), "a", "b", refuse=True)
            assert counters.value_of("a") == 2
            assert counters.value_of("b") == 0
            counters.count(facts(), "a")
        assert versions(counters.database, "a") == [1, 2, 3]
        assert versions(counters.database, "b") == []

    def test_a_position_is_done_once(self, counters: Counters) -> None:
        with counters.unit_of_work() as uow:
            uow.received("elsewhere", [1, 2, 5])
        with pytest.raises(ConflictError) as again, counters.unit_of_work() as uow:
            counters.count(facts(), "a")
            uow.received("elsewhere", [2, 3])
        assert again.value.attributes["sqlstate"] == RECEIVED
        assert versions(counters.database, "a") == []
        with counters.unit_of_work() as uow:
            uow.received("elsewhere", [3, 4])
        assert counters.database.run("SELECT done::text FROM inbox") == [("{[1,6)}",)]

    def test_two_batches_with_one_position_make_one_effect(self, counters: Counters) -> None:
        def batch(name: str) -> bool:
            try:
                with counters.unit_of_work() as uow:
                    counters.count(facts(), name)
                    uow.received("elsewhere", [1])
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            outcomes = [j.result() for j in [pool.submit(batch, str(n)) for n in range(8)]]
        assert outcomes.count(True) == 1
        assert counters.database.run("SELECT count(*) FROM events")[0][0] == 1

    def test_an_aggregate_changed_and_not_kept_is_a_defect(self, counters: Counters) -> None:
        counters.count(facts(), "a")
        with pytest.raises(RuntimeError), counters.unit_of_work():
            counters.load(Counter, stream("a")).count(facts(), "a")

    def test_another_thread_joins_by_hand(self, counters: Counters) -> None:
        with counters.unit_of_work() as uow:

            def elsewhere() -> None:
                with counters.join(uow):
                    counters.count(facts(), "a")

            thread = threading.Thread(target=elsewhere)
            thread.start()
            thread.join()
            assert versions(counters.database, "a") == []
        assert versions(counters.database, "a") == [1]

    def test_the_whole_commit_is_one_round_trip(
        self, counters: Counters, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counters.count(facts(), "warm")
        scripts: list[bytes] = []
        script = UnitOfWork._script
        monkeypatch.setattr(
            UnitOfWork, "_script", lambda self, c: scripts.extend(s := [*script(self, c)]) or s
        )
        with counters.unit_of_work() as uow:
            counters.count(facts(), "a", key="k")
            counters.count(facts(), "b")
            uow.received("elsewhere", [1])
            uow.change(Statement("SELECT 1", ()))
        assert len(scripts) == 4


def test_inline_read_model_commits_with_its_events(log: Database, database: str) -> None:
    make_read_model(database)
    counters = Counters(log, project=read_model())
    counters.count(facts(), "a")
    with pytest.raises(ConflictError), counters.unit_of_work() as uow:
        counters.count(facts(), "a")
        uow.change(Statement("INSERT INTO latest VALUES ('a', 9)", ()))
    with counters.unit_of_work():
        counters.count(facts(), "a")
        counters.count(facts(), "b")
    assert log.run("SELECT name, value FROM tally ORDER BY name, value") == [
        ("a", 1),
        ("a", 2),
        ("b", 1),
    ]
    assert log.run("SELECT name, value FROM latest ORDER BY name") == [("a", 2), ("b", 1)]


def test_history_as_it_was(counters: Counters) -> None:
    for minute in (0, 10, 20):
        counters.count(facts(occurred_at=later(minute)), "a", note=f"at {minute}")
    events = counters.events_of(stream("a"))
    assert [event.version for event in events] == [1, 2, 3]
    assert [e.version for e in counters.events_of(stream("a"), at=later(10))] == [1, 2]
    known = events[0].recorded_at
    assert [e.version for e in counters.events_of(stream("a"), known_at=known)] == [1]
    then = counters.state_of(Counter, stream("a"), at=later(15))
    assert then is not None
    assert then.notes == ["at 0", "at 10"]
    assert counters.state_of(Counter, stream("a"), at=later(-1)) is None
    assert counters.state_of(Counter, stream("a")) == counters.load(Counter, stream("a"))


def test_nothing_there_is_not_found(counters: Counters) -> None:
    with pytest.raises(NotFoundError):
        counters.load(Counter, stream("nobody"))


def test_the_library_reads_what_we_wrote(counters: Counters) -> None:
    counters.count(facts(), "a")
    assert isinstance(counters, Application)
    stored = list(counters.events.get(stream("a")))
    assert [event.originator_version for event in stored] == [1]
