"""How a name is written down to be found: one spelling for what a person holds for the same."""

from __future__ import annotations

import unicodedata

_DROPPED = {
    ordinal: None
    for ordinal in map(
        ord, " \t\r\n\u3000()[]{}<>《》〈〉「」『』【】〔〕“”‘’\"'、，。；：,;:·-—_/"
    )
}


def fold(text: str) -> str:
    """Fold a name or a question: full-width to half-width, small letters, no brackets or blanks.

    Pure and the same for ever: what it gives is stored, so changing it needs a rebuild.
    """
    return unicodedata.normalize("NFKC", text).lower().translate(_DROPPED)
