"""Drafts on their way to publication, and who has read them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.database import Database

OFFICES: Final = ("STAFFING", "LEGAL")


class Review(msgspec.Struct, frozen=True):
    """What one office said of the draft as it is now."""

    office: str
    passed: bool
    comments: str
    reviewer: str
    reviewed_at: datetime


class Draft(msgspec.Struct, frozen=True):
    """A version that is written down and not published yet."""

    item_code: str
    item_version: int
    draft: dict[str, Any]
    reason: str
    author: str
    drafted_at: datetime
    reviews: list[Review]

    @property
    def said(self) -> dict[str, Review]:
        """The last word of each office."""
        return {review.office: review for review in self.reviews}

    @property
    def ready(self) -> bool:
        """Both offices have passed it."""
        said = self.said
        return all(office in said and said[office].passed for office in OFFICES)


_CURRENT: Final = """
SELECT d.item_code, d.item_version, d.draft, d.reason, d.author, d.drafted_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('office', r.office, 'passed', r.passed,
               'comments', r.comments, 'reviewer', r.reviewer, 'reviewed_at', r.reviewed_at)
               ORDER BY r.seq), '[]')
        FROM review AS r WHERE r.item_code = d.item_code AND r.item_version = d.item_version
        AND r.seq > d.seq)
FROM (SELECT DISTINCT ON (item_code, item_version) * FROM draft
      WHERE %(code)s = '' OR item_code = %(code)s
      ORDER BY item_code, item_version, seq DESC) AS d
WHERE NOT EXISTS (SELECT FROM item_version AS v WHERE v.item_code = d.item_code
                  AND v.item_version >= d.item_version)
ORDER BY d.drafted_at DESC, d.item_code
"""


def list_drafts(database: Database, item_code: str = "") -> list[Draft]:
    """List what is drafted and not published, the newest first."""
    rows = database.read(_CURRENT, {"code": item_code})
    names = Draft.__struct_fields__
    return [msgspec.convert(dict(zip(names, row, strict=True)), Draft) for row in rows]


def draft_of(database: Database, item_code: str, version: int) -> Draft:
    """Give one draft.

    Raises:
        NotFoundError: there is none, or it is published.
    """
    for draft in list_drafts(database, item_code):
        if draft.item_version == version:
            return draft
    raise NotFoundError("there is no such draft; perhaps it is published")
