"""What every act of a desk is made of: one shape an act, the same for the API and for forms."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

_NUMBER: Final = "[0-9A-Za-z._-]"
Number = Annotated[str, Meta(min_length=1, max_length=64, pattern=rf"^{_NUMBER}+$")]
"""A number or short code of anything; never a name."""
MaybeNumber = Annotated[str, Meta(max_length=64, pattern=rf"^{_NUMBER}*$")]


class Act(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="act",
    tag=lambda name: "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-"),
):
    """Something that is done; its name in a request is that of its class, `ask-correction`."""
