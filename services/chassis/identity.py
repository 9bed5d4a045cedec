"""Who asks: bearer tokens (OIDC, JWT) become a `Caller`, or 401; never anything else."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jwt

from services.chassis.errors import NotAllowedError, NotAuthenticatedError, UnavailableError
from services.chassis.logs import get_logger
from services.chassis.settings import Settings
from services.kernel.facts import Actor, ActorKind

log = get_logger()

ALGORITHMS: Final = ("EdDSA", "RS256", "ES256")
"""The only signatures believed, whatever a token's header or a key says."""

KEY_TYPES: Final = {"EdDSA": "OKP", "RS256": "RSA", "ES256": "EC"}

LEEWAY_S: Final = 30
"""How far clocks may differ, in seconds."""

TOKEN_BYTES: Final = 8192
"""A longer token is refused unread."""

BELIEVED: Final = 1000
"""Tokens whose signature is not checked again, as long as their key stays and they last."""

DEVELOPMENT_KEY: Final = "development-"
"""Key ids of the development issuer start so; production does not load such a key."""


@dataclass(frozen=True)
class Caller:
    """Who asks. `id` is an account; never a name or a document number."""

    id: str
    roles: frozenset[str] = frozenset()
    unit: str = ""
    """Department code, "" when the caller belongs to none."""
    window: str = ""
    region: str = ""

    @property
    def known(self) -> bool:
        """False for somebody who showed no token."""
        return bool(self.id)

    def actor(self, role: str = "") -> Actor:
        """Give the actor for an event; `role` is the one acted in, default the first."""
        chosen = role or min(self.roles, default="")
        return Actor(ActorKind.PERSON, self.id, unit=self.unit, window=self.window, role=chosen)

    def require_role(self, *roles: str) -> None:
        """Raises:
        NotAuthenticatedError: nobody knows who asks.
        NotAllowedError: the caller has none of these roles.
        """
        if not self.known:
            raise NotAuthenticatedError("this needs a bearer token")
        if self.roles.isdisjoint(roles):
            raise NotAllowedError(f"this needs the role {' or '.join(sorted(roles))}")

    def require_unit(self, unit: str) -> None:
        """Raises:
        NotAllowedError: the caller belongs to another department, or to none.
        """
        if not unit or self.unit != unit:
            raise NotAllowedError("this belongs to another department")

    def require_window(self, window: str) -> None:
        """Raises:
        NotAllowedError: the caller sits at another window, or at none.
        """
        if not window or self.window != window:
            raise NotAllowedError("this belongs to another window")

    def require_region(self, region: str) -> None:
        """Raises:
        NotAllowedError: the caller's region is another one, or none.
        """
        if not region or self.region != region:
            raise NotAllowedError("this belongs to another region")


NOBODY: Final = Caller("")
"""The caller of a public route without a token."""


class KeyStore:
    """The issuer's public keys, from a URL or a file, kept until a token names an unknown one.

    An unknown key id makes it read again, at most every `pause_s` seconds (default 30), so made-up
    ids cannot become load on the issuer. If reading fails the known keys stay in force.
    """

    def __init__(
        self,
        read: Callable[[], bytes],
        *,
        refuse_development: bool = False,
        pause_s: float = 30.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._refuse_development = refuse_development
        self._pause_s = pause_s
        self._monotonic = monotonic
        self._keys: dict[str, jwt.PyJWK] = {}
        self._read_at: float | None = None
        self._lock = threading.Lock()

    def key(self, key_id: str) -> jwt.PyJWK:
        """Give the key with this id.

        Raises:
            NotAuthenticatedError: the issuer has no such key, or nobody can say.
        """
        if key_id not in self._keys:
            self.refresh()
        try:
            return self._keys[key_id]
        except KeyError:
            raise NotAuthenticatedError("the token is signed with an unknown key") from None

    def refresh(self) -> bool:
        """Read the keys again unless that was tried just now; say whether there are any."""
        with self._lock:
            now = self._monotonic()
            if self._read_at is None or now - self._read_at >= self._pause_s:
                self._read_at = now
                try:
                    self._keys = self._load(self._read())
                except (OSError, ValueError, LookupError, TypeError, jwt.PyJWTError):
                    log.warning("token_keys_unavailable")
        return bool(self._keys)

    def check(self) -> str:
        """Probe: are there keys?

        Raises:
            UnavailableError: none could be read so far.
        """
        if not self._keys and not self.refresh():
            raise UnavailableError("no keys of the token issuer could be read")
        return f"{len(self._keys)} keys"

    def _load(self, text: bytes) -> dict[str, jwt.PyJWK]:
        keys: dict[str, jwt.PyJWK] = {}
        for entry in json.loads(text)["keys"]:
            if not isinstance(entry, dict):
                raise TypeError("a key is an object")
            key_id, algorithm = str(entry.get("kid", "")), str(entry.get("alg", ""))
            if not key_id or KEY_TYPES.get(algorithm) != entry.get("kty"):
                continue
            if self._refuse_development and key_id.startswith(DEVELOPMENT_KEY):
                log.error("development_key_refused", key_id=key_id)
                continue
            keys[key_id] = jwt.PyJWK(entry, algorithm)
        return keys


class Verifier:
    """Turns a bearer token into a `Caller`."""

    def __init__(self, keys: KeyStore, *, issuer: str, audience: str) -> None:
        self.keys = keys
        self._issuer = issuer
        self._audience = audience
        self._believed: dict[str, tuple[str, jwt.PyJWK, Mapping[str, Any]]] = {}
        """Claims of tokens that were checked, with the id and the key they were checked by."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Verifier:
        """Read keys as the settings say, the file before the URL."""
        if settings.jwks_file:
            read = Path(settings.jwks_file).read_bytes
        else:
            read = _reader(settings.jwks_url)
        keys = KeyStore(read, refuse_development=settings.production)
        return cls(keys, issuer=settings.token_issuer, audience=settings.token_audience)

    def caller(self, authorization: str) -> Caller:
        """Read an Authorization header; "" gives `NOBODY`.

        Raises:
            NotAuthenticatedError: it is there but not a valid token of our issuer for us.
        """
        if not authorization:
            return NOBODY
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAuthenticatedError("Authorization has to be: Bearer <token>")
        if len(token) > TOKEN_BYTES:
            raise NotAuthenticatedError(f"the token is longer than {TOKEN_BYTES} bytes")
        return _caller(self._claims(token.strip()))

    def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            believed = self._believed.get(token)
            if believed is not None and self.keys.key(believed[0]) is believed[1]:
                if believed[2]["exp"] > time.time() - LEEWAY_S:
                    return believed[2]
                raise jwt.ExpiredSignatureError
            header = jwt.get_unverified_header(token)
            algorithm = header.get("alg")
            if algorithm not in ALGORITHMS or "crit" in header:
                raise NotAuthenticatedError("the token is signed in a way we do not accept")
            key_id = str(header.get("kid", ""))
            key = self.keys.key(key_id)
            if key.algorithm_name != algorithm:
                raise NotAuthenticatedError("the token's algorithm is not its key's")
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
            if len(self._believed) >= BELIEVED:
                self._believed.clear()
            self._believed[token] = (key_id, key, claims)
            return claims
        except jwt.ExpiredSignatureError:
            raise NotAuthenticatedError("the token has expired") from None
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
            # The library's own text may quote the token.
            raise NotAuthenticatedError("the token is not valid here") from None


def _caller(claims: Mapping[str, Any]) -> Caller:
    def text(name: str) -> str:
        value = claims.get(name, "")
        if not isinstance(value, str) or len(value) > 128:
            raise NotAuthenticatedError(f"the token's {name} has to be a short text")
        return value

    roles = claims.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise NotAuthenticatedError("the token's roles have to be a list of texts")
    if not text("sub"):
        raise NotAuthenticatedError("the token names nobody")
    return Caller(
        id=text("sub"),
        roles=frozenset(roles),
        unit=text("unit"),
        window=text("window"),
        region=text("region"),
    )


def _reader(url: str) -> Callable[[], bytes]:
    if not url.startswith(("http://", "https://")):
        raise ValueError("keys come over http or https")

    def read() -> bytes:
        with urllib.request.urlopen(url, timeout=3) as answer:
            text: bytes = answer.read(1 << 20)
        return text

    return read
