"""Codes of published lists: cleaned where that is certain, flagged where they are not what the
standards say. What was published is kept beside, in `as_published`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from services.catalog.imports.values import digits_lost, text_of
from services.kernel.codes import CodeError, normal, parse_task_code, uscc_is_valid

FLAGS: Mapping[str, str] = {
    "code_missing": "没有事项编码，按部门和名称生成 (no code; made from department and name)",
    "code_cleaned": "编码的全角、小写或空白已规范 (full width, small letters, blanks)",
    "code_bare": "地方编码缺区划或部门段 (a local code without region or department)",
    "code_unsafe": "编码含其他字符，已替换 (characters no code has; replaced)",
    "code_digits_lost": "编码被表格软件取整 (a spreadsheet rounded the code)",
    "code_duplicate": "同一编码用于不同事项 (one code for several items)",
    "code_body": "编码中的机构段无效 (the body's code inside the code is not valid)",
    "code_body_differs": "编码中的机构段与部门编码不同 (the body inside is not the department)",
    "code_region_differs": "编码中的区划段与区划列不同 (the region inside is not the row's)",
    "department_code": "部门编码不是统一社会信用代码 (the department's code is no credit code)",
    "department_completed": "部门编码由组织机构代码补全 (completed from its organisation code)",
    "department_inherited": "部门沿用上一行 (department of the row above)",
    "department_missing": "没有部门 (no department)",
    "name_missing": "没有名称，用主项或编码 (no name; main item or code instead)",
    "type_missing": "没有或不能识别事项类型，记为其他 (no known type; taken as other)",
    "limit_missing": "没有时限，按法定 20 个工作日 (no limit; 20 working days by law)",
    "statutory_limit_missing": "没有法定时限 (no statutory limit)",
    "promised_limit_missing": "没有承诺时限，按法定时限 (no promise; the statutory limit)",
    "lists_missing": "没有清单，按事项类型归入 (no list; by its type)",
    "effective_date_missing": "没有生效日期，自导入时起 (no date; from the import on)",
}
"""Every flag an import sets, with its meaning; the domain's own rules add theirs."""

CODE_FLAGS: Mapping[str, str] = {
    "code_length": "实施编码不是 31 位 (the code has not the 31 characters of the standard)",
    "code_form": "实施编码的构成不合标准 (the code is not body, level, basic code)",
    "code_level": "实施编码的层级位不是 1 至 7 (the level in the code is none)",
    "code_uscc": "实施编码中的信用代码校验位不对 (check digit of the body in the code)",
    "code_short": "实施编码为旧的 24 位格式 (the older form of 24 characters)",
    "code_level_differs": "实施编码的层级位与行使层级不符 (levels differ)",
    "code_catalog_differs": "实施编码末 12 位不是其基本编码 (basic codes differ)",
    "catalog_code_length": "基本编码不是 12 位 (the basic code has not 12 characters)",
    "catalog_code_form": "基本编码的构成不合标准 (the basic code is not made so)",
    "handle_items": "业务办理项编码不是实施编码加两位 (codes of handling items)",
}
"""Flags of `domain.coding`."""

LOCAL = re.compile(
    r"(?P<own>.+?)-(?P<region>[0-9X]{12})-(?P<part>[0-9]{3})-(?P<body>.+)-(?P<n>[0-9])-(?P<m>[0-9]{2})"
)
"""A provincial code: item, region of 12, part, body, serials."""
_SAFE = re.compile(r"[0-9A-Za-z._-]{1,64}")
_UNSAFE = re.compile(r"[^0-9A-Za-z._-]+")
_NONE = "-—–/\\._无"
"""What people write where there is no code."""
_ORGANISATION = re.compile(r"[0-9A-Z]{8}-?[0-9X]")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Code:
    """An item's code as we use it, and what was odd about the published one."""

    text: str
    flags: tuple[str, ...]
    body: str = ""
    """The code inside that names the body; empty when none does."""
    level: int | None = None
    """行使层级, where the code states it."""


def item_code(published: object, about: str, region: str = "") -> Code:
    """Give the code of a listed item.

    Args:
        published: the cell.
        about: department and name, from which a missing code is made, always the same one.
        region: the row's region, to compare with.
    """
    flags: list[str] = []
    if digits_lost(published):
        flags.append("code_digits_lost")
    text = text_of(published)
    code = normal(text)
    if not code.strip(_NONE):
        return Code(f"NOCODE-{digest(about)}", ("code_missing",))
    if code != text:
        flags.append("code_cleaned")
    try:
        task = parse_task_code(code)
        return Code(code, tuple(flags), task.uscc, task.level)
    except CodeError:
        pass  # not national: the domain flags how
    found = LOCAL.fullmatch(code)
    body = ""
    if found is None:
        flags.append("code_bare")
    else:
        body = found["body"]
        if not uscc_is_valid(body) and not is_organisation(body):
            flags.append("code_body")
        if region and found["region"].rstrip("0") != region.rstrip("0"):
            flags.append("code_region_differs")
    if not _SAFE.fullmatch(code):
        flags.append("code_unsafe")
        code = f"{_UNSAFE.sub('-', code)[:55]}.{digest(code, 8)}"
    return Code(code, tuple(flags), body)


def level_of(region: str) -> int | None:
    """Give the level a region's code of 6, 9 or 12 digits stands for (行使层级)."""
    code = normal(region)
    if not re.fullmatch(r"[0-9X]{6}([0-9X]{3}){0,2}", code):
        return None
    code = code.ljust(12, "0")
    parts = (("000000000000", 1), ("0000000000", 2), ("00000000", 3), ("000000", 4), ("000", 5))
    return next((level for end, level in parts if code.endswith(end)), 6)


def is_organisation(code: str) -> bool:
    """Tell an organisation code (GB 11714): 8 characters and a check digit, with or without `-`."""
    if not _ORGANISATION.fullmatch(code):
        return False
    total = sum(
        _CHARACTERS.index(character) * weight
        for character, weight in zip(code, _ORGANISATION_WEIGHTS, strict=False)
    )
    return "0123456789X0"[11 - total % 11] == code[-1]


def bodies(codes: Iterable[str]) -> dict[str, str]:
    """Give credit codes by the organisation code inside them; only those that are unambiguous.

    Characters 9 to 17 of a credit code are the organisation code (GB 32100-2015), so a list that
    shows both shows which body it is.
    """
    found: dict[str, set[str]] = {}
    for code in codes:
        if uscc_is_valid(code):
            found.setdefault(code[8:17], set()).add(code)
    return {inner: next(iter(outer)) for inner, outer in found.items() if len(outer) == 1}


def department_code(published: object, name: str, known: Mapping[str, str]) -> Code:
    """Give the code of a department; `known` are the list's credit codes (see `bodies`)."""
    code = normal(text_of(published))
    if not code.strip(_NONE):
        return Code(f"D-{digest(name, 8)}", ("department_code" if name else "department_missing",))
    if uscc_is_valid(code):
        return Code(code, ())
    inner = code.replace("-", "")
    if is_organisation(code) and inner in known:
        return Code(known[inner], ("department_completed",))
    if is_organisation(code):
        return Code(inner, ("department_code",))
    if not _SAFE.fullmatch(code):
        code = f"{_UNSAFE.sub('-', code)[:55]}.{digest(code, 8)}"
    return Code(code, ("department_code",))


def body_differs(body: str, department: str) -> bool:
    """Say whether the body in an item's code is another one than the department, certainly."""
    if not body or not department:
        return False
    one, other = _inner(body), _inner(department)
    return bool(one and other and one != other)


def _inner(code: str) -> str:
    """Give the organisation code of a body, empty when the code is not valid."""
    if uscc_is_valid(code):
        return code[8:17]
    return code.replace("-", "") if is_organisation(code) else ""


def digest(text: str, characters: int = 12) -> str:
    """Give a short name for a text, always the same one."""
    return sha256(text.encode()).hexdigest()[:characters].upper()
