"""Everything that lives in the county."""

from __future__ import annotations

from deploy.year.lives.before import catalog_facts
from deploy.year.lives.oversight import Oversight
from deploy.year.lives.projects import Projects
from deploy.year.lives.towns import Towns


class County(Projects, Towns, Oversight):
    """All kinds of lives; each base says some."""

    @property
    def many(self) -> int:
        """Cases that are nothing special: what is left of all that are accepted."""
        plan = self.plan
        special = plan.open + plan.online_cases + plan.app_payments + plan.other_payments
        special += plan.agencies + plan.doors + plan.parcels + self.member_cases
        return max(0, plan.accepted - special)

    def before(self) -> None:
        """Live what was there before the year began, and what the catalog does in it."""
        self.pen.write_all(catalog_facts(self.world.sample, self.plan.scale))
