"""Fixtures every test may ask for; what they give stands in tests/support."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from deploy.local.servers import CHECKOUT, Endpoints, Servers
from tests.support.databases import fresh_database
from tests.support.house import House, fresh_house
from tests.support.servers import shared_servers, throwaway
from tests.support.vhosts import Vhost, fresh_vhost

SHARED_DATA = CHECKOUT.parent / "shared" / "data"


NIGHTLY = os.environ.get("BANJIAN_NIGHTLY") == "1"
OF_THE_NIGHT = ("test_bus_house.py", "test_store_faults.py")
LONG_FIRST = (
    "tests/integration/test_feed_county.py",
    "tests/integration/test_cli.py",
    "tests/chaos",
    "tests/e2e",
    "tests/integration",
)
"""Files that take minutes are begun first, so that no process ends alone with one of them."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the files, leave the `nightly` tests to the night, skip what cannot run here."""
    from tests.support.browser import missing_browser

    items.sort(key=_turn)
    if not NIGHTLY and config.option.markexpr == "not bench":
        left = [item for item in items if _nightly(item)]
        items[:] = [item for item in items if not _nightly(item)]
        config.hook.pytest_deselected(items=left)
    no_browser = missing_browser()
    for item in items:
        if item.get_closest_marker("data") and not SHARED_DATA.is_dir():
            item.add_marker(pytest.mark.skip(reason="needs ../shared/data, which is not here"))
        if no_browser and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=no_browser))


def _nightly(item: pytest.Item) -> bool:
    """Say what is left to the night: servers killed for minutes, and guards broken on purpose.

    The latter prove the tests of the guards, not the house.
    """
    if item.get_closest_marker("nightly") is not None:
        return True
    chaos = item.path.is_relative_to(CHECKOUT / "tests" / "chaos")
    return chaos and ("mutation" in item.name or item.path.name in OF_THE_NIGHT)


def _turn(item: pytest.Item) -> int:
    place = item.path.relative_to(CHECKOUT).as_posix()
    return next((n for n, start in enumerate(LONG_FIRST) if place.startswith(start)), 99)


@pytest.fixture(autouse=True)
def logs_end_with_their_test() -> Iterator[None]:
    """Forget where a test sent the logs: that stream is closed when the next one writes."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def servers() -> Iterator[Endpoints]:
    """The session's PostgreSQL and RabbitMQ: `.database_url .amqp_uri .management_url`."""
    with shared_servers() as endpoints:
        yield endpoints


@pytest.fixture
def database(servers: Endpoints) -> Iterator[str]:
    """The administrator's URL of an empty database, dropped afterwards."""
    with fresh_database(servers.database_url) as url:
        yield url


@pytest.fixture
def vhost(servers: Endpoints) -> Iterator[Vhost]:
    """An empty vhost, deleted afterwards: `.name .amqp_uri .management_url .management`."""
    with fresh_vhost(servers) as fresh:
        yield fresh


@pytest.fixture
def house(servers: Endpoints, tmp_path: Path) -> Iterator[House]:
    """A migrated house of one's own; `house.env` holds every setting."""
    with fresh_house(servers, tmp_path) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def module_house(servers: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house shared by the tests of one module: migrating takes a second or two."""
    with fresh_house(servers, tmp_path_factory.mktemp("house")) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def fragile_servers(request: pytest.FixtureRequest) -> Iterator[Servers]:
    """A private pair for one module to kill and slow down; see tests.support.servers."""
    with throwaway(request.module.__name__.rpartition(".")[2], slow=True) as servers:
        yield servers


@pytest.fixture
def fragile_house(fragile_servers: Servers, tmp_path: Path) -> Iterator[House]:
    """A house on the servers one may kill."""
    fragile_servers.start()
    with fresh_house(fragile_servers.endpoints, tmp_path) as fresh:
        yield fresh
        fragile_servers.start()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real logs beside the checkout; mark such tests `data`."""
    return SHARED_DATA
