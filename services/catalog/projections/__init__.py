"""Shows the catalog: rows from events, and the SQL of what readers are given.

feeding.py      which rows an event makes (item_rows.py, house_rows.py)
folding.py      how names are written down to be found
search.py       the one search over items and claims
items.py        items with their versions, lineage, guides; basic items; claims
drafts.py       drafts and their reviews
house.py        departments, windows, regions, schemes, calendars
"""

from services.catalog.projections.feeding import READ_MODEL

__all__ = ["READ_MODEL"]
