"""What a clock refuses: one class a rule, with a stable code.

ClockRuleError
|-- UnknownReasonError         unknown_reason         no such reason for standing still
|-- DoesNotStopError           does_not_stop          the reason does not stop this clock
|-- AlreadySuspendedError      already_suspended      suspended for the same reason already
|-- NotSuspendedError          not_suspended          nothing to resume for that reason
|-- SuspendedBeforeStartError  suspended_before_start it did not run yet
|-- ResumedTooEarlyError       resumed_too_early      resumed before it was suspended
|-- SuspendedAfterDueError     suspended_after_due    the limit had passed; the breach stands
|-- NotExtendableError         not_extendable         the law knows no extension here
|-- AlreadyExtendedError       already_extended       the law gives one extension
|-- ExtendedTooLateError       extended_too_late      decided after the limit had passed
|-- ExtensionTooLongError      extension_too_long     none, or more than the law allows
|-- WrongApproverError         wrong_approver         approved by somebody who may not
|-- NotRestartableError        not_restartable        nothing starts this clock again
|-- NotRetroactiveError        not_retroactive        a retroactive start lies before the start
|-- StoppedError               stopped                it has been stopped
|-- StoppedBeforeStartError    stopped_before_start   it cannot end before it began
`-- BeyondCalendarError        beyond_calendar        the limit ends after the year 9999
"""

from __future__ import annotations


class ClockRuleError(Exception):
    """A rule of counting time refuses this; `rule` is stable, the text says what to do."""

    rule = "clock"


class UnknownReasonError(ClockRuleError):
    rule = "unknown_reason"


class DoesNotStopError(ClockRuleError):
    rule = "does_not_stop"


class AlreadySuspendedError(ClockRuleError):
    rule = "already_suspended"


class NotSuspendedError(ClockRuleError):
    rule = "not_suspended"


class SuspendedBeforeStartError(ClockRuleError):
    rule = "suspended_before_start"


class ResumedTooEarlyError(ClockRuleError):
    rule = "resumed_too_early"


class SuspendedAfterDueError(ClockRuleError):
    rule = "suspended_after_due"


class NotExtendableError(ClockRuleError):
    rule = "not_extendable"


class AlreadyExtendedError(ClockRuleError):
    rule = "already_extended"


class ExtendedTooLateError(ClockRuleError):
    rule = "extended_too_late"


class ExtensionTooLongError(ClockRuleError):
    rule = "extension_too_long"


class WrongApproverError(ClockRuleError):
    rule = "wrong_approver"


class NotRestartableError(ClockRuleError):
    rule = "not_restartable"


class NotRetroactiveError(ClockRuleError):
    rule = "not_retroactive"


class StoppedError(ClockRuleError):
    rule = "stopped"


class StoppedBeforeStartError(ClockRuleError):
    rule = "stopped_before_start"


class BeyondCalendarError(ClockRuleError):
    rule = "beyond_calendar"
