"""The reply to a request as a letter: its words, once for the page and once for the PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

import msgspec

from services.chassis import typesetting
from services.disclosure.pages import asked_words as words
from services.kernel.times import SHANGHAI

TITLE: Final = "政府信息公开申请答复书"
_TEMPLATE: Final = Path(__file__).parent / "templates" / "foi_letter.typ"


class Replied(msgspec.Struct, frozen=True):
    """What a letter takes from the event of the reply."""

    reply: str
    grounds: list[str]
    remedies: str
    letter_no: str
    sealed_by: str
    replied_on: date
    where: str | None = None
    earlier_request_no: str | None = None


@dataclass(frozen=True)
class Letter:
    """A letter, part by part in the order it is read; the reply itself stands out."""

    number: str
    """Of the request."""
    letter_no: str
    to: str
    asked: str
    before: str
    reply: str
    after: str
    paragraphs: list[str]
    office: str
    replied_on: date

    @property
    def day(self) -> str:
        """Its date as letters say it."""
        return f"{self.replied_on.year}年{self.replied_on.month}月{self.replied_on.day}日"


def letter(
    number: str, said: Replied, texts: Mapping[str, str], note: str, office: str, received_on: str
) -> Letter:
    """Compose it.

    Args:
        texts: what the vault says of who asked, and what was asked for; empty when erased.
        note: the officer's own text; each of its lines is a paragraph.
    """
    text = texts.get("foi_text", "").rstrip("。")
    asked = f"，申请公开的信息为：{text}" if text else ""
    grounds = "、".join(words.GROUNDS[one] for one in said.grounds)
    where = f"获取该信息的方式和途径：{said.where}。" if said.where else ""
    earlier = said.earlier_request_no
    again = f"同一信息已在 {earlier} 号申请中答复。" if earlier else ""
    lines = [line.strip() for line in note.splitlines()]
    return Letter(
        number=number,
        letter_no=said.letter_no,
        to=f"{texts.get('name') or '申请人'}：",
        asked=f"本机关于{received_on}收到您提出的政府信息公开申请（{number}）{asked}。",
        before="经审查，答复如下：",
        reply=words.REPLIES[said.reply],
        after=(f"，理由：{grounds}" if grounds else "") + f"。{where}{again}",
        paragraphs=[*filter(None, lines), said.remedies],
        office=office,
        replied_on=said.replied_on,
    )


def pdf(letter: Letter) -> bytes:
    """Set it; the date of the file is that of the letter, so the same letter is one file.

    Raises:
        UnavailableError: no Chinese font is installed; the message names a package.
        RuleError: a character of it is in no font here, so that it could not be read.
    """
    at = datetime.combine(letter.replied_on, time(), SHANGHAI)
    date_of = [at.year, at.month, at.day]
    return typesetting.pdf(
        _TEMPLATE, {**asdict(letter), "title": TITLE, "day": letter.day, "replied_on": date_of}, at
    )
