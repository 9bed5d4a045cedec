"""Renders documents in Chinese to PDF/A. The same words give the same bytes, in any process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import segno

from services.chassis.typesetting import FONTS, PACKAGE, family_of, pdf
from services.kernel.times import SHANGHAI

__all__ = ["FONTS", "PACKAGE", "family_of", "render"]

_TEMPLATES: Final = Path(__file__).parent


def render(template: str, words: Mapping[str, Any], link: str, at: datetime) -> bytes:
    """Render a template (`decision`, `certificate`) with its words and the QR code of a link.

    Args:
        at: the date of the document; it is also the time stamp of the file.

    Raises:
        UnavailableError: the system has no Chinese font; the message names a package.
        RuleError: a character of it is in no font here, so that it could not be read.
    """
    day = at.astimezone(SHANGHAI)
    data = {**words, "qr": _matrix(link), "day": [day.year, day.month, day.day]}
    return pdf(_TEMPLATES / f"{template}.typ", data, at)


def _matrix(link: str) -> list[str]:
    """Give a QR code as rows of 0 and 1, without its quiet zone."""
    code = segno.make(link, error="m", micro=False)
    return ["".join("1" if cell else "0" for cell in row) for row in code.matrix]
