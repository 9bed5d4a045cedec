"""The settings, as a table."""

from __future__ import annotations

import os

from deploy.console.output import Json, print_json, print_table

ADMINISTRATION = (
    ("DATABASE_URL", "administrator's database URL, for migrate and rebuild"),
    ("AMQP_URI", "administrator's broker URI with the vhost, for migrate and partitions"),
    ("RABBITMQ_MANAGEMENT_URL", "http://user:password@host:port; default: AMQP_URI's host, 15672"),
    ("BANJIAN_AUDITOR_DATABASE_URL", "role that reads every log, for rebuild"),
    ("BANJIAN_OUTSIDE_AMQP_URI", "broker user of outside systems, for feed"),
    ("BANJIAN_TOKEN", "bearer token of the command line; default: one of the development issuer"),
)


def config(as_json: Json = False) -> None:
    """Print every setting: its variable, its default, whether it is set, its meaning."""
    from services.chassis.settings import Settings

    rows = [*Settings.table(), *((name, "", text) for name, text in ADMINISTRATION)]
    listed = [
        {"variable": name, "default": default, "set": _is_set(name), "meaning": meaning}
        for name, default, meaning in rows
    ]
    if as_json:
        print_json(listed)
    else:
        print_table(
            ["variable", "default", "set", "meaning"],
            [
                (row["variable"], row["default"], "yes" if row["set"] else "", row["meaning"])
                for row in listed
            ],
        )


def _is_set(name: str) -> bool:
    """Say whether it is set; of a service's variable, for all five. Values are never shown."""
    from services.chassis.names import SERVICES

    if "<SERVICE>" not in name:
        return bool(os.environ.get(name))
    return all(os.environ.get(name.replace("<SERVICE>", service.upper())) for service in SERVICES)
