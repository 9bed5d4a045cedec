"""The reply to a request as a letter to be printed: what the log says of it, and to whom."""

from __future__ import annotations

import msgspec

from services.chassis.errors import NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.parts import Crumb
from services.disclosure.domain.foi import foi_stream
from services.disclosure.domain.foi_events import FoiReplied
from services.disclosure.pages import letters
from services.disclosure.projections.names import unit_names
from services.disclosure.service.foi import ACTORS, PRIVATE, FoiRoutes
from services.disclosure.service.foi_desk import HERE
from services.disclosure.service.foi_pages import shown_day
from services.disclosure.service.screens import PAGES


class LetterForm(msgspec.Struct, frozen=True):
    """Nothing besides the address: a form, for that a letter is opened is written down."""


class FoiLetters(FoiRoutes):
    """The letter as a page and as a file."""

    @route(
        "POST",
        "/foi-desk/<request_no>/letter",
        html=True,
        request=LetterForm,
        roles=ACTORS,
        summary="The reply as a letter to be printed; that it is opened is written down",
    )
    def show_letter(self, call: Call[LetterForm]) -> Reply:
        letter = self._letter(call)
        text = PAGES.render(
            "foi_letter.html",
            call,
            title=letters.TITLE,
            english="Reply",
            crumbs=[HERE, Crumb(f"申请 {letter.number}", f"/foi-desk/{letter.number}")],
            letter=letter,
        )
        return Reply(text, headers=PRIVATE)

    @route(
        "POST",
        "/foi-desk/<request_no>/letter.pdf",
        html=True,
        request=LetterForm,
        roles=ACTORS,
        summary="The same letter as PDF; that it is opened is written down",
    )
    def download_letter(self, call: Call[LetterForm]) -> Reply:
        letter = self._letter(call)
        headers = {
            **PRIVATE,
            "Content-Type": "application/pdf",
            "Content-Disposition": f'attachment; filename="{letter.number}.pdf"',
        }
        return Reply(letters.pdf(letter), headers=headers)

    def _letter(self, call: Call[LetterForm]) -> letters.Letter:
        number = call.path["request_no"]
        request = self.figures.request_of(number)
        events = self.figures.events_of(foi_stream(number))
        event = next((one for one in events if one.type == FoiReplied.TOPIC), None)
        if event is None:
            raise NotFoundError("this request has no reply yet")
        said = event.read(letters.Replied)
        texts = self._texts(call, number)
        return letters.letter(
            number,
            said,
            texts,
            texts.get(f"foi_note_{event.version}", ""),
            unit_names(self.figures.database).get(said.sealed_by, said.sealed_by),
            shown_day(request.received_on),
        )
