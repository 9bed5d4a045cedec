"""Renders documents in Chinese to PDF/A. The same words give the same bytes, in any process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
import segno
import typst

from services.chassis.errors import RuleError, UnavailableError
from services.kernel.times import SHANGHAI

FONTS: Final = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "AR PL UMing CN",
)
"""The first of these that the system has is embedded, as a subset. None of them comes with us."""
PACKAGE: Final = "fonts-noto-cjk"
"""Debian's package with the first of them."""
STANDARD: Final = "a-2b"

_TEMPLATES: Final = Path(__file__).parent


def render(template: str, words: Mapping[str, Any], link: str, at: datetime) -> bytes:
    """Render a template (`decision`, `certificate`) with its words and the QR code of a link.

    Words reach the template as data: nothing in them is read as markup or code.

    Args:
        at: the date of the document; it is also the time stamp of the file.

    Raises:
        UnavailableError: the system has no Chinese font; the message names a package.
        RuleError: a character of it is in no font here, so that it could not be read.
    """
    fonts, family = _fonts()
    day = at.astimezone(SHANGHAI)
    data = {**words, "font": family, "qr": _matrix(link), "day": [day.year, day.month, day.day]}
    compiler = typst.Compiler(
        (_TEMPLATES / f"{template}.typ").read_bytes(),
        root=str(_TEMPLATES),
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": msgspec.json.encode(data).decode()},
    )
    stamp = int(at.timestamp())
    try:
        made = compiler.compile(format="pdf", pdf_standards=[STANDARD], timestamp=stamp)
    except typst.TypstError as error:
        raise RuleError(f"the document cannot be printed: {_reason(error)}") from None
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


def family_of(families: Sequence[str]) -> str:
    """Choose the font to write Chinese with.

    Raises:
        UnavailableError: there is none.
    """
    for family in FONTS:
        if family in families:
            return family
    raise UnavailableError(f"no Chinese font is installed: install the package {PACKAGE}")


def _reason(error: typst.TypstError) -> str:
    """Say why without a word of the document: it may be about a person."""
    missing = any(word in error.message for word in ("glyph", "codepoint", "character"))
    return (
        "a character is in no font installed here" if missing else "the fonts or words are at odds"
    )


@lru_cache(maxsize=1)
def _fonts() -> tuple[typst.Fonts, str]:
    fonts = typst.Fonts(include_embedded_fonts=False)
    return fonts, family_of(fonts.families())


def _matrix(link: str) -> list[str]:
    """Give a QR code as rows of 0 and 1, without its quiet zone."""
    code = segno.make(link, error="m", micro=False)
    return ["".join("1" if cell else "0" for cell in row) for row in code.matrix]
