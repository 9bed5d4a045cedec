"""Sets documents in Chinese: a Typst template and its data become a PDF/A or a picture.

The same words give the same bytes, in any process. Words reach a template as data: nothing in
them is read as markup or code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.chassis.errors import RuleError, UnavailableError

if TYPE_CHECKING:
    from typst import Compiler, Fonts

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


def pdf(template: Path, words: Mapping[str, Any], at: datetime) -> bytes:
    """Set a template with its words; `at` is the time stamp of the file. Words get a `font`.

    Raises:
        UnavailableError: the system has no Chinese font; the message names a package.
        RuleError: a character is in no font here, so that it could not be read.
    """
    made = _compile(
        template, words, {"format": "pdf", "pdf_standards": [STANDARD], "timestamp": _stamp(at)}
    )
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


def picture(template: Path, words: Mapping[str, Any], dots_per_inch: int = 200) -> bytes:
    """Set a template of one page as PNG.

    Raises:
        UnavailableError: as `pdf`.
        RuleError: as `pdf`.
    """
    made = _compile(template, words, {"format": "png", "ppi": dots_per_inch})
    if not isinstance(made, bytes):
        raise TypeError("a picture is one page")
    return made


def chinese_font() -> str:
    """Name the font Chinese is written with.

    Raises:
        UnavailableError: there is none.
    """
    return _fonts()[1]


def family_of(families: Sequence[str]) -> str:
    """Choose the font to write Chinese with.

    Raises:
        UnavailableError: there is none.
    """
    for family in FONTS:
        if family in families:
            return family
    raise UnavailableError(f"no Chinese font is installed: install the package {PACKAGE}")


def _compile(template: Path, words: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
    import typst

    compiler = _compiler(template, words)
    try:
        return compiler.compile(**options)
    except typst.TypstError as error:
        raise RuleError(f"the document cannot be printed: {_reason(error.message)}") from None


def _compiler(template: Path, words: Mapping[str, Any]) -> Compiler:
    import typst

    fonts, family = _fonts()
    return typst.Compiler(
        template.read_bytes(),
        root=str(template.parent),
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": msgspec.json.encode({**words, "font": family}).decode()},
    )


def _reason(message: str) -> str:
    """Say why without a word of the document: it may be about a person."""
    missing = any(word in message for word in ("glyph", "codepoint", "character"))
    return (
        "a character is in no font installed here" if missing else "the fonts or words are at odds"
    )


def _stamp(at: datetime) -> int:
    return int(at.timestamp())


@lru_cache(maxsize=1)
def _fonts() -> tuple[Fonts, str]:
    import typst

    fonts = typst.Fonts(include_embedded_fonts=False)
    return fonts, family_of(fonts.families())
