"""What a request for information refuses, each by its own name."""

from __future__ import annotations

from services.disclosure.domain.rules import DisclosureRuleError


class RequestNoTakenError(DisclosureRuleError):
    """Another request has this number."""

    code = "request_no_taken"


class WrongFoiStateError(DisclosureRuleError):
    """Something else has to happen first, or it is over."""

    code = "wrong_foi_state"


class IncompleteRequestError(DisclosureRuleError):
    """A request names who asks, how to reach them, and what is wanted (art. 29)."""

    code = "incomplete_request"


class NothingToConfirmError(DisclosureRuleError):
    """The day of receipt follows from the way it came."""

    code = "nothing_to_confirm"


class ReceiptDateError(DisclosureRuleError):
    """A day of receipt that cannot be."""

    code = "receipt_date"


class CorrectionAskedBeforeError(DisclosureRuleError):
    """The law gives one correction notice."""

    code = "correction_asked_before"


class CorrectionTooLateError(DisclosureRuleError):
    """The correction notice is given within seven working days of the receipt."""

    code = "correction_too_late"


class UnknownPartyError(DisclosureRuleError):
    """Nobody was consulted under this name, or they were before."""

    code = "unknown_party"


class ConsultationOpenError(DisclosureRuleError):
    """Somebody who was consulted still has time to answer."""

    code = "consultation_open"


class ConsultationOverError(DisclosureRuleError):
    """The days to answer are over; what they meant stands."""

    code = "consultation_over"


class WrongGroundError(DisclosureRuleError):
    """The reply needs a ground, or may not have this one."""

    code = "wrong_ground"


class NoRemediesError(DisclosureRuleError):
    """A reply names the remedies, those of its day (F08, F10)."""

    code = "no_remedies"


class NoPlaceError(DisclosureRuleError):
    """The reply says where else to look or to ask."""

    code = "no_place"


class ThirdPartyObjectsError(DisclosureRuleError):
    """Somebody whose rights it touches objects; only a major public interest outweighs that."""

    code = "third_party_objects"


class ThirdPartyNotAskedError(DisclosureRuleError):
    """It is withheld for a third party who was never asked, or who agrees."""

    code = "third_party_not_asked"


class CoAuthorityObjectsError(DisclosureRuleError):
    """The authority that made it too objects."""

    code = "co_authority_objects"


class ReasonsNotAskedError(DisclosureRuleError):
    """The applicant was not asked for reasons first (art. 35)."""

    code = "reasons_not_asked"


class NotExtendedNoticeError(DisclosureRuleError):
    """The applicant is told of an extension in writing."""

    code = "no_extension_notice"


class NoFeeError(DisclosureRuleError):
    """This many cost nothing."""

    code = "no_fee"


class FeeNoticedBeforeError(DisclosureRuleError):
    """One fee, by one scale."""

    code = "fee_noticed_before"


class WrongFeeError(DisclosureRuleError):
    """Another amount is owed, or none."""

    code = "wrong_fee"


class FeeOpenError(DisclosureRuleError):
    """The fee is not paid yet."""

    code = "fee_open"


class RemedyError(DisclosureRuleError):
    """A remedy that cannot be recorded so."""

    code = "remedy"
