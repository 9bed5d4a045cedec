"""The served OpenAPI document is valid, and the service keeps it under generated input."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from tests.integration.web_client import Example, example

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    with example(tmp_path_factory.mktemp("fuzz")) as running:
        yield running


@pytest.fixture(scope="module")
def api(service: Example) -> schemathesis.BaseSchema:
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{service.port}/openapi.json")
    schema.config.update(base_url=f"http://127.0.0.1:{service.port}")
    schema.config.generation.update(allow_x00=False)  # refused everywhere, PostgreSQL has no NUL
    return schema.include(path_regex="^/(cases|public|table|page)")


def test_the_document_is_openapi_3_1(service: Example) -> None:
    document = service.ask("GET", "/openapi.json").json

    OPENAPI_31_VALIDATOR.validate(document)
    assert document["openapi"] == "3.1.0"
    assert document["paths"]["/cases"]["post"]["security"] == [{"token": []}]
    assert document["paths"]["/cases"]["post"]["x-roles"] == ["clerk"]
    assert document["paths"]["/public"]["post"]["security"] == []


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())
def test_the_service_keeps_its_document(
    service: Example, api: schemathesis.BaseSchema, mode: GenerationMode
) -> None:
    token = service.bearer("clerk")
    operations = [found.ok() for found in api.get_all_operations()]
    assert len(operations) == 7

    for operation in operations:

        @settings(
            max_examples=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def keeps(case: schemathesis.Case) -> None:
            # No schema can say which cursors were given out, or which positions were reached.
            assume(not {"cursor", "after"} & set(case.query or ()))
            # White space around a header's value is not part of it: this one would be absent.
            assume((case.headers or {}).get("Idempotency-Key", "x").strip())
            try:
                case.call_and_validate(headers={"Authorization": token})
            except FailureGroup as found:
                # 5.0 is an integer to JSON Schema; msgspec, and the house, want 5.
                if "Expected `int`, got `float`" not in str(found):
                    raise

        try:
            keeps()
        except Exception as error:
            if type(error).__name__ == "Unsatisfiable" and mode is GenerationMode.NEGATIVE:
                continue  # nothing about this operation can be wrong
            raise
