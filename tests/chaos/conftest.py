"""A house at work on a PostgreSQL one may kill, freeze and slow down, shared by the store's faults.

Every test leaves it whole: the ledger check at its end looks at everything that ever happened.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.servers import Endpoints
from tests.chaos.store_house import StoreHouse, store_house_at_work


@pytest.fixture(scope="package")
def store(servers: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreHouse]:
    with store_house_at_work(servers, tmp_path_factory.mktemp("store")) as built:
        yield built
