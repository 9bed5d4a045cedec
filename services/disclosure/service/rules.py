"""The rules of an item at any instant, from this service's own copy of the catalog."""

from __future__ import annotations

from services.chassis.bus.positions import is_done
from services.chassis.reference.rules import ItemRules, rules_of
from services.chassis.web import Call, route
from services.chassis.web.histories import AtQuery, moment_of
from services.disclosure.service.asking import Asking


class Rules(Asking):
    """One route, the same as in every service that keeps a copy."""

    @route(
        "GET",
        "/items/<item_code>/rules",
        query=AtQuery,
        response=ItemRules,
        public=True,
        after=True,
        summary="The rules of an item now or at an instant: version, materials, limits, calendar",
    )
    def get_rules(self, call: Call[None, AtQuery]) -> ItemRules:
        """From the service's own copy of the catalog; catalog need not be there."""
        call.wait_until_fresh(lambda source, at: is_done(self._database, source, at))
        at = moment_of(call.query.at) or self.clock.now()
        return rules_of(self._database, call.path["item_code"], at)
