"""The way to an application: may I, who am I, my cases (申请人门户)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any

import msgspec

from services.chassis.clock import Clock
from services.chassis.errors import NotFoundError
from services.chassis.reference import Reference
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Crumb
from services.chassis.web.session import sign_in_href
from services.intake.answers import SubmitCase, Taken
from services.intake.domain.items import ItemVersion, ListedItem
from services.intake.pages.portal.eligibility import Eligibility, Offer, check, promise_of
from services.intake.pages.portal.mine import filters, lines, mandates, pages
from services.intake.pages.portal.particulars import FillForm, labels, wrongs
from services.intake.portal_answers import EligibilityQuery, FillQuery, MineQuery
from services.intake.projections import CaseRow, catalog_of, list_cases
from services.intake.projections.agency import list_agencies
from services.intake.projections.portal import items_of
from services.intake.service.cases import PAGES
from services.intake.service.portal_desk import (
    OWNERS,
    PRIVATE,
    REFUSED,
    channel_of,
    go,
    item_of,
    said,
    saying,
)


class PortalRoutes:
    """Pages of an applicant before there is a case, and the list of cases."""

    clock: Clock
    frame: Any
    cases: Any
    submit: Any

    @route(
        "GET",
        "/my/apply/<item_code>",
        html=True,
        public=True,
        query=EligibilityQuery,
        summary="May I apply for this item: its questions, and plainly why not",
    )
    def ask_eligibility(self, call: Call[None, EligibilityQuery]) -> Reply:
        query, code = call.query, call.path["item_code"]
        item, offer, version = self._portal_item(code)
        found = check(
            item,
            offer,
            self.clock.now(),
            asked=bool(query.asked),
            who=query.who,
            met=query.met,
        )
        return Reply(self._portal_questions(call, found, offer, version))

    @route(
        "GET",
        "/my/apply/<item_code>/form",
        html=True,
        roles=OWNERS,
        query=FillQuery,
        summary="The form of an application",
    )
    def begin_application(self, call: Call[None, FillQuery]) -> Reply:
        _, _, version = self._portal_item(call.path["item_code"])
        form = FillForm(
            key=token_hex(16),
            who=call.query.who,
            version=version.item_version if version else 0,
        )
        return self._portal_form(call, form)

    @route(
        "POST",
        "/my/apply/<item_code>/form",
        html=True,
        roles=OWNERS,
        request=FillForm,
        summary="Keep an application as a draft; the particulars go to the vault",
    )
    def keep_application(self, call: Call[FillForm]) -> Reply:
        form, code = call.body, call.path["item_code"]
        wrong = wrongs(form)
        if wrong:
            return self._portal_form(call, form, wrong)
        wish = SubmitCase(
            item_code=code,
            applicant=form.applicant(),
            channel=channel_of(call),
            item_version_seen=form.version or None,
            handling_form="3" if channel_of(call) == "mobile" else "2",
            draft=True,
            declared_trust=bool(form.trust),
        )
        key = f"form/intake/{call.caller.id}/{form.key}" if form.key else ""
        try:
            answer = self.submit(saying(call, wish, key))
        except REFUSED as error:
            return self._portal_form(call, form, refused=said(error))
        taken: Taken = answer.value
        return go(call, f"/my/cases/{taken.project_no}/materials", done="draft")

    @route(
        "GET",
        "/my/cases",
        html=True,
        roles=OWNERS,
        query=MineQuery,
        summary="The cases of the own account",
    )
    def show_mine_cases(self, call: Call[None, MineQuery]) -> Reply:
        query, account = call.query, call.caller.id
        page = self._portal_list(query, account)
        told = {"state": query.state, "item_code": query.item_code}
        first, after = pages(page, told, query.cursor)
        agent = "agent" in call.caller.roles
        rows = list_agencies(self.cases.database, party=account, state="accepted", limit=100)
        names = self._portal_names(items_of(self.cases.database, account))
        text = PAGES.render(
            "portal/mine.html",
            call,
            title="我的办件",
            english="My cases",
            filters=filters(query.state, query.item_code, names),
            filtered=bool(query.state or query.item_code),
            lines=lines(page.items, names),
            first_href=first,
            next_href=after,
            mandates=mandates(rows, account) if agent else [],
        )
        return Reply(text, headers=PRIVATE)

    def _portal_list(self, query: MineQuery, account: str) -> Page[CaseRow]:
        rows = list_cases(
            self.cases.database,
            account=account,
            state=query.state,
            item_code=query.item_code,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.submitted_at, row.project_no))

    def _portal_names(self, codes: Sequence[str]) -> dict[str, str]:
        now = self.clock.now()
        known = catalog_of(self.cases.database)(codes).items
        found = {code: known[code].in_force(now) for code in codes if code in known}
        return {code: version.name if version else code for code, version in found.items()}

    def _portal_item(self, code: str) -> tuple[ListedItem | None, Offer, ItemVersion | None]:
        """Give an item, what its list says, and the version in force.

        Raises:
            NotFoundError: no list ever named it.
        """
        item = item_of(self, code)
        if item is None:
            raise NotFoundError("no list has this item")
        version = item.in_force(self.clock.now())
        number = version.item_version if version else 0
        text = Reference(self.cases.database).listing(code, number) if number else None
        offer = msgspec.json.decode(text or b"null", type=Offer | None) or Offer()
        return item, offer, version

    def _portal_questions(
        self,
        call: Call[Any, Any],
        found: Eligibility,
        offer: Offer,
        version: ItemVersion | None,
    ) -> str:
        return PAGES.render(
            "portal/eligibility.html",
            call,
            title=f"能不能办：{version.name}" if version else "能不能办",
            english="May I apply?",
            code=call.path["item_code"],
            found=found,
            offer=offer,
            version=version,
            promise=promise_of(version) if version else "",
            signed_in=bool(call.caller.roles & OWNERS),
            form=self._portal_way(call, found.who),
        )

    def _portal_way(self, call: Call[Any, Any], who: int) -> str:
        """Give where the form is: by way of the sign-in page, where there is one of our own."""
        form = f"{call.base}/my/apply/{call.path['item_code']}/form?who={who}"
        if call.caller.roles & OWNERS:
            return form
        return sign_in_href(self.frame.settings, call.root, form) or form

    def _portal_form(
        self,
        call: Call[Any, Any],
        form: FillForm,
        wrong: dict[str, str] | None = None,
        refused: str = "",
    ) -> Reply:
        code = call.path["item_code"]
        item, offer, version = self._portal_item(code)
        found = check(item, offer, self.clock.now())
        if not found.open or form.who not in dict(found.choices):
            return go(call, f"/my/apply/{code}")
        text = PAGES.render(
            "portal/fill.html",
            call,
            title="填写申请",
            english="Your application",
            crumbs=[Crumb("能不能办", f"/my/apply/{code}")],
            code=code,
            form=form,
            labels=labels(form.who),
            wrong={name: (wrong or {}).get(name, "") for name in labels(form.who) | {"phone": ""}},
            refused=refused or ("有几处需要改正，已在旁边注明。" if wrong else ""),
            name=version.name if version else code,
        )
        return Reply(text, status=422 if refused or wrong else 200, headers=PRIVATE)
