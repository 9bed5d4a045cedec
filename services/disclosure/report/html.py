"""Writes the document as HTML: the inside of a page, or a file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.disclosure.report import words
from services.disclosure.report.document import Block, Chart, Document, Remark
from services.disclosure.report.svg import draw

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def body(document: Document, *, base: str = "", linked: bool = True) -> Markup:
    """Write the inside of the page; `linked`: figures lead to their proofs behind `base`."""
    return Markup(  # made by an autoescaping template
        _TEMPLATES.get_template("report_body.html").render(
            document=document,
            groups=_groups(document.blocks),
            figures={figure.note: figure for figure in document.annex},
            rows=words.rows(document.annex),
            words=words,
            draw=_drawn,
            base=base,
            linked=linked,
            command=command(document),
        )
    )


def file(document: Document, css: str) -> bytes:
    """Write a page that stands alone, the style sheet in it."""
    page = _TEMPLATES.get_template("report_file.html").render(
        document=document,
        body=body(document, linked=False),
        css=Markup(css),  # our own style sheet
    )
    return page.encode()


def command(document: Document) -> str:
    """Give the command that computes a figure of this report again."""
    figure = next((one for one in document.annex if one.measure), None)
    if figure is None or figure.as_of is None:
        return "banjian stat S01 --as-of " + f"{document.as_of:%Y-%m-%d}"
    places = ",".join(f"{place.source}:{place.position}" for place in document.places)
    begin = f" --from {figure.begin:%Y-%m-%d}" if figure.begin else ""
    return (
        f"banjian stat {figure.measure} --as-of {figure.as_of.isoformat()}{begin}"
        f" --positions {places} --json"
    )


def _groups(blocks: Sequence[Block]) -> list[tuple[Block, list[Remark]]]:
    """Put every remark beside the paragraph it is about."""
    found: list[tuple[Block, list[Remark]]] = []
    for block in blocks:
        if isinstance(block, Remark) and found:
            found[-1][1].append(block)
        else:
            found.append((block, []))
    return found


def _drawn(chart: Chart) -> Markup:
    return Markup(draw(chart))  # escapes what it is given


@lru_cache
def house_css() -> str:
    """Give the house's style sheet."""
    web = Path(__file__).parents[2] / "chassis" / "web" / "static" / "banjian.css"
    return web.read_text("utf-8")
