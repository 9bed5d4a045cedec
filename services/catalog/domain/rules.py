"""Everything the catalog refuses: one error, with the rule, the field and the remedy."""

from __future__ import annotations


class CatalogRuleError(Exception):
    """A rule refuses this; `rule` is stable, `field` names what to change, the text says how."""

    def __init__(self, rule: str, message: str, field: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.field = field
