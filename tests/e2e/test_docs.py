"""The README and the guides are run: every command ends well and prints what is shown.

A fenced block is one script. `console`: lines after `$ ` are commands (`> ` goes on), the others
what they print. `sh`: commands only. `python`, and `sql` (psql as the auditor): what they print is
in the `text` block after them. `…` stands for anything, a line of only `…` for any lines, and
blanks do not count. A block that cannot run has `<!-- not run: why -->` on the line above it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local import roster
from deploy.local.ground import installed_binaries
from deploy.local.servers import CHECKOUT
from tests.support.house import House

pytestmark = pytest.mark.timeout(300)
GUIDES = (
    *("operators", "integrators", "analysts", "privacy", "services", "cases", "approval"),
    *("audit", "report", "supervision"),
)
RUNNABLE = ("console", "sh", "python", "sql")
FENCE = re.compile(
    r"^(?:<!-- not run: (?P<why>[^\n]+) -->\n)?```(?P<kind>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
WEEK = ("--county", "--week", "2020-10-12", "--cases", "60", "--items", "8")


@dataclass(frozen=True)
class Block:
    """One fenced block: what to run, and what it prints."""

    name: str
    kind: str
    script: str
    shown: str
    why_not: str = ""


def blocks(path: Path) -> list[Block]:
    """Read the runnable blocks of a page in their order."""
    text = path.read_text("utf-8")
    found: list[Block] = []
    for fence in FENCE.finditer(text):
        kind, body = fence["kind"], fence["text"]
        name = f"{path.name}:{text.count(chr(10), 0, fence.start()) + 1}"
        if kind == "text" and found and found[-1].kind in ("python", "sql"):
            last = found.pop()
            found.append(Block(last.name, last.kind, last.script, body, last.why_not))
        elif kind == "console":
            said = body.splitlines()
            script = "\n".join(line[2:] for line in said if line.startswith(("$ ", "> ")))
            shown = "\n".join(line for line in said if not line.startswith(("$ ", "> ")))
            found.append(Block(name, kind, script, shown, fence["why"] or ""))
        elif kind in RUNNABLE:
            shown = "…" if kind == "sh" else ""
            found.append(Block(name, kind, body, shown, fence["why"] or ""))
    return found


def readme_blocks() -> list[Block]:
    """Give the block of `After make run`."""
    text = (CHECKOUT / "README.md").read_text("utf-8")
    section = text.partition("## After `make run`")[2].partition("\n## ")[0]
    [commands] = re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return [Block("README.md", "sh", commands, "…")]


@pytest.fixture(scope="module")
def running(module_house: House) -> Iterator[House]:
    """A house in which everything runs, with a small week in it."""
    started = [role for role in roster.roles(module_house.env) if role.arguments[0] != "issuer"]
    with ExitStack() as stack:
        children = [stack.enter_context(module_house.start(*role.arguments)) for role in started]
        for child, role in zip(children, started, strict=True):
            child.wait_ready(role.ready_url)
        module_house.banjian("feed", *WEEK)
        yield module_house


def run(house: House, block: Block) -> str:
    """Run a block where its reader would: in the checkout, with the house's settings.

    Raises:
        AssertionError: it failed; shows all it said.
    """
    binaries = (str(Path(sys.executable).parent), str(installed_binaries()), os.environ["PATH"])
    env = {**house.env, "PATH": os.pathsep.join(binaries), "PYTHONWARNINGS": "ignore"}
    script = block.script.replace(".venv/bin/", "")
    command = {
        "python": [sys.executable, "-"],
        "sql": ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", env["BANJIAN_AUDITOR_DATABASE_URL"]],
    }.get(block.kind, ["sh", "-eu"])
    done = subprocess.run(
        command,
        input=script,
        env=env,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, f"{block.name} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout.replace("\ufeff", "")


def test_every_block_runs_and_prints_what_is_shown(running: House, page: str) -> None:
    path = CHECKOUT / "docs" / f"{page}.md"
    found = readme_blocks() if page == "README" else blocks(path)

    assert found
    for block in found:
        if not block.why_not:
            said = run(running, block)
            assert matches(block.shown, said), (
                f"{block.name} shows\n{block.shown}\nbut it is\n{said}"
            )


def matches(shown: str, said: str) -> bool:
    """Say whether what was printed is what is shown, `…` standing for anything."""
    lines = [" ".join(line.split()) for line in shown.splitlines() if line.strip()]
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*?") + r"\n"
        for line in lines
    )
    plain = "".join(" ".join(line.split()) + "\n" for line in said.splitlines() if line.strip())
    return re.fullmatch(pattern, plain) is not None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", ["README", *GUIDES])


def test_a_wrong_page_is_found() -> None:
    assert matches("a …\n…\nz", "a 1\nb\nc\nz\n")
    assert not matches("a 2", "a 1\n")
    assert not matches("a …", "a 1\nb\n")


@pytest.mark.parametrize("guide", GUIDES)
def test_every_link_leads_somewhere(guide: str) -> None:
    path = CHECKOUT / "docs" / f"{guide}.md"

    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8")):
        assert (path.parent / link).exists(), link


def test_the_figure_by_hand_is_the_figure(running: House) -> None:
    [by_hand] = [
        block
        for block in blocks(CHECKOUT / "docs" / "analysts.md")
        if "WITH question" in block.script
    ]

    figure = json.loads(running.banjian("stat", "S03", "--as-of", "2020-10-17", "--json"))

    numerator, denominator, _ = run(running, by_hand).strip().split("|")
    assert (int(numerator), int(denominator)) == (figure["numerator"], figure["denominator"])
    assert 0 < figure["numerator"] < figure["denominator"]
