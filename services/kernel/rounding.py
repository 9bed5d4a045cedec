"""How a published figure is rounded. The mode travels with the figure (DOMAIN.md 1.8)."""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from enum import Enum


class Rounding(Enum):
    """A rounding mode a measure can name."""

    HALF_UP = "HALF_UP"
    FLOOR = "FLOOR"
    EXACT = "EXACT"
    """Not rounded: 28 significant digits."""


_EXACT = Context(prec=28)
_MODES = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.FLOOR: ROUND_FLOOR}


def ratio(
    numerator: int | Decimal,
    denominator: int | Decimal,
    places: int = 2,
    mode: Rounding = Rounding.HALF_UP,
) -> Decimal | None:
    """Divide, rounded to `places` decimal places; None when the denominator is 0 (S07t)."""
    if denominator == 0:
        return None
    quotient = _EXACT.divide(Decimal(numerator), Decimal(denominator))
    if mode is Rounding.EXACT:
        return quotient
    return quotient.quantize(Decimal(1).scaleb(-places), _MODES[mode])


def percent(
    numerator: int, denominator: int, places: int = 2, mode: Rounding = Rounding.HALF_UP
) -> Decimal | None:
    """Give numerator/denominator in per cent; None when the denominator is 0, never 0 or 100.

    A rate below 1 is never given as 100 %: where HALF_UP would, FLOOR is used (DOMAIN.md 1.8, X2).
    """
    rate = ratio(numerator * 100, denominator, places, mode)
    if rate is not None and mode is Rounding.HALF_UP and rate >= 100 and numerator < denominator:
        return ratio(numerator * 100, denominator, places, Rounding.FLOOR)
    return rate
