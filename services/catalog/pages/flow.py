"""The flow picture of an item: its steps from above to below, drawn for SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.catalog.domain.terms import Step
from services.chassis.web.graphs import wrap

WIDTH: Final = 320
GAP: Final = 30
_LINE: Final = 22
_CHARACTERS: Final = 15
"""Chinese characters of one line of a box; a wider text goes on in the next line."""


@dataclass(frozen=True)
class Box:
    """One step, placed; `lines` and `detail` are its texts."""

    y: int
    height: int
    lines: tuple[str, ...]
    detail: str
    whole: str
    ends: bool

    @property
    def middle(self) -> float:
        return WIDTH / 2

    @property
    def below(self) -> int:
        return self.y + self.height


@dataclass(frozen=True)
class Flow:
    """The whole picture."""

    boxes: tuple[Box, ...]
    height: int
    title: str
    description: str
    width: int = WIDTH
    gap: int = GAP


def draw(name: str, steps: Sequence[Step], result: str) -> Flow | None:
    """Place the steps between the application and its result; None without steps."""
    if not steps:
        return None
    texts = [("提出申请", "", True)]
    texts += [(f"{n} {step.name}", _detail(step), False) for n, step in enumerate(steps, 1)]
    texts.append((result or "送达结果", "", True))
    boxes: list[Box] = []
    y = 2
    for text, detail, ends in texts:
        lines = wrap(text, _CHARACTERS)
        height = 20 + _LINE * (len(lines) + (1 if detail else 0))
        boxes.append(Box(y, height, lines, detail, text, ends))
        y += height + GAP
    whole = "；".join(f"{box.whole}{f'（{box.detail}）' if box.detail else ''}" for box in boxes)
    return Flow(tuple(boxes), y - GAP + 2, f"{name}办理流程图", f"依次为：{whole}。")


def _detail(step: Step) -> str:
    days = "" if step.days is None else ("当场" if step.days == 0 else f"{step.days} 个工作日")
    return " · ".join(part for part in (step.role, days) if part)
