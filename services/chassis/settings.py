"""What a process is told at start: one frozen object, read once from the environment."""

# ruff: noqa: RUF009 - _env is dataclasses.field with metadata

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from services.chassis.names import SERVICES, service_name
from services.kernel.algorithms import CipherAlg

DEVELOPMENT_ISSUER: Final = "urn:banjian:development-issuer"
"""`iss` of every token of the development issuer; production refuses it."""

VAULT_OWNERS: Final = frozenset({"intake"})
"""Services that keep personal data, so cannot start without the vault key."""

TAKE_RECORDS: Final = frozenset({"catalog", "intake"})
"""Services that take what outsiders send, who may send anything: it is kept sealed."""


class SettingsError(Exception):
    """The environment is not enough to start; `problems` lists everything that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("cannot start:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = problems


class Environment(Enum):
    """Where the process runs."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


def _port(text: str) -> int:
    if not 0 <= int(text) <= 65535:
        raise ValueError("a port is between 0 and 65535")
    return int(text)


def _count(text: str) -> int:
    if int(text) < 1:
        raise ValueError("at least 1")
    return int(text)


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if urlsplit(text).scheme not in schemes:
            raise ValueError(f"a URL starting with {' or '.join(schemes)}")
        return text

    return parse


def _env(
    name: str, parse: Callable[[str], Any] = str, *, default: Any = MISSING, secret: bool = False
) -> Any:
    metadata = {"env": name, "parse": parse, "secret": secret}
    if default is MISSING:
        return field(metadata=metadata, repr=not secret)
    return field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything one service is told; the text below a field says what it means, with its unit."""

    service: str
    """Name of the service, one of `names.SERVICES`; an argument, not read from the environment."""

    environment: Environment = _env("BANJIAN_ENV", Environment)
    """`development` or `production`. No default: a forgotten variable must not open a back door."""

    database_url: str = _env(
        "BANJIAN_{SERVICE}_DATABASE_URL", _url("postgresql", "postgres"), secret=True
    )
    """PostgreSQL URL of the service's own role."""

    amqp_uri: str = _env("BANJIAN_{SERVICE}_AMQP_URI", _url("amqp", "amqps", "pyamqp"), secret=True)
    """RabbitMQ URI of the service's own user, with the vhost."""

    http_port: int = _env("BANJIAN_{SERVICE}_HTTP_PORT", _port)
    """TCP port of the service's pages, API, probes and metrics. 0 takes a free one."""

    relay_port: int = _env("BANJIAN_{SERVICE}_RELAY_PORT", _port, default=0)
    """TCP port of the relay's probes and metrics. 0, the default, takes a free one."""

    http_host: str = _env("BANJIAN_HTTP_HOST", default="127.0.0.1")
    """Address to listen on. Default 127.0.0.1: nothing is open to the network unasked."""

    public_url: str = _env("BANJIAN_PUBLIC_URL", _url("http", "https"))
    """Where people reach the whole house, without a service's prefix and a final slash."""

    jwks_url: str = _env("BANJIAN_JWKS_URL", _url("http", "https"), default="")
    """Where the token issuer publishes its keys. This or BANJIAN_JWKS_FILE is needed."""

    jwks_file: str = _env("BANJIAN_JWKS_FILE", default="")
    """The same key document as a file."""

    token_issuer: str = _env("BANJIAN_TOKEN_ISSUER")
    """The only `iss` a token may have."""

    token_audience: str = _env("BANJIAN_TOKEN_AUDIENCE")
    """The `aud` a token must name."""

    vault_key_file: str = _env("BANJIAN_VAULT_KEY_FILE", default="")
    """File with the vault key: 32 bytes in base64, older keys below. Needed for people's data."""

    vault_cipher: CipherAlg = _env("BANJIAN_VAULT_CIPHER", CipherAlg, default=CipherAlg.AES_256_GCM)
    """What seals personal data: `aes-256-gcm` (default) or `sm4-gcm`. Both are always opened."""

    region: str = _env("BANJIAN_REGION", default="3412XX")
    """Administrative division code of the centre (GB/T 2260). Default: a placeholder county."""

    spool_dir: str = _env("BANJIAN_SPOOL_DIR", default="")
    """Folder for uploaded files while they are worked on. Default: where the system keeps such."""

    partitions: int = _env("BANJIAN_PARTITIONS", _count, default=4)
    """Number of partition queues a listening service starts with. Default 4."""

    @property
    def production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @classmethod
    def read(cls, service: str, env: Mapping[str, str]) -> Settings:
        """Read the settings of this service.

        Raises:
            SettingsError: something is missing or wrong; it lists all of it, not only the first.
        """
        values: dict[str, Any] = {"service": service_name(service)}
        problems: list[str] = []
        for item in _read_fields():
            name = _variable(item, service)
            text = env.get(name, "")
            if not text:
                if item.default is MISSING:
                    problems.append(f"{name} is missing")
                continue
            try:
                values[item.name] = item.metadata["parse"](text)
            except ValueError as error:
                shown = "" if item.metadata["secret"] else f" ({text!r})"
                problems.append(f"{name} is wrong{shown}: {error}")
        problems += _contradictions(values, env)
        if problems:
            raise SettingsError(problems)
        return cls(**values)

    @classmethod
    def table(cls) -> list[tuple[str, str, str]]:
        """Give (variable, default or "required", meaning) of every setting, for `make config`."""
        meanings = _meanings()
        return [
            (
                item.metadata["env"].replace("{SERVICE}", "<SERVICE>"),
                "required" if item.default is MISSING else _shown(item.default),
                meanings[item.name],
            )
            for item in _read_fields()
        ]


def _shown(default: object) -> str:
    return str(default.value if isinstance(default, Enum) else default)


def _read_fields() -> list[Field[Any]]:
    return [item for item in fields(Settings) if "env" in item.metadata]


def _variable(item: Field[Any], service: str) -> str:
    name: str = item.metadata["env"]
    return name.replace("{SERVICE}", service.upper())


def _contradictions(values: Mapping[str, Any], env: Mapping[str, str]) -> list[str]:
    """Say what is wrong between settings that are each right."""
    problems = []
    if not env.get("BANJIAN_JWKS_URL") and not env.get("BANJIAN_JWKS_FILE"):
        problems.append("BANJIAN_JWKS_URL or BANJIAN_JWKS_FILE is missing")
    vault = env.get("BANJIAN_VAULT_KEY_FILE", "")
    if not vault and values["service"] in VAULT_OWNERS | TAKE_RECORDS:
        problems.append("BANJIAN_VAULT_KEY_FILE is missing")
    if (folder := env.get("BANJIAN_SPOOL_DIR", "")) and not Path(folder).is_dir():
        problems.append(f"BANJIAN_SPOOL_DIR is wrong ({folder!r}): no such folder")
    if vault and not Path(vault).is_file():
        problems.append(f"BANJIAN_VAULT_KEY_FILE is wrong ({vault!r}): no such file")
    if (
        values.get("environment") is Environment.PRODUCTION
        and env.get("BANJIAN_TOKEN_ISSUER") == DEVELOPMENT_ISSUER
    ):
        problems.append("BANJIAN_TOKEN_ISSUER is the development issuer, production refuses it")
    return problems


def _meanings() -> dict[str, str]:
    """Read the docstring below each field; Python itself throws these away."""
    tree = ast.parse(inspect.getsource(Settings)).body[0]
    assert isinstance(tree, ast.ClassDef)
    meanings: dict[str, str] = {}
    for statement, after in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            is_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            meanings[statement.target.id] = str(after.value.value) if is_text else ""  # type: ignore[attr-defined]  # checked on the line above
    return meanings


__all__ = ["DEVELOPMENT_ISSUER", "SERVICES", "Environment", "Settings", "SettingsError"]
