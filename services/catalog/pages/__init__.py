"""What a person sees of this service: templates, and the values they are given.

words.py        codes in words
flow.py         the flow picture of an item
graph.py        the picture of a parallel scheme
months.py       a calendar year
differences.py  two versions side by side
directory.py    the directory's filters and lines
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.chassis.web import Pages

PAGES: Final = Pages("catalog", Path(__file__).parent / "templates")
