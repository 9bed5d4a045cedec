"""An S3 store on loopback, inside the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "files"


@contextmanager
def s3_store(folder: Path) -> Iterator[tuple[str, str]]:
    """Give the store's URL, as BANJIAN_STORAGE has it, and the path of its key file."""
    keys = ("test-access", "test-secret")
    path = folder / "s3.keys"
    path.write_text("\n".join(keys))
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    try:
        client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id=keys[0],
            aws_secret_access_key=keys[1],
        )
        client.create_bucket(Bucket=BUCKET)
        yield f"s3://{BUCKET}/uploads?endpoint={endpoint}", str(path)
    finally:
        server.stop()
