"""The reply to a request as a letter to be printed: what the log says of it, and to whom."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from services.chassis.errors import NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.parts import Crumb
from services.disclosure.domain.foi import foi_stream
from services.disclosure.domain.foi_events import FoiReplied
from services.disclosure.pages import asked_words as words
from services.disclosure.projections.names import unit_names
from services.disclosure.service.foi import ACTORS, PRIVATE, FoiRoutes
from services.disclosure.service.foi_desk import HERE
from services.disclosure.service.foi_pages import shown_day
from services.disclosure.service.screens import PAGES


class LetterForm(msgspec.Struct, frozen=True):
    """Nothing besides the address: a form, for that a letter is opened is written down."""


class Replied(msgspec.Struct, frozen=True):
    """What a letter takes from the event of the reply."""

    reply: str
    grounds: list[str]
    remedies: str
    letter_no: str
    sealed_by: str
    replied_on: str
    where: str | None = None
    earlier_request_no: str | None = None


TYPE: Final = FoiReplied.TOPIC


class FoiLetters(FoiRoutes):
    """The page of the letter."""

    @route(
        "POST",
        "/foi-desk/<request_no>/letter",
        html=True,
        request=LetterForm,
        roles=ACTORS,
        summary="The reply as a letter to be printed; that it is opened is written down",
    )
    def show_letter(self, call: Call[LetterForm]) -> Reply:
        number = call.path["request_no"]
        request = self.figures.request_of(number)
        event = next(
            (one for one in self.figures.events_of(foi_stream(number)) if one.type == TYPE), None
        )
        if event is None:
            raise NotFoundError("this request has no reply yet")
        said = event.read(Replied)
        texts: dict[str, Any] = self._texts(call, number)
        text = PAGES.render(
            "foi_letter.html",
            call,
            title="政府信息公开申请答复书",
            english="Reply",
            crumbs=[HERE, Crumb(f"申请 {number}", f"/foi-desk/{number}")],
            number=number,
            said=said,
            reply=words.REPLIES[said.reply],
            grounds="、".join(words.GROUNDS[one] for one in said.grounds),
            to=texts.get("name", ""),
            asked=texts.get("foi_text", ""),
            note=texts.get(f"foi_note_{event.version}", ""),
            office=unit_names(self.figures.database).get(said.sealed_by, said.sealed_by),
            received_on=shown_day(request.received_on),
            replied_on="{}年{}月{}日".format(*(int(part) for part in said.replied_on.split("-"))),
        )
        return Reply(text, headers=PRIVATE)
