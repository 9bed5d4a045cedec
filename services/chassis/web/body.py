"""What comes in becomes the declared type or a 400 that names the field. Never half of it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs

import eventlet
import msgspec
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import parse_form_data
from werkzeug.wrappers import Request

from services.chassis.errors import ContractError
from services.chassis.web.problem import MediaTypeError, TooLargeError, TooSlowError

T = TypeVar("T")

BODY_BYTES: Final = 1 << 20
"""Largest body a route reads unless it says otherwise, in bytes."""

DRAIN_BYTES: Final = 32 << 20
"""How much of a refused body is read away, so that the caller gets to hear the refusal."""

READ_S: Final = 30
"""Seconds a body may take to arrive."""

FIELDS: Final = 2000
"""Most fields of a form."""

DEPTH: Final = 32
"""Deepest nesting of arrays and objects."""

_PLACE = re.compile(r" - at `\$?\.?([^`]*)`\Z")
_MISSING = re.compile(r"required field `([^`]+)`")
_UNKNOWN = re.compile(r"unknown field `.*`", re.DOTALL)
_VALUE = re.compile(r"(Invalid enum value) .*", re.DOTALL)
_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def read_body(request: Request, limit: int) -> bytes:
    """Read at most `limit` bytes.

    Raises:
        TooLargeError: there are more; they were never held in memory.
        TooSlowError: they took too long.
        ContractError: the transfer itself is malformed.
    """
    stream = request.environ["wsgi.input"]
    timeout = eventlet.Timeout(READ_S)
    try:
        announced = request.content_length
        text: bytes = b"" if announced and announced > limit else stream.read(limit + 1)
        if len(text) > limit or (announced and announced > limit):
            if not getattr(stream, "should_send_hundred_continue", False):
                _drain(stream)
            raise TooLargeError(f"a body may have {limit} bytes here")
    except eventlet.Timeout as late:
        if late is not timeout:
            raise
        raise TooSlowError(f"a body has to arrive within {READ_S} seconds") from None
    except (OSError, ValueError) as error:
        raise ContractError("the body broke off or is badly chunked") from error
    finally:
        timeout.cancel()
    if announced and len(text) < announced:
        raise ContractError("the body broke off")
    return text


def _drain(stream: Any) -> None:
    left = DRAIN_BYTES
    while left > 0 and (piece := stream.read(min(1 << 16, left))):
        left -= len(piece)


def decode_json(text: bytes, content_type: str, shape: type[T]) -> T:
    """Decode a JSON body.

    Raises:
        MediaTypeError: it is not announced as JSON.
        ContractError: not UTF-8, not JSON, a key twice, nested too deep, NUL in a text, a field
            missing or of another type; `field` names the place.
    """
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() != "application/json" and not kind.strip().lower().endswith("+json"):
        raise MediaTypeError("send application/json")
    if "charset" in parameters.lower() and "utf-8" not in parameters.lower():
        raise MediaTypeError("send UTF-8")
    _check_text(text)
    try:
        return msgspec.json.decode(text, type=shape)
    except msgspec.ValidationError as error:
        raise contract_error(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ContractError("the body is not valid JSON") from None


def _check_text(text: bytes) -> None:
    """Refuse what msgspec would let pass or cannot explain."""
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        raise ContractError("the body is not UTF-8 (GBK has to be converted first)") from None
    if text.count(b"[") + text.count(b"{") > DEPTH and _depth(text) > DEPTH:
        raise ContractError(f"the body is nested deeper than {DEPTH}")
    try:
        json.loads(decoded, object_pairs_hook=_refuse_twins)
    except (ValueError, RecursionError):
        raise ContractError("the body is not valid JSON") from None
    if "\\u0000" in decoded and _has_nul(json.loads(decoded)):
        raise ContractError("a text contains the character NUL")


def _depth(text: bytes) -> int:
    deepest = depth = 0
    for token in _NESTING.finditer(text):
        if token[0] in (b"[", b"{"):
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in (b"]", b"}"):
            depth -= 1
    return deepest


def _refuse_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise ContractError("an object has a key twice")
    return keys


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(_has_nul(item) for item in value)


def decode_form(text: bytes, content_type: str, shape: type[T]) -> T:
    """Decode the form of a page (`application/x-www-form-urlencoded`).

    Raises:
        MediaTypeError: it is something else.
        ContractError: a field is missing or wrong.
    """
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise MediaTypeError("send a form")
    environ = {
        "wsgi.input": io.BytesIO(text),
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(text)),
        "REQUEST_METHOD": "POST",
    }
    return decode_texts(parse_form_data(environ)[1], shape, strict=False)


def form_field(text: bytes, name: str) -> str:
    """Give one field of a form, "" when it is not there; what is no form has no fields.

    Raises:
        ContractError: there are far too many fields.
    """
    try:
        found = parse_qs(text.decode("utf-8", "replace"), max_num_fields=FIELDS)
    except ValueError:
        raise ContractError(f"a form may have {FIELDS} fields") from None
    return found.get(name, [""])[0]


def decode_texts(values: MultiDict[str, str], shape: type[T], *, strict: bool) -> T:
    """Decode a query or a form: texts become the numbers, dates and enums of `shape`.

    `strict` (an API) refuses names that `shape` does not have. Otherwise (a page) they are ignored,
    and an empty text counts as absent, as browsers send every field of a form.

    Raises:
        ContractError: a value is missing, wrong, given twice, or not known.
    """
    fields = {item.encode_name: item for item in msgspec.structs.fields(shape)}  # type: ignore[arg-type]  # a Struct, by @route
    raw: dict[str, Any] = {}
    for name, texts in values.lists():
        if name not in fields:
            if strict:
                known = ", ".join(sorted(fields)) or "none"
                raise ContractError(f"a parameter is not known here; there are {known}")
            continue
        if any("\x00" in text or "\ufffd" in text for text in texts):
            raise ContractError("a text is not UTF-8 or contains NUL", field=name)
        if _is_list(fields[name].type):
            raw[name] = [text for text in texts if text or strict]
        elif len(texts) > 1:
            raise ContractError("this may be given once", field=name)
        elif texts[0] or strict:
            raw[name] = texts[0]
    try:
        return msgspec.convert(raw, type=shape, strict=False)
    except msgspec.ValidationError as error:
        raise contract_error(error) from None


_LISTS: Final = (
    msgspec.inspect.ListType,
    msgspec.inspect.SetType,
    msgspec.inspect.FrozenSetType,
    msgspec.inspect.VarTupleType,
)


def _is_list(annotation: Any) -> bool:
    kind: object = msgspec.inspect.type_info(annotation)
    return isinstance(kind, _LISTS)


def check_path(values: Mapping[str, Any]) -> dict[str, str]:
    """Give the path's arguments as texts.

    Raises:
        ContractError: one is not UTF-8 or contains a control character.
    """
    texts = {name: str(value) for name, value in values.items()}
    for name, text in texts.items():
        if any(ord(c) < 32 or c == "\ufffd" for c in text):
            raise ContractError("the address is not UTF-8 or has control characters", field=name)
    return texts


def contract_error(error: msgspec.ValidationError) -> ContractError:
    """Say what msgspec says, with the place as `field`.

    Only names we declared are repeated: what a caller made up, a value or a key, may be a person's.
    """
    text = str(error)
    place = _PLACE.search(text)
    path = place[1] if place else ""
    text = _VALUE.sub(r"\1", _UNKNOWN.sub("a field that is not known here", _PLACE.sub("", text)))
    named = _MISSING.search(text)
    if named:
        path = f"{path}.{named[1]}" if path else named[1]
    return ContractError(text, field=path)
