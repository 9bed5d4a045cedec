"""Browsers that sign in: the cookie of a local run, its limits, and the page that sets it."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from services.chassis.errors import NotAllowedError, NotAuthenticatedError
from services.chassis.identity import KeyStore, Verifier
from services.chassis.issuer import AUDIENCE, Issuer, IssuerServer, serve_issuer
from services.chassis.settings import DEVELOPMENT_ISSUER, Environment, Settings
from services.chassis.web.session import (
    COOKIE,
    caller_of,
    check_csrf,
    csrf_of,
    enabled,
    sign_in_href,
)

SETTINGS = Settings(
    service="catalog",
    environment=Environment.DEVELOPMENT,
    database_url="postgresql://nowhere/x",
    amqp_uri="amqp://nowhere/x",
    http_port=0,
    public_url="http://127.0.0.1:1",
    token_issuer=DEVELOPMENT_ISSUER,
    token_audience=AUDIENCE,
)


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path / "key.pem")


@pytest.fixture
def verifier(issuer: Issuer) -> Verifier:
    import json

    keys = KeyStore(lambda: json.dumps(issuer.jwks()).encode())
    return Verifier(keys, issuer=DEVELOPMENT_ISSUER, audience=AUDIENCE)


def request(method: str = "GET", cookie: str = "", authorization: str = "") -> Request:
    headers = {"Authorization": authorization} if authorization else {}
    if cookie:
        headers["Cookie"] = f"{COOKIE}={cookie}"
    return Request(EnvironBuilder(method=method, headers=headers).get_environ())


def test_a_signed_in_browser_is_known_by_its_cookie(issuer: Issuer, verifier: Verifier) -> None:
    token = issuer.mint("editor-1", ["catalog_editor"])

    caller, bound = caller_of(request(cookie=token), SETTINGS, verifier, html=False)

    assert (caller.id, bound) == ("editor-1", token)


def test_the_header_goes_before_the_cookie(issuer: Issuer, verifier: Verifier) -> None:
    header = f"Bearer {issuer.mint('clerk-1')}"

    caller, bound = caller_of(
        request(cookie=issuer.mint("editor-1"), authorization=header), SETTINGS, verifier, html=True
    )
    with pytest.raises(NotAuthenticatedError):
        caller_of(request(authorization="Bearer no"), SETTINGS, verifier, html=True)

    assert (caller.id, bound) == ("clerk-1", "")


@pytest.mark.parametrize("cookie", ["not a token", "a.b.c"])
def test_a_bad_cookie_counts_as_none(cookie: str, verifier: Verifier) -> None:
    caller, bound = caller_of(request(cookie=cookie), SETTINGS, verifier, html=True)

    assert (caller.known, bound) == (False, "")


def test_an_expired_cookie_counts_as_none(issuer: Issuer, verifier: Verifier) -> None:
    token = issuer.mint("editor-1", ttl_s=-3600)

    assert not caller_of(request(cookie=token), SETTINGS, verifier, html=True)[0].known


def test_a_cookie_never_changes_anything_by_the_api(issuer: Issuer, verifier: Verifier) -> None:
    sent = request("POST", cookie=issuer.mint("editor-1"))

    assert not caller_of(sent, SETTINGS, verifier, html=False)[0].known
    assert caller_of(sent, SETTINGS, verifier, html=True)[0].known


@pytest.mark.parametrize(
    "settings",
    [
        replace(SETTINGS, environment=Environment.PRODUCTION),
        replace(SETTINGS, token_issuer="https://sso.example"),
    ],
)
def test_production_reads_no_cookie_and_shows_no_sign_in(
    settings: Settings, issuer: Issuer, verifier: Verifier
) -> None:
    sent = request(cookie=issuer.mint("editor-1"))

    assert not enabled(settings)
    assert not caller_of(sent, settings, verifier, html=True)[0].known
    assert sign_in_href(settings, "", "/desk") == ""


def test_a_form_is_bound_to_its_cookie() -> None:
    check_csrf("token-a", csrf_of("token-a"))
    check_csrf("", "")

    for brought in ("", csrf_of("token-b"), "é"):
        with pytest.raises(NotAllowedError):
            check_csrf("token-a", brought)


@pytest.fixture
def server(issuer: Issuer) -> Iterator[IssuerServer]:
    running = serve_issuer("127.0.0.1", 0, issuer, {"BANJIAN_ENV": "development"})
    yield running
    running.stop()


def send(
    server: IssuerServer, method: str, path: str, **form: str
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(method, path, body=urlencode(form) if form else None)
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.getheaders()), said


def test_the_sign_in_page_sets_a_cookie_scripts_and_other_sites_cannot_use(
    server: IssuerServer, verifier: Verifier
) -> None:
    status, headers, page = send(server, "GET", "/sign-in?next=/catalog/desk")
    assert status == 200 and "仅供本机试用" in page and 'value="/catalog/desk"' in page
    assert "default-src 'self'" in headers["Content-Security-Policy"]

    status, headers, _ = send(
        server,
        "POST",
        "/sign-in",
        account="legal-1",
        role="legal_office",
        unit="D01",
        next="/catalog/desk",
    )

    assert (status, headers["Location"]) == (303, "/catalog/desk")
    cookie, *rules = headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(rules)
    caller = verifier.caller(f"Bearer {cookie.removeprefix(COOKIE + '=')}")
    assert (caller.id, caller.roles, caller.unit) == ("legal-1", {"legal_office"}, "D01")


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "x", "/a\nb", ""]
)
def test_signing_in_never_leads_out_of_the_house(server: IssuerServer, back: str) -> None:
    _, headers, _ = send(server, "POST", "/sign-in", account="editor-1", next=back)

    assert headers["Location"] == "/"


@pytest.mark.parametrize("account", ["", "张三", "a b", "x" * 65, "<script>"])
def test_an_account_that_is_none_is_refused_next_to_its_field(
    server: IssuerServer, account: str
) -> None:
    status, headers, page = send(server, "POST", "/sign-in", account=account, role="clerk")

    assert status == 400 and "Set-Cookie" not in headers
    assert 'id="e-account"' in page and "<script>" not in page


def test_signing_in_leads_back_to_a_search_in_chinese(server: IssuerServer) -> None:
    _, headers, _ = send(server, "POST", "/sign-in", account="editor-1", next="/catalog/?q=许可")

    assert headers["Location"] == "/catalog/?q=%E8%AE%B8%E5%8F%AF"


def test_signing_out_forgets_the_cookie(server: IssuerServer) -> None:
    status, headers, _ = send(server, "POST", "/sign-out", next="/")

    assert status == 303 and "Max-Age=0" in headers["Set-Cookie"]
