"""Edits the catalog by HTTP: versions, drafts and their reviews, adjustments, claims."""

from __future__ import annotations

from typing import Any, Final, assert_never

import msgspec

from services.catalog.domain import CatalogRuleError
from services.catalog.domain.basic import BasicItemSaid
from services.catalog.domain.claims import ClaimSaid
from services.catalog.domain.terms import Office
from services.catalog.service.requests import (
    Adjustment,
    Cancel,
    CancelBasicItem,
    ChangeMode,
    Code,
    DelegateDown,
    DraftItem,
    ForwardUp,
    Freeze,
    MakeClaim,
    MergeIn,
    PublishDraft,
    Published,
    PublishItem,
    RegisterBasicItem,
    ReviewDraft,
    SplitUp,
    Told,
    Unfreeze,
    WithdrawClaim,
)
from services.catalog.service.room import Room
from services.chassis.errors import ContractError, NotAllowedError, NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import Written, written

EDITOR: Final = frozenset({"catalog_editor"})
KEEPERS: Final = frozenset({"catalog_editor", "catalog_importer"})
OFFICES: Final = {"staffing_office": Office.STAFFING, "legal_office": Office.LEGAL}
VERSIONS: Final = range(1, 1_000_000)


def _tells(path: str, request: Any, summary: str, roles: frozenset[str], response: Any) -> Any:
    """Declare a route that changes the catalog: 201 when it did, 200 when it knew already."""
    return route(
        "POST", path, request=request, response=response, roles=roles, status=201, summary=summary
    )


class Editing(Room):
    """Routes of the catalog's editors and of the two offices."""

    @_tells("/items", PublishItem, "Publish a version of an item", KEEPERS, Published)
    def publish(self, call: Call[PublishItem]) -> Reply:
        """Idempotent: the same version with the same content again answers 200, nothing changes.

        With a `source_document` it is taken over from a list that had been published elsewhere.
        Irregularities of its listing become flags; a list of one's own goes by a draft.
        """
        said = call.body
        told = self.catalog.publish(
            self.facts(call, said.item_code, _acting(call), said.department),
            said.item_code,
            said.item_version,
            said.implementation(),
            said.source_document,
            said.reason,
            said.programme,
            key=call.idempotency_key or None,
        )
        return self._version_told(call, told, said.item_code, said.item_version)

    @_tells("/items/<code>/drafts", DraftItem, "Draft a version of an item", EDITOR, Published)
    def draft(self, call: Call[DraftItem]) -> Reply:
        """Another draft of the same version replaces it, and voids what the offices said."""
        said, code = call.body, _code(call)
        told = self.catalog.draft(
            self.facts(call, code, "catalog_editor", said.department),
            code,
            said.item_version,
            said.implementation(),
            said.reason,
            key=call.idempotency_key or None,
        )
        return self._version_told(call, told, code, said.item_version)

    @_tells(
        "/items/<code>/drafts/<int:version>/reviews",
        ReviewDraft,
        "Review a draft for one of the two offices",
        frozenset(OFFICES),
        Published,
    )
    def review(self, call: Call[ReviewDraft]) -> Reply:
        """Somebody else than its writers; each office its own person. A later review counts."""
        said, code, version = call.body, _code(call), _version(call)
        role, office = _office(call)
        told = self.catalog.review(
            self.facts(call, code, role),
            code,
            version,
            office,
            said.passed,
            said.comments,
            key=call.idempotency_key or None,
        )
        return self._version_told(call, told, code, version)

    @_tells(
        "/items/<code>/drafts/<int:version>/publication",
        PublishDraft,
        "Publish the draft that both offices passed",
        EDITOR,
        Published,
    )
    def publish_draft(self, call: Call[PublishDraft]) -> Reply:
        """Needs both offices, a guide with its four parts, and a time to come. Idempotent."""
        code, version = _code(call), _version(call)
        told = self.catalog.publish_draft(
            self.facts(call, code, "catalog_editor"),
            code,
            version,
            call.body.programme,
            key=call.idempotency_key or None,
        )
        return self._version_told(call, told, code, version)

    @_tells("/items/<code>/adjustments", Adjustment, "Adjust an item", KEEPERS, Told)
    def adjust(self, call: Call[Adjustment]) -> Reply:
        """Adjusts by `act`. The same again answers 200; `merge` and `split` tell every item."""
        code = _code(call)
        facts = self.facts(call, code, _acting(call))
        try:
            told = self._adjust(call.body, facts, code, call.idempotency_key or None)
        except CatalogRuleError as error:
            own = "into" if isinstance(call.body, MergeIn) else "item_code"
            if error.rule == "unknown_item" and error.field == own:
                raise NotFoundError(str(error)) from error
            raise
        return self._thing_told(call, told, code)

    @_tells("/basic-items", RegisterBasicItem, "Register a basic item", KEEPERS, Told)
    def register_basic(self, call: Call[RegisterBasicItem]) -> Reply:
        """Idempotent: the same content again answers 200; other content says it anew."""
        code = call.body.catalog_code
        told = self.catalog.register_basic(
            self.facts(call, code, _acting(call)),
            BasicItemSaid(**msgspec.structs.asdict(call.body)),
            key=call.idempotency_key or None,
        )
        return self._thing_told(call, told, code)

    @_tells(
        "/basic-items/<code>/cancellation",
        CancelBasicItem,
        "Take an item out of the basic directory",
        KEEPERS,
        Told,
    )
    def cancel_basic(self, call: Call[CancelBasicItem]) -> Reply:
        """Nobody can claim it from then on. Idempotent."""
        code, said = _code(call), call.body
        told = self.catalog.cancel_basic(
            self.facts(call, code, _acting(call)),
            code,
            said.reason,
            said.effective_from,
            key=call.idempotency_key or None,
        )
        return self._thing_told(call, told, code)

    @_tells("/claims", MakeClaim, "Claim an item of the basic directory", KEEPERS, Told)
    def claim(self, call: Call[MakeClaim]) -> Reply:
        """Idempotent: the same content again answers 200; other content claims it anew."""
        said = call.body
        subject = f"{said.unit}/{said.catalog_code}"
        told = self.catalog.claim(
            self.facts(call, subject, _acting(call), said.unit),
            ClaimSaid(**msgspec.structs.asdict(said)),
            key=call.idempotency_key or None,
        )
        return self._thing_told(call, told, subject)

    @_tells("/claims/withdrawals", WithdrawClaim, "Withdraw a claim", KEEPERS, Told)
    def withdraw_claim(self, call: Call[WithdrawClaim]) -> Reply:
        """Idempotent: the same reason again answers 200."""
        said = call.body
        subject = f"{said.unit}/{said.catalog_code}"
        told = self.catalog.withdraw_claim(
            self.facts(call, subject, _acting(call), said.unit),
            said.unit,
            said.catalog_code,
            said.reason,
            key=call.idempotency_key or None,
        )
        return self._thing_told(call, told, subject)

    def _adjust(
        self, said: Adjustment, facts: Any, code: str, key: str | None
    ) -> tuple[str, int, bool]:
        told: tuple[str, int, bool]
        tell, at = self.catalog, said.effective_from
        match said:
            case Cancel():
                told = tell.cancel(facts, code, said.reason, at, said.open_cases, key=key)
            case Freeze():
                told = tell.freeze(facts, code, said.reason, at, said.until, key=key)
            case Unfreeze():
                told = tell.unfreeze(facts, code, said.reason, at, key=key)
            case MergeIn():
                told = tell.merge(
                    facts, code, said.merged, at, said.programme, said.open_cases, key=key
                )
            case SplitUp():
                told = tell.split(facts, code, said.into, at, said.open_cases, key=key)
            case ChangeMode():
                told = tell.change_mode(
                    facts, code, said.before, said.after, at, said.reason, key=key
                )
            case ForwardUp():
                told = tell.forward_up(
                    facts, code, said.to_unit, said.to_level, at, said.reason, key=key
                )
            case DelegateDown():
                told = tell.delegate_down(
                    facts, code, said.from_level, at, said.source_document, key=key
                )
            case _:
                assert_never(said)
        return told

    def _version_told(
        self, call: Call[Any], told: tuple[str, int, bool], code: str, version: int
    ) -> Reply:
        stream, last, new = told
        place: Written = written(call, self.catalog.database, self.name, stream, last)
        answer = Published(code, version, new, place.event, place.position)
        return Reply(answer, status=201 if new else 200)

    def _thing_told(self, call: Call[Any], told: tuple[str, int, bool], subject: str) -> Reply:
        stream, last, new = told
        place: Written = written(call, self.catalog.database, self.name, stream, last)
        return Reply(Told(subject, new, place.event, place.position), status=201 if new else 200)


def _acting(call: Call[Any]) -> str:
    """Say in which role a keeper acts: as an editor whenever that is one of the caller's."""
    return "catalog_editor" if "catalog_editor" in call.caller.roles else "catalog_importer"


def _office(call: Call[ReviewDraft]) -> tuple[str, Office]:
    """Give the role and the office the caller signs for.

    Raises:
        NotAllowedError: it is not the caller's office.
        ContractError: the caller has both, and does not say which.
    """
    own = {office: role for role, office in OFFICES.items() if role in call.caller.roles}
    wanted = call.body.office or (next(iter(own)) if len(own) == 1 else None)
    if wanted is None:
        raise ContractError("say for which office: STAFFING or LEGAL", field="office")
    if wanted not in own:
        raise NotAllowedError("this needs the role of that office")
    return own[wanted], wanted


def _code(call: Call[Any]) -> str:
    try:
        return str(msgspec.convert(call.path["code"], type=Code))
    except msgspec.ValidationError:
        raise NotFoundError("there is no such item; correct the code") from None


def _version(call: Call[Any]) -> int:
    version = int(call.path["version"])
    if version not in VERSIONS:
        raise NotFoundError("there is no such draft; correct the version")
    return version
