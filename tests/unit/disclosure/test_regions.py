"""Which places a region's code stands for, as the service and as the offline verifier read it."""

from __future__ import annotations

import pytest

from banjian_verify.told import says
from services.disclosure.measures.regions import depth, within


@pytest.mark.parametrize(
    ("region", "begins", "below"),
    [
        ("341322", "341322", 0),
        ("341322000000", "341322", 0),
        ("341322100", "341322100", 1),
        ("341322100000", "341322100", 1),
        ("341322100201", "", 2),
        ("3413", "", 0),
        ("34132210", "", 1),
        ("", "", 0),
    ],
)
def test_county_and_township_stand_for_what_is_in_them(
    region: str, begins: str, below: int
) -> None:
    assert within(region) == begins
    assert depth(region) == below


@pytest.mark.parametrize("asked", ["341322", "341322000000", "341322100", "341322100000", "3413"])
@pytest.mark.parametrize(
    "found", ["341322", "341322000000", "341322100", "341322100201", "341323100201", "3413"]
)
def test_the_verifier_reads_codes_as_the_service_does(asked: str, found: str) -> None:
    begins = within(asked)
    assert says("region", asked, found) == (found.startswith(begins) if begins else found == asked)
