"""Checks a whole export: each log, then the figures that were published from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from banjian_verify.books import Books, logs
from banjian_verify.export import EventLine, ExportError, Source
from banjian_verify.figures import CORRECTED, PUBLISHED, Figure, Recount
from banjian_verify.logs import check_log
from banjian_verify.trust import Found, Problem, Trust

OWN: Final = "disclosure"
"""The service whose log says which figures were published."""


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
    books = Books()

    def note(event: EventLine) -> None:
        name = str(event.stream)
        if event.topic not in (PUBLISHED, CORRECTED) or (figures and name not in figures):
            books(event)
            return
        if event.topic == PUBLISHED:
            newest[name] = Figure.read(event)
        elif name not in newest:
            return  # of a figure that was published before this export begins
        else:
            newest[name], wrong = newest[name].corrected(event)
            if wrong:
                problem = Problem(OWN, f"figure {name}: {wrong}", event.position)
                verdict.problems.append(problem)
        published.append(newest[name])

    if OWN not in services:
        books.want(())
    found: dict[str, Found] = {}
    for service in sorted(services, key=lambda name: name != OWN):  # its figures say what to keep
        progress(service)
        found[service] = check_log(source, service, trust, note if service == OWN else books)
        if service == OWN:
            books.want(published)
    verdict.logs = [found[service] for service in services]
    verdict.problems += [problem for log in verdict.logs for problem in log.problems]
    for name in [name for name in figures if name not in {figure.id for figure in published}]:
        verdict.problems.append(Problem(OWN, f"figure {name} is not in this export"))
    for figure in published:
        why_not = _missing(figure, found)
        verdict.figures.append(
            Recount(figure, why_not=why_not) if why_not else books.recount(figure)
        )
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


def _missing(figure: Figure, found: Mapping[str, Found]) -> str:
    """Say which log a figure is counted from and cannot be here; empty: none."""
    for log in sorted(logs(figure)):
        upto, there = figure.upto(log), found.get(log)
        if upto and (there is None or there.first != 1 or there.last < upto):
            return f"needs {log}'s events from 1 to {upto}"
        if upto and there is not None and there.problems:
            return f"{log}'s log is not what was signed"
    return ""
