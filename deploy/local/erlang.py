"""Where a RabbitMQ comes from that needs no root: PATH, else Debian's packages unpacked here.

Debian's wrappers in /usr/sbin insist on the user `rabbitmq`; the scripts they wrap do not.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.processes import LocalRunError

OLDEST = (3, 10)  # at-least-once dead-lettering and streams
ADVICE = (
    "RabbitMQ is missing. Install rabbitmq-server 3.10 or newer (Debian, Ubuntu: "
    "`apt-get install rabbitmq-server`), or start Docker, or name a broker in AMQP_URI."
)


@dataclass(frozen=True)
class Installation:
    """A usable RabbitMQ: the folder of its scripts and the variables they need."""

    scripts: Path
    variables: dict[str, str] = field(default_factory=dict)


def find(cache: Path, tell: Callable[[str], None]) -> Installation | None:
    """Return a RabbitMQ from PATH, from the cache, or fetched into the cache; None if none."""
    return _installed() or _unpacked(cache) or _fetched(cache, tell)


def _installed() -> Installation | None:
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])
    script = shutil.which("rabbitmq-server", path=path)
    if script is None:
        return None
    real = Path(script).resolve()
    if "script-wrapper" in real.name or b"script-wrapper" in real.read_bytes():
        homes = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin"))
        if not homes:
            return None
        real = homes[-1] / "rabbitmq-server"
    version = _version_in(str(real))
    return None if version and version < OLDEST else Installation(real.parent)


def _version_in(text: str) -> tuple[int, ...]:
    found = re.search(r"rabbitmq_server-(\d+)\.(\d+)", text)
    return tuple(int(part) for part in found.groups()) if found else ()


def _unpacked(cache: Path) -> Installation | None:
    root = cache / "rabbitmq"
    scripts = sorted(root.glob("usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin"))
    if not scripts or _version_in(str(scripts[-1])) < OLDEST:
        return None
    erlang = root / "usr/lib/erlang"
    variables = {
        "ERL_ROOTDIR": str(erlang),
        "PATH": os.pathsep.join([f"{erlang}/bin", os.environ.get("PATH", "/usr/bin:/bin")]),
        "RABBITMQ_HOME": str(scripts[-1].parent),
    }
    libraries = [str(folder) for folder in sorted(root.glob("usr/lib/*-linux-gnu"))]
    if libraries:
        variables["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
    return Installation(scripts[-1], variables)


def _fetched(cache: Path, tell: Callable[[str], None]) -> Installation | None:
    if not all(shutil.which(tool) for tool in ("apt-get", "apt-cache", "dpkg")):
        return None
    cache.mkdir(parents=True, exist_ok=True)
    with _lock(cache / "lock"):
        if (present := _unpacked(cache)) is not None:
            return present
        tell("fetching RabbitMQ from Debian's packages (34 MB, once)")
        fresh = cache / "rabbitmq.new"
        for private in (False, True):
            shutil.rmtree(fresh, ignore_errors=True)
            (fresh / "packages").mkdir(parents=True)
            try:
                _download(fresh / "packages", cache / "apt" if private else None)
            except LocalRunError as error:
                if private:
                    tell(f"that did not work: {error}")
                continue
            _unpack(fresh)
            shutil.rmtree(cache / "rabbitmq", ignore_errors=True)
            fresh.rename(cache / "rabbitmq")
            shutil.rmtree(cache / "apt", ignore_errors=True)
            return _unpacked(cache)
    return None


def _download(target: Path, state: Path | None) -> None:
    """Download the packages; `state` holds package lists of our own, for lack of the system's."""
    options = ["-o", "APT::Sandbox::User=root"]
    if state is not None:
        for folder in ("lists/partial", "cache/archives/partial"):
            (state / folder).mkdir(parents=True, exist_ok=True)
        options += ["-o", f"Dir::State={state}", "-o", f"Dir::State::lists={state}/lists"]
        options += ["-o", f"Dir::Cache={state}/cache"]
        options += ["-o", "Dir::State::status=/var/lib/dpkg/status"]
        _run(["apt-get", *options, "update"], target)
    wanted = _erlang_of(_run(["apt-cache", *options, *_DEPENDS, "rabbitmq-server"], target))
    libraries = _libraries_of(_run(["apt-cache", *options, "depends", *wanted], target))
    _run(["apt-get", *options, "download", "rabbitmq-server", *wanted, *libraries], target)


_DEPENDS = [
    "depends",
    "--recurse",
    "--no-recommends",
    "--no-suggests",
    "--no-conflicts",
    "--no-breaks",
    "--no-replaces",
    "--no-enhances",
]


def _erlang_of(listing: str) -> list[str]:
    """Return the Erlang packages RabbitMQ needs; names in angle brackets are virtual."""
    names = sorted(set(re.findall(r"^erlang-[a-z0-9.+-]+$", listing, re.MULTILINE)))
    if "erlang-base" not in names:
        raise LocalRunError("the package lists do not know rabbitmq-server")
    return names


def _libraries_of(listing: str) -> list[str]:
    """Return the libraries these packages name and this (thin) system lacks."""
    names = set(re.findall(r"^ +\|?Depends: (lib[a-z0-9.+-]+)$", listing, re.MULTILINE))
    return sorted(name for name in names - {"libelogind0"} if not _is_installed(name))


def _is_installed(package: str) -> bool:
    command = ["dpkg-query", "-W", "-f", "${db:Status-Status}\n", package]
    return "installed" in subprocess.run(command, capture_output=True, text=True).stdout.split()


def _unpack(fresh: Path) -> None:
    packages = sorted((fresh / "packages").glob("*.deb"))
    for package in packages:
        _run(["dpkg", "-x", str(package), str(fresh)], fresh)
    shutil.rmtree(fresh / "packages")
    # Debian's start scripts name their own place in both branches of the choice; ours follow
    # ERL_ROOTDIR, so the unpacked tree may move with its checkout.
    for folder in [fresh / "usr/lib/erlang/bin", *fresh.glob("usr/lib/erlang/erts-*/bin")]:
        for script in folder.iterdir():
            if script.is_file() and not script.is_symlink():
                content = script.read_bytes()
                if content.startswith(b"#!") and b"=/usr/lib/erlang" in content:
                    script.write_bytes(content.replace(b"=/usr/lib/erlang", b'="$ERL_ROOTDIR"'))


def _run(command: list[str], cwd: Path) -> str:
    variables = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, cwd=cwd, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise LocalRunError(f"`{' '.join(command[:1])} {command[-1]}` failed: {last}")
    return done.stdout


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
