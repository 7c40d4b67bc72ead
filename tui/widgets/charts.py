"""Sparklines and bars out of text."""

from __future__ import annotations

from collections.abc import Sequence

from tui.glyphs import Glyphs


def sparkline(values: Sequence[int], width: int, glyphs: Glyphs) -> str:
    """The newest `width` values as one character each, scaled between their least and greatest.

    A flat series is drawn half way up (at the bottom when it is zero), since its level says
    nothing.
    """
    shown = values[-width:] if width > 0 else []
    if not shown:
        return ""
    low, high = min(shown), max(shown)
    top = len(glyphs.ramp) - 1
    if low == high:
        return glyphs.ramp[top // 2 if high else 0] * len(shown)
    return "".join(glyphs.ramp[(value - low) * top // (high - low)] for value in shown)


def bar(part: int, whole: int, width: int, glyphs: Glyphs) -> tuple[str, str]:
    """The filled and the empty piece of a bar; anything above nothing fills at least one cell."""
    if whole <= 0 or width <= 0:
        return "", glyphs.bar_empty * max(0, width)
    filled = min(width, max(0, (part * width + whole // 2) // whole))
    if part > 0 and filled == 0:
        filled = 1
    return glyphs.bar_full * filled, glyphs.bar_empty * (width - filled)


def columns(values: Sequence[int], width: int, height: int, glyphs: Glyphs) -> list[str]:
    """A bar chart from zero up: `height` lines, the newest `width` values at the right end."""
    shown = values[-width:] if width > 0 else []
    top = max(shown, default=0)
    steps = len(glyphs.ramp)
    levels = [value * height * steps // top if top > 0 else 0 for value in shown]
    lines = []
    for row in range(height - 1, -1, -1):
        parts = (min(steps, max(0, level - row * steps)) for level in levels)
        lines.append("".join(glyphs.ramp[part - 1] if part else " " for part in parts))
    return lines


def course(values: Sequence[int | None], height: int, glyphs: Glyphs) -> list[str]:
    """Columns scaled between the least and the greatest value; what is not known stays blank.

    A flat course is drawn half way up, since its level says nothing.
    """
    known = [value for value in values if value is not None]
    low, high = min(known, default=0), max(known, default=0)
    steps = len(glyphs.ramp)
    top = height * steps - 1

    def level(value: int | None) -> int:
        if value is None:
            return 0
        return 1 + (top // 2 if low == high else (value - low) * top // (high - low))

    levels = [level(value) for value in values]
    lines = []
    for row in range(height - 1, -1, -1):
        parts = (min(steps, max(0, one - row * steps)) for one in levels)
        lines.append("".join(glyphs.ramp[part - 1] if part else " " for part in parts))
    return lines
