"""What an applicant can do against a refusal, by the law of its day (DOMAIN.md 2.1.3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from services.kernel.clock import legal_date

RECONSIDERATION_2023: Final = date(2024, 1, 1)
"""From this day 行政复议法 (2023) is in force."""
_SUIT: Final = "或者自知道或者应当知道之日起6个月内向人民法院提起行政诉讼（行政诉讼法第四十六条）。"
_BEFORE: Final = (
    "如不服本决定，可以自知道之日起60日内向本级人民政府或者上一级主管部门申请行政复议"
    "（行政复议法第九条、第十二条），"
)
_SINCE: Final = (
    "如不服本决定，可以自知道或者应当知道之日起60日内向本级人民政府申请行政复议"
    "（行政复议法第二十条、第二十四条）；认为行政机关未履行法定职责的，应当先申请行政复议（第二十三条）；"
)


def remedies(moment: datetime) -> str:
    """Give the remedies as they are told in a refusal of this moment (F10)."""
    since = legal_date(moment) >= RECONSIDERATION_2023
    return (_SINCE if since else _BEFORE) + _SUIT
