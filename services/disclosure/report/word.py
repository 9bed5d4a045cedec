"""Writes the document as DOCX. Figures lead to their row in the annex by a link inside the file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any, Final

from services.disclosure.report import words
from services.disclosure.report.document import (
    Chart,
    Document,
    Heading,
    Paragraph,
    Remark,
)
from services.disclosure.report.typeset import check_lines
from services.kernel.times import SHANGHAI

SERIF: Final = "宋体"
SANS: Final = "黑体"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_WIDTHS_MM: Final = (11, 32, 26, 84, 24, 22, 30, 34)

Draw = Callable[[Chart], bytes]


def file(document: Document, draw: Draw) -> bytes:
    """Write the file; `draw` gives a chart as PNG. The same report is the same bytes."""
    import docx
    from docx.enum.section import WD_ORIENT, WD_SECTION
    from docx.shared import Mm, Pt

    made = docx.Document()
    _styles(made)
    moment = document.as_of.astimezone(SHANGHAI).replace(tzinfo=None)
    properties = made.core_properties
    properties.title, properties.author = document.title, document.centre
    properties.language, properties.comments = "zh-CN", words.status(document)
    properties.created = properties.modified = moment
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)

    made.add_heading(document.title, 0)
    made.add_paragraph(document.english)
    made.add_paragraph(words.status(document)).runs[0].bold = True
    for line in words.summary(document):
        made.add_paragraph(line)
    for block in document.blocks:
        _block(made, block, document, draw)

    wide = made.add_section(WD_SECTION.NEW_PAGE)
    wide.orientation = WD_ORIENT.LANDSCAPE
    wide.page_width, wide.page_height = Mm(297), Mm(210)
    wide.left_margin = wide.right_margin = Mm(15)
    made.add_heading(words.ANNEX, 1)
    made.add_paragraph(words.ANNEX_SAYS)
    _annex(made, document)
    for line in check_lines(document):
        made.add_paragraph(line)
    if document.published and document.published.checkpoint:
        made.add_paragraph().add_run(document.published.checkpoint).font.size = Pt(8)
    out = io.BytesIO()
    made.save(out)
    return _dated(out.getvalue())


def _styles(made: Any) -> None:
    """Chinese in Song and Hei, as official documents are set."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, family in (("Normal", SERIF), *((f"Heading {n}", SANS) for n in (1, 2, 3))):
        style = made.styles[name]
        style.font.name = "Times New Roman"
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), family)
    made.styles["Normal"].font.size = Pt(12)
    title = made.styles["Title"].element.get_or_add_rPr().get_or_add_rFonts()
    title.attrib.pop(qn("w:eastAsiaTheme"), None)
    title.set(qn("w:eastAsia"), SANS)
    for number in (1, 2, 3):
        made.styles[f"Heading {number}"].font.color.rgb = RGBColor(0x1C, 0x4A, 0x7A)


def _block(made: Any, block: Any, document: Document, draw: Draw) -> None:
    from docx.shared import Mm, Pt, RGBColor

    if isinstance(block, Heading):
        made.add_heading(block.text, block.level)
    elif isinstance(block, Remark):
        paragraph = made.add_paragraph()
        paragraph.paragraph_format.left_indent = Pt(24)
        about = f"（见数据 {'、'.join(map(str, block.notes))}）" if block.notes else ""
        for text, bold in ((f"{block.id} ", True), (block.text + about, False)):
            run = paragraph.add_run(text)
            run.bold, run.font.size = bold, Pt(9.5)
            run.font.color.rgb = RGBColor(0x4D, 0x55, 0x62)
    elif isinstance(block, Chart):
        made.add_paragraph(f"{block.title}（单位：{block.unit}）").runs[0].bold = True
        shape = made.add_picture(io.BytesIO(draw(block)), width=Mm(150))
        shape._inline.docPr.set("descr", block.description)
    elif isinstance(block, Paragraph):
        paragraph = made.add_paragraph()
        paragraph.paragraph_format.first_line_indent = Pt(24)
        for piece in block.pieces:
            run = paragraph.add_run(piece.text)
            if piece.note:
                run.bold = True
                if document.annex[piece.note - 1].source == "reported":
                    paragraph.add_run(f"（{words.REPORTED}）").font.size = Pt(9)
                _link(paragraph, f"n{piece.note}", f"[{piece.note}]")


def _annex(made: Any, document: Document) -> None:
    from docx.shared import Mm, Pt

    table = made.add_table(rows=1, cols=len(words.HEAD))
    table.style, table.autofit = "Table Grid", False
    for row in (words.HEAD, *words.rows(document.annex)):
        first = row is words.HEAD
        cells = table.rows[0].cells if first else table.add_row().cells
        for cell, text, width in zip(cells, row, _WIDTHS_MM, strict=True):
            cell.width = Mm(width)
            run = cell.paragraphs[0].add_run(text)
            run.font.size, run.bold = Pt(8), first
        if not first:
            _bookmark(cells[0].paragraphs[0], f"n{row[0]}", int(row[0]))
    _repeated(table.rows[0])


def _link(paragraph: Any, target: str, text: str) -> None:
    """Add a raised number that leads to a bookmark."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), target)
    run = paragraph.add_run(text)
    run.font.superscript = True
    link.append(run._r)
    paragraph._p.append(link)


def _bookmark(paragraph: Any, name: str, number: int) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
        mark = OxmlElement(tag)
        mark.set(qn("w:id"), str(number))
        if tag == "w:bookmarkStart":
            mark.set(qn("w:name"), name)
            paragraph._p.insert(0, mark)
        else:
            paragraph._p.append(mark)


def _repeated(row: Any) -> None:
    """Show the head again on every page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(head)


def _dated(file: bytes) -> bytes:
    """Pack the file again with one date for every part, whenever it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, _EPOCH)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return out.getvalue()
