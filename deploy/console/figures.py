"""Figures of disclosure: all of them, or one with its breakdown and its positions."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deploy.console.output import Json, note, print_json, print_pairs, print_table

AsOf = Annotated[
    str,
    typer.Option(help="Moment the figure speaks of: RFC 3339, or a date. Default now."),
]
Begin = Annotated[str, typer.Option("--from", help="Cases accepted from this moment on.")]
End = Annotated[str, typer.Option("--to", help="Cases accepted up to this moment.")]
Department = Annotated[str, typer.Option(help="Department code.")]
Channel = Annotated[str, typer.Option(help="Channel code.")]


def show_figures(
    as_of: AsOf = "",
    begin: Begin = "",
    end: End = "",
    department: Department = "",
    channel: Channel = "",
    as_json: Json = False,
) -> None:
    """Print the main figures in one table."""
    query = _query(as_of, begin, end, department, channel)
    answers = [_stat(measure["id"], query) for measure in measures()]
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


def stat(
    measure: Annotated[str, typer.Argument(help="Id of the measure, for example S03.")],
    as_of: AsOf = "",
    by: Annotated[
        str, typer.Option(help="Break down by channel, department, item, region or month.")
    ] = "",
    begin: Begin = "",
    end: End = "",
    department: Department = "",
    channel: Channel = "",
    item: Annotated[str, typer.Option(help="Item code.")] = "",
    region: Annotated[str, typer.Option(help="Region code.")] = "",
    positions: Annotated[
        str, typer.Option(help="Count only up to these log positions: intake:17,catalog:4.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Print one figure: value, numerator, denominator, and the log positions it stands on."""
    query = _query(as_of, begin, end, department, channel)
    query |= {"by": by, "item": item, "region": region, "positions": positions}
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
            "positions": _positions(answer),
        }
    )
    _warn(answer)
    if by:
        print_table(
            [by, ">value", ">numerator", ">denominator"],
            [
                (group["key"], value_of(answer | group), group["numerator"], group["denominator"])
                for group in answer["groups"]
            ],
        )


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
    return f"{value} %" if answer.get("unit") == "percent" else str(value)


def _stat(measure: str, query: dict[str, str]) -> dict[str, Any]:
    from deploy.console.http import call, segment

    answer: dict[str, Any] = call("disclosure", f"/stat/{segment(measure)}", query=query)
    return answer


def _query(as_of: str, begin: str, end: str, department: str, channel: str) -> dict[str, str]:
    words = {"as_of": as_of, "from": begin, "to": end, "department": department}
    return words | {"channel": channel}


def _positions(answer: dict[str, Any]) -> str:
    return ",".join(f"{name}:{at}" for name, at in answer["positions"].items())


def _warn(answer: dict[str, Any]) -> None:
    if answer["parked"]:
        note(f"{answer['parked']} messages wait for a person: banjian parked list disclosure")
    elif answer["standing"]:
        note("events have arrived that may not be counted yet: an earlier one is missing")
