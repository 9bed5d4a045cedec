"""Looks at an uploaded file before it is taken: what it is, by its own bytes, and its hash."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import sleep
from typing import Final

from services.intake.domain.material_terms import FileRefusedError, Stored

UPLOAD_BYTES: Final = 50 << 20
"""Largest file of a material."""
_PIECE: Final = 1 << 18
_TAIL: Final = 4096
_NAMES: Final = 10_000
"""Most entries of an archive that is looked into."""


@dataclass(frozen=True)
class Kind:
    """One kind of file that is taken."""

    name: str
    media_type: str
    extensions: frozenset[str]
    """The first is the one it is given back under."""
    aliases: frozenset[str] = frozenset()
    """Other media types browsers send for it."""

    @property
    def extension(self) -> str:
        return min(self.extensions, key=len)


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("pdf", "application/pdf", frozenset({"pdf"}), frozenset({"application/x-pdf"})),
        Kind("png", "image/png", frozenset({"png"})),
        Kind("jpeg", "image/jpeg", frozenset({"jpg", "jpeg"}), frozenset({"image/jpg"})),
        Kind("ofd", "application/ofd", frozenset({"ofd"}), frozenset({"application/x-ofd"})),
        Kind("docx", f"{_OFFICE}.wordprocessingml.document", frozenset({"docx"})),
        Kind("xlsx", f"{_OFFICE}.spreadsheetml.sheet", frozenset({"xlsx"})),
    )
}
BY_MEDIA: Final = {kind.media_type: kind for kind in KINDS.values()}
_UNSAID: Final = frozenset(
    {"", "application/octet-stream", "application/zip", "binary/octet-stream"}
)
_EXTENSIONS: Final = frozenset(one for kind in KINDS.values() for one in kind.extensions)
_PROGRAMS: Final = frozenset(
    {"bat", "cmd", "com", "dll", "exe", "hta", "jar", "js", "lnk", "msi", "php", "ps1", "sh", "vbs"}
)
_ACTIVE: Final = _PROGRAMS | frozenset(
    {"doc", "docm", "htm", "html", "rar", "svg", "swf", "xhtml", "xls", "xlsm", "xml", "zip", "7z"}
)
"""Extensions of things that are never taken, whatever the bytes say."""


def look_at(path: Path, *, name: str = "", told: str = "", wanted: Collection[str] = ()) -> Stored:
    """Say what a file is, or refuse it. Reads it once; memory does not grow with it.

    Args:
        name: what its sender calls it; its extension may not belie the bytes.
        told: media type its sender states.
        wanted: names of kinds the list asks for; empty: all that are taken.

    Raises:
        FileRefusedError: it is empty, of a kind that is not taken, broken, or not what it says.
    """
    size = path.stat().st_size
    if size == 0:
        raise FileRefusedError("the file is empty", "file")
    kind = _kind_of(path, size)
    if kind is None:
        raise FileRefusedError(
            f"this kind of file is not taken; send one of {', '.join(KINDS)}", "file"
        )
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension in _EXTENSIONS | _ACTIVE and extension not in kind.extensions:
        raise FileRefusedError(
            f"the name of the file says {extension}, its content is {kind.name}", "file"
        )
    media = told.partition(";")[0].strip().lower()
    if media not in _UNSAID and media not in kind.aliases | {kind.media_type}:
        raise FileRefusedError(
            f"the file is said to be {media[:60]}, its content is {kind.name}", "Content-Type"
        )
    if wanted and kind.name not in wanted:
        raise FileRefusedError(
            f"the list wants {' or '.join(sorted(wanted))}, this is {kind.name}", "file"
        )
    return Stored(_hash(path), size, kind.media_type)


def _kind_of(path: Path, size: int) -> Kind | None:
    with path.open("rb") as file:
        head = file.read(16)
        file.seek(max(0, size - _TAIL))
        tail = file.read(_TAIL)
    if head.startswith(b"%PDF-"):
        return _whole("pdf", b"%%EOF" in tail)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _whole("png", tail.rstrip(b"\0").endswith(b"IEND\xaeB`\x82"))
    if head.startswith(b"\xff\xd8\xff"):
        return _whole("jpeg", b"\xff\xd9" in tail)
    if head.startswith(b"PK\x03\x04"):
        return _archive(path)
    return None


def _whole(name: str, ends: bool) -> Kind:
    if not ends:
        raise FileRefusedError(f"the {name} file is cut off", "file")
    return KINDS[name]


def _archive(path: Path) -> Kind | None:
    """Tell documents that are archives apart by what they hold; nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()[:_NAMES])
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError):
        raise FileRefusedError("the file is cut off or broken", "file") from None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefusedError("a document with macros is not taken", "file")
    if "OFD.xml" in names:
        return KINDS["ofd"]
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        return KINDS["docx"]
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return KINDS["xlsx"]
    return None


def _hash(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            sleep(0)  # hashing never waits: let others work
    return digest.hexdigest()
