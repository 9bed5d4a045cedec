"""Cases as intake knows them: one with its history, as it is or as it was; and lists."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deploy.console.output import Json, note, print_json, print_pairs, print_table

COLUMNS = (
    *("project_no", "state", "item_name", "department", "channel"),
    *("accepted_at", "promised_due_at", "completed_at"),
)

app = typer.Typer(help="Show cases: their state and their history.", no_args_is_help=True)


@app.command()
def show(
    case: Annotated[str, typer.Argument(help="Case number (办件编号).")],
    at: Annotated[str, typer.Option(help="As it was at this moment: RFC 3339, or a date.")] = "",
    as_json: Json = False,
) -> None:
    """Print a case's state and the events that made it, rebuilt from the log.

    [bold]Example[/bold]: banjian case show case-10011 --at 2011-11-01T00:00:00+01:00
    """
    found = _case(case, at)
    if as_json:
        print_json(found)
        return
    simple = {k: v for k, v in found["case"].items() if not isinstance(v, dict | list)}
    print_pairs(simple)
    print_table(
        [">version", "event", "occurred", "recorded", "by"],
        [
            (
                event["version"],
                event["type"],
                event["occurred_at"],
                event["recorded_at"],
                _actor(event["actor"]),
            )
            for event in found["history"]
        ],
        title="history",
    )


@app.command("list")
def list_cases(
    limit: Annotated[int, typer.Option(min=1, max=500, help="Rows of one page.")] = 50,
    cursor: Annotated[str, typer.Option(help="`next` of the page before.")] = "",
    state: Annotated[str, typer.Option(help="Only cases in this state.")] = "",
    as_json: Json = False,
) -> None:
    """List cases, a page at a time."""
    from deploy.console.http import call

    query = {"limit": str(limit), "cursor": cursor, "state": state}
    page: dict[str, Any] = call("intake", "/cases", query=query)
    if as_json:
        print_json(page)
        return
    items = page["items"]
    print_table(COLUMNS, [[item.get(name) for name in COLUMNS] for item in items])
    if page.get("next"):
        note(f"more: banjian case list --cursor {page['next']}")


def _case(case: str, at: str) -> dict[str, Any]:
    from deploy.console.http import call, segment

    found: dict[str, Any] = call("intake", f"/cases/{segment(case)}", query={"at": at})
    return found


def _actor(actor: dict[str, Any]) -> str:
    return " ".join(str(actor[name]) for name in ("kind", "id", "unit") if actor.get(name))
