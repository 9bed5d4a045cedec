"""What an uploaded file is, by its own bytes; empty, lying and foreign ones are refused."""

from __future__ import annotations

import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from services.intake.domain.material_terms import FileRefusedError
from services.intake.uploads import KINDS, look_at

PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"\0\0\0\0IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"\1" * 20 + b"\xff\xd9"


def archive(path: Path, *names: str) -> bytes:
    with zipfile.ZipFile(path, "w") as made:
        for name in names:
            made.writestr(name, "x" * 100)
    return path.read_bytes()


@pytest.fixture
def samples(tmp_path: Path) -> dict[str, bytes]:
    made = tmp_path / "made"
    return {
        "pdf": PDF,
        "png": PNG,
        "jpeg": JPEG,
        "ofd": archive(made, "OFD.xml", "Doc_0/Document.xml"),
        "docx": archive(made, "[Content_Types].xml", "word/document.xml"),
        "xlsx": archive(made, "[Content_Types].xml", "xl/workbook.xml"),
    }


def put(folder: Path, body: bytes) -> Path:
    path = folder / "upload"
    path.write_bytes(body)
    return path


def test_every_kind_is_known_by_its_bytes(tmp_path: Path, samples: dict[str, bytes]) -> None:
    assert samples.keys() == KINDS.keys()
    for name, body in samples.items():
        stored = look_at(put(tmp_path, body), name=f"某文件.{KINDS[name].extension}")

        assert stored.media_type == KINDS[name].media_type
        assert stored.content_hash == sha256(body).hexdigest()
        assert stored.size_bytes == len(body)


@pytest.mark.parametrize(
    ("body", "name", "told", "why"),
    [
        (b"", "a.pdf", "", "empty"),
        (b"MZ\x90\0" + b"\0" * 40, "a.exe", "", "not taken"),
        (b"<html><script>alert(1)</script>", "a.html", "", "not taken"),
        (b"GIF89a" + b"\0" * 20, "a.gif", "", "not taken"),
        (PNG, "a.pdf", "", "says pdf"),
        (PDF, "a.exe", "", "says exe"),
        (PDF, "a.PDF.JS", "", "says js"),
        (PDF, "", "image/png", "said to be image/png"),
        (PDF, "", "text/html; charset=utf-8", "said to be text/html"),
        (PDF[:-8], "a.pdf", "", "cut off"),
        (PNG[:-8], "a.png", "", "cut off"),
        (b"PK\x03\x04" + b"\0" * 60, "a.docx", "", "broken"),
    ],
)
def test_empty_foreign_lying_and_broken_files_are_refused(
    tmp_path: Path, body: bytes, name: str, told: str, why: str
) -> None:
    with pytest.raises(FileRefusedError, match=why):
        look_at(put(tmp_path, body), name=name, told=told)


def test_an_archive_is_no_document_and_macros_are_not_taken(tmp_path: Path) -> None:
    plain = archive(tmp_path / "z", "evil.exe")
    macros = archive(
        tmp_path / "m", "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"
    )

    with pytest.raises(FileRefusedError, match="not taken"):
        look_at(put(tmp_path, plain))
    with pytest.raises(FileRefusedError, match="macros"):
        look_at(put(tmp_path, macros))


def test_the_lists_format_counts(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="the list wants pdf"):
        look_at(put(tmp_path, PNG), wanted={"pdf"})
    assert look_at(put(tmp_path, PDF), wanted={"pdf"}).media_type == "application/pdf"
