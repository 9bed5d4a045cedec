"""What is shown of a person to those who need to recognise them but not to know them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

HIDDEN: Final = "***"
"""Shown for a field that has no mask of its own."""
_LONG: Final = 12
"""From this length on a number shows four characters at each end."""
_H: Final = r"[\u4e00-\u9fff]"
_PLACE: Final = re.compile(
    rf"(?P<province>{_H}{{1,8}}?(?:自治区|特别行政区|省))?"
    rf"(?P<city>{_H}{{1,8}}?(?:自治州|地区|市|盟))?"
    rf"(?P<county>{_H}{{1,9}}?(?:自治县|自治旗|新区|林区|县|旗|市|(?<![小社园校厂矿库片])区))?"
)


def mask_name(text: str) -> str:
    """张三 -> 张*, 欧阳修 -> 欧**; never more than three stars, so a length says little."""
    text = text.strip()
    return text[:1] + "*" * max(1, min(len(text) - 1, 3)) if text else ""


def mask_number(text: str) -> str:
    """Show four characters at each end of a long number, two of a short one, none of a tiny one."""
    text = text.strip()
    shown = 4 if len(text) >= _LONG else 2 if len(text) >= 8 else 0
    return text[:shown] + "*" * (len(text) - 2 * shown) + (text[-shown:] if shown else "")


def mask_phone(text: str) -> str:
    """138****5678; of anything shorter than a mobile number only the last two digits."""
    digits = re.sub(r"\D", "", text)
    if len(digits) < 11:
        return "*" * max(3, len(digits) - 2) + digits[-2:] if len(digits) > 4 else HIDDEN
    return f"{digits[:-8]}****{digits[-4:]}"


def mask_address(text: str) -> str:
    """Keep an address down to the county; what names no place is hidden whole."""
    found = _PLACE.match(text.strip())
    return f"{found.group()}{HIDDEN}" if found and found.group() else HIDDEN


def _as_it_is(text: str) -> str:
    return text


MASKS: Final[Mapping[str, Callable[[str], str]]] = {
    "name": mask_name,
    "document_no": mask_number,
    "phone": mask_phone,
    "address": mask_address,
    "kind": _as_it_is,
    "document_kind": _as_it_is,
}
"""Mask of each field; a field that is not here is hidden whole."""


def masked(fields: Mapping[str, str]) -> dict[str, str]:
    """Give the same fields as they may be shown to a clerk."""
    return {name: MASKS[name](text) if name in MASKS else HIDDEN for name, text in fields.items()}
