"""JSON lines on standard output: one catalogued event name a line, everything else a key.

Never personal data, never a payload. A failure is logged once, where it is handled.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Final, TextIO

import structlog

CATALOGUE: Final[dict[str, str]] = {
    # every process
    "process_started": "A process is ready to work; `role` says which.",
    "process_stopped": "A process ended in order, after finishing what it had begun.",
    "process_failed": "A process ended because of an error; the stack is with it.",
    "settings_refused": "The environment is not enough to start; `problems` lists all of it.",
    "library_warned": "A library we use said something; its own text is kept back.",
    # web
    "request_served": "One HTTP request was answered; `route` is the pattern, not the path.",
    "connection_failed": "A client connection ended in a way nobody expected; only it was closed.",
    "request_failed": "A request met an error nobody expected; the answer was 500.",
    "dependency_unavailable": "Something we need did not answer; the caller was told to retry.",
    "token_keys_unavailable": "The issuer's keys could not be read; known keys stay in force.",
    "development_key_refused": "Production met a key of the development issuer and left it out.",
    "issuer_started": "The development token issuer listens; never in production.",
    # event log
    "command_retried": "A command lost the race for a stream and runs again; `attempt` counts.",
    "commit_resolved": "A commit whose answer was lost was found to have happened, or not.",
    "connection_lost": "The database ended a connection; the next use opens another.",
    "migration_applied": "`banjian migrate` brought one version in.",
    "sealer_waiting": "Another process seals this log; this one waits for its turn.",
    "sealer_active": "This process seals this log now.",
    # bus
    "relay_started": "The relay publishes from `position` on.",
    "relay_interrupted": "Publishing broke off; it resumes from the saved `position`.",
    "relay_caught_up": "Everything in the log is confirmed by the broker.",
    "relay_rewound": "Somebody set the saved position back from `before` to `position`.",
    "subscription_started": "The partition queues are being read.",
    "subscription_interrupted": "Reading broke off; nothing was acknowledged; it tries again.",
    "batch_failed": "A batch was rolled back and is taken again one message at a time.",
    "message_held": "A message waits: for an earlier one of its case, or for a retry.",
    "message_released": "A waiting message was handled.",
    "message_parked": "A message is set aside for a person; `reason` says why.",
    "message_retried": "A person sent a parked message round again.",
    "message_discarded": "A person dropped a parked message; `reason` says why.",
    "import_ended": "An import of the catalog came to its end; its row says with what effect.",
    "import_failed": "An import of the catalog failed and had no effect; its row says why.",
    "approval_not_followed": "A clock of a case could not do as approval's did.",
    "record_refused": "A record of an outside system was refused with a reason.",
    # tamper evidence
    "checkpoint_issued": "The head of the log was signed; `position` is the last event under it.",
    "audit_interrupted": "No checkpoint is issued or stamped at present; `reason` says why.",
    "log_altered": "The log is not what was signed before; nothing more is signed.",
    # deadlines
    "deadlines_interrupted": "No deadline fires while the database does not answer.",
    "deadline_failed": "The handler of a due deadline failed; it is tried again later.",
    "deadline_parked": "A deadline is set aside after too many failures; `key` says whose.",
    # read models
    "read_model_rebuilt": "A read model was replayed beside the live one and switched.",
    # personal data
    "subject_erased": "A person's key was destroyed; log and figures stay as they are.",
}
"""Every event name there is, with its meaning. A test refuses strays."""

_QUIET: Final = {
    "kombu": logging.WARNING,
    "amqp": logging.WARNING,
    "nameko": logging.WARNING,
    "werkzeug": logging.WARNING,
    "eventlet": logging.WARNING,
    "eventsourcing": logging.WARNING,
}


def get_logger() -> structlog.stdlib.BoundLogger:
    """Give the house's logger: `log.info("message_parked", reason=...)`, a catalogued name."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger


@contextmanager
def bound(**keys: str) -> Iterator[None]:
    """Put these keys (`correlation_id`, `causation_id`, ids) on every line logged inside."""
    with structlog.contextvars.bound_contextvars(**keys):
        yield


def configure(service: str, *, stream: TextIO | None = None, level: str = "INFO") -> None:
    """Send every log line of this process, libraries included, to `stream` as JSON.

    Called once, by a process's entry; default stream is standard output.
    """
    out = stream or sys.stdout
    number = logging.getLevelName(level)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _identify(service),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _stack,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(_LibraryHandler())
    root.setLevel(logging.WARNING)
    for name, quiet in _QUIET.items():
        logging.getLogger(name).setLevel(quiet)


def _dumps(value: Any, **_: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _identify(service: str) -> structlog.types.Processor:
    def processor(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line.setdefault("service", service)
        line.setdefault("correlation_id", "")
        line.setdefault("causation_id", "")
        return line

    return processor


def _stack(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Show where an error came from but not what it said: its text may quote a payload."""
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        line["error"] = type(error).__qualname__
        line["stack"] = _frames(error)
    return line


def _frames(error: BaseException) -> list[str]:
    frames: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(frames) < 60:
        frames.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        trace = seen.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            frames.append(f"  {code.co_filename}:{trace.tb_lineno} {code.co_qualname}")
            trace = trace.tb_next
        seen = seen.__cause__ or seen.__context__
    return frames


class _LibraryHandler(logging.Handler):
    """Turns a library's log record into one of our lines, without its text.

    kombu logs the raw body of a message it cannot decode and nameko the text of any error, so the
    arguments of a record are never formatted. The template, written by a programmer, is kept.
    """

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "nameko.containers" and "error handling worker" in str(record.msg):
            return  # the entrypoint that fired the worker logs it, once, with its meaning
        keys: dict[str, Any] = {"logger": record.name}
        if isinstance(record.msg, str) and record.args:
            keys["template"] = record.msg
        if record.exc_info and record.exc_info[1] is not None:
            keys["exc_info"] = record.exc_info[1]
        if record.levelno >= logging.ERROR:
            get_logger().error("library_warned", **keys)
        else:
            get_logger().warning("library_warned", **keys)
