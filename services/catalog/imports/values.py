"""One cell, whatever way it is written, to a typed value; or what is wrong and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import TypeVar

import msgspec

from services.catalog.imports.report import ValueIssue
from services.kernel.times import SHANGHAI, TimeTextError, plain, read_time

E = TypeVar("E", bound=Enum)
YES = frozenset({"1", "1.0", "true", "yes", "y", "是", "有", "√", "支持"})
NO = frozenset({"0", "0.0", "false", "no", "n", "否", "无", "不", "×", "不支持"})
_PARTS = re.compile(r"[\^,，;；、|\n]+")
_WHOLE = re.compile(r"-?[0-9]{1,18}(\.0+)?")
_POWER = re.compile(r"[0-9](\.[0-9]+)?e\+?[0-9]+", re.IGNORECASE)
_CODE = re.compile(r"[0-9A-Za-z._-]+")


def text_of(value: object) -> str:
    """Give a cell as text; nested JSON as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\ufeff", "").strip()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (int, float)):
        return str(value)
    return msgspec.json.encode(value).decode()


def read_text(value: object, longest: int = 20_000) -> str:
    """Give words as they were written."""
    text = text_of(value)
    if len(text) > longest:
        raise ValueIssue(
            "too_long",
            f"超过 {longest} 个字符 (longer than {longest} characters)",
            "缩短 (shorten it)",
        )
    if "\0" in text or "\ufffd" in text:
        raise ValueIssue(
            "bad_text",
            "含有无法读出的字符 (it has characters that cannot be read)",
            "检查文件编码 (look at the charset of the file)",
        )
    return text


def read_code(value: object, longest: int = 64) -> str:
    """Give a code in half-width characters."""
    if digits_lost(value):
        raise ValueIssue(
            "digits_lost",
            "编码被存成了数字，末几位已丢失 (a spreadsheet made a number of it; digits are lost)",
            "把该列设为文本后重新填写 (make the column text and fill it in again)",
        )
    text = plain(text_of(value))
    if text and (len(text) > longest or not _CODE.fullmatch(text)):
        raise ValueIssue(
            "bad_code",
            f"不是编码 (this is no code of at most {longest} letters, digits, dots, hyphens)",
            "按公布的编码填写 (give the code as it is published)",
        )
    return text


def digits_lost(value: object) -> bool:
    """Tell a code that a spreadsheet has turned into a number: it keeps 15 digits of one."""
    if isinstance(value, bool):
        return False
    if isinstance(value, (int, float)):
        return abs(value) >= 1e15
    return isinstance(value, str) and _POWER.fullmatch(plain(value)) is not None


def read_whole(value: object, least: int, most: int) -> int | None:
    """Give a whole number; None when the cell is empty."""
    text = plain(text_of(value))
    if not text:
        return None
    if not _WHOLE.fullmatch(text):
        raise ValueIssue(
            "not_a_number", "不是整数 (not a whole number)", "填整数 (give a whole number)"
        )
    number = int(text.split(".")[0])
    if not least <= number <= most:
        raise ValueIssue(
            "out_of_range",
            f"不在 {least} 与 {most} 之间 (not between {least} and {most})",
            "改正数值 (mend the number)",
        )
    return number


def read_truth(value: object) -> bool | None:
    """Give yes or no; None when the cell is empty."""
    text = plain(text_of(value)).lower()
    if not text:
        return None
    if text in YES or text in NO:
        return text in YES
    raise ValueIssue("not_yes_or_no", "不是“是/否” (neither yes nor no)", "填 1 或 0 (give 1 or 0)")


def read_moment(value: object) -> datetime | None:
    """Give a moment; a date is its midnight in Asia/Shanghai; None when the cell is empty."""
    text = plain(text_of(value))
    if not text:
        return None
    chinese = re.fullmatch(r"(\d{4})[年./](\d{1,2})[月./](\d{1,2})日?", text, re.ASCII)
    if chinese:
        text = f"{chinese[1]}-{int(chinese[2]):02}-{int(chinese[3]):02}"
    try:
        return read_time(text)
    except TimeTextError as error:
        raise ValueIssue(
            error.reason,
            f"日期或时间不可识别或不存在 (it {error})",
            "写成 YYYYMMDD、YYYY-MM-DD 或 YYYYMMDDThhmmss (write it so)",
        ) from None


def read_day(value: object) -> date | None:
    """Give a day of Asia/Shanghai; None when the cell is empty."""
    moment = read_moment(value)
    return None if moment is None else moment.astimezone(SHANGHAI).date()


def read_past(value: object, now: datetime) -> datetime | None:
    """Give a moment that is not in the future; None when the cell is empty."""
    moment = read_moment(value)
    if moment is not None and moment > now:
        raise ValueIssue(
            "in_the_future",
            "时间在将来 (this moment is still to come)",
            "填已经发生的时间 (give a time that has been)",
        )
    return None if moment is None else moment.astimezone(UTC)


def read_parts(value: object) -> list[str]:
    """Give the parts of a list: of JSON, or joined by ^ , ; 、 |."""
    if isinstance(value, list):
        return [text for one in value if (text := plain(text_of(one)))]
    return [part for one in _PARTS.split(text_of(value)) if (part := plain(one))]


def read_numbers(value: object, least: int, most: int) -> list[int]:
    """Give whole numbers, once each, in rising order."""
    found = (read_whole(part, least, most) for part in read_parts(value))
    return sorted({number for number in found if number is not None})


def read_word(value: object, words: Mapping[str, E], allowed: str) -> E | None:
    """Give what a word means; None when the cell is empty."""
    text = plain(text_of(value))
    if not text:
        return None
    found = words.get(text.upper(), words.get(text))
    if found is None:
        raise ValueIssue(
            "unknown_word",
            "不在代码表内 (not in the code set)",
            f"填 {allowed} (give one of these)",
        )
    return found


def read_nested(value: object) -> list[dict[str, object]]:
    """Give a list of objects: of JSON, or as JSON text in a cell."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            raise _not_nested() from None
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _not_nested()
    return value


def _not_nested() -> ValueIssue:
    return ValueIssue(
        "not_nested",
        "不是 JSON 对象数组 (not a JSON array of objects)",
        '写成 [{"...": ...}]，或另用 material、fee、step 表 (write it so, or use other tables)',
    )
