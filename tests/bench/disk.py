"""Time `write` + `fdatasync` of 8 KiB: `disk.py FILE` prints microseconds, one a line.

A process of its own, so that the slow-fsync shim can be loaded into it as into the servers.
"""

import os
import sys
import time
from pathlib import Path

TIMES = 60


def main(path: Path) -> None:
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        os.pwrite(handle, b"\0" * 8192 * 16, 0)
        os.fsync(handle)
        for number in range(TIMES):
            started = time.perf_counter()
            os.pwrite(handle, bytes([number % 256]) * 8192, 8192 * (number % 16))
            os.fdatasync(handle)
            sys.stdout.write(f"{(time.perf_counter() - started) * 1e6:.1f}\n")
    finally:
        os.close(handle)
        path.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
