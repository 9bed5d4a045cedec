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
from urllib.parse import parse_qs, urlsplit

from services.chassis.names import SERVICES, service_name
from services.kernel.algorithms import CipherAlg

DEVELOPMENT_ISSUER: Final = "urn:banjian:development-issuer"
"""`iss` of every token of the development issuer; production refuses it."""

VAULT_OWNERS: Final = frozenset({"disclosure", "intake"})
"""Services that keep personal data, so cannot start without the vault key."""

STORE_FILES: Final = frozenset({"intake"})
"""Services that people upload files to."""

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


class Ingress(Enum):
    """Whose rows are taken in."""

    SOURCES = "sources"
    OPEN = "open"


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


def storage_url(text: str) -> str:
    """Let a storage's URL through: `file:///folder` or `s3://bucket/prefix?endpoint=&region=`.

    Raises:
        ValueError: it names no storage, or holds what belongs into the key file.
    """
    parts = urlsplit(text)
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost") or parts.path in ("", "/"):
            raise ValueError("file:/// needs an absolute folder")
        return text
    if parts.scheme != "s3":
        raise ValueError("a URL starting with file:/// or s3://")
    if not parts.netloc or "@" in parts.netloc or ":" in parts.netloc:
        raise ValueError("s3:// needs a bucket, and no keys: they stand in the key file")
    said = parse_qs(parts.query, keep_blank_values=True)
    if unknown := said.keys() - {"endpoint", "region"}:
        raise ValueError(f"s3:// knows endpoint and region, not {', '.join(sorted(unknown))}")
    if "@" in "".join(said.get("endpoint", [])):
        raise ValueError("an endpoint holds no keys: they stand in the key file")
    return text


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

    storage: str = _env("BANJIAN_STORAGE", storage_url, default="", secret=True)
    """Where uploaded files are kept, sealed: `file:///folder` or `s3://bucket/prefix?endpoint=`."""

    storage_key_file: str = _env("BANJIAN_STORAGE_KEY_FILE", default="")
    """File with access and secret key of the s3 store, a line each. Default: AWS_* variables."""

    signing_key_file: str = _env("BANJIAN_SIGNING_KEY_FILE", default="")
    """Key that signs decisions and certificates (PKCS 8, PEM). Without it none are made."""

    signing_cert_file: str = _env("BANJIAN_SIGNING_CERT_FILE", default="")
    """Its certificate (PEM); below it its issuers and former signers, whose files stay good."""

    audit_key_file: str = _env("BANJIAN_AUDIT_KEY_FILE", default="")
    """Keys that sign checkpoints: 32 bytes in base64 a line, newest first. Relays only need it."""

    audit_minutes: int = _env("BANJIAN_AUDIT_MINUTES", _count, default=5)
    """Minutes after which a log that has grown gets a checkpoint. Default 5."""

    audit_events: int = _env("BANJIAN_AUDIT_EVENTS", _count, default=10_000)
    """Events after which it gets one earlier. Default 10000."""

    audit_tsa_url: str = _env("BANJIAN_AUDIT_TSA_URL", _url("http", "https"), default="")
    """Authority that time stamps checkpoints (RFC 3161). Default: none."""

    audit_tsa_cert_file: str = _env("BANJIAN_AUDIT_TSA_CERT_FILE", default="")
    """Its certificate, or its issuer's (PEM). Goes with BANJIAN_AUDIT_TSA_URL."""

    audit_anchor_hours: int = _env("BANJIAN_AUDIT_ANCHOR_HOURS", _count, default=4)
    """Hours without an anchor after which no figure is published. Default 4; with a TSA only."""

    ingress: Ingress = _env("BANJIAN_INGRESS", Ingress, default=Ingress.SOURCES)
    """`sources` (default): rows come from admitted sources only. `open`: from anyone; no secret."""

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
    production = values.get("environment") is Environment.PRODUCTION
    if production and values["service"] in STORE_FILES and not env.get("BANJIAN_STORAGE"):
        problems.append("BANJIAN_STORAGE is missing: uploaded files need a place")
    keys = env.get("BANJIAN_STORAGE_KEY_FILE", "")
    if keys and not Path(keys).is_file():
        problems.append(f"BANJIAN_STORAGE_KEY_FILE is wrong ({keys!r}): no such file")
    if vault and not Path(vault).is_file():
        problems.append(f"BANJIAN_VAULT_KEY_FILE is wrong ({vault!r}): no such file")
    for name in ("BANJIAN_SIGNING_KEY_FILE", "BANJIAN_SIGNING_CERT_FILE"):
        if (told := env.get(name, "")) and not Path(told).is_file():
            problems.append(f"{name} is wrong ({told!r}): no such file")
    if bool(env.get("BANJIAN_SIGNING_KEY_FILE")) != bool(env.get("BANJIAN_SIGNING_CERT_FILE")):
        problems.append("BANJIAN_SIGNING_KEY_FILE and _CERT_FILE go together")
    for name in ("BANJIAN_AUDIT_KEY_FILE", "BANJIAN_AUDIT_TSA_CERT_FILE"):
        if (told := env.get(name, "")) and not Path(told).is_file():
            problems.append(f"{name} is wrong ({told!r}): no such file")
    if bool(env.get("BANJIAN_AUDIT_TSA_URL")) != bool(env.get("BANJIAN_AUDIT_TSA_CERT_FILE")):
        problems.append("BANJIAN_AUDIT_TSA_URL and _TSA_CERT_FILE go together")
    if production and env.get("BANJIAN_TOKEN_ISSUER") == DEVELOPMENT_ISSUER:
        problems.append("BANJIAN_TOKEN_ISSUER is the development issuer, production refuses it")
    if production and env.get("BANJIAN_INGRESS") == Ingress.OPEN.value:
        problems.append("BANJIAN_INGRESS is open, production refuses it: admit sources instead")
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
