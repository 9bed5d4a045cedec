"""Chooses the storage a URL names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from services.chassis.settings import storage_url
from services.chassis.storage.folder import FileStorage
from services.chassis.storage.port import Storage


def storage_of(url: str, key_file: str = "") -> Storage:
    """Open the storage of a URL (`settings.storage_url`).

    Args:
        key_file: two lines, access key and secret key; empty: boto3's own chain (environment,
            shared file, role of the machine).

    Raises:
        ValueError: the URL names none, or the key file has not two lines.
    """
    parts = urlsplit(storage_url(url))
    if parts.scheme == "file":
        return FileStorage(unquote(parts.path))
    from services.chassis.storage.bucket import S3Storage  # boto3 takes long to load

    said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    prefix = parts.path.strip("/")
    return S3Storage(
        parts.netloc,
        endpoint=said.get("endpoint", ""),
        region=said.get("region", ""),
        prefix=f"{prefix}/" if prefix else "",
        keys=_keys(key_file) if key_file else None,
    )


def _keys(path: str) -> tuple[str, str]:
    lines = Path(path).read_text(encoding="utf-8").split()
    if len(lines) != 2:
        raise ValueError("the key file of the storage has two lines: access key, secret key")
    return lines[0], lines[1]
