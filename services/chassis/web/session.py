"""Signed-in browsers of a local run: the bearer token in a cookie, and forms bound to it.

Only while the development issuer is the one believed; in production a proxy that speaks OIDC will
put the token into the Authorization header, and no cookie is read.

The cookie is HttpOnly and SameSite=Strict, and counts for reading and for the forms of our own
pages. A form that changes something has to bring `csrf`, which only a page that was rendered for
this very cookie can hold: another site can neither read the cookie nor work the value out.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

from werkzeug.wrappers import Request

from services.chassis.errors import NotAllowedError, NotAuthenticatedError
from services.chassis.identity import NOBODY, Caller, Verifier
from services.chassis.settings import DEVELOPMENT_ISSUER, Settings

COOKIE: Final = "banjian_token"
FIELD: Final = "csrf"
READING: Final = ("GET", "HEAD")


def enabled(settings: Settings) -> bool:
    """Say whether browsers sign in by cookie here."""
    return not settings.production and settings.token_issuer == DEVELOPMENT_ISSUER


def caller_of(
    request: Request, settings: Settings, verifier: Verifier, html: bool
) -> tuple[Caller, str]:
    """Give who asks, and the cookie's token if that is why we know ("" otherwise).

    The header goes before the cookie. A cookie that has expired counts as none, so that public
    pages stay public.

    Raises:
        NotAuthenticatedError: the header is there and not valid.
    """
    header = request.headers.get("Authorization", "")
    token = request.cookies.get(COOKIE, "")
    if header or not token or not enabled(settings):
        return verifier.caller(header), ""
    if request.method not in READING and not html:
        return NOBODY, ""
    try:
        return verifier.caller(f"Bearer {token}"), token
    except NotAuthenticatedError:
        return NOBODY, ""


def csrf_of(token: str) -> str:
    """Give what a form rendered for this cookie has to bring back; "" without one."""
    return hmac.new(token.encode(), b"banjian form", sha256).hexdigest() if token else ""


def check_csrf(token: str, brought: str) -> None:
    """Check what a form brought; whoever has no cookie needs nothing.

    Raises:
        NotAllowedError: the form was not rendered for this cookie.
    """
    if token and not hmac.compare_digest(csrf_of(token).encode(), brought.encode()):
        raise NotAllowedError("this form is from another session; load the page again and repeat")


def sign_in_href(settings: Settings, root: str, back: str) -> str:
    """Give where to sign in and come back from; "" when there is no such page."""
    if not enabled(settings):
        return ""
    return f"{root}/issuer/sign-in?{urlencode({'next': back})}"
