"""Whether a row is in the region a figure is asked for: of a county or a township with its parts.

A range of codes: the planner knows how many rows are in it, an index could find them, and it costs
each row about what `=` costs. No table has an index by region, and none would help: most of a year
is the county's.
"""

from __future__ import annotations

from typing import Final

from services.disclosure.measures import Question
from services.disclosure.measures.regions import within

LAST: Final = "\U0010ffff"
"""Behind a code: what no code that begins with it comes after."""


def condition(question: Question, column: str = "region") -> tuple[list[str], dict[str, object]]:
    """Write that a row is in the question's region; nothing when it asks for none."""
    region = question.region
    if not region:
        return [], {}
    begins = within(region)
    if not begins:
        return [f"{column} = %(region)s"], {"region": region}
    found = [f"{column} >= %(region)s", f"{column} < %(region_end)s"]
    return found, {"region": begins, "region_end": begins + LAST}
