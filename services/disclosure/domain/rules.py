"""What a rule of disclosure refuses; the base of every refusal, and those all parts share."""

from __future__ import annotations

from typing import ClassVar


class DisclosureRuleError(ValueError):
    """A rule of disclosure forbids this; `code` names the rule, `field` the input it is about."""

    code: ClassVar[str] = "rule"

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field
