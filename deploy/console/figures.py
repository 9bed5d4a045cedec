"""Figures of disclosure: all of them, or one with its breakdown and its positions."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer

from deploy.console.groups import DefaultsTo
from deploy.console.output import Json, note, print_json, print_pairs, print_table

AsOf = Annotated[
    str,
    typer.Option(help="Moment the figure speaks of: RFC 3339, or a date. Default now."),
]
Begin = Annotated[
    str, typer.Option("--from", help="Cases accepted, or changes in effect, from this moment on.")
]
End = Annotated[
    str, typer.Option("--to", help="Cases accepted, or changes in effect, up to this moment.")
]
Department = Annotated[str, typer.Option(help="Department code; of claims the unit's.")]
Channel = Annotated[str, typer.Option(help="Channel code; of cases.")]
ItemType = Annotated[str, typer.Option(help="Item type, such as 01 (行政许可).")]
KnownAt = Annotated[
    str,
    typer.Option(
        help="Count only what the logs had recorded by this moment: what was known then. Default"
        " all that is known now."
    ),
]
Region = Annotated[str, typer.Option(help="Region code; a county or township with all in it.")]
Level = Annotated[str, typer.Option(help="Level, 4 county, 5 township, 6 village; of the catalog.")]

stat = typer.Typer(
    cls=DefaultsTo,
    help="Print one figure; 'stat check' tells whether a printed percentage can be.",
    context_settings={"ignore_unknown_options": True},
)
figures = typer.Typer(
    cls=DefaultsTo,
    help="The main figures as of a moment; 'figures published' and 'figures recheck'.",
    context_settings={"ignore_unknown_options": True},
)


@figures.command(
    "show",
    epilog="Also: banjian figures published: what was published, and found later;"
    " banjian figures recheck: count all of it again.",
)
def show_figures(
    as_of: AsOf = "",
    known_at: KnownAt = "",
    begin: Begin = "",
    end: End = "",
    department: Department = "",
    channel: Channel = "",
    region: Region = "",
    item_type: ItemType = "",
    level: Level = "",
    as_json: Json = False,
) -> None:
    """Print the main figures in one table: those that take every filter given."""
    words = {"department": department, "channel": channel, "region": region}
    words |= {"item_type": item_type, "level": level}
    said = {name: word for name, word in words.items() if word}
    query = {"as_of": as_of, "known_at": known_at, "from": begin, "to": end} | said
    answers = [
        _stat(measure["id"], query)
        for measure in measures()
        if said.keys() <= {*measure["filters"]}
    ]
    if as_json:
        print_json(answers)
        return
    if answers:
        note(f"as of {answers[0]['as_of']}, positions {_positions(answers[0])}")
        _warn(answers[0])
    print_table(
        ["id", "figure", "", ">value", ">numerator", ">denominator"],
        [
            (
                answer["measure"],
                answer["zh"],
                answer["en"],
                value_of(answer),
                answer["numerator"],
                answer["denominator"],
            )
            for answer in answers
        ],
    )


@stat.command("show", epilog="banjian stat check 97.92 --of 1419: can this percentage be?")
def show_stat(
    measure: Annotated[str, typer.Argument(help="Id of the measure, for example S03.")],
    as_of: AsOf = "",
    by: Annotated[
        str,
        typer.Option(
            help="Break down by department, item_type, region, month or year; cases also by channel"
            " or item, the catalog by level, S40 and much else by kind: what a measure takes"
            " stands in docs/measures.md."
        ),
    ] = "",
    begin: Begin = "",
    end: End = "",
    department: Department = "",
    channel: Channel = "",
    item: Annotated[str, typer.Option(help="Item code.")] = "",
    region: Region = "",
    item_type: ItemType = "",
    level: Level = "",
    positions: Annotated[
        str, typer.Option(help="Count only up to these log positions: intake:17,catalog:4.")
    ] = "",
    known_at: KnownAt = "",
    as_json: Json = False,
) -> None:
    """Print one figure: value, numerator, denominator, and the log positions it stands on."""
    query = {"as_of": as_of, "from": begin, "to": end, "department": department}
    query |= {"channel": channel, "item": item, "region": region, "positions": positions}
    query |= {"item_type": item_type, "level": level, "by": by, "known_at": known_at}
    answer = _stat(measure, query)
    if as_json:
        print_json(answer)
        return
    print_pairs(
        {
            "figure": f"{answer['measure']} {answer['zh']} ({answer['en']})",
            "value": value_of(answer),
            "numerator": answer["numerator"],
            "denominator": answer["denominator"],
            "rounding": f"{answer['rounding']}, {answer['places']} places",
            "as of": answer["as_of"],
            "known at": answer.get("known_at") or "now",
            "over": ", ".join(f"{name} {word}" for name, word in answer["filters"].items()),
            "positions": _positions(answer),
        }
    )
    _warn(answer)
    if by:
        groups = answer["groups"]
        named = any(group.get("name") for group in groups)
        print_table(
            [by, *(["name"] if named else []), ">value", ">numerator", ">denominator"],
            [
                (
                    group["key"],
                    *([group.get("name", "")] if named else []),
                    value_of(answer | group),
                    group["numerator"],
                    group["denominator"],
                )
                for group in groups
            ],
        )


@figures.command("published")
def show_published(
    measure: Annotated[str, typer.Option(help="Only of this measure, for example S03.")] = "",
    as_json: Json = False,
) -> None:
    """List what was published, the newest first, with what was found of it later."""
    from deploy.console.http import call

    listed: list[dict[str, Any]] = call(
        "disclosure", "/figures", query={"measure": measure, "limit": "200"}
    )
    if as_json:
        print_json(listed)
        return
    print_table(
        ["figure", "id", ">published", ">now", "as of", ">corrections"],
        [
            (
                one["figure"],
                one["measure"],
                value_of(one),
                value_of(one | one["corrections"][-1]) if one["corrections"] else "the same",
                one["as_of"],
                len(one["corrections"]),
            )
            for one in listed
        ],
    )


@figures.command("recheck", epilog="The deadlines of the house do the same on their own.")
def recheck(as_json: Json = False) -> None:
    """Count every published figure again; say beside it if it is another by what is known now.

    What was published stays as it was. Needs the role statistician.
    """
    from deploy.console.http import call
    from deploy.console.identity import bearer

    token = bearer(["statistician"], subject=getpass.getuser())
    rechecked, corrected, after = 0, [], ""
    while True:
        said = {"after": after}
        told = call("disclosure", "/figures/recheck", body=said, headers=token, timeout_s=300.0)
        rechecked += told["rechecked"]
        corrected += told["corrected"]
        after = told["next"]
        if not after:
            break
        note(f"{rechecked} counted again")
    if as_json:
        print_json({"rechecked": rechecked, "corrected": corrected})
        return
    note(f"{rechecked} published figures counted again, {len(corrected)} corrected")
    if corrected:
        print_table(
            ["figure", "id", ">was", ">is", ">causes"],
            [
                (one["figure"], one["measure"], one["was"], one["value"], one["causes"])
                for one in corrected
            ],
        )


@stat.command("check")
def check(
    printed: Annotated[str, typer.Argument(help="The percentage as printed, such as 97.92.")],
    of: Annotated[int, typer.Option(help="The population it is said to be of.", min=1)],
    places: Annotated[
        int | None,
        typer.Option(help="Decimal places it was printed with; default: as it shows.", max=9),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell whether any whole number over a population is printed as this percentage."""
    from decimal import Decimal, InvalidOperation

    from services.chassis.errors import ContractError
    from services.kernel.rounding import percent, possible_percent

    try:
        value = Decimal(printed.strip().rstrip("%％"))
        shown = max(0, -int(value.as_tuple().exponent)) if places is None else places
        found = possible_percent(value, of, shown)
    except (InvalidOperation, ValueError) as problem:
        reason = str(problem) if type(problem) is ValueError else "not a number"
        raise ContractError(f"{printed}: {reason}") from None
    nearest = {str(k): str(percent(k, of, shown + 4)) for k in found.nearest}
    answer = {
        "printed": str(value),
        "of": of,
        "places": shown,
        "possible": found.possible,
        "rounded": list(found.rounded[:100]),
        "truncated": list(found.truncated[:100]),
        "nearest": nearest,
    }
    if as_json:
        print_json(answer)
        return
    print_pairs(
        {
            "printed": f"{value} % of {of}",
            "possible": "yes" if found.possible else "no: no whole number over it is printed so",
            "rounded": _range(found.rounded) or "none",
            "cut off": _range(found.truncated) or "none",
            "nearest": ", ".join(f"{k} = {share} %" for k, share in nearest.items()),
        }
    )


def _range(numerators: range) -> str:
    """Spell the numerators that give a percentage."""
    if len(numerators) < 2:
        return ", ".join(map(str, numerators))
    return f"{numerators[0]} to {numerators[-1]} ({len(numerators)} of them)"


def measures() -> list[dict[str, Any]]:
    """List the measures disclosure knows."""
    from deploy.console.http import call

    listed: list[dict[str, Any]] = call("disclosure", "/measures")
    return listed


def value_of(answer: dict[str, Any]) -> str:
    """Spell a value with its unit; an empty denominator has none."""
    value = answer.get("value")
    if value is None:
        return "undefined"
    unit = {"percent": " %", "days": " working days", "materials": " materials"}
    return f"{value}{unit.get(answer.get('unit', ''), '')}"


def _stat(measure: str, query: dict[str, str]) -> dict[str, Any]:
    from deploy.console.http import call, segment

    answer: dict[str, Any] = call("disclosure", f"/stat/{segment(measure)}", query=query)
    return answer


def _positions(answer: dict[str, Any]) -> str:
    return ",".join(f"{name}:{at}" for name, at in answer["positions"].items())


def _warn(answer: dict[str, Any]) -> None:
    if answer["parked"]:
        note(f"{answer['parked']} messages wait for a person: banjian parked list disclosure")
    elif answer["standing"]:
        note("events have arrived that may not be counted yet: an earlier one is missing")
