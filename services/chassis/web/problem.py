"""One shape for every refusal: problem details (RFC 9457), in words a caller can act on."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from werkzeug.wrappers import Response

from services.chassis.errors import BanjianError, ContractError

CONTENT_TYPE: Final = "application/problem+json"

TITLES: Final = {
    400: "请求不符合约定",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持这种请求方式",
    408: "请求超时",
    409: "内容已被他人更改，请重试",
    413: "请求内容过大",
    415: "请求格式不支持",
    422: "不符合办理规则",
    429: "请求过于频繁",
    500: "系统出错",
    503: "暂时无法服务，请稍后再试",
}
"""Short text for people, by status; the English reason follows it."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, rename={"kind": "type"}):
    """Why a request was refused (RFC 9457)."""

    kind: Annotated[str, Meta(description="urn:banjian:problem:<code>, stable.")]
    title: Annotated[str, Meta(description="The status in words, Chinese first.")]
    status: Annotated[int, Meta(description="The HTTP status.")]
    code: Annotated[str, Meta(description="Stable name of the reason, for programs.")]
    instance: Annotated[
        str, Meta(description="urn:banjian:correlation:<id>: quote it when asking.")
    ]
    detail: Annotated[str, Meta(description="What is wrong and what to do.")] = ""
    field: Annotated[str, Meta(description="Path of the offending field, `a.b[0]`.")] = ""
    rule: Annotated[str, Meta(description="Stable name of the rule that refuses it.")] = ""


class MediaTypeError(ContractError):
    """The body comes in a format this route does not read."""

    http_status = 415
    code = "media_type"


class TooLargeError(ContractError):
    """The body is larger than this route reads."""

    http_status = 413
    code = "too_large"


class TooSlowError(ContractError):
    """The body did not arrive in time."""

    http_status = 408
    code = "too_slow"


class MethodError(ContractError):
    """The path exists but not with this method."""

    http_status = 405
    code = "method_not_allowed"


def title(status: int) -> str:
    """Give the words for a status, Chinese first."""
    english = HTTPStatus(status).phrase
    return f"{TITLES[status]} · {english}" if status in TITLES else english


def problem(error: BanjianError, correlation_id: str) -> Problem:
    """Describe an error to the caller. A 500 says nothing of its cause."""
    status = error.http_status
    hidden = status == HTTPStatus.INTERNAL_SERVER_ERROR
    return Problem(
        kind=f"urn:banjian:problem:{error.code}",
        title=title(status),
        status=status,
        code=error.code,
        instance=f"urn:banjian:correlation:{correlation_id}",
        detail="" if hidden else error.message,
        field=str(error.attributes.get("field", "")),
        rule=str(error.attributes.get("rule", "")),
    )


def headers_of(error: BanjianError) -> dict[str, str]:
    """Give the headers an error asks for: Retry-After (seconds), WWW-Authenticate, Allow."""
    headers: dict[str, str] = {}
    if error.http_status in (409, 429, 503) and error.code != "duplicate":
        headers["Retry-After"] = str(error.attributes.get("retry_after_s", 1))
    if error.http_status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="banjian"'
    if "allow" in error.attributes:
        headers["Allow"] = str(error.attributes["allow"])
    return headers


def problem_response(error: BanjianError, correlation_id: str) -> Response:
    """Answer with the problem as JSON."""
    return Response(
        msgspec.json.encode(problem(error, correlation_id)),
        status=error.http_status,
        headers=headers_of(error),
        content_type=CONTENT_TYPE,
    )
