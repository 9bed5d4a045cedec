"""Files in a folder of this machine, or of one that several machines mount."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from services.chassis.errors import NotFoundError, UnavailableError
from services.chassis.storage.port import PIECE_BYTES, checked

ARRIVING: Final = ".arriving"
"""Folder of files that are being written; a rename brings them to their place."""


class FileStorage:
    """Keeps each file as `<folder>/<first two digits>/<place>`, readable for its owner only."""

    def __init__(self, folder: str | Path, now: Callable[[], float] = time.time) -> None:
        """Make the folder if it is not there; `now` gives seconds since 1970."""
        self._folder = Path(folder)
        self._arriving = self._folder / ARRIVING
        self._now = now

    def put(self, place: str, pieces: Iterable[bytes]) -> int:
        target = self._path(place)
        with _answering():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._arriving.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f"{place}.", dir=self._arriving)
        try:
            size = 0
            with os.fdopen(handle, "wb") as file:
                for piece in pieces:
                    with _answering():
                        file.write(piece)
                    size += len(piece)
                    time.sleep(0)  # a disk never waits the way a socket does: let others work
                with _answering():
                    file.flush()
                    os.fsync(file.fileno())
            with _answering():
                os.rename(name, target)
                _sync(target.parent)
                _sync(self._folder)
            return size
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def open(self, place: str) -> Iterator[bytes]:
        with _answering():
            try:
                file = self._path(place).open("rb")
            except FileNotFoundError:
                raise NotFoundError("no file is stored there") from None
        return _pieces(file)

    def delete(self, place: str) -> bool:
        path = self._path(place)
        with _answering():
            try:
                path.unlink()
            except FileNotFoundError:
                return False
            _sync(path.parent)
        return True

    def exists(self, place: str) -> bool:
        return self._path(place).is_file()

    def tidy(self, older_than_s: float) -> int:
        left = 0
        with _answering():
            for path in self._arriving.glob("*"):
                if self._now() - path.stat().st_mtime > older_than_s:
                    path.unlink(missing_ok=True)
                    left += 1
        return left

    def check(self) -> str:
        with _answering():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise UnavailableError("the folder of the files cannot be written to")
        return "writable"

    def _path(self, place: str) -> Path:
        return self._folder / checked(place)[:2] / place


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece
            time.sleep(0)


def _sync(folder: Path) -> None:
    """Make the names in a folder survive a crash."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # The text of an OSError names a path of this machine.
        kind = type(error).__name__
        raise UnavailableError(f"the storage of files does not answer ({kind})") from error
