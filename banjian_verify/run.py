"""Checks a whole export: each log, then the figures that were published from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from banjian_verify.export import EventLine, ExportError, Source
from banjian_verify.figures import CORRECTED, PUBLISHED, Cases, Figure, Recount
from banjian_verify.logs import Seen, check_log
from banjian_verify.trust import Found, Problem, Trust


@dataclass
class Verdict:
    """What checking an export came to."""

    logs: list[Found] = field(default_factory=list)
    figures: list[Recount] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.problems

    def report(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return {
            "good": self.good,
            "problems": [
                {"service": p.service, "what": p.what, "first": p.first, "last": p.last}
                for p in self.problems
            ],
            "logs": [
                {
                    "service": log.service,
                    "from": log.first,
                    "to": log.last,
                    "events": log.events,
                    "covered": log.covered,
                    "checkpoints": log.checkpoints,
                    "key": log.key,
                    "trusted": log.trusted,
                    "witnessed": log.witnessed,
                }
                for log in self.logs
            ],
            "figures": [
                {
                    "figure": one.figure.id,
                    "measure": one.figure.measure,
                    "position": one.figure.position,
                    "corrects": one.figure.corrects,
                    "published": [one.figure.numerator, one.figure.denominator, one.figure.value],
                    "recounted": None
                    if one.why_not
                    else [one.numerator, one.denominator, one.value],
                    "same": one.same,
                    "why_not": one.why_not,
                }
                for one in self.figures
            ],
        }


def verify(
    source: Source,
    trust: Trust,
    figures: Sequence[str] = (),
    progress: Callable[[str], None] = lambda service: None,
) -> Verdict:
    """Check every log of an export, and count its published figures again.

    Args:
        figures: ids of those to count; by default all that are in the export.
    """
    verdict = Verdict()
    try:
        services = sorted(source.manifest()["services"])
        verdict.problems += _absent(source, trust)
    except ExportError as error:
        verdict.problems.append(Problem("export", str(error)))
        return verdict
    except (KeyError, TypeError, AttributeError) as error:
        what = f"the manifest is not what it should be ({type(error).__name__})"
        verdict.problems.append(Problem("export", what))
        return verdict
    published: list[Figure] = []
    newest: dict[str, Figure] = {}
    cases = Cases()

    def note_figure(event: EventLine) -> None:
        name = str(event.stream)
        if event.topic not in (PUBLISHED, CORRECTED) or (figures and name not in figures):
            return
        if event.topic == PUBLISHED:
            newest[name] = Figure.read(event)
        elif name not in newest:
            return  # of a figure that was published before this export begins
        else:
            newest[name], wrong = newest[name].corrected(event)
            if wrong:
                problem = Problem("disclosure", f"figure {name}: {wrong}", event.position)
                verdict.problems.append(problem)
        published.append(newest[name])

    seen: dict[str, Seen] = {"disclosure": note_figure, "intake": cases}
    for service in services:
        progress(service)
        verdict.logs.append(check_log(source, service, trust, seen.get(service)))
    verdict.problems += [problem for log in verdict.logs for problem in log.problems]
    for name in [name for name in figures if name not in {figure.id for figure in published}]:
        verdict.problems.append(Problem("disclosure", f"figure {name} is not in this export"))
    intake = next((log for log in verdict.logs if log.service == "intake"), None)
    for figure in published:
        verdict.figures.append(_recount(figure, cases, intake))
    for one in verdict.figures:
        if not one.same and not one.why_not:
            verdict.problems.append(
                Problem(
                    "disclosure",
                    f"figure {one.figure.id} ({one.figure.measure}) says {one.figure.numerator} of"
                    f" {one.figure.denominator},"
                    f" the events say {one.numerator} of {one.denominator}",
                    one.figure.position,
                )
            )
    for changed in getattr(source, "changed", []):
        if verdict.good:
            verdict.problems.append(
                Problem("export", f"{changed} is not the file the manifest names")
            )
    return verdict


def _absent(source: Source, trust: Trust) -> Iterator[Problem]:
    """Name the logs the reader knows and the export has not: they may have been left out."""
    there = {
        str(tree["origin"])
        for said in source.manifest()["services"].values()
        for tree in said["trees"]
    }
    wanted = {key.name for key in trust.keys}
    wanted |= {text.partition("\n")[0] for text in trust.checkpoints}
    for origin in sorted(wanted - there):
        yield Problem("export", f"the log {origin} is not in it")


def _recount(figure: Figure, cases: Cases, intake: Found | None) -> Recount:
    if intake is None or intake.first != 1 or intake.last < figure.upto:
        return Recount(figure, why_not=f"needs intake's events from 1 to {figure.upto}")
    if intake.problems:
        return Recount(figure, why_not="intake's log is not what was signed")
    return cases.recount(figure)
