"""A whole house of one's own: database, vhost, roles, tables, exchanges, settings, tokens."""

from __future__ import annotations

import atexit
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local import environment
from deploy.local.processes import free_ports
from deploy.local.servers import CHECKOUT, Endpoints
from services.chassis.bus.admin import migrate_bus
from services.chassis.eventlog.migrate import ServiceAccess, migrate_database
from services.chassis.issuer import Issuer
from services.chassis.names import SERVICES
from tests.support.databases import fresh_database
from tests.support.processes import Child, banjian
from tests.support.servers import named_servers
from tests.support.vhosts import Vhost, fresh_vhost


@dataclass(frozen=True)
class House:
    """Five services' worth of settings over a fresh database and a fresh vhost."""

    env: dict[str, str]
    """Every variable, for child processes and for `Settings.read(service, house.env)`."""
    database_url: str
    """The administrator's URL; `database_url_of` gives a service's."""
    vhost: Vhost
    folder: Path
    """Logs of child processes and keys."""
    _issuer: Issuer

    def database_url_of(self, service: str) -> str:
        """Return the URL of a service's own role."""
        return self.env[f"BANJIAN_{service.upper()}_DATABASE_URL"]

    def amqp_uri_of(self, service: str) -> str:
        """Return the URI of a service's own broker user."""
        return self.env[f"BANJIAN_{service.upper()}_AMQP_URI"]

    def url_of(self, service: str) -> str:
        """Return the base address of a service."""
        return f"http://127.0.0.1:{self.env[f'BANJIAN_{service.upper()}_HTTP_PORT']}"

    def migrate(self) -> None:
        """Run `banjian migrate`; the fixture has done it once."""
        run_banjian(self.env, "migrate")

    def banjian(self, *arguments: str) -> str:
        """Run a CLI command to its end and return what it printed."""
        return run_banjian(self.env, *arguments)

    def serve(self, service: str, *options: str, **changed: str) -> Child:
        """Start `banjian serve <service>` and wait until it is ready. Use as context manager."""
        child = self.start("serve", service, *options, **changed)
        return self._ready(child, f"BANJIAN_{service.upper()}_HTTP_PORT")

    def relay(self, service: str, **changed: str) -> Child:
        """Start `banjian relay <service>` and wait until it is ready. Use as context manager."""
        child = self.start("relay", service, **changed)
        return self._ready(child, f"BANJIAN_{service.upper()}_RELAY_PORT")

    @contextmanager
    def running(self, *services: str) -> Iterator[None]:
        """Serve these, each with its relay: all begin at once, and all end at once."""
        with ExitStack() as stack:
            begun = [
                (
                    stack.enter_context(self.start(what, service)),
                    f"BANJIAN_{service.upper()}_{port}",
                )
                for service in services
                for what, port in (("serve", "HTTP_PORT"), ("relay", "RELAY_PORT"))
            ]
            for child, port in begun:
                child.wait_ready(f"http://127.0.0.1:{child.env[port]}/readyz")
            yield

    def start(self, *arguments: str, **changed: str) -> Child:
        """Start any `banjian` command; `changed` variables go over the house's own."""
        log = self.folder / f"{'-'.join(arguments)}.log".replace("/", "_")
        return Child(banjian(*arguments), {**self.env, **changed}, log)

    def _ready(self, child: Child, port: str) -> Child:
        try:
            child.wait_ready(f"http://127.0.0.1:{child.env[port]}/readyz")
        except BaseException:
            child.kill()
            raise
        return child

    def token(self, subject: str = "tester", *roles: str, ttl_s: int = 3600, **claims: str) -> str:
        """Return a bearer token the house believes; claims: unit, window, region."""
        return self._issuer.mint(subject, roles, ttl_s=ttl_s, **claims)


@contextmanager
def fresh_house(servers: Endpoints, folder: Path, *, migrate: bool = True) -> Iterator[House]:
    """Give a migrated house; its database and vhost go away afterwards.

    Role passwords are the same in every test house: roles and broker users belong to the whole
    server, so houses standing side by side must agree on them.
    """
    with ExitStack() as stack:
        template = _template(servers) if migrate else ""
        database_url = stack.enter_context(fresh_database(servers.database_url, "house", template))
        vhost = stack.enter_context(fresh_vhost(servers, "house"))
        issuer = Issuer(folder / "issuer.pem")
        issuer.write_jwks(folder / "jwks.json")
        env = {
            **environment.compose(
                database_url=database_url,
                amqp_uri=vhost.amqp_uri,
                management_url=servers.management_url,
                ports=dict(zip(environment.PORTS, free_ports(len(environment.PORTS)), strict=True)),
                secrets=folder,
                password=_password,
            ),
            "BANJIAN_JWKS_FILE": str(folder / "jwks.json"),
            "PATH": os.environ.get("PATH", ""),
            # Names are not looked up on loopback; its resolver is a tenth of a service's start.
            "EVENTLET_NO_GREENDNS": "yes",
        }
        house = House(env, database_url, vhost, folder, issuer)
        if migrate:
            _migrate(database_url)  # what belongs to a database's name is not copied
            migrate_bus(
                vhost.management_url,
                vhost.amqp_uri,
                {service: house.amqp_uri_of(service) for service in SERVICES},
                int(env["BANJIAN_PARTITIONS"]) if "BANJIAN_PARTITIONS" in env else 4,
                outside_password=_password("banjian-outside"),
                analyst_password=_password("banjian-analyst"),
            )
        yield house


_templates: dict[str, str] = {}
"""Name of the migrated database of each server, made for its first house."""
_kept: list[ExitStack] = []
"""What would drop them, held until the process ends."""


def _template(servers: Endpoints) -> str:
    """Migrate once a server; every house's database is a copy of that."""
    url = servers.database_url
    if url not in _templates:
        kept = ExitStack()
        made = kept.enter_context(fresh_database(url, "house_template"))
        if named_servers() is not None:  # a private server takes it along
            atexit.register(kept.close)
        _kept.append(kept)
        _migrate(made)
        _templates[url] = urlsplit(made).path[1:]
    return _templates[url]


def _migrate(url: str) -> None:
    access = {name: ServiceAccess(_as(url, f"banjian_{name}")) for name in SERVICES}
    migrate_database(url, access, _as(url, "banjian_auditor"))


def _as(url: str, user: str) -> str:
    return environment.with_user(url, user, _password(user))


def _password(user: str) -> str:
    return f"{user}-for-tests"


def run_banjian(env: dict[str, str], *arguments: str) -> str:
    """Run a CLI command.

    Raises:
        AssertionError: it failed; shows everything it said.
    """
    done = subprocess.run(
        banjian(*arguments), env=env, cwd=CHECKOUT, capture_output=True, text=True, timeout=300
    )
    said = f"{done.stdout}\n{done.stderr}"
    assert done.returncode == 0, (
        f"banjian {' '.join(arguments)} ended with {done.returncode}:\n{said}"
    )
    return done.stdout
