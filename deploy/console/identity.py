"""Bearer tokens for the command line: the one it is given, or one of the development issuer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated

import typer

from deploy.console.output import Json, print_json
from deploy.console.settings import need
from services.chassis.errors import NotAllowedError


def bearer(roles: Sequence[str], unit: str = "", subject: str = "banjian-cli") -> dict[str, str]:
    """Give the Authorization header of the command line.

    `BANJIAN_TOKEN` is used when it is set; else, in development only, a token is signed with the
    local issuer's key.
    """
    token = os.environ.get("BANJIAN_TOKEN") or _mint(subject, roles, unit=unit)
    return {"Authorization": f"Bearer {token}"}


def token(
    subject: Annotated[str, typer.Argument(help="Account the token is for.")] = "developer",
    role: Annotated[
        list[str] | None, typer.Option(help="Role; repeat it for several.", show_default=False)
    ] = None,
    unit: Annotated[str, typer.Option(help="Department code.")] = "",
    window: Annotated[str, typer.Option(help="Window number.")] = "",
    region: Annotated[
        str, typer.Option(help="Region of a village or township; else the county's.")
    ] = "",
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long it holds.")] = 60,
    as_json: Json = False,
) -> None:
    """Print a bearer token of the development issuer. Refused in production."""
    where = {"unit": unit, "window": window, "region": region}
    signed = _mint(subject, role or [], **where, minutes=minutes)
    if as_json:
        print_json({"access_token": signed, "token_type": "Bearer", "expires_in": minutes * 60})
    else:
        typer.echo(signed)


def _mint(
    subject: str,
    roles: Sequence[str],
    *,
    unit: str = "",
    window: str = "",
    region: str = "",
    minutes: int = 60,
) -> str:
    from services.chassis.issuer import AUDIENCE, Issuer, refuse_production
    from services.chassis.settings import SettingsError

    try:
        refuse_production(os.environ)
    except SettingsError as problem:
        raise NotAllowedError(f"{problem.problems[0]}; set BANJIAN_TOKEN instead") from problem
    key_file = need("BANJIAN_ISSUER_KEY_FILE")[0]
    audience = os.environ.get("BANJIAN_TOKEN_AUDIENCE", AUDIENCE)
    issuer = Issuer(key_file, audience)
    region = region or os.environ.get("BANJIAN_REGION", "")
    return issuer.mint(subject, roles, unit=unit, window=window, region=region, ttl_s=minutes * 60)
