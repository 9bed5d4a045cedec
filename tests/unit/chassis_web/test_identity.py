"""Fault case E1: whatever a token looks like, the answer is a caller or 401."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.errors import NotAllowedError, NotAuthenticatedError, UnavailableError
from services.chassis.identity import LEEWAY_S, NOBODY, Caller, KeyStore, Verifier
from services.chassis.issuer import Issuer, serve_issuer
from services.chassis.settings import DEVELOPMENT_ISSUER, SettingsError
from services.kernel.facts import Actor, ActorKind


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path / "key.pem")


@pytest.fixture
def verifier(issuer: Issuer) -> Verifier:
    return _verifier(issuer)


def _verifier(issuer: Issuer, **options: Any) -> Verifier:
    store = KeyStore(lambda: json.dumps(issuer.jwks()).encode(), **options)
    return Verifier(store, issuer=DEVELOPMENT_ISSUER, audience="banjian")


def _claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {"iss": DEVELOPMENT_ISSUER, "aud": "banjian", "sub": "u1", "exp": now + 60}
    return {k: v for k, v in (claims | changes).items() if v is not None}


def _sign(issuer: Issuer, claims: dict[str, Any], **header: Any) -> str:
    return jwt.encode(
        claims, issuer._key, algorithm="EdDSA", headers={"kid": issuer.key_id, **header}
    )


def _encode(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_good_token_is_a_caller(issuer: Issuer, verifier: Verifier) -> None:
    token = issuer.mint("clerk-1", ["clerk"], unit="D07", window="W01", region="3412XX")

    caller = verifier.caller(f"Bearer {token}")

    assert caller == Caller("clerk-1", frozenset({"clerk"}), "D07", "W01", "3412XX")
    assert caller.actor() == Actor(ActorKind.PERSON, "clerk-1", "D07", "W01", "clerk")


def test_no_header_is_nobody(verifier: Verifier) -> None:
    assert verifier.caller("") is NOBODY
    assert not NOBODY.known


def _none_algorithm(issuer: Issuer) -> str:
    return f"{_encode({'alg': 'none', 'kid': issuer.key_id})}.{_encode(_claims())}."


def _hs256_with_the_public_key(issuer: Issuer) -> str:
    public = issuer._key.public_key().public_bytes_raw()
    text = f"{_encode({'alg': 'HS256', 'kid': issuer.key_id})}.{_encode(_claims())}"
    mac = hmac.new(public, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _other_algorithm_than_the_key(issuer: Issuer) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(_claims(), key, algorithm="ES256", headers={"kid": issuer.key_id})


def _same_kid_other_key(issuer: Issuer) -> str:
    key = Ed25519PrivateKey.generate()
    return jwt.encode(_claims(), key, algorithm="EdDSA", headers={"kid": issuer.key_id})


def _embedded_key(issuer: Issuer) -> str:
    key = Ed25519PrivateKey.generate()
    jwk = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(key.public_key()))
    return jwt.encode(_claims(), key, algorithm="EdDSA", headers={"kid": issuer.key_id, "jwk": jwk})


def _tampered(issuer: Issuer) -> str:
    head, _, signature = _sign(issuer, _claims()).split(".")
    return f"{head}.{_encode(_claims(sub='root'))}.{signature}"


HOSTILE: dict[str, Callable[[Issuer], str]] = {
    "none algorithm": _none_algorithm,
    "HS256 with the public key": _hs256_with_the_public_key,
    "another algorithm than the key's": _other_algorithm_than_the_key,
    "same kid, other key": _same_kid_other_key,
    "embedded key": _embedded_key,
    "tampered": _tampered,
    "wrong audience": lambda i: _sign(i, _claims(aud="other")),
    "no audience": lambda i: _sign(i, _claims(aud=None)),
    "wrong issuer": lambda i: _sign(i, _claims(iss="https://evil")),
    "expired": lambda i: _sign(i, _claims(exp=int(time.time()) - 60)),
    "no expiry": lambda i: _sign(i, _claims(exp=None)),
    "not yet": lambda i: _sign(i, _claims(nbf=int(time.time()) + 120)),
    "infinite expiry": lambda i: _sign(i, _claims(exp=float("inf"))),
    "expiry of a wrong type": lambda i: _sign(i, _claims(exp="soon")),
    "unknown kid": lambda i: _sign(i, _claims(), kid="x"),
    "empty kid": lambda i: _sign(i, _claims(), kid=""),
    "crit": lambda i: _sign(i, _claims(), crit=["exp"]),
    "unknown crit": lambda i: _sign(i, _claims(), crit=["moon"], moon=1),
    "no subject": lambda i: _sign(i, _claims(sub=None)),
    "empty subject": lambda i: _sign(i, _claims(sub="")),
    "long subject": lambda i: _sign(i, _claims(sub="x" * 500)),
    "roles of a wrong type": lambda i: _sign(i, _claims(roles="clerk")),
    "roles of wrong things": lambda i: _sign(i, _claims(roles=[1])),
    "unit of a wrong type": lambda i: _sign(i, _claims(unit=["D07"])),
    "claims are no object": lambda i: jwt.api_jws.encode(
        b"[1]", i._key, "EdDSA", headers={"kid": i.key_id}
    ),
    "huge": lambda i: _sign(i, _claims(junk="x" * 10_000)),
    "empty": lambda i: "",
    "dots": lambda i: "..",
    "not base64": lambda i: "\u4e8b.\u4e8b.\u4e8b",
    "deep header": lambda i: f"{base64.urlsafe_b64encode(b'[' * 5000).decode()}.e30.",
    "header is no object": lambda i: f"{_encode(['alg'])}.{_encode(_claims())}.xx",
    "kid is no text": lambda i: f"{_encode({'alg': 'EdDSA', 'kid': 5})}.{_encode(_claims())}.xx",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_token_is_refused(issuer: Issuer, verifier: Verifier, name: str) -> None:
    token = HOSTILE[name](issuer)

    with pytest.raises(NotAuthenticatedError) as caught:
        verifier.caller(f"Bearer {token}")

    assert not token or token not in caught.value.message


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "bearer ", "x" * 20_000])
def test_other_headers_are_refused(verifier: Verifier, header: str) -> None:
    with pytest.raises(NotAuthenticatedError):
        verifier.caller(header)


def test_a_believed_token_still_ends(issuer: Issuer, verifier: Verifier) -> None:
    token = _sign(issuer, _claims(exp=int(time.time()) - LEEWAY_S + 1))
    assert verifier.caller(f"Bearer {token}").known

    later = patch.object(time, "time", return_value=time.time() + 2)
    with later, pytest.raises(NotAuthenticatedError, match="expired"):
        verifier.caller(f"Bearer {token}")


def test_a_believed_token_ends_with_its_key(issuer: Issuer, verifier: Verifier) -> None:
    token = "Bearer " + issuer.mint("clerk-1", ["clerk"])
    assert verifier.caller(token).known

    verifier.keys._keys = {}
    with pytest.raises(NotAuthenticatedError):
        verifier.caller(token)


def test_clocks_may_differ_a_little(issuer: Issuer, verifier: Verifier) -> None:
    now = int(time.time())

    assert verifier.caller("Bearer " + _sign(issuer, _claims(exp=now - 10))).known
    assert verifier.caller("Bearer " + _sign(issuer, _claims(nbf=now + 10))).known


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_other_good_algorithms(algorithm: str) -> None:
    key: Any
    if algorithm == "RS256":
        key = rsa.generate_private_key(65537, 2048)
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    else:
        key = ec.generate_private_key(ec.SECP256R1())
        jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    jwks = {"keys": [jwk | {"kid": "k", "alg": algorithm}]}
    verifier = Verifier(
        KeyStore(lambda: json.dumps(jwks).encode()), issuer=DEVELOPMENT_ISSUER, audience="banjian"
    )

    token = jwt.encode(_claims(), key, algorithm=algorithm, headers={"kid": "k"})

    assert verifier.caller(f"Bearer {token}").id == "u1"


class _Source:
    def __init__(self, issuer: Issuer) -> None:
        self.keys = issuer.jwks()
        self.asked = 0
        self.up = True

    def __call__(self) -> bytes:
        self.asked += 1
        if not self.up:
            raise ConnectionError("down")
        return json.dumps(self.keys).encode()


def test_unknown_keys_cannot_become_load(issuer: Issuer) -> None:
    now = [0.0]
    source = _Source(issuer)
    store = KeyStore(source, monotonic=lambda: now[0])
    for n in range(100):
        with pytest.raises(NotAuthenticatedError):
            store.key(f"made-up-{n}")
    assert source.asked == 1

    now[0] = 31.0
    with pytest.raises(NotAuthenticatedError):
        store.key("made-up")

    assert source.asked == 2


def test_a_new_key_is_found_and_an_outage_is_survived(issuer: Issuer, tmp_path: Path) -> None:
    now = [0.0]
    source = _Source(issuer)
    store = KeyStore(source, monotonic=lambda: now[0])
    store.key(issuer.key_id)
    newer = Issuer(tmp_path / "newer.pem")
    source.keys = {"keys": issuer.jwks()["keys"] + newer.jwks()["keys"]}

    now[0] = 31.0
    assert store.key(newer.key_id)
    source.up, now[0] = False, 100.0
    with pytest.raises(NotAuthenticatedError):
        store.key("unknown")

    assert store.key(issuer.key_id)
    assert store.check() == "2 keys"


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"{}", b'{"keys": 5}', b'{"keys": [5]}',
                                  b'{"keys": [{"kid": "a", "alg": "EdDSA", "kty": "OKP"}]}',
                                  b'{"keys": [{"kid": "a", "alg": "HS256", "kty": "oct"}]}',
                                  b"\xff"])  # fmt: skip
def test_bad_key_documents_give_401_and_a_failing_probe(issuer: Issuer, text: bytes) -> None:
    store = KeyStore(lambda: text)
    verifier = Verifier(store, issuer=DEVELOPMENT_ISSUER, audience="banjian")

    with pytest.raises(NotAuthenticatedError):
        verifier.caller("Bearer " + issuer.mint("u"))
    with pytest.raises(UnavailableError):
        store.check()


def test_production_does_not_load_a_development_key(issuer: Issuer) -> None:
    verifier = _verifier(issuer, refuse_development=True)

    with pytest.raises(NotAuthenticatedError):
        verifier.caller("Bearer " + issuer.mint("u"))


def test_scope() -> None:
    caller = Caller("u", frozenset({"clerk"}), "D07", "W01", "3412XX")
    caller.require_role("clerk", "officer")
    caller.require_unit("D07")
    caller.require_window("W01")
    caller.require_region("3412XX")
    for refuse in (
        lambda: caller.require_role("officer"),
        lambda: caller.require_unit("D08"),
        lambda: caller.require_unit(""),
        lambda: caller.require_window("W02"),
        lambda: caller.require_region("3413XX"),
        lambda: Caller("u").require_unit(""),
    ):
        with pytest.raises(NotAllowedError):
            refuse()
    with pytest.raises(NotAuthenticatedError):
        NOBODY.require_role("clerk")


def test_issuer_keeps_its_key_private(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "key.pem"
    first, second = Issuer(path), Issuer(path)

    assert first.key_id == second.key_id
    assert path.stat().st_mode & 0o777 == 0o600
    assert "d" not in first.jwks()["keys"][0]


@pytest.mark.parametrize("env", [{}, {"BANJIAN_ENV": "production"}])
def test_issuer_does_not_start_in_production(issuer: Issuer, env: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        serve_issuer("127.0.0.1", 0, issuer, env)


def test_issuer_over_http(issuer: Issuer, verifier: Verifier) -> None:
    server = serve_issuer("127.0.0.1", 0, issuer, {"BANJIAN_ENV": "development"})
    base = f"http://127.0.0.1:{server.port}"
    try:
        with urllib.request.urlopen(f"{base}/jwks.json", timeout=5) as answer:
            assert json.load(answer) == issuer.jwks()
        body = json.dumps({"sub": "o1", "roles": ["officer"], "unit": "D07"}).encode()
        with urllib.request.urlopen(f"{base}/token", body, timeout=5) as answer:
            token = json.load(answer)["access_token"]
        assert verifier.caller(f"Bearer {token}").unit == "D07"
        for path, data, status in (
            ("/token", b"{}", 400),
            ("/token", b'{"sub": 5}', 400),
            ("/token", b"x" * 5000, 413),
            ("/other", None, 404),
        ):
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(f"{base}{path}", data, timeout=5)
            assert caught.value.code == status
            caught.value.close()
    finally:
        server.stop()
