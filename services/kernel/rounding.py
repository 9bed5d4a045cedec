"""How a published figure is rounded. The mode travels with the figure (DOMAIN.md 1.8)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from enum import Enum
from fractions import Fraction
from math import ceil, floor


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


@dataclass(frozen=True)
class Possible:
    """Whether a printed percentage can come from a whole number over `of` (DOMAIN.md 1.9, X10)."""

    printed: Decimal
    of: int
    places: int
    rounded: range
    """Numerators that give it rounded half up."""
    truncated: range
    """Numerators that give it cut off."""
    nearest: tuple[int, ...]
    """Numerators whose exact percentage comes nearest: one, or two just as near."""

    @property
    def possible(self) -> bool:
        return bool(self.rounded or self.truncated)


def possible_percent(printed: Decimal, of: int, places: int) -> Possible:
    """Say which numerators out of `of` are printed as this percentage with so many places.

    Raises:
        ValueError: `of` is below 1, or `printed` is no share of 0 to 100 with at most that many
            places (at most 9).
    """
    if of < 1:
        raise ValueError("a share needs a whole of at least 1")
    if not 0 <= places <= 9 or not printed.is_finite() or not 0 <= printed <= 100:
        raise ValueError("a share is printed from 0 to 100, with 0 to 9 places")
    if printed != printed.quantize(Decimal(1).scaleb(-places)):
        raise ValueError(f"{printed} has more than {places} places")
    shown, step = Fraction(printed), Fraction(1, 10**places)

    def numerators(low: Fraction, high: Fraction) -> range:
        """Give k with low <= 100 k / of < high."""
        first = max(0, ceil(low * of / 100))
        return range(first, max(first, min(of + 1, ceil(high * of / 100))))

    below = min(of, floor(shown * of / 100))
    candidates = {below, min(of, below + 1)}
    least = min(abs(100 * k - shown * of) for k in candidates)
    return Possible(
        printed,
        of,
        places,
        rounded=numerators(shown - step / 2, shown + step / 2),
        truncated=numerators(shown, shown + step),
        nearest=tuple(k for k in sorted(candidates) if abs(100 * k - shown * of) == least),
    )
