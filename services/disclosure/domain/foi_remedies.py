"""What an applicant can do against a reply, by the law of the reply's own day (F08, F10)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from services.disclosure.domain.foi_terms import Reply
from services.kernel.clock import legal_date

SINCE: Final = date(2024, 1, 1)
"""From this day 行政复议法 (2023) is in force."""
FIRST: Final = frozenset({Reply.REFUSED, Reply.PARTIALLY_PROVIDED})
"""Against not giving information reconsideration comes first since then (art. 23 (1) no. 4)."""
_BEFORE: Final = (
    "如对本答复不服，可以自收到本答复之日起60日内向本级人民政府或者上一级主管部门申请行政复议"
    "（行政复议法第九条、第十二条），或者自知道或者应当知道之日起6个月内向人民法院提起行政诉讼"
    "（行政诉讼法第四十六条）。"
)
_AFTER: Final = (
    "如对本答复不服，可以自收到本答复之日起60日内向本级人民政府申请行政复议"
    "（行政复议法第二十条、第二十四条），或者自知道或者应当知道之日起6个月内向人民法院提起行政诉讼"
    "（行政诉讼法第四十六条）。"
)
_AFTER_REFUSAL: Final = (
    "如对本答复不服，应当自收到本答复之日起60日内先向本级人民政府申请行政复议"
    "（行政复议法第二十条、第二十三条第一款第四项、第二十四条）；对行政复议决定不服的，"
    "可以自收到行政复议决定书之日起15日内向人民法院提起行政诉讼（行政诉讼法第四十五条）。"
)
_NAMED: Final = ("行政复议", "行政诉讼")


def remedies(moment: datetime, reply: Reply) -> str:
    """Give the remedies as a reply of this moment tells them."""
    if legal_date(moment) < SINCE:
        return _BEFORE
    return _AFTER_REFUSAL if reply in FIRST else _AFTER


def tells_remedies(text: str, moment: datetime, reply: Reply) -> bool:
    """Tell whether a reply's text names both remedies, and not those of another day's law."""
    if not all(word in text for word in _NAMED):
        return False
    return not any(
        other in text
        for other in (_BEFORE, _AFTER, _AFTER_REFUSAL)
        if other != remedies(moment, reply)
    )
