"""Files in a bucket of an S3-compatible store."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from services.chassis.errors import NotFoundError, UnavailableError
from services.chassis.storage.port import PIECE_BYTES, checked

PART_BYTES: Final = 8 << 20
"""A larger file is sent in parts of this size; so much of it stands in memory."""
CONNECT_S: Final = 5
READ_S: Final = 30
_ABSENT: Final = {"404", "NoSuchKey", "NotFound"}


class S3Storage:
    """Keeps each file as `<prefix><place>`. Keys come from the caller or boto3's own chain."""

    def __init__(
        self,
        bucket: str,
        *,
        endpoint: str = "",
        region: str = "",
        prefix: str = "",
        keys: tuple[str, str] | None = None,
    ) -> None:
        """`endpoint` is the store's URL, empty for AWS; `keys` are access and secret key."""
        self._bucket = bucket
        self._prefix = prefix
        access, secret = keys or (None, None)
        self._client: Any = boto3.session.Session().client(
            "s3",
            endpoint_url=endpoint or None,
            region_name=region or "us-east-1",
            aws_access_key_id=access,
            aws_secret_access_key=secret,
            config=Config(
                connect_timeout=CONNECT_S,
                read_timeout=READ_S,
                retries={"max_attempts": 3, "mode": "standard"},
                # Other stores know neither virtual hosts nor the newest checksums.
                s3={"addressing_style": "path"} if endpoint else {},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
        self._transfer = TransferConfig(
            multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, use_threads=False
        )

    def put(self, place: str, pieces: Iterable[bytes]) -> int:
        source = _Reader(pieces)
        with _answering():
            self._client.upload_fileobj(
                source, self._bucket, self._key(place), Config=self._transfer
            )
        return source.read_bytes

    def open(self, place: str) -> Iterator[bytes]:
        with _answering():
            found = self._client.get_object(Bucket=self._bucket, Key=self._key(place))
        return _pieces(found["Body"])

    def delete(self, place: str) -> bool:
        there = self.exists(place)
        with _answering():
            self._client.delete_object(Bucket=self._bucket, Key=self._key(place))
        return there

    def exists(self, place: str) -> bool:
        try:
            with _answering():
                self._client.head_object(Bucket=self._bucket, Key=self._key(place))
        except NotFoundError:
            return False
        return True

    def tidy(self, older_than_s: float) -> int:
        left = 0
        with _answering():
            pages = self._client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
                for upload in page.get("Uploads", ()):
                    began: datetime = upload["Initiated"]
                    if _now() - began > timedelta(seconds=older_than_s):
                        self._client.abort_multipart_upload(
                            Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                        )
                        left += 1
        return left

    def check(self) -> str:
        with _answering():
            self._client.head_bucket(Bucket=self._bucket)
        return "answers"

    def _key(self, place: str) -> str:
        return self._prefix + checked(place)


class _Reader(io.RawIOBase):
    """Pieces, read like a file; an error of theirs goes through."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self._pieces = iter(pieces)
        self._rest = b""
        self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts, have = [self._rest], len(self._rest)
        while (size < 0 or have < size) and (piece := next(self._pieces, b"")):
            parts.append(piece)
            have += len(piece)
            time.sleep(0)
        whole = b"".join(parts)
        cut = len(whole) if size < 0 else size
        self._rest = whole[cut:]
        self.read_bytes += len(whole[:cut])
        return whole[:cut]


def _pieces(body: Any) -> Iterator[bytes]:
    try:
        with _answering():
            while piece := body.read(PIECE_BYTES):
                yield piece
    finally:
        body.close()


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _ABSENT:
            raise NotFoundError("no file is stored there") from None
        raise UnavailableError(f"the storage of files refused ({code})") from error
    except BotoCoreError as error:
        kind = type(error).__name__
        raise UnavailableError(f"the storage of files does not answer ({kind})") from error
