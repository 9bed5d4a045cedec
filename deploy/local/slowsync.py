"""Build the slow-fsync shim: a production disk's latency on a developer's SSD."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from deploy.local.processes import LocalRunError

_SOURCE = Path(__file__).with_name("slowsync.c")


def environment(cache: Path, control: Path, delay_us: int = 0) -> dict[str, str]:
    """Return the variables that put the shim into a server.

    Args:
        cache: where the built library is kept.
        control: file the shim reads at every sync; `set_delay` writes it.
        delay_us: first delay in microseconds, default none.

    Raises:
        LocalRunError: there is no C compiler.
    """
    set_delay(control, delay_us)
    return {"LD_PRELOAD": str(_built(cache)), "SLOWSYNC_FILE": str(control.resolve())}


def set_delay(control: Path, delay_us: int) -> None:
    """Change the delay of every server that reads `control`, at its next sync."""
    control.parent.mkdir(parents=True, exist_ok=True)
    fresh = control.with_name(control.name + ".new")
    fresh.write_text(f"{delay_us}\n")
    fresh.chmod(0o644)
    fresh.replace(control)


def _built(cache: Path) -> Path:
    library = cache.resolve() / "slowsync.so"
    if library.exists() and library.stat().st_mtime >= _SOURCE.stat().st_mtime:
        return library
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise LocalRunError("the slow-fsync shim needs a C compiler: install gcc and libc6-dev")
    cache.mkdir(parents=True, exist_ok=True)
    fresh = library.with_name(f"slowsync.{os.getpid()}.so")
    command = [compiler, "-O2", "-Wall", "-shared", "-fPIC", "-o", str(fresh), str(_SOURCE), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise LocalRunError(f"building the slow-fsync shim failed:\n{done.stderr}")
    fresh.replace(library)
    return library
