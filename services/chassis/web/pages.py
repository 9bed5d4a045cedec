"""The shell of every page, and the files it needs. A service gives a template and plain values."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from services.chassis.identity import NOBODY, Caller
from services.chassis.names import SERVICES
from services.chassis.web.call import Call
from services.chassis.web.parts import Crumb

_HERE: Final = Path(__file__).parent
_STATIC: Final = _HERE / "static"

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Link:
    """One entry of the navigation; shown to everybody, or to callers with one of `roles`."""

    service: str
    path: str
    text: str
    english: str
    roles: frozenset[str] = frozenset()

    @property
    def work(self) -> bool:
        """Whether it leads to somebody's work, and stands in the bar of its own for that."""
        return bool(self.roles - APPLICANTS)


APPLICANTS: Final = frozenset({"applicant", "agent"})
DESK: Final = frozenset({"catalog_editor", "staffing_office", "legal_office"})
APPROVERS: Final = frozenset({"officer", "department_head", "supervisor"})
NAVIGATION: Final = (
    Link("catalog", "/", "办事指南", "Services"),
    Link("intake", "/booking", "预约办理", "Appointments"),
    Link("intake", "/my/cases", "我的办件", "My cases", APPLICANTS),
    Link("disclosure", "/board", "办件公示", "Figures"),
    Link("disclosure", "/cases", "办件列表", "Cases"),
    Link("disclosure", "/open", "政府信息公开", "Open information"),
    Link("disclosure", "/foi", "依申请公开", "Ask for information"),
    Link(
        "disclosure",
        "/foi-desk",
        "公开申请办理",
        "Requests' desk",
        frozenset({"foi_officer", "foi_office_head", "supervisor"}),
    ),
    Link(
        "disclosure",
        "/open-desk",
        "信息发布",
        "Publishing desk",
        frozenset({"disclosure_editor", "secrecy_reviewer", "disclosure_approver"}),
    ),
    Link(
        "disclosure",
        "/supervision",
        "监督",
        "Supervision",
        frozenset({"supervisor", "disclosure_officer", "unit"}),
    ),
    Link(
        "disclosure",
        "/report-desk",
        "报告编制",
        "Report desk",
        frozenset({"statistician", "supervisor", "disclosure_officer"}),
    ),
    Link("intake", "/desk/queue", "窗口工作台", "Desk", frozenset({"clerk", "supervisor"})),
    Link("intake", "/desk/appointments", "当日预约", "Day's list", frozenset({"clerk"})),
    Link("intake", "/desk/fees", "收费", "Fees", frozenset({"clerk", "fee_officer"})),
    Link(
        "intake", "/desk/ratings", "好差评", "Ratings", frozenset({"clerk", "unit", "supervisor"})
    ),
    Link(
        "intake",
        "/hotline",
        "热线工单",
        "Hotline",
        frozenset({"hotline_operator", "unit", "supervisor"}),
    ),
    Link(
        "intake",
        "/villages",
        "村（社区）证明",
        "Village certificates",
        frozenset({"village_clerk", "township_clerk"}),
    ),
    Link("intake", "/issuing", "统一出件", "Issuing window", frozenset({"issuing_clerk"})),
    Link("approval", "/desk", "审批工作台", "Approval desk", APPROVERS),
    Link("approval", "/survey-calendar", "联合踏勘", "Site surveys", APPROVERS),
    Link("approval", "/commitment-register", "承诺书台账", "Commitments", APPROVERS),
    Link("approval", "/review-meetings", "评审会议", "Meetings", frozenset({"clerk"})),
    Link("catalog", "/desk", "目录编辑", "Editor's desk", DESK),
    Link("catalog", "/imports", "导入导出", "Imports", frozenset({"catalog_importer"})),
)


class Pages:
    """Renders the pages of one service.

    `directory` holds its templates; they start with `{% extends "shell.html" %}`, fill
    `{% block main %}` and import the components: `{% import "parts.html" as parts with context %}`.
    In every template: `base` (before own links: `{{ base }}/cases`), `root` (before links to other
    services), `url` (this page behind `base`), `caller`, `title`, `english`, `crumbs`, `service`.
    """

    def __init__(self, service: str, directory: Path | None = None) -> None:
        if service and service not in SERVICES:
            raise ValueError(f"no service {service!r}")
        self._service = service
        own = [FileSystemLoader(directory)] if directory else []
        self._templates = Environment(
            loader=ChoiceLoader([*own, FileSystemLoader(_HERE / "templates")]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.globals["static"] = static_version

    def render(
        self,
        template: str,
        call: Call[Any, Any],
        *,
        title: str,
        english: str = "",
        crumbs: Sequence[Crumb] = (),
        **values: Any,
    ) -> str:
        """Render a template in the shell.

        Raises:
            jinja2.UndefinedError: the template names a value it was not given.
        """
        return self._templates.get_template(template).render(
            self._frame(call.base, call.root, call.url, call.caller, call.csrf, call.sign_in),
            title=title,
            english=english,
            crumbs=crumbs,
            **values,
        )

    def error(
        self,
        base: str,
        root: str,
        *,
        title: str,
        detail: str,
        field: str,
        correlation_id: str,
        sign_in: str = "",
    ) -> str:
        """Render a refusal as a page."""
        return self._templates.get_template("error.html").render(
            self._frame(base, root, "", NOBODY, "", sign_in),
            title=title,
            english="",
            crumbs=(),
            detail=detail,
            field=field,
            correlation_id=correlation_id,
        )

    def sign_in(self, base: str, root: str, **values: Any) -> str:
        """Render the sign-in page of a local run."""
        return self._templates.get_template("sign_in.html").render(
            self._frame(base, root, "", NOBODY, "", ""),
            title="登录",
            english="Sign in",
            crumbs=(),
            **values,
        )

    def _frame(
        self, base: str, root: str, url: str, caller: Caller, csrf: str, sign_in: str
    ) -> dict[str, Any]:
        links = [
            (link, f"{root}/{link.service}{link.path}", self._here(link, url))
            for link in NAVIGATION
            if not link.roles or link.roles & caller.roles
        ]
        return {
            "base": base,
            "root": root,
            "url": url,
            "caller": caller,
            "csrf": csrf,
            "sign_in": sign_in,
            "service": self._service,
            "navigation": [entry for entry in links if not entry[0].work],
            "work": [entry for entry in links if entry[0].work],
            "calendars": f"{root}/catalog/calendars",
            "home": f"{root}/disclosure/",
            "how": f"{root}/disclosure/how",
            "report": f"{root}/disclosure/report",
        }

    def _here(self, link: Link, url: str) -> bool:
        if link.service != self._service:
            return False
        path = url.partition("?")[0]
        if link.path == "/":
            return path == "/" or path.startswith("/items/")
        return path == link.path or path.startswith(link.path + "/")


@lru_cache
def static_version(name: str) -> str:
    """Give the address of a static file behind `base`; it changes with the file's content."""
    digest = hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@lru_cache
def _static(name: str) -> tuple[bytes, str, str] | None:
    files = {path.name: path for path in _STATIC.iterdir() if path.suffix in _TYPES}
    if name not in files:
        return None
    text = files[name].read_bytes()
    return text, _TYPES[files[name].suffix], hashlib.sha256(text).hexdigest()[:16]


def static_response(name: str, headers: Headers) -> Response | None:
    """Answer with a static file, or 304 to who has it; None when there is none of this name."""
    found = _static(name)
    if found is None:
        return None
    text, kind, tag = found
    cache = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": f'"{tag}"'}
    if headers.get("If-None-Match", "") == f'"{tag}"':
        return Response(b"", 304, cache)
    return Response(text, 200, cache, content_type=kind)


HOUSE: Final = Pages("")
"""Renders pages that belong to no service: errors."""
