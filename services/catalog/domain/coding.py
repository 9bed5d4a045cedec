"""Rules about the codes of an implementation list (DOMAIN.md 2.3)."""

from __future__ import annotations

from collections.abc import Iterator

from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.terms import Listing
from services.kernel.codes import CodeError, TaskCode, parse_catalog_code, parse_task_code


def code_breaches(item_code: str, listing: Listing) -> Iterator[CatalogRuleError]:
    """Give what is wrong with the codes of a list, and between them."""
    task: TaskCode | None = None
    try:
        task = parse_task_code(item_code)
    except CodeError as error:
        yield CatalogRuleError(error.reason, _code_text("实施编码", error), "item_code")
    try:
        if listing.catalog_code:
            parse_catalog_code(listing.catalog_code)
    except CodeError as error:
        field = "listing.catalog_code"
        yield CatalogRuleError(f"catalog_{error.reason}", _code_text("基本编码", error), field)
    if task is None:
        return
    if task.short:
        yield CatalogRuleError(
            "code_short",
            "实施编码为旧的 24 位格式，请改用 31 位。 "
            "The code has the older form of 24 characters; use that of 31.",
            "item_code",
        )
        return
    if listing.level is not None and listing.level != task.level:
        yield CatalogRuleError(
            "code_level_differs",
            f"实施编码第 19 位的层级为 {task.level}，与行使层级不符。 "
            f"The code's level, character 19, is {task.level}; state the same one.",
            "listing.level",
        )
    if len(listing.catalog_code or "") == 12 and listing.catalog_code != task.catalog:
        yield CatalogRuleError(
            "code_catalog_differs",
            "实施编码末 12 位应为其基本编码。 "
            "The last 12 characters of the item's code are its basic code; state that one.",
            "listing.catalog_code",
        )
    if any(not one.startswith(task.item) or len(one) != 33 for one in listing.handle_items):
        yield CatalogRuleError(
            "handle_items",
            "业务办理项编码为实施编码加两位数字。 "
            "The code of a handling item is the item's code and two digits.",
            "listing.handle_items",
        )


def _code_text(what: str, error: CodeError) -> str:
    return f"{what}不规范。 {str(error)[0].upper()}{str(error)[1:]}; correct it."
