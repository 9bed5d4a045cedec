"""Writes `docs/measures.md` from the measures: `python -m services.disclosure.handbook`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.disclosure.measures import MEASURES, Measure

PATH: Final = Path(__file__).parents[2] / "docs" / "measures.md"

_HEAD: Final = """# Measures

Written by `python -m services.disclosure.handbook` from `services/disclosure/measures/`; a test
compares the two. Every measure takes a period (`from`, `to`, both ends included), `as_of` (default
now), `positions` (default: all that has arrived) and the filters named with it; any other filter
is refused, for the figure would look restricted and not be.

- A measure counts one of five things: **cases**, **items** (versions of lists in force),
  **changes** of the catalog, **claims** of basic items by units, or **happenings**: everything
  else that is counted (fees, tasks and their limits, ratings, tickets, entries, requests,
  supervision, the house's departments and windows). Which of them, and over which population,
  stands with each.
- A **happening** that is taken back (a voided consent, a rating an appeal took out, a record
  entered twice) is a further row with a negative amount: it counts at every place of the log
  before that, and at none from there on. A refund is dated by itself: what was collected until
  then stays collected.
- **as_of** is a moment in the world: a case counts by when it was accepted or completed, a list by
  when it takes effect, not by when the message came. A bare date means its whole day in
  Asia/Shanghai.
- **positions** are places in the services' logs. A figure counts what stands at or before them, so
  the same `as_of` and `positions` give the same figure whatever arrives later. The default is the
  low watermark: everything up to it has arrived; a parked message holds it back, visibly.
- A **correction** counts from its position on, with its new values; a **retracted** acceptance
  takes the case out, a retracted result opens it again.
- **Completion kinds**: 3 (entry error) leaves all measures from its completion time on; 0 issued,
  1 returned, 2 void, 4 forwarded up, 5 correction never came and 6 other count as completed.
- A rate below 100 % is never shown as 100 %; a rate with an empty denominator has no value.
- Months of cases are those of the clock of the place where it happened (the offset in the event),
  of all else those of the centre's clock. `by=year` adds the months of a year up.
- Disclosure's **own log** counts as far as it is sealed: an entry published a moment ago counts
  once it has a position.
- **Per day** means per working day of the period up to `as_of`, by the editions of the calendar
  announced by then; `/working-days` lists them (X9: 205 from January to October 2020, 207 of 2019).
- **Money** is kept in fen and shown in yuan; in lists and in `numerator` it is fen.
- An item is **in force** when a version of it has taken effect and it was not cancelled, merged
  into another or split; of several versions the highest. A frozen item is in force and not in use.
- **Stocks** (S09, S14 to S16) ignore the period. **Changes** (S10 to S13, S40) are those that take
  effect in it; without `from`, since 1 January of the year of `to` or `as_of`, and the answer's
  `filters` say so.
- **S40** is a family: `S40` adds eight kinds up (`--by kind` tells them apart), `S40a` to `S40h`
  are the kinds. A word the report uses twice is bound to its programme: 12 items merged by the
  year's adjustment (S40c) are not the 62 licences merged by the licence programme (S10).
- The **item_type** of a case or a happening is that of its item's newest list at the catalog's
  position; without a list here it has none, and no filter by type finds it.
- A **region** is asked for by its code, 6 digits a county, 9 a township, 12 a village; a shorter
  one may be filled up with zeros. What is in a county or a township is every place whose code
  begins with its code: `region=3412XX001` counts the township and its villages, `region=3412XX`
  all of the county. A breakdown `by=region` has a line for each code as it was said: the township's
  line is what happened in the township itself.
- A **department** of a claim is the unit that claimed it: a county department, township or village.
  Its region is the township's or village's own, where that claimed it.
- Every figure leads to its list: `/cases`, `/entries`, `/happenings` or `/working-days` (`.json`,
  `.csv`), numerator or denominator; the amounts in the list add up to the figure, unless values
  are counted once each. A happening names the position of its event in the log, and its case;
  `/case?case_no=` lists the events a case is counted by.
- A percentage somebody else printed can be checked: `banjian stat check 97.92 --of 1419`, or
  `GET /check?printed=97.92&of=1419`. Publishing takes `printed` and refuses what cannot be.
"""


def text() -> str:
    """Give the whole page."""
    return "\n".join([_HEAD, *(_section(measure) for measure in MEASURES.values())])


def _section(measure: Measure) -> str:
    rows = {
        "numerator": measure.numerator.value,
        "denominator": measure.denominator.value if measure.denominator else "none: a count",
        "counts": measure.of.value,
        "population": measure.population,
        "总体": measure.population_zh,
        "period": measure.window,
        "unit": measure.unit,
        "rounding": f"{measure.rounding.value}, {measure.places} places",
        "defined by": measure.source.value,
        "filters": ", ".join(measure.filters) or "none besides the period",
        "by": ", ".join(measure.groups) or "nothing",
        "computed from": ", ".join(measure.sources),
    }
    lines = [f"## {measure.id} {measure.zh} ({measure.en})", "", measure.note_zh, ""]
    lines += ["| | |", "| --- | --- |", *(f"| {name} | {said} |" for name, said in rows.items())]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
