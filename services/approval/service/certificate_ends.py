"""How certificates end or are renewed, over HTTP: fraud, revocation, cancellation, another term."""

from __future__ import annotations

from services.approval.certificate_answers import (
    AskRenewal,
    Cancel,
    ComeBack,
    Establish,
    GrantRenewal,
    Revoke,
    Told,
    Transfer,
    Withdraw,
)
from services.approval.service.paper_room import AUTHORITY, ISSUER, OFFICER, PaperRoom
from services.chassis.web import Call, route


class CertificateEndRoutes(PaperRoom):
    """Routes of the nameko service."""

    @route(
        "POST",
        "/certificates/<certificate_no>/fraud",
        request=Establish,
        response=Told,
        roles=AUTHORITY,
        status=201,
        summary="Establish that it was got by fraud; it must be revoked then (art. 69)",
    )
    def establish_fraud(self, call: Call[Establish]) -> Told:
        return self._act_on(call, AUTHORITY, "establish_fraud", call.body.document)

    @route(
        "POST",
        "/certificates/<certificate_no>/revocation",
        request=Revoke,
        response=Told,
        roles=AUTHORITY,
        status=201,
        summary="Revoke it (撤销, art. 69)",
    )
    def revoke_certificate(self, call: Call[Revoke]) -> Told:
        said = call.body
        return self._act_on(
            call, AUTHORITY, "revoke", said.ground, said.document, said.compensation
        )

    @route(
        "POST",
        "/certificates/<certificate_no>/cancellation",
        request=Cancel,
        response=Told,
        roles=AUTHORITY,
        status=201,
        summary="Cancel it (注销, art. 70)",
    )
    def cancel_certificate(self, call: Call[Cancel]) -> Told:
        return self._act_on(call, AUTHORITY, "cancel", call.body.ground)

    @route(
        "POST",
        "/certificates/<certificate_no>/withdrawal",
        request=Withdraw,
        response=Told,
        roles=AUTHORITY,
        status=201,
        summary="Take it: 撤回 for the public good, or 吊销 as a penalty",
    )
    def withdraw_certificate(self, call: Call[Withdraw]) -> Told:
        said = call.body
        told = (said.kind, said.article, said.document, said.compensation)
        return self._act_on(call, AUTHORITY, "withdraw", *told)

    @route(
        "POST",
        "/certificates/<certificate_no>/transfer",
        request=Transfer,
        response=Told,
        roles=AUTHORITY,
        status=201,
        summary="Hand it over to another region (转出)",
    )
    def transfer_certificate(self, call: Call[Transfer]) -> Told:
        return self._act_on(call, AUTHORITY, "transfer", call.body.to_region)

    @route(
        "POST",
        "/certificates/<certificate_no>/renewal",
        request=AskRenewal,
        response=Told,
        roles=ISSUER,
        status=201,
        summary="Take a request for another term, at least 30 days before the expiry (art. 50)",
    )
    def request_renewal(self, call: Call[AskRenewal]) -> Told:
        return self._act_on(call, ISSUER, "request_renewal", call.body.renewal_no)

    @route(
        "POST",
        "/certificates/<certificate_no>/renewal/grant",
        request=GrantRenewal,
        response=Told,
        roles=OFFICER,
        status=201,
        summary="Decide for another term; silence until the expiry grants too",
    )
    def grant_renewal(self, call: Call[GrantRenewal]) -> Told:
        return self._act_on(call, OFFICER, "grant_renewal", call.body.valid_to)

    @route(
        "POST",
        "/certificates/<certificate_no>/renewal/refusal",
        request=ComeBack,
        response=Told,
        roles=OFFICER,
        status=201,
        summary="Decide against another term",
    )
    def refuse_renewal(self, call: Call[ComeBack]) -> Told:
        return self._act_on(call, OFFICER, "refuse_renewal", call.body.reason)
