"""What a request may cost (国办函〔2020〕109号): two progressive scales, in fen.

Only what lies above a step pays its higher rate (超额累进). For a request one scale is chosen.
"""

from __future__ import annotations

from typing import Final

from services.disclosure.domain.foi_terms import Scale

FREE_REQUESTS: Final = 10
"""Of one applicant in one calendar month."""
_HUNDRED_YUAN: Final = 10_000
_PAGES: Final = ((200, 4_000), (100, 2_000), (30, 1_000))
"""Above so many pages, a page costs so many fen."""


def by_number(ordinal: int) -> int:
    """Give the fee of an applicant's n-th request of a calendar month (M05)."""
    if ordinal <= FREE_REQUESTS:
        return 0
    band = max(0, (ordinal - 21) // 10)
    """11 to 30 are one band; from 31 on every ten are the next."""
    return (1 + band) * _HUNDRED_YUAN


def by_pages(pages: int) -> int:
    """Give the fee of a reply with so many pages."""
    fee, left = 0, pages
    for above, each in _PAGES:
        fee += max(0, left - above) * each
        left = min(left, above)
    return fee


def fee_of(scale: Scale, quantity: int) -> int:
    """Give a fee in fen; `quantity` is the ordinal in the month, or the pages."""
    return by_number(quantity) if scale is Scale.BY_NUMBER else by_pages(quantity)
