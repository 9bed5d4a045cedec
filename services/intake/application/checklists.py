"""What a case needs and what is missing of it: asked by every command that depends on it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from services.chassis.reference import Reference
from services.intake.application.subjects import Subjects
from services.intake.domain.checklists import Missing, material_code, missing
from services.intake.domain.material_terms import IN_HAND, Needed
from services.intake.domain.materials import MaterialFile, materials_stream


class _Material(msgspec.Struct, frozen=True):
    name: str
    needed: bool = True
    form: str = ""
    originals: int = 0
    copies: int = 0
    source: str = ""
    shared: bool = False


class _Listing(msgspec.Struct, frozen=True):
    materials: list[_Material] = []


class Checklists(Subjects):
    """Look-ups of materials; the base of what is decided about cases."""

    def missing_of(self, project_no: str, item_code: str, item_version: int) -> Sequence[Missing]:
        """List what the applicant still has to bring, in the order of the item's list.

        Only entries with `required` keep a case from being complete; the others are optional
        papers that came and will not do.
        """
        return missing(self.needed_of(item_code, item_version), self.materials_of(project_no).held)

    def all_here(self, project_no: str, item_code: str, item_version: int) -> bool:
        """Say whether every required material is in hand; what is promised is not.

        A promise is taken by a person, by no rule. What data sharing gives need not be brought.
        """
        held = self.materials_of(project_no).held
        return all(
            one.material_code in held and held[one.material_code].state in IN_HAND
            for one in self.needed_of(item_code, item_version)
            if one.required and not one.shared
        )

    def needed_of(self, item_code: str, item_version: int) -> Sequence[Needed]:
        """Give the materials this version of the item asks for; none when it is not known here."""
        text = Reference(self.database).listing(item_code, item_version)
        listing = msgspec.json.decode(text or b"null", type=_Listing | None) or _Listing()
        found: dict[str, Needed] = {}
        for one in listing.materials:
            turn = 1
            while (code := material_code(one.name, turn)) in found:
                turn += 1
            found[code] = Needed(
                material_code=code,
                name=one.name,
                required=one.needed,
                form=one.form,
                originals=one.originals,
                copies=one.copies,
                source=one.source,
                shared=one.shared,
            )
        return list(found.values())

    def materials_of(self, project_no: str) -> MaterialFile:
        """Give what came for a case; an empty file when nothing did."""
        found = self.find(MaterialFile, materials_stream(project_no))
        return found if found is not None else MaterialFile.of(project_no)
