"""What the code of a region says of its place (GB/T 2260, GB/T 10114).

A county's code has 6 digits, a township's 9 and begins with its county's, a village's 12 and begins
with its township's. Some write all with 12 digits and fill up with zeros.
"""

from __future__ import annotations

from typing import Final

COUNTY: Final = 6
TOWNSHIP: Final = 9
VILLAGE: Final = 12


def within(region: str) -> str:
    """Give what the code of every place in a county or a township begins with; else ""."""
    code = _short(region)
    return code if len(code) in (COUNTY, TOWNSHIP) else ""


def _short(region: str) -> str:
    if len(region) == VILLAGE:
        for digits in (COUNTY, TOWNSHIP):
            if region.endswith("0" * (VILLAGE - digits)):
                return region[:digits]
    return region


def depth(region: str) -> int:
    """Say how far below the county it is: 1 a township, 2 a village."""
    code = _short(region)
    return sum(len(code) > digits for digits in (COUNTY, TOWNSHIP))
