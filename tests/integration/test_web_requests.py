"""Real requests to a real process: what is refused, how it is said, and what is never said."""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from typing import Any

import pytest

from tests.integration.web_client import Example, example

GOOD: dict[str, Any] = {
    "item_code": "A1",
    "channel": "web",
    "born": "1990-01-01",
    "submitted_at": "2026-01-01T08:00:00+08:00",
}
CANARY = "340102199001011234"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    with example(tmp_path_factory.mktemp("web")) as running:
        yield running


def _with(**changes: Any) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", ""),
        (b"", ""),
        (b"\x00", ""),
        (b"[]", ""),
        (b"{}", "item_code"),
        (_with(born="2020-11-31"), "born"),
        (_with(born="2021-02-29"), "born"),
        (_with(submitted_at="2026-01-01T08:00:00"), "submitted_at"),
        (_with(submitted_at="2026-01-01T25:00:00Z"), "submitted_at"),
        (_with(item_code=5), "item_code"),
        (_with(item_code="a b"), "item_code"),
        (_with(channel="fax"), "channel"),
        (_with(**{"11010519491231002X": 1}), ""),
        (_with(materials=[{"name": "x"}, {"pages": 1}]), "materials[1].name"),
        (_with(materials=[{"name": "x", "pages": True}]), "materials[0].pages"),
        (_with(materials=[{"name": "a\x00b"}]), ""),
        (b'{"item_code": "A1", "item_code": "A2"}', ""),
        (json.dumps(GOOD | {"item_code": "事项"}, ensure_ascii=False).encode("gbk"), ""),
        (b'{"item_code": "\\ud800"}', ""),
        (b'{"item_code": NaN}', ""),
        (b"[" * 100_000, ""),
        (b'{"a":' * 40 + b"1" + b"}" * 40, ""),
        (b"9" * 5000, ""),
    ],
)
def test_bad_body_is_refused_with_the_field(service: Example, body: bytes, field: str) -> None:
    answer = service.post("/public", body)

    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json
    assert problem["status"] == 400
    assert problem["type"] == f"urn:banjian:problem:{problem['code']}"
    assert problem["instance"].endswith(answer.headers["X-Correlation-Id"])
    assert problem.get("field", "") == field
    assert problem["detail"]


def test_good_body_is_taken(service: Example) -> None:
    answer = service.post("/public", GOOD)

    assert answer.status == 200
    assert answer.headers["X-Extra"] == "1"
    assert answer.json["item_code"] == "A1"


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                     "application/json; charset=gbk", "application/x-yaml", "application/pickle"],
)  # fmt: skip
def test_other_formats_are_refused(service: Example, content_type: str) -> None:
    assert service.post("/public", GOOD, Content_Type=content_type).status == 415


def test_a_large_body_is_refused_and_never_held(service: Example) -> None:
    before = service.memory_bytes()

    announced = service.post("/public", b"x" * (16 << 20))
    chunked = service.raw(
        b"POST /public HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        + (b"100000\r\n" + b"x" * 0x100000 + b"\r\n") * 16
        + b"0\r\n\r\n"
    )

    assert announced.status == 413
    assert announced.json["code"] == "too_large"
    assert chunked.startswith(b"HTTP/1.1 413")
    assert service.memory_bytes() - before < 8 << 20


def test_one_mebibyte_is_read(service: Example) -> None:
    body = json.dumps(GOOD).encode()

    answer = service.post("/public", body + b" " * ((1 << 20) - len(body)))

    assert answer.status == 200


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 1_0\r\n",
    ],
)
def test_a_request_of_two_lengths_is_refused_and_the_connection_closed(
    service: Example, head: bytes
) -> None:
    said = service.raw(
        b"POST /public HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        + head
        + b"\r\n0\r\n\r\nGET /page HTTP/1.1\r\nHost: x\r\n\r\n"
    )

    assert said.split(b" ")[1] == b"400"
    assert said.count(b"HTTP/1.") == 1


def test_trailers_do_not_become_a_request(service: Example) -> None:
    said = service.raw(
        b"POST /public HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b"2\r\n{}\r\n0\r\nX: y\r\n\r\nGET /page HTTP/1.1\r\nHost: x\r\n\r\n"
    )

    assert said.count(b"HTTP/1.") == 1


@pytest.mark.parametrize(
    "garbage",
    [b"\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
     b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
     b"GET / HTTP/1.1\r\nA: " + b"b" * 100_000 + b"\r\n\r\n",
     b"POST /public HTTP/1.1\r\nContent-Length: 9999\r\nContent-Type: application/json\r\n\r\n{",
     b"POST /public HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
)  # fmt: skip
def test_garbage_ends_only_its_own_connection(service: Example, garbage: bytes) -> None:
    connection = socket.create_connection(("127.0.0.1", service.port), timeout=10)
    with connection, suppress(OSError):  # it may hang up on us in the middle
        connection.sendall(garbage)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    assert service.ask("GET", "/livez").status == 200
    assert service.process.poll() is None


def test_unknown_address_and_method(service: Example) -> None:
    nowhere = service.ask("GET", "/nowhere")
    method = service.ask("PUT", "/cases")
    builtin = service.ask("POST", "/livez", b"")

    assert (nowhere.status, nowhere.json["code"]) == (404, "not_found")
    assert (method.status, method.json["code"]) == (405, "method_not_allowed")
    assert "POST" in method.headers["Allow"]
    assert builtin.status == 405


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/cases?limit=0", "limit"),
        ("/cases?limit=501", "limit"),
        ("/cases?limit=x", "limit"),
        ("/cases?limit=1&limit=2", "limit"),
        ("/cases?11010519491231002X=1", ""),
        ("/cases?channel=fax", "channel"),
        ("/cases?cursor=%00", "cursor"),
        ("/cases?cursor=AAAA", "cursor"),
        ("/cases?cursor=WyJ4Il0", "cursor"),
        ("/cases/1?after=nobody:1", "after"),
        ("/cases/1?after=intake:-1", "after"),
        ("/cases/1?11010519491231002X=1", ""),
        ("/cases/%00", "case_no"),
        ("/cases/%0d%0aX:1", "case_no"),
        ("/cases/%ff", "case_no"),
    ],
)
def test_bad_query_or_path_is_refused(service: Example, path: str, field: str) -> None:
    answer = service.ask("GET", path)

    assert answer.status == 400
    assert answer.json.get("field", "") == field
    assert "11010519491231002X" not in json.dumps(answer.json), "a made-up name is repeated"


def test_pages_follow_each_other_without_gap_or_double(service: Example) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = service.ask("GET", f"/cases?limit=50&cursor={cursor}").json
        seen += [item["case_no"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break

    assert seen == [str(n) for n in range(1, 121)]


def test_roles(service: Example) -> None:
    assert service.post("/cases", GOOD).status == 401
    refused = service.post("/cases", GOOD, Authorization=service.bearer("officer"))
    assert refused.status == 403
    taken = service.post(
        "/cases", GOOD, Authorization=service.bearer("clerk"), Idempotency_Key="abc"
    )
    assert taken.status == 201
    plain = "http/intake/clerk-1/abc"
    assert taken.json["key"] == f"http/{sha256(plain.encode()).hexdigest()}"
    bad = service.post("/cases", GOOD, Authorization="Bearer x.y.z")
    assert bad.status == 401
    assert bad.headers["WWW-Authenticate"].startswith("Bearer")
    assert service.ask("GET", "/cases/1", Authorization="Bearer x.y.z").status == 401


def test_authentication_comes_before_the_body(service: Example) -> None:
    assert service.post("/cases", b"{").status == 401


def test_bad_idempotency_key(service: Example) -> None:
    answer = service.post(
        "/cases", GOOD, Authorization=service.bearer("clerk"), Idempotency_Key="x" * 201
    )

    assert (answer.status, answer.json["field"]) == (400, "Idempotency-Key")


def test_errors_of_the_handler(service: Example) -> None:
    rule = service.ask("GET", "/fails/rule")
    away = service.ask("GET", "/fails/away")
    library = service.ask("GET", "/fails/library")
    bug = service.ask("GET", "/fails/bug")

    assert (rule.status, rule.json["code"]) == (422, "case_closed")
    assert "open a new one" in rule.json["detail"]
    assert (away.status, away.headers["Retry-After"]) == (503, "7")
    assert library.status == 503
    assert b"secret" not in library.body
    assert bug.status == 500
    assert CANARY.encode() not in bug.body
    assert "detail" not in bug.json


def test_a_bug_is_logged_once_with_its_place_and_without_its_text(service: Example) -> None:
    correlation = str(uuid.uuid4())

    service.ask("GET", "/fails/bug", X_Correlation_Id=correlation)

    lines = [json.loads(line) for line in service.log.read_text().splitlines()]
    mine = [line for line in lines if line["correlation_id"] == correlation]
    failures = [line for line in mine if line["event"] == "request_failed"]
    assert len(failures) == 1
    assert failures[0]["error"] == "ZeroDivisionError"
    assert any("example.py" in place for place in failures[0]["stack"])
    assert [line["event"] for line in mine] == ["request_failed", "request_served"]


def test_no_personal_data_in_logs_and_metrics(service: Example) -> None:
    service.post("/public", _with(item_code=CANARY * 2), X_Correlation_Id=CANARY)
    service.post("/public", f'{{"{CANARY}": 1, "{CANARY}": 1}}'.encode())
    service.ask("GET", f"/cases/{CANARY}?x={CANARY}")
    service.ask("GET", f"/{CANARY}")
    service.ask(CANARY, "/cases")
    service.ask("GET", "/fails/bug")

    assert CANARY not in service.log.read_text()
    assert CANARY not in service.ask("GET", "/metrics").body.decode()


def test_correlation_comes_in_and_goes_out(service: Example) -> None:
    own = str(uuid.uuid4())

    said = service.ask("GET", "/cases/1", X_Correlation_Id=own)
    trace = service.ask("GET", "/cases/1", traceparent=f"00-{'ab' * 16}-{'cd' * 8}-01")
    made_up = service.ask("GET", "/cases/1", X_Correlation_Id="drop table")

    assert said.headers["X-Correlation-Id"] == own
    assert trace.headers["X-Correlation-Id"] == str(uuid.UUID("ab" * 16))
    assert uuid.UUID(made_up.headers["X-Correlation-Id"]).version == 4


def test_read_your_writes(service: Example) -> None:
    assert service.ask("GET", "/cases/1?after=intake:99").status == 200
    late = service.ask("GET", "/cases/1?after=intake:100")
    assert (late.status, late.headers["Retry-After"]) == (503, "1")


def test_every_answer_is_protected(service: Example) -> None:
    for path in ("/page", "/nowhere", "/livez", "/static/banjian.css", "/fails/bug"):
        headers = service.ask("GET", path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["X-Frame-Options"] == "DENY"
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "same-origin"


def test_page_knows_its_prefix(service: Example) -> None:
    behind = service.ask("GET", "/page?x=1", X_Forwarded_Prefix="/town/intake")
    evil = service.ask("GET", "/page", X_Forwarded_Prefix='/"><script>')

    assert behind.body == b"<p>/town/intake|/town|/page?x=1</p>"
    assert evil.body == b"<p>|http://banjian.test|/page</p>"


def test_a_browser_gets_errors_as_pages(service: Example) -> None:
    answer = service.ask("GET", "/nowhere", Accept="text/html,*/*")

    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "没有找到" in answer.body.decode()


def test_static_files(service: Example) -> None:
    first = service.ask("GET", "/static/banjian.css")
    again = service.ask("GET", "/static/banjian.css", If_None_Match=first.headers["ETag"])

    assert "immutable" in first.headers["Cache-Control"]
    assert (again.status, again.body) == (304, b"")
    for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static/none.css"):
        assert service.ask("GET", path).status == 404


def test_empty_answer_and_head(service: Example) -> None:
    removed = service.ask("DELETE", "/cases/1", Authorization=service.bearer("clerk"))
    head = service.ask("HEAD", "/cases/1")

    assert (removed.status, removed.body) == (204, b"")
    assert (head.status, head.body) == (200, b"")


def test_metrics_count_by_pattern(service: Example) -> None:
    service.ask("GET", "/cases/17")

    text = service.ask("GET", "/metrics").body.decode()

    wanted = (
        'banjian_http_request_duration_seconds_count{banjian_service="intake",'
        'method="GET",route="/cases/<case_no>",status="200"}'
    )
    assert wanted in text
    assert "/cases/17" not in text
