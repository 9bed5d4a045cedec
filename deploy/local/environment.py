"""The settings of a whole local house: ports, role passwords and keys, as environment variables.

The same function serves `make run` (written to `.run/env`) and the tests (a house of their own).
"""

from __future__ import annotations

import base64
import secrets as chance
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from deploy.local.processes import write_private
from services.chassis.names import SERVICES
from services.chassis.settings import DEVELOPMENT_ISSUER

AUDIENCE = "banjian"
PORTS = (
    *(f"BANJIAN_{service.upper()}_HTTP_PORT" for service in SERVICES),
    *(f"BANJIAN_{service.upper()}_RELAY_PORT" for service in SERVICES),
    "BANJIAN_ISSUER_PORT",
    "BANJIAN_GATEWAY_PORT",
)


def compose(
    *,
    database_url: str,
    amqp_uri: str,
    management_url: str,
    ports: Mapping[str, int],
    secrets: Path,
    password: Callable[[str], str],
) -> dict[str, str]:
    """Return every variable the processes and `banjian migrate` need.

    Args:
        database_url: administrator's URL of the house's database.
        amqp_uri: administrator's URI of the house's vhost.
        management_url: administrator's URL of RabbitMQ's management interface.
        ports: a port for each name in PORTS.
        secrets: where the vault key, the token issuer's key and uploaded files are kept.
        password: gives the password of a role, e.g. `banjian_intake`; the same for both servers.
    """
    auditor = "banjian_auditor"
    env = {
        "BANJIAN_ENV": "development",
        "BANJIAN_INGRESS": "open",
        "DATABASE_URL": database_url,
        "AMQP_URI": amqp_uri,
        "RABBITMQ_MANAGEMENT_URL": management_url,
        "BANJIAN_AUDITOR_DATABASE_URL": with_user(database_url, auditor, password(auditor)),
        "BANJIAN_HTTP_HOST": "127.0.0.1",
        "BANJIAN_PUBLIC_URL": f"http://127.0.0.1:{ports['BANJIAN_GATEWAY_PORT']}",
        "BANJIAN_JWKS_URL": f"http://127.0.0.1:{ports['BANJIAN_ISSUER_PORT']}/jwks.json",
        "BANJIAN_TOKEN_ISSUER": DEVELOPMENT_ISSUER,
        "BANJIAN_TOKEN_AUDIENCE": AUDIENCE,
        "BANJIAN_ISSUER_KEY_FILE": str(secrets.resolve() / "issuer.pem"),
        "BANJIAN_VAULT_KEY_FILE": str(_make_vault_key(secrets.resolve() / "vault.key")),
        "BANJIAN_AUDIT_KEY_FILE": str(_make_audit_key(secrets.resolve() / "audit.key")),
        **_make_signer(secrets.resolve()),
        "BANJIAN_STORAGE": (secrets.resolve() / "files").as_uri(),
        **{name: str(port) for name, port in ports.items()},
    }
    for service in SERVICES:
        user = f"banjian_{service}"
        prefix = f"BANJIAN_{service.upper()}"
        env[f"{prefix}_DATABASE_URL"] = with_user(database_url, user, password(user))
        env[f"{prefix}_AMQP_URI"] = with_user(amqp_uri, user, password(user))
    for name, user in (("OUTSIDE", "banjian-outside"), ("ANALYST", "banjian-analyst")):
        env[f"BANJIAN_{name}_AMQP_URI"] = with_user(amqp_uri, user, password(user))
    return env


def with_user(url: str, user: str, password: str) -> str:
    """Return the same address entered as somebody else."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{place}"))


def default_management_url(amqp_uri: str) -> str:
    """Return where RabbitMQ's management interface listens unless told otherwise."""
    parts = urlsplit(amqp_uri)
    login, at, _ = parts.netloc.rpartition("@")
    return f"http://{login}{at}{parts.hostname}:15672"


def _make_vault_key(path: Path) -> Path:
    """Create the vault key (32 random bytes in base64) unless it is there already."""
    if not path.exists():
        write_private(path, base64.b64encode(chance.token_bytes(32)).decode() + "\n")
    return path


def _make_audit_key(path: Path) -> Path:
    """Create the key that signs checkpoints, which production would refuse."""
    if not path.exists():
        from services.chassis.audit.notes import key_file  # takes long to load

        write_private(path, key_file([chance.token_bytes(32)], development=True))
    return path


def _make_signer(folder: Path) -> dict[str, str]:
    """Create the key and the certificate that sign decisions, unless they are there already."""
    key, certificate = folder / "signing.key", folder / "signing.pem"
    if not certificate.exists():
        from services.approval.documents.signing import development_pair  # takes long to load

        private, public = development_pair(datetime.now(UTC))
        write_private(key, private.decode())
        write_private(certificate, public.decode())
    return {
        "BANJIAN_SIGNING_KEY_FILE": str(key),
        "BANJIAN_SIGNING_CERT_FILE": str(certificate),
    }


def kept_password(folder: Path) -> Callable[[str], str]:
    """Return a source of passwords that makes each up once and keeps it in a file of `folder`."""

    def password(role: str) -> str:
        path = folder / role
        if not path.exists():
            write_private(path, chance.token_hex(20) + "\n")
        return path.read_text().strip()

    return password


def write(path: Path, env: Mapping[str, str]) -> None:
    """Write the variables as KEY=VALUE lines; the file holds passwords, so only we read it."""
    write_private(path, "".join(f"{name}={value}\n" for name, value in sorted(env.items())))


def read(path: Path) -> dict[str, str]:
    """Read what `write` wrote; nothing if there is no file."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}
