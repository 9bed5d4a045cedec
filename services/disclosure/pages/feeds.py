"""What is public as an Atom feed (RFC 4287) and as a sitemap (sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from xml.etree import ElementTree as Xml

from services.disclosure.projections.entries import PublicEntry

_ATOM: Final = "http://www.w3.org/2005/Atom"
_MAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
TITLE: Final = "县政府信息公开"
ALWAYS: Final = ("/", "/open", "/foi", "/board", "/results/page", "/report", "/how")
"""Pages that are always there."""
SUMMARY: Final = 200
"""Characters of a text that the feed shows."""


def atom(entries: Sequence[PublicEntry], site: str, now: datetime) -> str:
    """Write the feed; `site` is the address before every page."""
    feed = Xml.Element("feed", xmlns=_ATOM)
    _add(feed, "title", TITLE)
    _add(feed, "id", f"{site}/open")
    Xml.SubElement(feed, "link", rel="alternate", href=f"{site}/open")
    Xml.SubElement(feed, "link", rel="self", href=f"{site}/open/feed.atom")
    _add(feed, "updated", max((one.updated_at for one in entries), default=now).isoformat())
    _add(Xml.SubElement(feed, "author"), "name", TITLE)
    for one in entries:
        entry = Xml.SubElement(feed, "entry")
        address = f"{site}/open/{one.entry_no}"
        _add(entry, "title", one.title)
        _add(entry, "id", address)
        Xml.SubElement(entry, "link", rel="alternate", href=address)
        _add(entry, "published", one.published_at.isoformat())
        _add(entry, "updated", one.updated_at.isoformat())
        Xml.SubElement(entry, "category", term=one.facet)
        _add(entry, "summary", clean(one.text[:SUMMARY]))
    return _text(feed)


def sitemap(entries: Iterable[PublicEntry], site: str) -> str:
    """Write the sitemap: the pages that are always there, then every entry."""
    root = Xml.Element("urlset", xmlns=_MAP)
    for path in ALWAYS:
        _add(Xml.SubElement(root, "url"), "loc", f"{site}{path}")
    for one in entries:
        place = Xml.SubElement(root, "url")
        _add(place, "loc", f"{site}/open/{one.entry_no}")
        _add(place, "lastmod", one.updated_at.isoformat())
    return _text(root)


def clean(text: str) -> str:
    """Give a text without the control characters XML has no place for."""
    return "".join(one for one in text if one >= " " or one in "\t\n\r")


def _add(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, name).text = clean(text)


def _text(root: Xml.Element) -> str:
    return Xml.tostring(root, encoding="unicode", xml_declaration=False).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
    )
