"""An import is sent, followed to its end, and told in words when it is refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from deploy.feed import catalog
from services.chassis.errors import BanjianError, UnavailableError

JOB: dict[str, Any] = {
    "id": "6b1f",
    "state": "QUEUED",
    "stage": "READING",
    "rows": 2,
    "done": 0,
    "errors": [],
    "reason": "",
}
LINES = (b'{"kind":"region"}\n', b'{"kind":"basic"}\n')


class Catalog:
    """Answers as the catalog's imports do, with the jobs it is given."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        self.earlier: list[dict[str, Any]] = []
        said = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(202, JOB)

            def do_GET(self) -> None:
                if self.path == "/imports":
                    self._answer(200, {"items": said.earlier})
                    return
                waiting = said.answers
                status, job = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                self._answer(status, job)

            def _answer(self, status: int, job: dict[str, Any]) -> None:
                said.paths.append(self.path)
                content = json.dumps(job).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def then(self, status: int = 200, **said: Any) -> None:
        self.answers.append((status, JOB | said))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalog]:
    monkeypatch.setattr(catalog, "LOOK_EVERY_S", 0.0)
    made = Catalog()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def test_import_is_followed_to_its_end(fake: Catalog) -> None:
    fake.then(state="RUNNING", done=1)
    fake.then(503)
    fake.then(state="DONE", done=2)
    seen: list[int] = []

    job = catalog.load(fake.url, {}, LINES, "county", lambda job: seen.append(job["done"]))

    assert job["state"] == "DONE"
    assert fake.bodies == [b"".join(LINES)]
    digest = sha256(b"".join(LINES)).hexdigest()[:16]
    assert fake.paths[:2] == ["/imports", f"/imports?format=jsonl&name=county+{digest}"]
    assert set(fake.paths[2:]) == {"/imports/6b1f"}
    assert seen == [1, 2]


@pytest.mark.parametrize(
    ("earlier", "sent"),
    [
        ({"state": "DONE"}, 0),
        ({"state": "DONE", "dry_run": True}, 1),
        ({"state": "REFUSED"}, 1),
        ({"state": "DONE", "file_name": "county"}, 1),
    ],
)
def test_what_was_imported_before_is_not_sent_again(
    fake: Catalog, earlier: dict[str, Any], sent: int
) -> None:
    name = f"county {sha256(b''.join(LINES)).hexdigest()[:16]}"
    fake.earlier.append(JOB | {"file_name": name, "dry_run": False} | earlier)
    fake.then(state="DONE")

    assert catalog.load(fake.url, {}, LINES, "county")["state"] == "DONE"
    assert len(fake.bodies) == sent


def test_refused_rows_are_named(fake: Catalog) -> None:
    error = {"line": 2, "field": "task_name", "reason": "a required field is missing"}
    fake.then(state="REFUSED", errors=[error])

    with pytest.raises(BanjianError, match="line 2, task_name: a required field is missing"):
        catalog.load(fake.url, {}, LINES)


def test_failed_import_says_why(fake: Catalog) -> None:
    fake.then(state="FAILED", reason="the database is full")

    with pytest.raises(BanjianError, match="the database is full"):
        catalog.load(fake.url, {}, LINES)


def test_interrupted_import_is_sent_again(fake: Catalog) -> None:
    fake.then(state="INTERRUPTED")
    fake.then(state="DONE")

    assert catalog.load(fake.url, {}, LINES)["state"] == "DONE"
    assert fake.bodies == [b"".join(LINES)] * 2


def test_import_that_stands_still_is_given_up(fake: Catalog) -> None:
    fake.then(state="RUNNING", done=1)

    with pytest.raises(UnavailableError, match=r"has not moved for 0\.05 s: 1 of 2 rows"):
        catalog.load(fake.url, {}, LINES, stuck_after_s=0.05)


def test_catalog_that_does_not_answer_is_told() -> None:
    with pytest.raises(UnavailableError, match="does not answer"):
        catalog.load("http://127.0.0.1:1", {}, LINES)
