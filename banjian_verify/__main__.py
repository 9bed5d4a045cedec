"""`python -m banjian_verify DIR` ends with 0 when everything holds, with 1 when not."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from banjian_verify.export import Folder
from banjian_verify.notes import Key, NoteError
from banjian_verify.run import Verdict, verify
from banjian_verify.stamps import read_certificates
from banjian_verify.trust import Trust


def options() -> argparse.ArgumentParser:
    """Give what the command line takes."""
    parser = argparse.ArgumentParser(prog="python -m banjian_verify", description=__doc__)
    parser.add_argument("folder", type=Path, help="an export: manifest.json is in it")
    parser.add_argument("--key", action="append", default=[], help="verifier key of a log")
    parser.add_argument("--witness", action="append", default=[], help="verifier key of a witness")
    parser.add_argument(
        "--tsa-cert",
        type=Path,
        action="append",
        default=[],
        help="of time stamps (PEM)",
    )
    parser.add_argument(
        "--checkpoint", type=Path, action="append", default=[], help="a checkpoint kept elsewhere"
    )
    parser.add_argument("--witnessed", action="store_true", help="ask for one who has seen it")
    parser.add_argument("--figure", action="append", default=[], help="count only this one again")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def trust_of(
    keys: Sequence[str],
    witnesses: Sequence[str],
    certificates: Sequence[Path],
    checkpoints: Sequence[Path],
    witnessed: bool = False,
) -> Trust:
    """Read what the reader brings along.

    Raises:
        NoteError, ValueError, OSError: it cannot be read.
    """
    return Trust(
        [Key.read(text) for text in keys],
        [Key.read(text) for text in witnesses],
        [one for path in certificates for one in read_certificates(path.read_bytes())],
        [path.read_text("utf-8") for path in checkpoints],
        witnessed,
    )


def show(verdict: Verdict, out: TextIO) -> None:
    """Tell a person what was found."""
    for log in verdict.logs:
        whose = "a key you brought" if log.trusted else "the keys it names itself"
        out.write(
            f"{log.service}: {log.events} events, positions {log.first} to {log.last};"
            f" {log.checkpoints} checkpoints, checked with {whose}: {log.key}\n"
        )
        if log.covered < log.last and not log.problems:
            out.write(
                f"  positions {log.covered + 1} to {log.last} are not under a checkpoint yet\n"
            )
        for seen in log.witnessed[-3:]:
            out.write(f"  seen by {seen}\n")
    for one in verdict.figures:
        figure = one.figure
        said = f"{figure.measure} = {figure.value} ({figure.numerator} of {figure.denominator})"
        result = one.why_not and f"not counted again: {one.why_not}"
        result = result or ("the events say the same" if one.same else "THE EVENTS SAY ANOTHER")
        when = f", corrected at {figure.position}" if figure.corrects else ""
        out.write(f"figure {figure.id}{when}: {said}: {result}\n")
    for problem in verdict.problems:
        out.write(f"WRONG  {problem}\n")
    out.write("everything holds\n" if verdict.good else "this is not what was signed\n")


def main(arguments: Sequence[str]) -> int:
    """Check an export and give the exit code."""
    asked = options().parse_args(arguments)
    try:
        trust = trust_of(
            asked.key, asked.witness, asked.tsa_cert, asked.checkpoint, asked.witnessed
        )
    except (NoteError, ValueError, OSError) as error:
        sys.stderr.write(f"banjian_verify: {error}\n")
        return 2
    verdict = verify(Folder(asked.folder), trust, asked.figure)
    if asked.json:
        sys.stdout.write(json.dumps(verdict.report(), ensure_ascii=False, indent=2) + "\n")
    else:
        show(verdict, sys.stdout)
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
