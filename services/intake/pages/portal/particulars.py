"""The form of who applies: what it asks, and what is wrong with what was typed."""

from __future__ import annotations

import re
from typing import Annotated, Final

import msgspec

from services.intake.answers import Applicant
from services.intake.pages.portal.words import AUDIENCES, PERSON
from services.kernel.identity_numbers import NumberKind, identity_of

Typed = Annotated[str, msgspec.Meta(max_length=2000)]
_PHONE: Final = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]")
_PLACES: Final = {"name": 200, "id_number": 32, "phone": 32, "address": 500}


class FillForm(msgspec.Struct, frozen=True, kw_only=True):
    """An application as it was typed. `key` makes a form that is sent twice one draft."""

    key: Annotated[str, msgspec.Meta(max_length=64, pattern="^[0-9a-f]*$")] = ""
    who: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    version: Annotated[int, msgspec.Meta(ge=0)] = 0
    """The version of the item whose conditions were read."""
    name: Typed = ""
    id_number: Typed = ""
    phone: Typed = ""
    address: Typed = ""
    trust: Annotated[str, msgspec.Meta(max_length=8)] = ""

    def __repr__(self) -> str:
        return "FillForm(...)"

    __str__ = __repr__

    def applicant(self) -> Applicant:
        """Give the particulars as the command takes them; check `wrongs` first."""
        return Applicant(
            name=self.name.strip(),
            id_number=self.id_number.strip().upper(),
            phone=self.phone.strip(),
            kind=AUDIENCES.get(self.who, ""),
            address=self.address.strip(),
        )


def labels(who: int) -> dict[str, str]:
    """Name the fields by who applies."""
    if who == PERSON:
        return {"name": "姓名", "id_number": "居民身份证号码", "address": "通讯地址（可不填）"}
    return {"name": "单位名称", "id_number": "统一社会信用代码", "address": "单位地址（可不填）"}


def wrongs(form: FillForm) -> dict[str, str]:
    """Say next to which field what is wrong; nothing of what was typed is repeated."""
    said = labels(form.who)
    found = {
        name: f"最多 {most} 个字。"
        for name, most in _PLACES.items()
        if len(getattr(form, name).strip()) > most
    }
    if not form.name.strip():
        found["name"] = f"请填写{said['name']}。"
    number = identity_of(form.id_number)
    if not form.id_number.strip():
        found["id_number"] = f"请填写{said['id_number']}。"
    elif form.who == PERSON:
        if number is None or number.kind is not NumberKind.RESIDENT_ID:
            found["id_number"] = "身份证号码的校验位不对，请对照证件再填一次（18 位）。"
    elif number is None or number.kind is not NumberKind.USCC:
        found["id_number"] = "统一社会信用代码的校验位不对，请对照执照再填一次（18 位）。"
    if not _PHONE.fullmatch(form.phone.strip()):
        found["phone"] = "请填写能联系到您的电话号码。"
    return found
