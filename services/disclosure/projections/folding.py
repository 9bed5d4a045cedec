"""How titles and texts are made comparable, and the pairs of characters they are found by."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST: Final = 20_000
"""Characters of a text that are searched."""
WORDS: Final = 8


def fold(text: str) -> str:
    """Give a text as it is searched: half-width, small letters, no blanks."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    return "".join(character for character in plain if not character.isspace())


def grams(folded: str) -> list[str]:
    """Give the pairs of neighbouring characters, each once."""
    return sorted({folded[at : at + 2] for at in range(len(folded) - 1)})


def words(question: str) -> list[str]:
    """Give the words of a question, folded; all of them have to be there."""
    return [fold(word) for word in question.split()[:WORDS]]
