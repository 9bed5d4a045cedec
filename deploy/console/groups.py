"""A command with one word more: `banjian stat S03` and `banjian stat check 97.92`."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class DefaultsTo(TyperGroup):
    """Runs its first command, `show`, when the first word is not the name of another one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = ["show", *args]
        return super().parse_args(ctx, args)
