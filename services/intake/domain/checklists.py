"""What the list of an item asks for against what came: what is still missing. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from services.intake.domain.material_events import RejectionGround
from services.intake.domain.material_terms import (
    IN_HAND,
    Held,
    MaterialNotAskedError,
    MaterialState,
    Needed,
)

ABSENT: Final = "尚未提交"
OVERDUE: Final = "逾期未补齐"
REJECTED: Final[Mapping[RejectionGround, str]] = {
    RejectionGround.INCOMPLETE: "内容不完整",
    RejectionGround.ILLEGIBLE: "字迹或图像不清晰",
    RejectionGround.EXPIRED: "已过有效期",
    RejectionGround.WRONG_DOCUMENT: "不是所要求的材料",
    RejectionGround.NOT_ORIGINAL: "未提供原件",
    RejectionGround.UNSIGNED: "未签字或盖章",
    RejectionGround.WRONG_FORM: "格式不符合要求",
    RejectionGround.MISMATCH: "与申请内容不一致",
    RejectionGround.OTHER: "不符合要求",
}
"""What is wrong with a material, in the words told to the applicant."""


@dataclass(frozen=True)
class Missing:
    """One thing the applicant has to bring, mend or bring again."""

    material_code: str
    name: str
    required: bool
    what: str
    """What is wrong, in the words told to the applicant."""


def material_code(name: str, turn: int = 1) -> str:
    """Name a material of a list for ever, wherever it stands in it.

    Lists give their materials no code, and their order changes from version to version. The same
    name is the same material; the n-th of one name in one list has a code of its own.
    """
    text = "".join(name.split()) + (f"#{turn}" if turn > 1 else "")
    digest = sha256(text.encode()).digest()
    return f"M{int.from_bytes(digest[:5]) % 10**10:010}"


def asked(needed: Sequence[Needed], code: str) -> Needed:
    """Give the material of this code.

    Raises:
        MaterialNotAskedError: the list of the case's item does not ask for it.
    """
    for one in needed:
        if one.material_code == code:
            return one
    raise MaterialNotAskedError("the list of this item asks for no such material", "material_code")


def not_asked_any_more(
    seen: Sequence[Needed], now: Sequence[Needed], codes: Sequence[str]
) -> str | None:
    """Give the first of these codes that the version seen asked for and this one does not (V02).

    More may be asked for than the applicant saw, fewer are not asked for. A code of neither list
    is something else that is wrong, and may be told.
    """
    gone = {one.material_code for one in seen} - {one.material_code for one in now}
    return next((code for code in codes if code in gone), None)


def missing(needed: Sequence[Needed], held: Mapping[str, Held]) -> list[Missing]:
    """List what the applicant still has to bring, in the list's order.

    What the office gets by data sharing is never missing (国务院令716号 art. 7), nor what is
    promised and not overdue. An optional material is listed only when one was brought that will
    not do.
    """
    found = []
    for one in needed:
        what = _wrong(one, held.get(one.material_code))
        if what is not None:
            found.append(Missing(one.material_code, one.name, one.required, what))
    return found


def _wrong(needed: Needed, held: Held | None) -> str | None:
    if needed.shared or (held is not None and held.state in IN_HAND):
        return None
    if held is None:
        return ABSENT if needed.required else None
    if held.state is MaterialState.REJECTED and held.ground is not None:
        return REJECTED[held.ground]
    if held.due_on is not None:
        return OVERDUE if held.lapsed else None
    return ABSENT if needed.required else None
