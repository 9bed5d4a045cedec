"""OpenAPI 3.1 from the routes themselves: what is served is what is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.chassis.web.freshness import AFTER_PATTERN
from services.chassis.web.problem import CONTENT_TYPE, Problem, title

if TYPE_CHECKING:  # routes know their server and the server this document
    from services.chassis.settings import Settings
    from services.chassis.web.entrypoint import Route

_VARIABLE: Final = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_REF: Final = "#/components/schemas/{name}"
_TEXT: Final = {"type": "string", "minLength": 1, "pattern": r"^[^\u0000-\u001f/]+$"}
_PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}


def document(service: type[Any], settings: Settings) -> bytes:
    """Write the OpenAPI document of a nameko service class as JSON."""
    return msgspec.json.encode(describe(service, settings.public_url))


def describe(service: type[Any], public_url: str = "") -> dict[str, Any]:
    """Give the OpenAPI document of a nameko service class.

    Descriptions come from docstrings and `msgspec.Meta`; every route is in it, pages too.
    """
    from services.chassis.web.entrypoint import routes_of

    routes = [pair for pair in routes_of(service)]
    types = {Problem: None}
    for _, route in routes:
        for shape in (route.request, route.response, route.query):
            if shape is not None:
                types[shape] = None
    schemas, components = msgspec.json.schema_components(list(types), ref_template=_REF)
    shapes = dict(zip(types, schemas, strict=True))
    paths: dict[str, Any] = {}
    for name, route in routes:
        path = _VARIABLE.sub(r"{\2}", route.path)
        operation = _operation(service, name, route, shapes, components)
        paths.setdefault(path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Banjian {service.name}",
            "version": "1",
            "description": (service.__doc__ or "").strip(),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": f"{public_url}/{service.name}" if public_url else "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _operation(
    service: type[Any],
    name: str,
    route: Route,
    shapes: dict[Any, dict[str, Any]],
    components: dict[str, Any],
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{service.name}_{name}_{route.method.lower()}",
        "summary": route.summary,
        "tags": ["pages" if route.html else "api"],
        "parameters": _parameters(route, shapes, components),
        "responses": _responses(route, shapes),
        "security": [] if route.public else [{"token": []}],
    }
    if route.description:
        operation["description"] = route.description
    roles = route.roles_at(service)
    if roles is not None:
        operation["x-roles"] = sorted(roles)
    if route.request is not None:
        kind = "application/x-www-form-urlencoded" if route.html else "application/json"
        operation["requestBody"] = {
            "required": True,
            "content": {kind: {"schema": shapes[route.request]}},
        }
    if route.spooled:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {}, "multipart/form-data": {}},
        }
    return operation


def _parameters(
    route: Route, shapes: dict[Any, dict[str, Any]], components: dict[str, Any]
) -> list[dict[str, Any]]:
    kinds = {"int": {"type": "integer", "minimum": 0}, "uuid": {"type": "string", "format": "uuid"}}
    parameters: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": kinds.get(kind, _TEXT),
        }
        for kind, name in _VARIABLE.findall(route.path)
    ]
    if route.query is not None:
        schema = shapes[route.query]
        if "$ref" in schema:
            schema = components[schema["$ref"].rpartition("/")[2]]
        required = set(schema.get("required", ()))
        parameters += [
            {"name": name, "in": "query", "required": name in required, "schema": kind}
            | ({"description": kind["description"]} if "description" in kind else {})
            for name, kind in schema.get("properties", {}).items()
        ]
    if route.after:
        parameters.append(
            {
                "name": "after",
                "in": "query",
                "description": "Answer from a state that contains this position, `intake:17`.",
                "schema": {"type": "string", "pattern": AFTER_PATTERN},
            }
        )
    if route.method in ("POST", "PUT", "PATCH", "DELETE") and not route.html:
        parameters += _COMMAND_HEADERS
    return parameters


_COMMAND_HEADERS: Final[list[dict[str, Any]]] = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Repeating a request with the same key gives the first answer again.",
        "schema": {"type": "string", "maxLength": 200, "pattern": "^[!-~]*$"},
    },
    {
        "name": "Prefer",
        "in": "header",
        "description": "`wait`: answer when the event has its position (RFC 7240).",
        "schema": {"type": "string"},
    },
]


def _responses(route: Route, shapes: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    if route.html:
        good: dict[str, Any] = {"description": "The page.", "content": {route.media: {}}}
        status = route.status
    elif route.response is None:
        good, status = {"description": "Done."}, 204 if route.status == 200 else route.status
    else:
        good = {
            "description": route.summary,
            "content": {"application/json": {"schema": shapes[route.response]}},
        }
        status = route.status
    refusals = [400, 404, 500, 503]
    if not route.public:
        refusals += [403]
    if route.method != "GET":
        refusals += [409, 413, 415, 422]
    kind = "text/html" if route.html else CONTENT_TYPE
    content = {kind: {}} if route.html else {kind: {"schema": _PROBLEM}}
    responses = {str(status): good}
    for code in sorted([*refusals, 401]):
        responses[str(code)] = {"description": title(code), "content": content}
    return responses
