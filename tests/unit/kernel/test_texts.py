"""Charsets of outside systems (I11)."""

from __future__ import annotations

import pytest

from services.kernel.texts import CharsetError, declared_charset, utf8

TEXT = '{"name":"受理"}'


@pytest.mark.parametrize("charset", ["gbk", "GB2312", "gb-18030", '"gbk"'])
def test_text_is_utf8_when_a_chinese_charset_is_declared(charset: str) -> None:
    assert utf8(TEXT.encode("gbk"), charset) == TEXT.encode()


def test_text_loses_its_byte_order_mark() -> None:
    assert utf8(b"\xef\xbb\xbf" + TEXT.encode()) == TEXT.encode()


@pytest.mark.parametrize(
    ("body", "charset"), [(TEXT.encode("gbk"), ""), (b"\xff\xff", "gbk"), (b"{}", "ebcdic")]
)
def test_text_is_refused_when_it_is_not_in_the_charset_it_declares(
    body: bytes, charset: str
) -> None:
    with pytest.raises(CharsetError):
        utf8(body, charset)


def test_charset_is_read_from_the_content_type() -> None:
    assert declared_charset("application/json; charset=GBK") == ("application/json", "GBK")
    assert declared_charset("Application/JSON") == ("application/json", "")
    assert declared_charset("application/json; v=1") == ("application/json", "")
