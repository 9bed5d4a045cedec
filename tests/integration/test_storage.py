"""Both storages, a folder and an S3 store on loopback: whole or not at all, and flat memory."""

from __future__ import annotations

import os
import stat
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.chassis.errors import NotFoundError, UnavailableError
from services.chassis.storage import Storage, new_place, storage_of
from services.chassis.storage.folder import ARRIVING, FileStorage
from tests.support.storage import s3_store

BIG = 20 << 20


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """URL and key file of an S3 store that lives in this process."""
    with s3_store(tmp_path_factory.mktemp("keys")) as store:
        yield store


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return storage_of((tmp_path / "files").as_uri())
    return storage_of(*request.getfixturevalue("s3"))


def pieces(size: int, step: int = 60_000) -> Iterator[bytes]:
    block = os.urandom(256) * (step // 256 + 1)
    while size > 0:
        yield block[: min(step, size)]
        size -= step


def test_put_open_delete(storage: Storage) -> None:
    place = new_place()
    assert not storage.exists(place)

    assert storage.put(place, [b"ab", b"", b"c"]) == 3

    assert storage.exists(place)
    assert b"".join(storage.open(place)) == b"abc"
    assert storage.delete(place)
    assert not storage.delete(place)
    with pytest.raises(NotFoundError):
        storage.open(place)
    assert storage.check()


def test_a_put_that_breaks_off_leaves_nothing(storage: Storage) -> None:
    place = new_place()

    def broken() -> Iterator[bytes]:
        yield from pieces(9 << 20)
        raise RuntimeError("the sender went away")

    with pytest.raises(RuntimeError, match="went away"):
        storage.put(place, broken())

    assert not storage.exists(place)


def test_20_mb_go_in_and_out_with_flat_memory(storage: Storage) -> None:
    place = new_place()
    storage.put(place, [b"warm"])  # what is loaded once does not count
    list(storage.open(place))
    storage.delete(place)
    # The store of the bucket runs in this process and keeps what it is given: only opening counts.
    flat = isinstance(storage, FileStorage)
    tracemalloc.start()
    try:
        assert storage.put(place, pieces(BIG)) == BIG
        _, putting = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert sum(map(len, storage.open(place))) == BIG
    assert not flat or putting < 2 << 20


@pytest.mark.parametrize("place", ["", "../../etc/passwd", "0" * 31, "0" * 33, "A" * 32])
def test_only_places_are_let_through(storage: Storage, place: str) -> None:
    with pytest.raises(ValueError, match="place"):
        storage.put(place, [b"x"])
    with pytest.raises(ValueError, match="place"):
        storage.open(place)


def test_files_are_for_their_owner_alone_and_leave_no_traces(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path / "files")
    place = new_place()
    storage.put(place, [b"x"])
    path = tmp_path / "files" / place[:2] / place

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list((tmp_path / "files" / ARRIVING).iterdir()) == []


def test_what_a_crash_left_half_written_is_tidied(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path / "files")
    storage.put(new_place(), [b"x"])
    left = tmp_path / "files" / ARRIVING / f"{new_place()}.half"
    left.write_bytes(b"half")

    assert storage.tidy(3600) == 0
    os.utime(left, (0, 0))
    assert storage.tidy(3600) == 1
    assert not left.exists()


def test_unfinished_uploads_of_a_bucket_are_tidied(s3: tuple[str, str]) -> None:
    url, keys = s3
    storage = storage_of(url, keys)
    client = storage._client  # type: ignore[attr-defined]
    client.create_multipart_upload(Bucket="files", Key=f"uploads/{new_place()}")

    # This store says of every one that it began in 2010.
    assert storage.tidy(3600.0 * 24 * 365 * 100) == 0
    assert storage.tidy(3600) == 1
    assert storage.tidy(3600) == 0


def test_a_store_that_is_away_is_unavailable(s3: tuple[str, str], tmp_path: Path) -> None:
    _, keys = s3
    gone = storage_of("s3://files?endpoint=http://127.0.0.1:9", keys)
    with pytest.raises(UnavailableError):
        gone.check()
    with pytest.raises(UnavailableError):
        storage_of(s3[0].replace("files", "nowhere", 1), keys).put(new_place(), [b"x"])
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UnavailableError):
        FileStorage(tmp_path / "file").put(new_place(), [b"x"])


def test_a_key_file_has_two_lines(s3: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("one")
    with pytest.raises(ValueError, match="two lines"):
        storage_of(s3[0], str(tmp_path / "keys"))
