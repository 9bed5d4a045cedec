"""The sign-in page of the development issuer: choose who you are. Never part of production."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from werkzeug.datastructures import Headers

from services.chassis.web.headers import SECURITY, prefix_of
from services.chassis.web.pages import HOUSE, static_response
from services.chassis.web.session import COOKIE

ROLES: Final = {
    "applicant": "申请人 Applicant",
    "catalog_editor": "目录编辑 Catalog editor",
    "staffing_office": "编办 Staffing office",
    "legal_office": "法制办 Legal office",
    "catalog_importer": "目录导入 Catalog importer",
    "clerk": "窗口人员 Window clerk",
    "officer": "审批人员 Officer",
    "department_head": "部门负责人 Head of a department",
    "government_head": "县政府负责人 Head of the government",
    "agent": "全程代理人 Agent",
    "village_clerk": "村（社区）代办员 Village clerk",
    "township_clerk": "乡镇为民服务中心 Township clerk",
    "issuing_clerk": "统一出件窗口 Issuing clerk",
    "fee_officer": "收费人员 Fee officer",
    "hotline_operator": "热线坐席 Hotline operator",
    "unit": "承办单位 Handling unit",
    "supervisor": "督办人员 Supervisor",
    "statistician": "统计人员 Statistician",
    "data_officer": "个人信息负责人 Data officer",
    "exchange_officer": "数据交换管理员 Exchange officer",
    "foi_officer": "公开申请经办人 Requests officer",
    "foi_office_head": "政务公开机构负责人 Head of the open-information office",
    "disclosure_editor": "信息发布编辑 Disclosure editor",
    "secrecy_reviewer": "保密审查人 Secrecy reviewer",
    "disclosure_approver": "信息发布审批人 Disclosure approver",
    "disclosure_officer": "政务公开科 Disclosure officer",
}
ACCOUNT_CHARACTERS: Final = 64
PLACES: Final = ("unit", "window", "region")
"""Where somebody works; `region` is that of a village or township."""
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@dataclass(frozen=True)
class Answer:
    """What the issuer's server sends."""

    status: int
    body: bytes
    headers: dict[str, str]


Mint = Callable[..., str]


def answer(
    method: str, target: str, headers: Headers, body: bytes, mint: Mint, ttl_s: int
) -> Answer | None:
    """Answer /sign-in, /sign-out and their /static files; None for any other address.

    `mint(sub, roles, unit=..., window=..., region=..., ttl_s=...)` signs the token that the
    cookie will hold.
    """
    parts = urlsplit(target)
    if method == "GET" and parts.path.startswith("/static/"):
        found = static_response(parts.path.removeprefix("/static/"), headers)
        if found is None:
            return None
        return Answer(found.status_code, found.get_data(), dict(found.headers))
    if parts.path == "/sign-in" and method == "GET":
        asked = _first(parse_qs(parts.query))
        return _page(headers, {"account": "editor-1", "role": "catalog_editor", **asked}, "")
    if parts.path not in ("/sign-in", "/sign-out") or method != "POST":
        return None
    said = _first(parse_qs(body.decode("utf-8", "replace")))
    back = _local(said.get("next", ""))
    if parts.path == "/sign-out":
        return _go(back, f"{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
    account = said.get("account", "").strip()
    if not account or len(account) > ACCOUNT_CHARACTERS or not _SAFE.issuperset(account):
        return _page(headers, said, "账号只能用字母、数字和 - _ .，不能用姓名。")
    roles = [said["role"]] if said.get("role") in ROLES else []
    places = {name: said.get(name, "")[:ACCOUNT_CHARACTERS] for name in PLACES}
    token = mint(account, roles, **places, ttl_s=ttl_s)
    cookie = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={ttl_s}"
    return _go(back, cookie)


def _first(values: dict[str, list[str]]) -> dict[str, str]:
    return {name: texts[0] for name, texts in values.items()}


def _local(back: str) -> str:
    """Give a path of this house; whatever could lead elsewhere becomes the home page."""
    plain = back.startswith("/") and not back.startswith("//") and "\\" not in back
    return quote(back, safe="/?&=%+,;:~") if plain and back.isprintable() else "/"


def _go(back: str, cookie: str) -> Answer:
    headers = {**SECURITY, "Location": back, "Set-Cookie": cookie, "Cache-Control": "no-store"}
    return Answer(303, b"", headers)


def _page(headers: Headers, said: dict[str, Any], wrong: str) -> Answer:
    base = prefix_of(headers)
    shown = {name: said.get(name, "") for name in ("next", "account", "role", *PLACES)}
    text = HOUSE.sign_in(base, base.removesuffix("/issuer"), said=shown, wrong=wrong, roles=ROLES)
    kind = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    return Answer(400 if wrong else 200, text.encode(), {**SECURITY, **kind})
