"""Brings text from outside into one form: UTF-8 without a byte order mark."""

from __future__ import annotations

_MARK = b"\xef\xbb\xbf"
_UTF8 = frozenset({"", "utf8", "utf8sig", "usascii", "ascii"})
_GB = frozenset({"gbk", "gb2312", "gb18030", "cp936"})


class CharsetError(ValueError):
    """The bytes are no text in the charset they declare, or it is one that is not read here."""


def utf8(body: bytes, charset: str = "") -> bytes:
    """Give the same text in UTF-8 without a mark; `charset` as declared, UTF-8 when empty.

    GBK and GB 2312 are read as GB 18030, which contains both. Nothing is guessed.

    Raises:
        CharsetError: see there.
    """
    name = charset.strip().strip('"').lower().replace("-", "").replace("_", "")
    try:
        if name in _UTF8:
            text = body.removeprefix(_MARK)
            text.decode("utf-8")
            return text
        if name in _GB:
            return body.decode("gb18030").removeprefix("\ufeff").encode()
    except UnicodeDecodeError:
        raise CharsetError("not text in the charset it declares") from None
    raise CharsetError("declares a charset that is not read here")


def declared_charset(content_type: str) -> tuple[str, str]:
    """Split `application/json; charset=gbk` into media type and charset, "" when undeclared."""
    kind, *parameters = content_type.split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return kind.strip().lower(), value.strip()
    return kind.strip().lower(), ""
